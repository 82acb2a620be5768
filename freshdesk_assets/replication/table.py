"""From the steps that read one table to its rows in the warehouse: spooled, and landed batch by batch."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from freshdesk_assets.extract.account import judged
from freshdesk_assets.extract.http.errors import BudgetSpent, FreshdeskError, NotAllowed, NotFound, Withdrawn
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.replication.itinerary import (
    FilesOfDays,
    KeysetInterval,
    Lists,
    PerRow,
    Step,
    Verification,
    WholeListIfDue,
    steps,
)
from freshdesk_assets.replication.progress import Progress, share_of
from freshdesk_assets.replication.reconciling import Allowance, Evidence, Reconciliation
from freshdesk_assets.replication.scope import Reading, ReadScope
from freshdesk_assets.replication.spending import Spending, in_one_go
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.table import Table
from freshdesk_assets.stopping import postponement, undisturbed
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Batch, Landed, Spool
from freshdesk_assets.warehouse.ledger.credits import record_unfinished
from freshdesk_assets.warehouse.ledger.parents import Parent

BATCH_ROWS = 16_384
BATCH_BYTES = 128 * 1024 * 1024
BATCH_SECONDS = 15.0
"""A batch is stored when it has so many rows or bytes, or has waited so long: a crash loses at most one.
Smaller batches cost more, because DuckDB compresses the last row group anew with each (measured: 5,000
tickets at a time take twice the CPU). With the real API, the seconds are reached first."""

BATCH_SECONDS_AT_MOST = 60.0
STORING_SHARE = 10
"""Where storing takes long, as on a lake in an object store, a batch waits so many times as long as storing
the last one took: a tenth of a run goes there, and fewer, larger files come of it."""

AT_THE_END = 2.0
"""Seconds that a run waits for the file when a signal has stopped it."""

PART_BYTES = 32 * 1024 * 1024
"""What a page adds to a batch at a time: a batch is no larger than `BATCH_BYTES` and this, or one row."""


def patience(storing: float) -> float:
    """Seconds that a batch waits for more rows where storing the last one took so many."""
    return min(max(BATCH_SECONDS, STORING_SHARE * storing), BATCH_SECONDS_AT_MOST)


@dataclass(slots=True, kw_only=True)
class Replication:
    """Reads and lands what the scope says of one table.

    - `allowance`: what finding out which rows exist may cost.
    - `skipped`: afterwards, why the table may not be read.
    - `set_aside`: afterwards, which rows are set aside, since their own calls are refused.
    - `unfinished`: afterwards, what was not read because the credits were spent.
    """

    scope: ReadScope
    reader: Reader
    spool: Spool
    progress: Progress
    spending: Spending
    allowance: Allowance
    landed: Landed = field(default_factory=Landed)
    skipped: str | None = None
    set_aside: str | None = None
    unfinished: str | None = None
    warnings: list[str] = field(default_factory=list)
    _stored_at: float = field(default_factory=time.monotonic)
    _patience: float = BATCH_SECONDS
    _settled: int = 0
    """Credits spent when the last page came that need not be read again, whatever happens next."""
    _step: Step | None = None
    _stopped: bool = False

    @property
    def table(self) -> Table:
        """The table it reads."""
        return self.scope.table

    @property
    def warehouse(self) -> Warehouse:
        """Where it lands it; after a signal, nobody waits for another process that has the file."""
        return replace(self.scope.warehouse, lock_wait=AT_THE_END) if self._stopped else self.scope.warehouse

    def run(self) -> Batch:
        """Read everything; returns the last batch. The IO manager lands it, in the step's own transaction.

        Raises Withdrawn for a table that was read before and may not be read now.
        """
        try:
            self._read()
        except BudgetSpent as spent:
            if self.scope.reading is Reading.EXISTENCE:
                self._store()
                self.warnings.append(f"{self.table.name}: unfinished, the next night continues: {spent}")
            else:
                self._stop_for_credits()
        except WarehouseError:
            # The file could not be written: there is nowhere to store what is left, or its credits.
            raise
        except BaseException as error:
            # A signal raises what is no Exception. A second one must not come in between.
            self._stopped = not isinstance(error, Exception)
            with undisturbed():
                try:
                    if isinstance(error, FreshdeskError) or self._stopped:
                        # What was read is paid for: the run that continues need not ask for it again.
                        self._store()
                    self.spending.tell(self.warehouse)
                except WarehouseError as second:
                    # The first error is the cause: it is what the run ends with.
                    self.progress.say(f"what was read last could not be stored either: {second}")
            raise
        self.warnings += self.reader.clocks.warnings()
        read = self.scope.reading is not Reading.EXISTENCE
        batch = self.spool.take_last(self.landed, finished=read and not (self.skipped or self.unfinished))
        batch.spent = self.spending.untold
        return batch

    def _read(self) -> None:
        """Spool and store every page; a table that the key was never allowed to read is left out."""
        try:
            with judged(self.reader, self.scope.catalog):
                for page, share in self._pages():
                    for part in in_parts(page):
                        with postponement() as postpone:
                            postpone()
                            self.spool.add(part)
                        if self._full():
                            self._store()
                    if self._calls_for_rows:
                        self.progress.count_calls(share or 0.0)
                    else:
                        self.progress.count(len(page.rows), share)
                    if page.covered_to or page.completes or page.parents:
                        self._settled = self.progress.spent.credits
        except (NotAllowed, NotFound) as error:
            if isinstance(error, NotFound) and not (self.table.optional and not self.table.branches):
                raise
            if self.scope.was_read:
                raise Withdrawn(
                    f"{self.table.name} was read before and is refused now; what is stored stays. {error}"
                ) from None
            self.skipped = str(error)

    @property
    def _calls_for_rows(self) -> bool:
        """Whether the step under way asks for rows of the table itself, which its list mostly brought."""
        return isinstance(self._step, PerRow) and self._step.call is not None

    def _full(self) -> bool:
        spool = self.spool
        return (
            spool.rows >= BATCH_ROWS
            or spool.bytes >= BATCH_BYTES
            or spool.parents >= BATCH_ROWS
            or time.monotonic() - self._stored_at >= self._patience
        )

    def _store(self) -> None:
        with postponement() as postpone:
            if not self.spool.settles_nothing:
                began = time.monotonic()
                with self.warehouse.open(checkpoint=False) as connection:
                    # Taken only now: a signal that came while the file was waited for leaves it in the spool.
                    postpone()
                    batch = self.spool.take()
                    batch.landed = self.landed
                    self.landed += land(connection, batch, datetime.now(UTC))
                    recorded = self.spending.write(connection)
                self.spending.told(recorded)
                for file in batch.files:
                    file.path.unlink()
                self._patience = patience(time.monotonic() - began)
            if self._calls_for_rows:
                # A row that came by its list and by its own call is one.
                self.progress.rows = self.landed.read
            self._stored_at = time.monotonic()

    def _pages(self) -> Iterator[tuple[Page, float | None]]:
        """The pages of every step, each with the share of the step that is done; None if unknown."""
        evidence = Evidence(self.table)
        for step in steps(self.scope, self.reader):
            self._step = step
            before = self.progress.spent.credits
            match step:
                case PerRow():
                    # What the lists brought is landed first: the ledger then knows which rows to ask for.
                    evidence.doubt(self.warehouse, self.scope.day)
                    self._store()
                    yield from self._rows(step)
                case WholeListIfDue() | Verification():
                    for page in self._reconciliation().pages(step):
                        yield page, None
                case _:
                    pages = self._noted(step.pages(self.reader))
                    for page in evidence.heed(step, pages):
                        yield page, _share(step, page)
                    if self.scope.reading is Reading.EXISTENCE:
                        self.allowance.leave_out(self.progress.spent.credits - before)
                        self._store()
        evidence.doubt(self.warehouse, self.scope.day)

    def _reconciliation(self) -> Reconciliation:
        return Reconciliation(
            table=self.table,
            reader=self.reader,
            warehouse=self.warehouse,
            allowance=self.allowance,
            requested_at=self.scope.requested_at,
            store=self._store,
            say=self.progress.say,
            warn=self.warnings.append,
        )

    def _rows(self, step: PerRow) -> Iterator[tuple[Page, float | None]]:
        """A call per row, some rows at a time, until no row is left to ask for."""
        total = done = 0
        before: tuple[Parent, ...] = ()
        while True:
            found = self.scope.pending(step.asked)
            # Rows that stay pending after their call, as where one is refused, end it too.
            if not found.parents or found.parents == before:
                break
            total = total or found.total
            before = found.parents
            for page in _closing(step.pages(self.reader, found.parents, self.scope)):
                done += 1
                yield page, min(1.0, done / total)
            self._store()
        self.set_aside = self.scope.set_aside()

    def _noted(self, pages: Iterator[Page]) -> Iterator[Page]:
        """The pages; those of a backfill with the time at which reading them began."""
        began = datetime.now(UTC)
        for page in pages:
            yield replace(page, again=began) if self.scope.again else page

    def _stop_for_credits(self) -> None:
        """Store what was read; record what was not, for the log and for the next run."""
        self._store()
        # Credits that a list read in one go takes at least; 0 where reading continues, None if unknown.
        needs: int | None = None
        match self._step:
            case PerRow(asked=asked):
                needs = 0
                self.unfinished = f"{self.scope.pending(asked).total:,} {asked.source.name} to be asked for"
            case KeysetInterval(listing=listing):
                start, _ = next(iter(self.scope.gaps(listing)), (self.scope.start, self.scope.end))
                self.unfinished = f"its list ({listing.name}) from {start:%Y-%m-%d %H:%M} UTC on"
            case FilesOfDays():
                needs, self.unfinished = 0, "files of days"
            case _:
                needs = self.progress.spent.credits - self._settled or None
                self.unfinished = in_one_go(needs, self.reader.client.budget) if needs else "its list"
        with self.warehouse.open(checkpoint=False) as connection:
            record_unfinished(connection, self.table, self.unfinished, needs)


def in_parts(page: Page) -> Iterator[Page]:
    """The page in parts of a few megabytes; what reading it settled comes with the last.

    A hundred tickets with pasted logs are more than a batch should hold. The rows of a parent stay together:
    those that are not among them are gone.
    """
    if page.parents or sum(map(len, page.rows)) <= PART_BYTES:
        yield page
        return
    rows: list[bytes] = []
    for row in page.rows:
        if rows and sum(map(len, rows)) + len(row) > PART_BYTES:
            yield Page(listing=page.listing, rows=tuple(rows), keep=page.keep, defaults=page.defaults)
            rows = []
        rows.append(row)
    yield replace(page, rows=tuple(rows))


def _share(step: Lists, page: Page) -> float | None:
    """How much of a step is done with a page; None where pages do not come in order of time."""
    if isinstance(step, KeysetInterval):
        return share_of(page.covered_to, step.start, min(step.end, datetime.now(UTC)))
    return None


def _closing(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages; calls still under way are ended when the caller stops reading."""
    with closing(pages) as open_pages:  # type: ignore[type-var]
        yield from open_pages
