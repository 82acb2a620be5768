"""One table brought up to date: what is missing is read, spooled, and landed batch by batch."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from freshdesk_assets.extract.errors import FreshdeskError, NotAllowed
from freshdesk_assets.extract.reading import EPOCH, Reader
from freshdesk_assets.orchestration.progress import Progress, share_of
from freshdesk_assets.orchestration.readings import Reading
from freshdesk_assets.orchestration.stretches import Stretch, uncovered
from freshdesk_assets.schema.catalog import Catalog, upstream
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.table import ChangedSince, FullList, Keyset, Listing, LookBack, PerParent, Table
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.landing import land
from freshdesk_assets.warehouse.ledger import Parent, covered, ensure_ledger, pending
from freshdesk_assets.warehouse.rereading import reread
from freshdesk_assets.warehouse.shape import ensure_shape
from freshdesk_assets.warehouse.spool import Batch, Landed, Spool

BATCH_ROWS = 16_384
BATCH_BYTES = 128 * 1024 * 1024
BATCH_SECONDS = 15.0
"""A batch is stored when it has so many rows or bytes, or has waited so long: a crash loses at most one.
Smaller ones are dear, for DuckDB compresses the last row group anew with each (measured: 5,000 tickets at a
time take twice the CPU). Against the API it is the seconds that count."""

PARENTS_AT_ONCE = 1_000
"""Parents taken from the warehouse at a time, so that memory does not grow with their number."""


@dataclass(slots=True, kw_only=True)
class Replication:
    """Reads and lands one table.

    `start` and `end` are the window asked for. What is missing is read whatever the window; read again is
    the whole of it, but for what was read again since `requested_at`, by this run's forerunner or another.
    `since` is the account's start date. `leave_out` says whether parents may be left out of which a rule
    says that they have no rows.
    """

    table: Table
    catalog: Catalog
    reader: Reader
    warehouse: Warehouse
    spool: Spool
    progress: Progress
    start: datetime
    end: datetime
    since: datetime
    reading: Reading
    requested_at: datetime
    leave_out: bool
    landed: Landed = field(default_factory=Landed)
    skipped: str | None = None
    _stored_at: float = field(default_factory=time.monotonic)

    def run(self) -> Batch:
        """Read everything; returns the last batch, still to be landed."""
        try:
            for page, share in self._pages():
                self.spool.add(page)
                self.progress.count(len(page.rows), share)
                if self._full():
                    self._store()
        except NotAllowed as error:
            self.skipped = str(error)
        except FreshdeskError:
            # It was paid for: whoever goes on need not ask for it again.
            self._store()
            raise
        return self.spool.take_last(self.landed)

    def _full(self) -> bool:
        spool = self.spool
        return (
            spool.rows >= BATCH_ROWS
            or spool.bytes >= BATCH_BYTES
            or spool.parents >= BATCH_ROWS
            or time.monotonic() - self._stored_at >= BATCH_SECONDS
        )

    def _store(self) -> None:
        batch = self.spool.take()
        if not batch.settles_nothing:
            with self.warehouse.open(checkpoint=False) as connection:
                self.landed += land(connection, batch, datetime.now(UTC))
        for file in batch.files:
            file.path.unlink()
        self._stored_at = time.monotonic()

    def _pages(self) -> Iterator[tuple[Page, float | None]]:
        match self.table.sync:
            case Keyset() as sync:
                for listing in self.table.listings:
                    for start, end in self._gaps(listing):
                        pages = self.reader.read_keyset(self.table, sync, listing, start, end)
                        for page in self._noted(pages):
                            yield page, share_of(page.covered_to, start, min(end, datetime.now(UTC)))
            case ChangedSince() as sync:
                pages = self.reader.read_changes(self.table, sync, self._changed_since())
                yield from _unmeasured(self._noted(pages))
            case FullList():
                if not self._reread(self.table.listings[-1]):
                    yield from _unmeasured(self._noted(self.reader.read_full(self.table)))
            case LookBack(days=days) as sync:
                for start, end in self._gaps(self.table.listings[0]):
                    back = self._look_back(start, days)
                    closed = end if end <= datetime.now(UTC) else None
                    pages = self.reader.read_look_back(self.table, sync, start, closed, back)
                    yield from _unmeasured(self._noted(pages))
            case PerParent(parent=parent) as sync:
                source = self.catalog[parent]
                asked_before = self.requested_at if self.reading is Reading.AGAIN else None
                for parents, share in self._parents(
                    source, start=self.start, end=self.end, asked_before=asked_before
                ):
                    for page in _closing(self.reader.read_lists(self.table, sync, parents)):
                        yield page, share()
        yield from self._views()

    def _views(self) -> Iterator[tuple[Page, float | None]]:
        """The rows' own calls, for those of them that changed; what the lists brought is landed before."""
        if (view := self.reader.view_of(self.table)) is None:
            return
        self._store()
        before = self.reader.now - view.every if view.every else None
        for parents, share in self._parents(self.table, read_before=before, stale=view.stale):
            for page in _closing(self.reader.read_views(self.table, view, parents)):
                yield page, share()

    def _parents(
        self,
        source: Table,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        read_before: datetime | None = None,
        stale: str = "",
        asked_before: datetime | None = None,
    ) -> Iterator[tuple[Iterable[Parent], "_Share"]]:
        """Rows of `source` whose list or view is not read yet, some at a time, with the share done."""
        share = _Share()
        before: tuple[Parent, ...] = ()
        while True:
            with self.warehouse.open(checkpoint=False) as connection:
                for name in {source.name, self.table.name, *upstream(self.table)}:
                    ensure_shape(connection, self.catalog[name])
                ensure_ledger(connection)
                found = pending(
                    connection,
                    self.table,
                    source,
                    start=start,
                    end=end,
                    read_before=read_before,
                    stale=stale,
                    asked_before=asked_before,
                    leave_out=self.leave_out,
                    limit=PARENTS_AT_ONCE,
                )
            if not found.parents or found.parents == before:
                return
            share.total = share.total or found.total
            before = found.parents
            yield found.parents, share
            self._store()

    def _noted(self, pages: Iterator[Page]) -> Iterator[Page]:
        """The pages, with when this reading began if it is one of what was read before."""
        began = datetime.now(UTC)
        for page in pages:
            yield replace(page, again=began) if self.reading is Reading.AGAIN else page

    def _gaps(self, listing: Listing) -> list[Stretch]:
        """The stretches to read."""
        if self.reading is Reading.AGAIN:
            return uncovered(self._reread(listing), self.start, self.end)
        return uncovered(self._covered(listing), self.since, self.end)

    def _changed_since(self) -> dict[str, datetime]:
        """Per listing since when changes are missing; a listing that was never read whole is left out."""
        since = {}
        for listing in self.table.listings:
            stretches = self._covered(listing)
            if stretches and stretches[0][0] <= EPOCH:
                reached = stretches[0][1]
                since[listing.name] = min([reached, *(start for start, _ in self._gaps(listing)[:1])])
        return since

    def _covered(self, listing: Listing) -> list[Stretch]:
        with self.warehouse.open(checkpoint=False) as connection:
            ensure_ledger(connection)
            return covered(connection, self.table, listing.name)

    def _reread(self, listing: Listing) -> list[Stretch]:
        """What was read again since that was asked for."""
        if self.reading is not Reading.AGAIN:
            return []
        with self.warehouse.open(checkpoint=False) as connection:
            ensure_ledger(connection)
            return reread(connection, self.table, listing.name, self.requested_at)

    def _look_back(self, start: datetime, days: int) -> timedelta:
        """In full once a day, by a day in between: a full one costs a credit per hundred rows each time.

        Where a window is read again, once.
        """
        full = timedelta(days=days)
        if self.reading is Reading.AGAIN:
            return full if start == self.start else timedelta(0)
        if start > self.since and start.date() == datetime.now(UTC).date():
            return min(full, timedelta(days=1))
        return full


@dataclass(slots=True)
class _Share:
    """How much of a number of parents is done."""

    total: int = 0
    done: int = 0

    def __call__(self) -> float:
        self.done += 1
        return min(1.0, self.done / self.total) if self.total else 1.0


def _unmeasured(pages: Iterator[Page]) -> Iterator[tuple[Page, None]]:
    for page in pages:
        yield page, None


def _closing(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages, whose calls under way are ended when nobody reads on."""
    with closing(pages) as open_pages:  # type: ignore[type-var]
        yield from open_pages
