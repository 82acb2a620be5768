"""From the window asked for, and what the ledger has of it, to what a run reads of one table."""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from freshdesk_assets.extract.clocks import ALIKE
from freshdesk_assets.extract.reading import EPOCH
from freshdesk_assets.schema.catalog import Catalog, upstream
from freshdesk_assets.schema.endpoint import Listing, RowCall
from freshdesk_assets.schema.page import KnownList
from freshdesk_assets.schema.sync import Branch, EachParent, Keyset
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection, Warehouse
from freshdesk_assets.warehouse.ledger.coverage import covered
from freshdesk_assets.warehouse.ledger.credits import read_states
from freshdesk_assets.warehouse.ledger.intervals import Interval, uncovered
from freshdesk_assets.warehouse.ledger.known_lists import known_lists
from freshdesk_assets.warehouse.ledger.parents import Asked, Parent, Pending, earliest_pending, pending
from freshdesk_assets.warehouse.ledger.reread_log import reread
from freshdesk_assets.warehouse.ledger.set_aside import answered_before, set_aside, was_asked
from freshdesk_assets.warehouse.ledger.spared import Spared
from freshdesk_assets.warehouse.shape import ensure_shape

PARENTS_AT_ONCE = 1_000
"""Parents taken from the warehouse at a time, so that memory does not grow with their number."""


class Reading(Enum):
    """What a run reads."""

    MISSING = "missing"
    """What the warehouse does not cover yet."""

    AGAIN = "again"
    """The whole partitions, whatever is stored. Only this finds changes that Freshdesk gives no sign of."""

    WHOLE = "whole"
    """Everything since the start date, whatever is stored: whole lists, and every row's own call."""

    EXISTENCE = "existence"
    """Which of the stored rows Freshdesk still has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadScope:
    """What a run reads of one table.

    - `start`, `end`: the window asked for. MISSING reads every gap from `since` to `end` and ignores
      `start`. AGAIN re-reads [start, end), except intervals that an earlier attempt, or another run, has
      re-read since `requested_at`. WHOLE re-reads [since, end) like that, and lists and rows without such a
      window too.
    - `since`: the account's start date.
    """

    table: Table
    catalog: Catalog
    warehouse: Warehouse
    start: datetime
    end: datetime
    since: datetime
    reading: Reading
    requested_at: datetime

    @property
    def again(self) -> bool:
        """Whether what is stored is read again."""
        return self.reading in (Reading.AGAIN, Reading.WHOLE)

    @property
    def begin(self) -> datetime:
        """Where what is read again begins."""
        return self.since if self.reading is Reading.WHOLE else self.start

    def gaps(self, listing: Listing) -> list[Interval]:
        """The intervals to read."""
        if self.again:
            return uncovered(self.reread(listing), self.begin, self.end)
        return uncovered(self.covered(listing), self.since, self.end)

    def changed_since(self) -> dict[str, datetime]:
        """By listing, the time since which changes are missing; without listings never read whole."""
        since = {}
        for listing in self.table.listings:
            intervals = self.reread(listing) if self.reading is Reading.WHOLE else self.covered(listing)
            if intervals and intervals[0][0] <= EPOCH:
                reached = intervals[0][1]
                gaps = [] if self.reading is Reading.WHOLE else self.gaps(listing)
                since[listing.name] = min([reached, *(start for start, _ in gaps[:1])])
        return since

    def days(self) -> list[Interval]:
        """The intervals to read of a list filtered on a time that people set.

        At first that is the whole list, whichever partitions are run first: rows dated before the start date
        lie in none.
        """
        listing = self.table.listings[0]
        if self.reading is Reading.WHOLE:
            return uncovered(self.reread(listing), EPOCH, self.end)
        if not self.covered(listing):
            return [(EPOCH, self.end)]
        return self.gaps(listing)

    def whole_days(self, now: datetime, kept: int) -> list[date]:
        """The days to read that are over, of the last `kept` ones, in order."""
        last, wanted = min(now, self.end).date(), set[date]()
        for start, end in self.gaps(self.table.listings[0]):
            day = max(start.date(), now.date() - timedelta(days=kept))
            while day < last and datetime(day.year, day.month, day.day, tzinfo=UTC) < end:
                wanted.add(day)
                day += timedelta(days=1)
        return sorted(wanted)

    def reread(self, listing: Listing) -> list[Interval]:
        """The intervals of a listing that were re-read since the backfill was requested."""
        if not self.again:
            return []
        with self.warehouse.open(checkpoint=False) as connection:
            return reread(connection, self.table, listing.name, self.requested_at)

    def look_back(self, start: datetime, days: int) -> timedelta:
        """How far before `start` a list is read, to find older rows that changed without a sign.

        The first read of a day looks back `days`. Later ones look back a single day, because looking back
        costs a credit per hundred rows. A backfill looks back once, at its beginning.
        """
        if start <= EPOCH:
            return timedelta(0)
        full = timedelta(days=days)
        if self.again:
            return full if start == self.begin else timedelta(0)
        if start > self.since and start.date() == datetime.now(UTC).date():
            return min(full, timedelta(days=1))
        return full

    def parents(self, branch: Branch) -> Asked:
        """The rows of a parent table whose own lists are to be read: what is missing, wherever it is."""
        asked = Asked(
            source=self.catalog[branch.parent], record=self.table.recorded_as(branch), branch=branch
        )
        if self.reading is Reading.WHOLE:
            return replace(asked, all_before=self.requested_at)
        if self.reading is Reading.AGAIN:
            return replace(asked, start=self.start, end=self.end, asked_before=self.requested_at)
        if not isinstance(asked.source.sync, Keyset):
            # The parents are there whole, whatever the start date: so are their lists.
            return asked
        return replace(asked, start=self.since, end=self.end)

    def each_parent(self, branch: Branch, sync: EachParent, now: datetime) -> Asked:
        """The rows of a parent whose lists are to be read at the time `now` of Freshdesk.

        That is all that were not since the table was last read, or in the time of `sync.every`. So a walk
        that was stopped goes on where it stopped, and a finished one begins anew.
        """
        asked = Asked(
            source=self.catalog[branch.parent],
            record=self.table.recorded_as(branch),
            branch=branch,
            doubting=True,
            worth=sync.worth,
        )
        if self.again:
            return replace(asked, all_before=self.requested_at)
        if sync.every:
            return replace(
                asked,
                read_before=now - sync.every,
                read_after=now + ALIKE,
                refused_before=datetime.now(UTC) - sync.every,
            )
        with self.warehouse.open(checkpoint=False) as connection:
            state = read_states(connection).get(self.table.name)
        return replace(asked, all_before=state.finished_at if state else None)

    def known_lists(self, branch: Branch, now: datetime) -> dict[int, KnownList]:
        """By parent, what is stored of lists that are asked for their changes alone, at the time `now`."""
        if branch.changes is None or self.again:
            return {}
        with self.warehouse.open(checkpoint=False) as connection:
            ensure_shape(connection, self.table)
            return known_lists(connection, self.table, branch, now - branch.changes.whole_every)

    def variants(self, branch: Branch) -> list[str]:
        """What the branch's lists are asked for, once each; one empty text where they are asked for once."""
        if branch.variants is None:
            return [""]
        with self.warehouse.open(checkpoint=False) as connection:
            for name in branch.variants.after:
                ensure_shape(connection, self.catalog[name])
            return [str(value) for (value,) in connection.execute(branch.variants.sql).fetchall()]

    def lost(self) -> Asked:
        """The rows that the list of their parent no longer has, and that were not asked for since."""
        return Asked(source=self.table, record=self.table.recorded_alone, lost=True)

    def rows(self, call: RowCall, now: datetime) -> Asked:
        """The rows of the table whose own calls are to be made, at the time `now` of Freshdesk."""
        again = self.requested_at if self.reading is Reading.WHOLE else None
        before, after = (now - call.every, now + ALIKE) if call.every else (None, None)
        spared = None
        if call.every and call.told:
            spared = Spared(
                by=self.catalog[call.told.by],
                told=call.told,
                read_before=now - call.told.every,
                told_from=now - call.told.within,
                told_to=now + ALIKE,
            )
        return Asked(
            source=self.table,
            read_before=before,
            read_after=after,
            stale=call.stale,
            spared=spared,
            all_before=again,
        )

    def pending(self, asked: Asked, limit: int | None = PARENTS_AT_ONCE) -> Pending:
        """The next rows to ask for, at most `limit` of them (None: all), and how many there are in all."""
        with self._asking(asked) as connection:
            return pending(connection, self.table, asked, limit=sys.maxsize if limit is None else limit)

    def earliest(self, asked: Asked) -> datetime | None:
        """The earliest time, from `since` on, of a row still to be asked for; None if there is none."""
        with self._asking(asked) as connection:
            return earliest_pending(connection, self.table, replace(asked, start=self.since, end=None))

    def answered_before(self, asked: Asked, without: Collection[int]) -> list[Parent]:
        """A few rows for which the same call was answered before, or probably would be."""
        with self._asking(asked) as connection:
            record = asked.record or self.table.name
            found = answered_before(connection, record, asked.source, without)
        return [Parent(*row) for row in found]

    def set_aside(self) -> str | None:
        """The rows that wait because their own calls were refused, in words; None if there are none."""
        with self.warehouse.open(checkpoint=False) as connection:
            found = set_aside(connection, self.table)
        return found.said if found else None

    @property
    def was_read(self) -> bool:
        """Whether the table was read before: to its end, or a list of single rows of it."""
        with self.warehouse.open(checkpoint=False) as connection:
            state = read_states(connection).get(self.table.name)
            finished = state is not None and state.finished_at is not None
            return finished or (bool(self.table.branches) and was_asked(connection, self.table))

    @contextmanager
    def _asking(self, asked: Asked) -> Iterator[Connection]:
        with self.warehouse.open(checkpoint=False) as connection:
            for name in {asked.source.name, self.table.name, *upstream(self.table)}:
                ensure_shape(connection, self.catalog[name])
            yield connection

    @property
    def day(self) -> datetime:
        """The midnight that is recorded as when ordinary reads verified rows.

        With the exact time, every read would add intervals to the ledger.
        """
        return self.requested_at.replace(hour=0, minute=0, second=0, microsecond=0)

    def covered(self, listing: Listing) -> list[Interval]:
        """The intervals of a listing that are stored."""
        with self.warehouse.open(checkpoint=False) as connection:
            return covered(connection, self.table, listing.name)
