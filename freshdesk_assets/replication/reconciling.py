"""A night's budget turned into certainty: which of the stored rows Freshdesk still has.

Lists are gone through without what only changes are worth, the stretch verified longest ago first; rows they
lack are asked for one by one, the oldest doubt first. What is not done when the budget is spent is left for
the next night.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from freshdesk_assets.extract.existence import ask_doubts
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.extract.offsets import PER_PAGE
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.extract.rows import RowReader
from freshdesk_assets.replication.intervals import Interval, common
from freshdesk_assets.schema.endpoint import Existence
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import ChangedSince, Keyset, LookBack
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.existence import (
    doubt_unlisted,
    doubted,
    next_stretch,
    open_doubts,
    record_verified,
    whole_list,
)
from freshdesk_assets.warehouse.ledger.tables import covered, ensure_ledger
from freshdesk_assets.warehouse.shape import ensure_shape

AT_ONCE = 200
"""Doubts asked for before the answers are stored."""

STRETCH_ROWS = 10_000
"""Rows that are verified before the doubts they brought are asked for."""


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

    def leave_out(self, before: int) -> None:
        """Not count what was spent since the tally stood at `before`."""
        self.beside += self.tally.credits - before


@dataclass(slots=True)
class Evidence:
    """The rows that a table's listings sent, and over which stretches they were read."""

    table: Table
    _ids: "array[int]" = field(default_factory=lambda: array("q"))
    _read: dict[str, list[Interval]] = field(default_factory=dict)

    def heed(self, start: datetime, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages of listings read since `start`, noted; those of a reading cut short prove nothing."""
        if self.table.existence is None:
            yield from pages
            return
        mark = RowReader(self.table).mark
        reached: dict[str, datetime] = {}
        for page in pages:
            self._ids.extend(int(key) for row in page.rows if (key := mark(row)[0]).isdigit())
            reached[page.listing] = page.covered_to or reached.get(page.listing, start)
            yield page
        for listing, end in reached.items():
            self._read.setdefault(listing, []).append((start, end))

    def doubt(self, warehouse: Warehouse, at: datetime) -> None:
        """Doubt what is stored and was not sent, where every listing was read; `at` is what that is dated."""
        if self.table.existence is None:
            return
        stretches = common(self._read.get(listing.name, []) for listing in self.table.listings)
        if not stretches:
            return
        with warehouse.open(checkpoint=False) as connection:
            ensure_shape(connection, self.table)
            ensure_ledger(connection)
            for start, end in stretches:
                doubt_unlisted(connection, self.table, self._ids, start, end, datetime.now(UTC))
                record_verified(connection, self.table, start, end, at)


@dataclass(slots=True, kw_only=True)
class Reconciliation:
    """Finds out what of one table exists.

    `store` stores the pages given so far, `say` and `warn` tell the run's log.
    """

    table: Table
    reader: Reader
    warehouse: Warehouse
    allowance: Allowance
    requested_at: datetime
    store: Callable[[], None]
    say: Callable[[str], None]
    warn: Callable[[str], None]

    def pages(self) -> Iterator[Page]:
        """What is found: rows, and verdicts on those that are doubted."""
        with self.warehouse.open(checkpoint=False) as connection:
            ensure_shape(connection, self.table)
            ensure_ledger(connection)
        match self.table.sync:
            case ChangedSince() as sync:
                yield from self._whole_list(sync)
            case Keyset() | LookBack() if self.table.existence:
                yield from self._verified(self.table.existence)
            case _:
                pass

    def _whole_list(self, sync: ChangedSince) -> Iterator[Page]:
        """The whole list, when it is due: rows in none of its listings are gone."""
        with self.warehouse.open(checkpoint=False) as connection:
            read_at, rows = whole_list(connection, self.table)
        if read_at is not None and datetime.now(UTC) - read_at < sync.whole_every:
            return
        # Pages overlap, by about a seventh on long lists (see offsets).
        cost = len(self.table.listings) + rows * 8 // (7 * PER_PAGE)
        if cost > self.allowance.credits:
            self.warn(
                f"{self.table.name}: deletions were not looked for, since the list of {rows:,} rows costs"
                f" about {cost:,} credits and FRESHDESK_RECONCILE_CREDITS allows {self.allowance.credits:,} a"
                " night: set it higher to find them"
            )
        elif cost > self.allowance.left:
            self.say(
                f"{self.table.name}: {cost:,} credits for the whole list are not left, the next night again"
            )
        else:
            yield from self.reader.read_changes(self.table, sync, {})

    def _verified(self, existence: Existence) -> Iterator[Page]:
        yield from self._answers(existence)
        while stretch := self._next_stretch():
            yield from self._go_through(*stretch)
            self.store()
            yield from self._answers(existence)
        with self.warehouse.open(checkpoint=False) as connection:
            left = doubted(connection, self.table)
        if left:
            self.say(f"{self.table.name}: {left:,} rows are doubted, to be asked for on the next nights")

    def _answers(self, existence: Existence) -> Iterator[Page]:
        """The doubts asked for, as far as the budget goes."""
        dearest = 2 if existence.archived else 1
        while (most := min(AT_ONCE, self.allowance.left // dearest)) > 0:
            with self.warehouse.open(checkpoint=False) as connection:
                doubts = open_doubts(connection, self.table, existence, now=datetime.now(UTC), limit=most)
            if not doubts:
                return
            yield from ask_doubts(self.reader, self.table, existence, doubts)
            self.store()

    def _next_stretch(self) -> Interval | None:
        """What to verify next that the budget can pay for: a page per listing is the least."""
        most = (self.allowance.left - 2 * len(self.table.listings)) * PER_PAGE * 7 // 8
        if most <= 0:
            return None
        with self.warehouse.open(checkpoint=False) as connection:
            reached = covered(connection, self.table, self.table.listings[0].name)
            if not reached:
                return None
            return next_stretch(
                connection,
                self.table,
                until=reached[-1][1],
                before=self.requested_at,
                rows=min(most, STRETCH_ROWS),
            )

    def _go_through(self, start: datetime, end: datetime) -> Iterator[Page]:
        """A stretch of all listings; the rows of a list that sends them whole are stored too."""
        evidence = Evidence(self.table)
        match self.table.sync:
            case Keyset() as sync:
                for listing in self.table.listings:
                    pages = self.reader.read_keyset(self.table, sync, listing, start, end, plain=True)
                    for _ in evidence.heed(start, pages):
                        pass
            case LookBack() as sync:
                pages = self.reader.read_look_back(self.table, sync, start, end, timedelta(0))
                yield from evidence.heed(start, pages)
            case _:
                pass
        evidence.doubt(self.warehouse, self.requested_at)
        # Gone through is gone through, however far the lists vouch for themselves.
        with self.warehouse.open(checkpoint=False) as connection:
            record_verified(connection, self.table, start, end, self.requested_at)
