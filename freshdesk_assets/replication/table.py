"""One table brought up to date: what is missing is read, spooled, and landed batch by batch."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from freshdesk_assets.extract.http.errors import BudgetSpent, FreshdeskError, NotAllowed
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.replication.progress import Progress, share_of
from freshdesk_assets.replication.reconciling import Allowance, Evidence, Reconciliation
from freshdesk_assets.replication.scope import Asked, Reading, ReadScope
from freshdesk_assets.replication.spending import Spending, in_one_go
from freshdesk_assets.schema.endpoint import Listing
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import ChangedSince, FullList, Keyset, LookBack, PerParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Batch, Landed, Spool
from freshdesk_assets.warehouse.ledger.credits import record_unfinished
from freshdesk_assets.warehouse.ledger.parents import Parent
from freshdesk_assets.warehouse.ledger.tables import ensure_ledger

BATCH_ROWS = 16_384
BATCH_BYTES = 128 * 1024 * 1024
BATCH_SECONDS = 15.0
"""A batch is stored when it has so many rows or bytes, or has waited so long: a crash loses at most one.
Smaller ones are dear, for DuckDB compresses the last row group anew with each (measured: 5,000 tickets at a
time take twice the CPU). Against the API it is the seconds that count."""


@dataclass(slots=True, kw_only=True)
class Replication:
    """Reads and lands one table, as far as its extent.

    `allowance` is what finding out what exists may cost. Afterwards `skipped` says why the table may not be
    read, and `left_open` what is still to be read for want of credits.
    """

    extent: ReadScope
    reader: Reader
    spool: Spool
    progress: Progress
    spending: Spending
    allowance: Allowance
    landed: Landed = field(default_factory=Landed)
    skipped: str | None = None
    left_open: str | None = None
    warnings: list[str] = field(default_factory=list)
    _stored_at: float = field(default_factory=time.monotonic)
    _settled: int = 0
    _listing: Listing | None = None
    _asking: Asked | None = None

    @property
    def table(self) -> Table:
        """The table it reads."""
        return self.extent.table

    @property
    def warehouse(self) -> Warehouse:
        """Where it lands it."""
        return self.extent.warehouse

    def run(self) -> Batch:
        """Read everything; returns the last batch, still to be landed."""
        try:
            for page, share in self._pages():
                self.spool.add(page)
                self.progress.count(len(page.rows), share)
                if page.covered_to or page.completes or page.parents:
                    self._settled = self.progress.spent.credits
                if self._full():
                    self._store()
        except NotAllowed as error:
            self.skipped = str(error)
        except BudgetSpent as spent:
            if self.extent.reading is Reading.EXISTENCE:
                self._store()
                self.warnings.append(f"{self.table.name}: to be gone on with the next night: {spent}")
            else:
                self._leave_open()
        except WarehouseError:
            raise
        except BaseException as error:
            if isinstance(error, FreshdeskError):
                # It was paid for: whoever goes on need not ask for it again.
                self._store()
            self.spending.tell(self.warehouse)
            raise
        read = self.extent.reading is not Reading.EXISTENCE
        batch = self.spool.take_last(self.landed, finished=read and not (self.skipped or self.left_open))
        batch.spent = self.spending.untold
        return batch

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
                recorded = self.spending.write(connection)
            self.spending.told(recorded)
        for file in batch.files:
            file.path.unlink()
        self._stored_at = time.monotonic()

    def _pages(self) -> Iterator[tuple[Page, float | None]]:
        if self.extent.reading is Reading.EXISTENCE:
            yield from self._existence()
            return
        evidence = Evidence(self.table)
        match self.table.sync:
            case Keyset() as sync:
                yield from self._changes(sync, evidence)
                if self.extent.reading is Reading.AGAIN:
                    evidence.doubt(self.warehouse, self.extent.day)
            case ChangedSince() as sync:
                pages = self.reader.read_changes(self.table, sync, self.extent.changed_since())
                yield from _unmeasured(self._noted(pages))
            case FullList():
                if not self.extent.reread(self.table.listings[-1]):
                    yield from _unmeasured(self._noted(self.reader.read_full(self.table)))
            case LookBack(days=days) as sync:
                for start, end in self.extent.gaps(self.table.listings[0]):
                    back = self.extent.look_back(start, days)
                    closed = end if end <= datetime.now(UTC) else None
                    pages = self.reader.read_look_back(self.table, sync, start, closed, back)
                    yield from _unmeasured(evidence.heed(start - back, self._noted(pages)))
                evidence.doubt(self.warehouse, self.extent.day)
            case PerParent(parent=parent) as sync:
                asked = self.extent.parents(self.extent.catalog[parent])
                for parents, share in self._parents(asked):
                    for page in _closing(self.reader.read_lists(self.table, sync, parents)):
                        yield page, share()
        yield from self._row_calls()

    def _changes(self, sync: Keyset, evidence: Evidence) -> Iterator[tuple[Page, float | None]]:
        for listing in self.table.listings:
            self._listing = listing
            for start, end in self.extent.gaps(listing):
                pages = self._noted(self.reader.read_keyset(self.table, sync, listing, start, end))
                for page in evidence.heed(start, pages):
                    yield page, share_of(page.covered_to, start, min(end, datetime.now(UTC)))

    def _existence(self) -> Iterator[tuple[Page, float | None]]:
        """What exists. A row that changed since the last sync would be missed where it was: it is read first.

        Nothing is known of what was never read.
        """
        match self.table.sync:
            case Keyset() as sync:
                if not self.extent.covered(self.table.listings[0]):
                    return
                before = self.allowance.tally.credits
                yield from self._changes(sync, Evidence(self.table))
                self.allowance.leave_out(before)
                self._store()
            case _:
                pass
        reconciliation = Reconciliation(
            table=self.table,
            reader=self.reader,
            warehouse=self.warehouse,
            allowance=self.allowance,
            requested_at=self.extent.requested_at,
            store=self._store,
            say=self.progress.say,
            warn=self.warnings.append,
        )
        yield from _unmeasured(reconciliation.pages())

    def _row_calls(self) -> Iterator[tuple[Page, float | None]]:
        """The rows' own calls, for those of them that changed; what the lists brought is landed before."""
        if (row_call := self.reader.row_call_of(self.table)) is None:
            return
        self._store()
        before = self.reader.now - row_call.every if row_call.every else None
        for parents, share in self._parents(
            Asked(source=self.table, read_before=before, stale=row_call.stale)
        ):
            for page in _closing(self.reader.read_row_calls(self.table, row_call, parents)):
                yield page, share()

    def _parents(self, asked: Asked) -> Iterator[tuple[Iterable[Parent], "_Share"]]:
        """Rows whose list or own call is not read yet, some at a time, with the share done."""
        share = _Share()
        before: tuple[Parent, ...] = ()
        self._asking = asked
        while True:
            found = self.extent.pending(asked)
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
            yield replace(page, again=began) if self.extent.reading is Reading.AGAIN else page

    def _leave_open(self) -> None:
        """Say what is still to be read, and remember it for the next run."""
        self._store()
        needs: int | None = None
        match self.table.sync:
            case _ if self._asking:
                needs = 0
                waiting = self.extent.pending(self._asking).total
                self.left_open = f"{waiting:,} {self._asking.source.name} to be asked"
            case Keyset():
                listing = self._listing or self.table.listings[0]
                start, _ = next(iter(self.extent.gaps(listing)), (self.extent.start, self.extent.end))
                self.left_open = f"its list ({listing.name}) from {start:%Y-%m-%d %H:%M} UTC on"
            case _:
                needs = self.progress.spent.credits - self._settled or None
                self.left_open = in_one_go(needs, self.reader.client.budget) if needs else "its list"
        with self.warehouse.open(checkpoint=False) as connection:
            ensure_ledger(connection)
            record_unfinished(connection, self.table, self.left_open, needs)


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
