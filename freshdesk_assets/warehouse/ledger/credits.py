"""From calls made to credits recorded, and how far each table was read with them."""

from dataclasses import dataclass
from datetime import date, datetime

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.sql import number, scalar

READING, PLAN, DOCTOR, POLL, ACCOUNT = "reading", "plan", "doctor", "poll", "account"
ARCHIVE = "archive"
"""What calls are made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsMade:
    """Calls to record: those that read a table, or those of another purpose, without a table."""

    table: str | None = None
    purpose: str = READING
    run_id: str | None = None
    calls: int
    credits: int
    waited: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadState:
    """How far the last read of a table went.

    `needs_more_than`: so many credits were not enough for a list that can only be read in one go.
    """

    finished_at: datetime | None = None
    unfinished: str | None = None
    needs_more_than: int | None = None


def record_credits(connection: Connection, spent: CallsMade, moment: datetime) -> None:
    """Add to what the run has spent on the table this day."""
    if not spent.calls:
        return
    target = ledger(connection, "credits")
    row = [spent.table, spent.purpose, spent.run_id, moment.date()]
    amounts = [spent.calls, spent.credits, spent.waited]
    added = number(
        connection,
        f"update {target} set calls = calls + ?, credits = credits + ?, seconds_waited = seconds_waited + ?"
        " where table_name is not distinct from ? and purpose = ? and run_id is not distinct from ?"
        " and day = ?",
        [*amounts, *row],
    )
    if not added:
        connection.execute(f"insert into {target} values (?, ?, ?, ?, ?, ?, ?)", [*row, *amounts])


def is_recorded(connection: Connection, purpose: str, run_id: str) -> bool:
    """Whether the run has calls for the purpose."""
    query = f"select 1 from {ledger(connection, 'credits')} where purpose = ? and run_id = ? limit 1"
    return scalar(connection, query, [purpose, run_id]) is not None


def credits_of_day(connection: Connection, day: date) -> int:
    """What was spent on a day, for all purposes."""
    query = f"select sum(credits) from {ledger(connection, 'credits')} where day = ?"
    return number(connection, query, [day])


def record_finished(connection: Connection, table: Table, moment: datetime) -> None:
    """Remember that the table was read to its end."""
    _record(connection, table, ReadState(finished_at=moment))


def record_unfinished(connection: Connection, table: Table, left: str, needs_more_than: int | None) -> None:
    """Remember what of the table was not read because the credits were spent; `finished_at` stays.

    `needs_more_than` None leaves what is stored, 0 says that nothing is left to read in one go.
    """
    before = read_states(connection).get(table.name, ReadState())
    needs = before.needs_more_than
    if needs_more_than is not None:
        needs = max(needs_more_than, needs or 0) if needs_more_than else None
    _record(
        connection,
        table,
        ReadState(finished_at=before.finished_at, unfinished=left, needs_more_than=needs),
    )


def read_states(connection: Connection) -> dict[str, ReadState]:
    """How far the last read of each table went, by the table's name."""
    rows = connection.execute(
        f"select table_name, finished_at, unfinished, needs_more_than from {ledger(connection, 'read_state')}"
    ).fetchall()
    return {
        name: ReadState(finished_at=finished_at, unfinished=unfinished, needs_more_than=needs)
        for name, finished_at, unfinished, needs in rows
    }


def _record(connection: Connection, table: Table, state: ReadState) -> None:
    target = ledger(connection, "read_state")
    connection.execute(f"delete from {target} where table_name = ?", [table.name])
    connection.execute(
        f"insert into {target} values (?, ?, ?, ?)",
        [table.name, state.finished_at, state.unfinished, state.needs_more_than],
    )
