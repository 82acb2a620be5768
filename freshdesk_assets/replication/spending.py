"""From API calls to credits in the ledger, and from a budget to the tables that are deferred in a run."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from freshdesk_assets.extract.http.budget import Budget, today
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection, Warehouse, WarehouseError
from freshdesk_assets.warehouse.ledger.credits import (
    POLL,
    READING,
    CallsMade,
    credits_of_day,
    is_recorded,
    read_states,
    record_credits,
)

FRESH = timedelta(days=1)
"""How long a table that was read to its end is deferred while others are unfinished. Else each of many runs
on a small budget would begin with the same lists, and some accounts would never get beyond them."""

NAMED = 3
"""How many of the tables that come first are named."""


@dataclass(slots=True, kw_only=True)
class Spending:
    """What a client spends for one purpose, recorded in the ledger bit by bit."""

    client: Client
    table: str | None = None
    purpose: str = READING
    run_id: str | None = None
    _told: Tally = field(init=False)

    def __post_init__(self) -> None:
        self._told = self.client.tally.snapshot()

    def tell(self, warehouse: Warehouse) -> None:
        """Record what is not recorded yet, in a transaction of its own."""
        if self.untold.calls:
            with warehouse.open(checkpoint=False) as connection:
                now = self.write(connection)
            self.told(now)

    def write(self, connection: Connection) -> Tally:
        """Record it in a transaction under way; pass the result to `told` once that is committed."""
        reached = self.client.tally.since(self._told)
        record_credits(connection, self._of(reached), datetime.now(UTC))
        return reached

    def told(self, recorded: Tally) -> None:
        """Note that these calls are recorded and committed."""
        self._told.add(recorded)

    @property
    def untold(self) -> CallsMade:
        """What is not recorded yet."""
        return self._of(self.client.tally.since(self._told))

    def _of(self, tally: Tally) -> CallsMade:
        return CallsMade(
            table=self.table,
            purpose=self.purpose,
            run_id=self.run_id,
            calls=tally.calls,
            credits=tally.credits,
            waited=tally.waited,
        )


def record_calls(warehouse: Warehouse, spent: CallsMade) -> bool:
    """Record calls that read no table; returns False if there is no file, or it could not be written."""
    if not warehouse.exists():
        return False
    try:
        with warehouse.open(checkpoint=False) as connection:
            record_credits(connection, spent, datetime.now(UTC))
    except WarehouseError:
        return False
    return True


def record_looks(warehouse: Warehouse, run_id: str, looks: int) -> None:
    """Record a sensor's looks, a credit each, under the run they led to: once, even if it is retried."""
    with warehouse.open(checkpoint=False) as connection:
        if not is_recorded(connection, POLL, run_id):
            spent = CallsMade(purpose=POLL, run_id=run_id, calls=looks, credits=looks)
            record_credits(connection, spent, datetime.now(UTC))


def spent_today(warehouse: Warehouse) -> int:
    """Credits spent this day, in UTC, by all runs and other commands."""
    if not warehouse.exists():
        return 0
    with warehouse.open(checkpoint=False) as connection:
        return credits_of_day(connection, today())


@dataclass(frozen=True, slots=True)
class Deferral:
    """Why a run with a budget does not begin a table; `unfinished` says what is left to read, if anything."""

    reason: str
    unfinished: str | None = None


def deferral(warehouse: Warehouse, table: Table, with_it: Collection[str], budget: Budget) -> Deferral | None:
    """Why the credits are better spent on other tables of the run; None if the table may begin.

    `with_it` are the tables of the run before which it may be deferred.
    """
    if not budget.limited or not warehouse.exists():
        return None
    with warehouse.open(checkpoint=False) as connection:
        found = read_states(connection)
    own = found.get(table.name)
    if own is None:
        return None
    if own.needs_more_than is not None and own.needs_more_than >= budget.left:
        reason = f"{in_one_go(own.needs_more_than, budget)}; {budget.left:,.0f} are left"
        return Deferral(reason, unfinished=reason)
    waiting = sorted(
        name
        for name, state in found.items()
        if state.unfinished and (state.needs_more_than or 0) < budget.most and name in with_it
    )
    if own.unfinished or own.finished_at is None or not waiting:
        return None
    if not timedelta(0) <= datetime.now(UTC) - own.finished_at < FRESH:
        return None
    first = ", ".join(waiting[:NAMED]) + (f" and {len(waiting) - NAMED} more" if len(waiting) > NAMED else "")
    return Deferral(
        f"read to its end at {own.finished_at:%Y-%m-%d %H:%M} UTC; unfinished ones first: {first}"
    )


def in_one_go(needs: int, budget: Budget) -> str:
    """Says that a list cannot be read in parts, and what it needs."""
    return f"its list needs more than {needs:,} credits in one go, and {budget.in_words}"
