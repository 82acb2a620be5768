"""From pages to files that DuckDB reads: rows wait on disk, so that the database is open only to load."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import BinaryIO, Protocol, Self, TypeAlias

from freshdesk_assets.schema.endpoint import Value
from freshdesk_assets.schema.page import Page, ParentRead, Verdict
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets.warehouse.landing.fitting import Fitter
from freshdesk_assets.warehouse.landing.oversized import ALWAYS_FITS, longest_row, set_aside
from freshdesk_assets.warehouse.landing.spool_folders import claim, sweep
from freshdesk_assets.warehouse.ledger.credits import CallsMade
from freshdesk_assets.warehouse.ledger.personal import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Rows of a batch by what became of them; one that a run lands by list and by call counts once.

    `held_back` are rows that a full list lacked, not marked as deleted because the list is doubted. `first`
    is when the run landed the first rows of the table.
    """

    read: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    rejected: int = 0
    odd: int = 0
    held_back: int = 0
    first: datetime | None = field(default=None, compare=False)

    def __add__(self, other: Self) -> Self:
        counts = [each.name for each in fields(self) if each.compare]
        added = {name: getattr(self, name) + getattr(other, name) for name in counts}
        return type(self)(**added, first=self.first or other.first)


@dataclass(slots=True)
class SpooledFile:
    """Rows that came by one listing and carry the same columns, a line each."""

    path: Path
    keep: frozenset[str]
    defaults: Mapping[str, Value]
    rows: int = 0
    longest: int = 0


Belonging: TypeAlias = Mapping[str, tuple[tuple[Table, str], ...]]
"""By a table's name: the tables whose rows go when its rows go, each with the column that refers to them."""


class Treatment(Protocol):
    """What becomes of rows before they are written."""

    def __call__(self, row: bytes) -> bytes:
        """What may be written of a row."""

    def taken(self) -> list[Mark]:
        """Marks of the rows since the last call that were found to be of persons who were forgotten."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """What one transaction stores: rows, and what reading them settled.

    - `run`: the Dagster run that read it.
    - `parent`: the parent table, if the table is read per row of one.
    - `spent`: the calls that reading it took, if they are not recorded yet.
    - `folder`: the spool's folder, to be removed; the last batch of a table has it.
    - `marks`: of rows that were found to be of persons who were forgotten.
    - `landed`: what the batches before it came to.
    - `finished`: in the last, whether the table was read to its end.
    """

    table: Table
    run: str | None = None
    parent: Table | None = None
    files: list[SpooledFile] = field(default_factory=list)
    covered: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    reread: list[tuple[str, datetime, datetime, datetime]] = field(default_factory=list)
    parents: list[ParentRead] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    belonging: Belonging = field(default_factory=dict)
    rejected: list[bytes] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    keys: Path | None = None
    completes: bool = False
    finished: bool = False
    folder: Path | None = None
    landed: Landed = field(default_factory=Landed)
    spent: CallsMade | None = None
    rows: int = 0
    bytes: int = 0

    @property
    def last(self) -> bool:
        """Whether it is the last of its table."""
        return self.folder is not None

    @property
    def settles_nothing(self) -> bool:
        """Whether storing it would change nothing at all."""
        return not (
            self.rows
            or self.covered
            or self.reread
            or self.parents
            or self.verdicts
            or self.rejected
            or self.completes
        )


class Spool:
    """A folder of newline-delimited JSON for one table, emptied batch by batch."""

    def __init__(
        self,
        root: Path,
        table: Table,
        belonging: Belonging | None = None,
        *,
        run: str | None = None,
        parent: Table | None = None,
        memory_limit: str | None = None,
        treatment: Treatment | None = None,
    ) -> None:
        """Make a folder under `root`; folders of processes that have ended are removed.

        - `belonging`: what goes with the rows of the table and of its parent.
        - `memory_limit`: what they are landed with; a row that does not fit into it is set aside.
        - `treatment`: makes of each row what may be written of it.
        """
        self._memory_limit, self._treatment = memory_limit, treatment
        self.warnings: list[str] = []
        self._table, self._run, self._parent = table, run, parent
        self._belonging = belonging or {}
        self._fitter = Fitter(table)
        root.mkdir(parents=True, exist_ok=True)
        sweep(root)
        self.folder = Path(mkdtemp(prefix=f"{os.getpid()}-{table.name}-", dir=root))
        claim(self.folder)
        self._open: BinaryIO | None = None
        self._kind: tuple[str, frozenset[str]] | None = None
        self._files = 0
        self._given_away = False
        self._batch = self._empty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._close()
        except WarehouseError:
            if error is None and self._given_away:  # else it is removed, and no error must be hidden
                raise
        if not self._given_away:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def rows(self) -> int:
        """Rows waiting to be taken."""
        return self._batch.rows

    @property
    def bytes(self) -> int:
        """Bytes waiting to be taken."""
        return self._batch.bytes

    @property
    def parents(self) -> int:
        """Parents whose lists wait to be taken."""
        return len(self._batch.parents)

    @property
    def settles_nothing(self) -> bool:
        """Whether storing what waits to be taken would change nothing at all."""
        return self._batch.settles_nothing

    def add(self, page: Page) -> None:
        """Write a page's rows; one that is no JSON object, has no key or is too long is set aside."""
        batch = self._batch
        for sent in page.rows:
            row = self._treatment(sent) if self._treatment else sent
            if len(row) > ALWAYS_FITS and len(row) > longest_row(self._memory_limit):
                kept, said = set_aside(self._table, row, longest_row(self._memory_limit))
                self.warnings.append(said)
                batch.rejected.append(kept)
                batch.rows += 1
                continue
            spooled, handle = self._file(page)
            line = row.strip()
            if self._fitter.fits(line):
                # Only between values: inside a string JSON has no line breaks.
                line = line.replace(b"\n", b" ").replace(b"\r", b" ")
            else:
                try:
                    line = self._fitter.fit(line)
                except ValueError:
                    batch.rejected.append(row)
                    batch.bytes += len(row)
                    batch.rows += 1
                    continue
            try:
                handle.write(line + b"\n")
            except OSError as error:
                raise _unwritable(self.folder, error) from error
            spooled.rows += 1
            spooled.longest = max(spooled.longest, len(line))
            batch.rows += 1
            batch.bytes += len(line) + 1
        if page.covered_from and page.covered_to and page.covered_to > page.covered_from:
            batch.covered.append((page.listing, page.covered_from, page.covered_to))
        if page.again and (page.covered_to or page.completes):
            start, end = page.covered_from or page.again, page.covered_to or page.again
            batch.reread.append((page.listing, start, end, page.again))
        batch.parents.extend(page.parents)
        batch.verdicts.extend(page.verdicts)
        batch.completes = batch.completes or page.completes

    def take(self) -> Batch:
        """Everything added since the last call, ready to be landed."""
        self._close()
        batch, self._batch = self._batch, self._empty()
        if self._treatment:
            batch.marks = self._treatment.taken()
        batch.keys = self.folder / "keys"
        return batch

    def take_last(self, landed: Landed, *, finished: bool = True) -> Batch:
        """Everything added since the last call, with the spool's folder, to be removed after landing."""
        batch = self.take()
        batch.folder, batch.landed, batch.finished = self.folder, landed, finished
        self._given_away = True
        return batch

    def _empty(self) -> Batch:
        return Batch(table=self._table, run=self._run, parent=self._parent, belonging=self._belonging)

    def _file(self, page: Page) -> tuple[SpooledFile, BinaryIO]:
        """The file that takes the page's rows: the last one, unless they are of another kind.

        Rows are never put before those of an earlier page: of two at one version, the later counts.
        """
        kind = (page.listing, page.keep)
        if self._open is None or kind != self._kind:
            self._close()
            self._files += 1
            path = self.folder / f"{self._files:06d}.ndjson"
            self._batch.files.append(SpooledFile(path, page.keep, page.defaults))
            self._open, self._kind = path.open("wb"), kind
        return self._batch.files[-1], self._open

    def _close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            try:
                opened.close()
            except OSError as error:
                raise _unwritable(self.folder, error) from error


def _unwritable(folder: Path, error: OSError) -> WarehouseError:
    return WarehouseError(
        f"{folder} cannot be written ({error.strerror}): what was stored before is intact;"
        " make room and run again"
    )
