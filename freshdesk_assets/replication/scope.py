"""From what the ledger remembers to what of one table a run is to read."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from freshdesk_assets.extract.reading import EPOCH
from freshdesk_assets.replication.intervals import Interval, uncovered
from freshdesk_assets.schema.catalog import Catalog, upstream
from freshdesk_assets.schema.endpoint import Listing
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.parents import Pending, pending
from freshdesk_assets.warehouse.ledger.reread_log import reread
from freshdesk_assets.warehouse.ledger.tables import covered, ensure_ledger
from freshdesk_assets.warehouse.shape import ensure_shape

PARENTS_AT_ONCE = 1_000
"""Parents taken from the warehouse at a time, so that memory does not grow with their number."""


class Reading(Enum):
    """What a run reads."""

    MISSING = "missing"
    """What the warehouse does not cover yet."""

    AGAIN = "again"
    """The whole of the partitions, whatever is stored: what changed without a sign is only seen so."""

    EXISTENCE = "existence"
    """Which of the stored rows Freshdesk still has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which rows of `source` are asked for their list or by their own call; as in the ledger's `pending`."""

    source: Table
    start: datetime | None = None
    end: datetime | None = None
    read_before: datetime | None = None
    stale: str = ""
    asked_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadScope:
    """What of a table is to be read.

    `start` and `end` are the window asked for. What is missing is read whatever the window; read again is
    the whole of it, but for what was read again since `requested_at`, by this run's forerunner or another.
    `since` is the account's start date.
    """

    table: Table
    catalog: Catalog
    warehouse: Warehouse
    start: datetime
    end: datetime
    since: datetime
    reading: Reading
    requested_at: datetime

    def gaps(self, listing: Listing) -> list[Interval]:
        """The stretches to read."""
        if self.reading is Reading.AGAIN:
            return uncovered(self.reread(listing), self.start, self.end)
        return uncovered(self.covered(listing), self.since, self.end)

    def changed_since(self) -> dict[str, datetime]:
        """Per listing since when changes are missing; a listing that was never read whole is left out."""
        since = {}
        for listing in self.table.listings:
            stretches = self.covered(listing)
            if stretches and stretches[0][0] <= EPOCH:
                reached = stretches[0][1]
                since[listing.name] = min([reached, *(start for start, _ in self.gaps(listing)[:1])])
        return since

    def reread(self, listing: Listing) -> list[Interval]:
        """What was read again since that was asked for."""
        if self.reading is not Reading.AGAIN:
            return []
        with self.warehouse.open(checkpoint=False) as connection:
            ensure_ledger(connection)
            return reread(connection, self.table, listing.name, self.requested_at)

    def look_back(self, start: datetime, days: int) -> timedelta:
        """In full once a day, by a day in between: a full one costs a credit per hundred rows each time.

        Where a window is read again, once.
        """
        full = timedelta(days=days)
        if self.reading is Reading.AGAIN:
            return full if start == self.start else timedelta(0)
        if start > self.since and start.date() == datetime.now(UTC).date():
            return min(full, timedelta(days=1))
        return full

    def parents(self, source: Table) -> Asked:
        """The rows of the parent table whose own lists are read."""
        again = self.requested_at if self.reading is Reading.AGAIN else None
        return Asked(source=source, start=self.start, end=self.end, asked_before=again)

    def pending(self, asked: Asked, limit: int | None = PARENTS_AT_ONCE) -> Pending:
        """The next rows to ask, None for all of them, and how many there are."""
        with self.warehouse.open(checkpoint=False) as connection:
            for name in {asked.source.name, self.table.name, *upstream(self.table)}:
                ensure_shape(connection, self.catalog[name])
            ensure_ledger(connection)
            return pending(
                connection,
                self.table,
                asked.source,
                start=asked.start,
                end=asked.end,
                read_before=asked.read_before,
                stale=asked.stale,
                asked_before=asked.asked_before,
                limit=sys.maxsize if limit is None else limit,
            )

    @property
    def day(self) -> datetime:
        """What is verified by the way is dated: the day alone, or each look would be remembered."""
        return self.requested_at.replace(hour=0, minute=0, second=0, microsecond=0)

    def covered(self, listing: Listing) -> list[Interval]:
        """What of a listing is stored."""
        with self.warehouse.open(checkpoint=False) as connection:
            ensure_ledger(connection)
            return covered(connection, self.table, listing.name)
