"""What was spent of the account's API limit, and how far each table's reading went for it."""

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.ledger.tables import META
from freshdesk_assets.warehouse.shape import qualified

READING, PLAN, DOCTOR, POLL = "reading", "plan", "doctor", "poll"
"""What calls are made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsMade:
    """Calls that are to be recorded: of a table, or of none for another purpose than reading one."""

    table: str | None = None
    purpose: str = READING
    run_id: str | None = None
    calls: int
    credits: int
    waited: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadState:
    """How far the last reading of a table went; `needs_more_than` credits did not do for it in one go."""

    finished_at: datetime | None = None
    left_open: str | None = None
    needs_more_than: int | None = None


def record_credits(connection: duckdb.DuckDBPyConnection, spent: CallsMade, moment: datetime) -> None:
    """Add to what the run has spent on the table this day."""
    if not spent.calls:
        return
    target = qualified("credits", META)
    row = [spent.table, spent.purpose, spent.run_id, moment.date()]
    amounts = [spent.calls, spent.credits, spent.waited]
    found = connection.execute(
        f"update {target} set calls = calls + ?, credits = credits + ?, seconds_waited = seconds_waited + ?"
        " where table_name is not distinct from ? and purpose = ? and run_id is not distinct from ?"
        " and day = ?",
        [*amounts, *row],
    ).fetchone()
    if not (found and found[0]):
        connection.execute(f"insert into {target} values (?, ?, ?, ?, ?, ?, ?)", [*row, *amounts])


def is_recorded(connection: duckdb.DuckDBPyConnection, purpose: str, run_id: str) -> bool:
    """Whether the run has calls for the purpose."""
    query = f"select 1 from {qualified('credits', META)} where purpose = ? and run_id = ? limit 1"
    return connection.execute(query, [purpose, run_id]).fetchone() is not None


def credits_of_day(connection: duckdb.DuckDBPyConnection, day: date) -> int:
    """What was spent on a day, whatever for."""
    found = connection.execute(
        f"select sum(credits) from {qualified('credits', META)} where day = ?", [day]
    ).fetchone()
    return int(found[0]) if found and found[0] is not None else 0


def record_finished(connection: duckdb.DuckDBPyConnection, table: Table, moment: datetime) -> None:
    """Remember that the table was read to its end."""
    _stand(connection, table, ReadState(finished_at=moment))


def record_unfinished(
    connection: duckdb.DuckDBPyConnection, table: Table, left: str, needs_more_than: int | None
) -> None:
    """Remember what of the table was not read for want of credits; when it was read last stays.

    `needs_more_than` None tells nothing new of it, 0 that nothing is read in one go any more.
    """
    before = read_states(connection).get(table.name, ReadState())
    needs = before.needs_more_than
    if needs_more_than is not None:
        needs = max(needs_more_than, needs or 0) if needs_more_than else None
    _stand(
        connection,
        table,
        ReadState(finished_at=before.finished_at, left_open=left, needs_more_than=needs),
    )


def read_states(connection: duckdb.DuckDBPyConnection) -> dict[str, ReadState]:
    """How far the last reading of each table went, by its name."""
    rows = connection.execute(
        f"select table_name, finished_at, left_open, needs_more_than from {qualified('standing', META)}"
    ).fetchall()
    return {
        name: ReadState(finished_at=finished_at, left_open=left_open, needs_more_than=needs)
        for name, finished_at, left_open, needs in rows
    }


def _stand(connection: duckdb.DuckDBPyConnection, table: Table, standing: ReadState) -> None:
    target = qualified("standing", META)
    connection.execute(f"delete from {target} where table_name = ?", [table.name])
    connection.execute(
        f"insert into {target} values (?, ?, ?, ?)",
        [table.name, standing.finished_at, standing.left_open, standing.needs_more_than],
    )
