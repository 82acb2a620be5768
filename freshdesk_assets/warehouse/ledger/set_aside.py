"""From refused calls for single rows to when each row is asked for again, and to what is told of them."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger, version_of
from freshdesk_assets.warehouse.shape import qualified, shaped
from freshdesk_assets.warehouse.sql import identifier, scalar

ASKED_AGAIN = (timedelta(hours=20), timedelta(days=7), timedelta(days=28))
"""How long a row is set aside after its first, second and every later refusal. The first is a little less
than a day, so that a run at the same hour of the next day asks."""

CONTROLS = 3
"""How many other rows are asked for before all calls of a kind are taken to be refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """The rows of a table that are set aside: how many by reason, and when the first is asked for again."""

    counts: Counter[str]
    retry_at: datetime
    examples: tuple[int, ...]

    @property
    def said(self) -> str:
        """The same in words."""
        reasons = ", ".join(f"{count:,} by {reason}" for reason, count in sorted(self.counts.items()))
        return (
            f"set aside because their own calls were refused: {reasons}; asked for again from"
            f" {self.retry_at:%Y-%m-%d %H:%M} UTC on"
        )


def record_set_aside(
    connection: Connection, table: Table, refused: Iterable[ParentRead], moment: datetime
) -> None:
    """Set rows aside; the more often a row was refused, the later it is asked for again."""
    target = ledger(connection, "set_aside")
    for read in refused:
        name = read.record or table.name
        # In two statements: DuckLake deletes without `returning`.
        where = "where table_name = ? and parent_id = ?"
        before = connection.execute(f"select since, tries from {target} {where}", [name, read.id]).fetchone()
        connection.execute(f"delete from {target} {where}", [name, read.id])
        since, tries = before or (moment, 0)
        retry_at = moment + ASKED_AGAIN[min(tries, len(ASKED_AGAIN) - 1)]
        row = [name, read.id, read.version, read.refused, since, tries + 1, moment, retry_at]
        connection.execute(f"insert into {target} values (?, ?, ?, ?, ?, ?, ?, ?)", row)


def forget_set_aside(connection: Connection, table: Table, answered: Iterable[ParentRead]) -> None:
    """Forget that rows were set aside which have been answered."""
    by_name: dict[str, list[int]] = {}
    for read in answered:
        by_name.setdefault(read.record or table.name, []).append(read.id)
    for name, ids in by_name.items():
        connection.execute(
            f"delete from {ledger(connection, 'set_aside')}"
            " where table_name = ? and list_contains(?::bigint[], parent_id)",
            [name, ids],
        )


def set_aside(connection: Connection, table: Table, *, examples: int = 5) -> SetAside | None:
    """The rows whose calls for the table were refused; None if there are none.

    Rows that are marked as deleted do not count.
    """
    sources = {table.recorded_as(branch): branch.parent for branch in table.branches}
    sources.setdefault(table.name if not table.branches else table.recorded_alone, table.name)
    target = ledger(connection, "set_aside")
    rows = []
    for name, source in sources.items():
        # The source need not be stored before any of its rows is set aside.
        if scalar(connection, f"select 1 from {target} where table_name = ? limit 1", [name]) is None:
            continue
        rows += connection.execute(
            f"select s.parent_id, s.reason, s.retry_at from {target} s join {qualified(source)} p"
            " on p.id = s.parent_id where s.table_name = ? and p._deleted_at is null order by s.parent_id",
            [name],
        ).fetchall()
    if not rows:
        return None
    return SetAside(
        counts=Counter(reason for _, reason, _ in rows),
        retry_at=min(retry_at for _, _, retry_at in rows),
        examples=tuple(id_ for id_, _, _ in rows[:examples]),
    )


def answered_before(
    connection: Connection, record: str, source: Table, without: Collection[int]
) -> list[tuple[int, datetime | None]]:
    """A few rows of `source`, with their versions, whose calls recorded as `record` were answered last.

    Where too few were, the newest rows that were not refused make up for them. Rows `without` are left out.
    """
    version = version_of(source, "p")
    return connection.execute(
        f"select p.id, {version} from {shaped(connection, source)} p"
        f" left join {ledger(connection, 'parents_read')} r on r.table_name = $1 and r.parent_id = p.id"
        f" left join {ledger(connection, 'set_aside')} s on s.table_name = $1 and s.parent_id = p.id"
        " where p._deleted_at is null and s.parent_id is null and not list_contains($2::bigint[], p.id)"
        f" order by r.read_at desc nulls last, p.{identifier(source.window)} desc nulls last, p.id"
        f" limit {CONTROLS}",
        [record, list(without)],
    ).fetchall()


def was_asked(connection: Connection, table: Table) -> bool:
    """Whether the call of its own was ever answered for a row."""
    query = f"select 1 from {ledger(connection, 'parents_read')} where table_name = ? limit 1"
    return scalar(connection, query, [table.name]) is not None
