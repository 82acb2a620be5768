"""How many rows each table had when it was last written: a table that has fewer now has lost some.

Landing never removes a row. So whoever did was not the replica: somebody emptied or dropped the table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import LEDGER, ledger
from freshdesk_assets.warehouse.shape import qualified, stored_tables
from freshdesk_assets.warehouse.sql import number, scalar

NO_CLAIMS = ("rejected", "derived", "credits", "row_counts", "archive_asked")
CLAIMS = tuple(
    name for name, (_, columns) in LEDGER.items() if columns[0].name == "table_name" and name not in NO_CLAIMS
)
"""Tables of the ledger that say what need not be read again of a table."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A table with fewer rows than it was written with; `dropped` if it is not there at all."""

    table: str
    written: int
    there: int
    dropped: bool


def record_rows(connection: Connection, name: str, moment: datetime) -> None:
    """Remember how many rows the table has, in the transaction that wrote them."""
    target = ledger(connection, "row_counts")
    there = number(connection, f"select count(*) from {qualified(name)}")
    before = scalar(connection, f"select rows from {target} where table_name = ?", [name])
    if before != there:
        _forget(connection, [name], ("row_counts",))
        connection.execute(f"insert into {target} values (?, ?, ?)", [name, there, moment])


def losses(connection: Connection, names: Iterable[str]) -> list[Loss]:
    """Those of the tables that have fewer rows than were written. Counting reads no rows."""
    written = dict(
        connection.execute(
            f"select table_name, rows from {ledger(connection, 'row_counts')}"
            " where list_contains(?, table_name) and rows > 0 order by all",
            [list(names)],
        ).fetchall()
    )
    stored = stored_tables(connection)
    there = dict.fromkeys(written, 0)
    if counted := [name for name in written if name in stored]:
        query = " union all ".join(
            f"select {place}, count(*) from {qualified(name)}" for place, name in enumerate(counted)
        )
        there |= {counted[place]: rows for place, rows in connection.execute(query).fetchall()}
    return [
        Loss(name, rows, there[name], dropped=name not in stored)
        for name, rows in written.items()
        if there[name] < rows
    ]


def forget_read(connection: Connection, lost: Iterable[Loss], moment: datetime) -> None:
    """Forget what was read of these tables, so that all of it is read again."""
    found = list(lost)
    _forget(connection, [loss.table for loss in found], (*CLAIMS, "row_counts"))
    _record_there(connection, found, moment)


def forget_made(connection: Connection, lost: Iterable[Loss], moment: datetime) -> None:
    """Forget how these child tables and histories were made, so that all of them is made again."""
    found = list(lost)
    _forget(connection, [loss.table for loss in found], ("derived", "row_counts"))
    _record_there(connection, found, moment)
    # Steps that follow tables know nothing of what they made: each of them is to look again.
    connection.execute(f"delete from {ledger(connection, 'followed')}")


def _record_there(connection: Connection, lost: Iterable[Loss], moment: datetime) -> None:
    """What is there counts from here on: a run that is stopped must not find the same loss again."""
    for loss in lost:
        connection.execute(
            f"insert into {ledger(connection, 'row_counts')} values (?, ?, ?)",
            [loss.table, loss.there, moment],
        )


def _forget(connection: Connection, names: list[str], claims: Iterable[str]) -> None:
    for claim in claims:
        connection.execute(
            f"delete from {ledger(connection, claim)} where list_contains(?, table_name)", [names]
        )
