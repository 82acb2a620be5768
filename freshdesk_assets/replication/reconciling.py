"""From a night's budget of credits to which of the stored rows Freshdesk still has.

Lists are read without includes, the interval verified longest ago first. Stored rows that a list does not
have are asked for one by one, the oldest doubt first. What is not done when the budget is spent is left for
the next night.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from freshdesk_assets.extract.existence import ask_doubts
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.extract.offsets import PER_PAGE
from freshdesk_assets.extract.reading import EPOCH, Reader
from freshdesk_assets.extract.rows import RowReader
from freshdesk_assets.replication.itinerary import (
    Days,
    KeysetInterval,
    Lists,
    Verification,
    WholeListIfDue,
    steps_within,
)
from freshdesk_assets.schema.endpoint import Existence
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import ChangedSince, LookBack
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.coverage import covered
from freshdesk_assets.warehouse.ledger.existence import (
    doubt_unlisted,
    doubted,
    next_interval,
    open_doubts,
    record_verified,
    whole_list,
)
from freshdesk_assets.warehouse.ledger.intervals import Interval, common

AT_ONCE = 200
"""How many doubted rows are asked for before the answers are stored."""

INTERVAL_ROWS = 10_000
"""How many rows are verified before those found missing are asked for."""


MISSED = {ChangedSince: "deletions", LookBack: "rows dated back and late edits"}
"""What only the whole list shows."""


@dataclass(slots=True)
class Allowance:
    """Credits that the tables of a run may spend together on finding out what exists.

    `beside` is what the run has spent on other things.
    """

    tally: Tally
    credits: int
    beside: int = 0

    @property
    def left(self) -> int:
        """Credits still to be spent."""
        return max(0, self.credits + self.beside - self.tally.credits)

    def leave_out(self, spent: int) -> None:
        """Do not count these credits, which the run has spent."""
        self.beside += spent


@dataclass(slots=True)
class Evidence:
    """The rows that a table's listings sent, and over which intervals they were read."""

    table: Table
    _ids: "array[int]" = field(default_factory=lambda: array("q"))
    _read: dict[str, list[Interval]] = field(default_factory=dict)

    def heed(self, step: Lists, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages of a step, noted if it proves which rows exist; a step cut short proves nothing."""
        if self.table.existence is None or not isinstance(step, KeysetInterval | Days) or not step.proves:
            yield from pages
            return
        since = step.start - step.back if isinstance(step, Days) else step.start
        key = RowReader(self.table).key
        reached: dict[str, datetime] = {}
        for page in pages:
            self._ids.extend(int(id_) for row in page.rows if (id_ := key(row)[0]).isdigit())
            reached[page.listing] = page.covered_to or reached.get(page.listing, since)
            yield page
        for listing, end in reached.items():
            self._read.setdefault(listing, []).append((since, end))

    def doubt(self, warehouse: Warehouse, at: datetime) -> None:
        """Doubt the stored rows that were not sent, in the intervals that every listing was read over.

        `at` is recorded as the time at which the intervals were verified.
        """
        if self.table.existence is None:
            return
        intervals = common(self._read.pop(listing.name, []) for listing in self.table.listings)
        if not intervals:
            return
        with warehouse.open(checkpoint=False) as connection:
            for start, end in intervals:
                doubt_unlisted(connection, self.table, self._ids, start, end, datetime.now(UTC))
                record_verified(connection, self.table, start, end, at)


@dataclass(slots=True, kw_only=True)
class Reconciliation:
    """Finds out which rows of one table exist.

    - `store`: stores the pages that were given so far.
    - `say`, `warn`: write a line to the run's log.
    """

    table: Table
    reader: Reader
    warehouse: Warehouse
    allowance: Allowance
    requested_at: datetime
    store: Callable[[], None]
    say: Callable[[str], None]
    warn: Callable[[str], None]

    def pages(self, step: WholeListIfDue | Verification) -> Iterator[Page]:
        """What is found: rows, and verdicts on doubted rows."""
        match step:
            case WholeListIfDue(sync=sync):
                if self._whole_list_is_due(sync):
                    yield from self._whole_list(sync)
            case Verification(existence=existence):
                yield from self._verified(existence)

    def _whole_list(self, sync: ChangedSince | LookBack) -> Iterator[Page]:
        """The whole list: rows in none of its listings are gone, or doubted where they can be asked for."""
        match sync:
            case ChangedSince():
                yield from self.reader.read_changes(self.table, sync, {})
            case LookBack():
                evidence, back = Evidence(self.table), timedelta(0)
                step = Days(table=self.table, sync=sync, start=EPOCH, end=None, back=back)
                yield from evidence.heed(step, step.pages(self.reader))
                evidence.doubt(self.warehouse, self.requested_at)

    def _whole_list_is_due(self, sync: ChangedSince | LookBack) -> bool:
        """Whether the whole list was not read lately, and the budget can pay for it."""
        with self.warehouse.open(checkpoint=False) as connection:
            read_at, rows = whole_list(connection, self.table)
        if read_at is not None and timedelta(0) <= datetime.now(UTC) - read_at < sync.whole_every:
            return False
        # Pages overlap, by about a seventh on long lists (see offsets).
        cost = len(self.table.listings) + rows * 8 // (7 * PER_PAGE)
        if cost > self.allowance.credits:
            self.warn(
                f"{self.table.name}: {MISSED[type(sync)]} were not looked for, since the list of"
                f" {rows:,} rows costs about {cost:,} credits and FRESHDESK_RECONCILE_CREDITS allows"
                f" {self.allowance.credits:,} a night: set it higher to find them"
            )
        elif cost > self.allowance.left:
            self.say(
                f"{self.table.name}: the whole list costs about {cost:,} credits, more than are left tonight;"
                " the next night tries again"
            )
        return cost <= self.allowance.left

    def _verified(self, existence: Existence) -> Iterator[Page]:
        yield from self._answers(existence)
        while interval := self._next_interval():
            yield from self._go_through(*interval)
            self.store()
            yield from self._answers(existence)
        with self.warehouse.open(checkpoint=False) as connection:
            left = doubted(connection, self.table)
        if left:
            self.say(f"{self.table.name}: {left:,} doubted rows are left to ask for on the next nights")

    def _answers(self, existence: Existence) -> Iterator[Page]:
        """What Freshdesk answers about doubted rows, until the budget is spent."""
        dearest = 2 if existence.archived else 1
        while (most := min(AT_ONCE, self.allowance.left // dearest)) > 0:
            with self.warehouse.open(checkpoint=False) as connection:
                doubts = open_doubts(connection, self.table, existence, now=datetime.now(UTC), limit=most)
            if not doubts:
                return
            yield from ask_doubts(self.reader, self.table, existence, doubts)
            self.store()

    def _next_interval(self) -> Interval | None:
        """The next interval to verify; None if the budget cannot pay for a page per listing."""
        most = (self.allowance.left - 2 * len(self.table.listings)) * PER_PAGE * 7 // 8
        if most <= 0:
            return None
        with self.warehouse.open(checkpoint=False) as connection:
            reached = covered(connection, self.table, self.table.listings[0].name)
            if not reached:
                return None
            return next_interval(
                connection,
                self.table,
                until=reached[-1][1],
                before=self.requested_at,
                rows=min(most, INTERVAL_ROWS),
            )

    def _go_through(self, start: datetime, end: datetime) -> Iterator[Page]:
        """Read an interval of all listings; only lists that send whole rows have them stored."""
        evidence = Evidence(self.table)
        for step in steps_within(self.table, start, end):
            for page in evidence.heed(step, step.pages(self.reader)):
                if isinstance(step, Days):
                    yield page
        evidence.doubt(self.warehouse, self.requested_at)
        # All of it counts as verified, even where a list vouches for less: else it would be next again.
        with self.warehouse.open(checkpoint=False) as connection:
            record_verified(connection, self.table, start, end, self.requested_at)
