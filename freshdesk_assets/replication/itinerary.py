"""From what the ledger remembers to the steps by which one table is read.

The steps are worked out here and nowhere else:

- A run reads them (`table.py`).
- A plan prices them (`estimating.py`).
- The step at which a run stopped says what it left unfinished.
- A sync begins with the partition in which the earliest step begins (`reached`).

Each step is worked out once the one before is done. Which rows need calls of their own is known only when the
list is stored. Whether an account keeps a list at its old path is known only when the list was asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TypeAlias

from freshdesk_assets.extract.day_files import read_days
from freshdesk_assets.extract.per_row import read_lists, read_row_calls
from freshdesk_assets.extract.reading import EPOCH, Reader
from freshdesk_assets.replication.archived import mark_of
from freshdesk_assets.replication.scope import Reading, ReadScope
from freshdesk_assets.schema.endpoint import Existence, Listing, RowCall
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import (
    Branch,
    ChangedSince,
    DayFiles,
    EachParent,
    FullList,
    Keyset,
    LookBack,
    PerParent,
)
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.ledger.parents import Asked, Parent


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysetInterval:
    """The rows of one listing that changed in [start, end), in order of that change.

    - `proves`: a stored row of the interval that Freshdesk does not send is doubted.
    - `plain`: the includes are left out, because only the rows' ids matter.
    """

    table: Table
    sync: Keyset
    listing: Listing
    start: datetime
    end: datetime
    proves: bool = False
    plain: bool = False

    @property
    def since(self) -> datetime:
        """The time from which it reads."""
        return self.start

    def pages(self, reader: Reader) -> Iterator[Page]:
        """What Freshdesk sends."""
        return reader.read_keyset(self.table, self.sync, self.listing, self.start, self.end, plain=self.plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The rows of each listing that changed since the listing's time; a listing without one is read whole."""

    table: Table
    sync: ChangedSince
    changed_since: Mapping[str, datetime]

    @property
    def since(self) -> datetime | None:
        """The time from which it reads; None if the list is read whole."""
        return self.changed_since.get(self.table.listings[0].name)

    def pages(self, reader: Reader) -> Iterator[Page]:
        """What Freshdesk sends."""
        return reader.read_changes(self.table, self.sync, self.changed_since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Every row of the list, which has no times to ask by."""

    table: Table

    @property
    def since(self) -> None:
        """It begins at no time."""

    def pages(self, reader: Reader) -> Iterator[Page]:
        """What Freshdesk sends."""
        return reader.read_full(self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The rows whose time lies in [start - back, end); without an end, rows dated in the future too.

    From `EPOCH` on it is the whole list. The ledger remembers when that was last read. With `proves`, a
    stored row of the interval that Freshdesk does not send is doubted.
    """

    table: Table
    sync: LookBack
    start: datetime
    end: datetime | None
    back: timedelta
    proves: bool = True

    @property
    def since(self) -> datetime:
        """The time from which it reads what was not read before."""
        return self.start

    def pages(self, reader: Reader) -> Iterator[Page]:
        """What Freshdesk sends."""
        pages = reader.read_look_back(self.table, self.sync, self.start, self.end, self.back)
        if self.start > EPOCH:
            return pages
        began = datetime.now(UTC)
        return (replace(page, again=began) for page in pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesOfDays:
    """The files of days that were not read; `begun` says whether any was."""

    table: Table
    sync: DayFiles
    days: tuple[date, ...]
    begun: bool

    @property
    def since(self) -> datetime:
        """The time from which it reads."""
        return datetime.combine(self.days[0], time(), UTC)

    def pages(self, reader: Reader) -> Iterator[Page]:
        """What the files have."""
        return read_days(reader.client, self.table, self.sync, self.days, begun=self.begun)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerRow:
    """A call per row: of a parent table's rows for their own lists, or of the table's rows for themselves.

    `call` is the call for a row of the table itself, `branch` that for the list of a parent's row: a step has
    one of them. The rows are taken from the warehouse while the step is read.
    """

    table: Table
    asked: Asked
    call: RowCall | None = None
    branch: Branch | None = None

    def pages(self, reader: Reader, rows: Iterable[Parent], scope: ReadScope) -> Iterator[Page]:
        """What Freshdesk sends for these rows."""
        others = partial(scope.answered_before, self.asked)
        if self.call:
            record = self.asked.record
            return read_row_calls(reader.client, self.table, self.call, rows, others, record=record)
        if self.branch is None:
            raise TypeError(f"a step of {self.table.name} makes a call per row, and does not say which")
        existence = self.asked.source.existence
        own_path = existence.path if existence else ""
        given = (reader.client, self.table, self.branch, rows, others, own_path, scope.variants(self.branch))
        known, mark = scope.known_lists(self.branch, reader.now), mark_of(self.asked.source, self.table)
        return read_lists(*given, known=known, mark=mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeListIfDue:
    """The whole list, to find what no sync can see; skipped if read within `sync.whole_every`."""

    table: Table
    sync: ChangedSince | LookBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Which rows exist, interval by interval, with a call for each stored row that the lists do not have."""

    table: Table
    existence: Existence


Lists: TypeAlias = KeysetInterval | Changes | Whole | Days | FilesOfDays
"""Steps that read a list."""

Step: TypeAlias = Lists | PerRow | WholeListIfDue | Verification


def steps(scope: ReadScope, reader: Reader) -> Iterator[Step]:
    """The steps that read the scope's table, in order."""
    if scope.reading is Reading.EXISTENCE:
        yield from _existence(scope)
        return
    yield from _new_rows(scope, reader.now)
    table = scope.table
    if call := reader.row_call_of(table):
        yield PerRow(table=table, asked=scope.rows(call, reader.now), call=call)


def reached(scope: ReadScope) -> datetime | None:
    """The time up to which the table is stored; None if nothing is, and for a list without times.

    It is not later than the first row, changed since `scope.since`, whose own list is still unread. A run
    that stopped for lack of credits or rights leaves such rows in partitions that Dagster counts as run.
    """
    # A table that was never read, as one that the key may not read, does not count.
    begun = any(scope.covered(listing) for listing in scope.table.listings)
    # What is read each time, as trees and days without a file are, is behind in no partition.
    if isinstance(scope.table.sync, EachParent | DayFiles):
        return None
    found = [
        scope.earliest(step.asked) if isinstance(step, PerRow) else step.since if begun else None
        for step in _new_rows(scope, datetime.now(UTC))
    ]
    return min((moment for moment in found if moment), default=None)


def steps_within(table: Table, start: datetime, end: datetime) -> Iterator[KeysetInterval | Days]:
    """The steps that show which rows of [start, end) exist, whatever is stored."""
    match table.sync:
        case Keyset() as sync:
            for listing in table.listings:
                yield KeysetInterval(
                    table=table, sync=sync, listing=listing, start=start, end=end, proves=True, plain=True
                )
        case LookBack() as sync:
            yield Days(table=table, sync=sync, start=start, end=end, back=timedelta(0))
        case _:
            pass


def _new_rows(scope: ReadScope, now: datetime) -> Iterator[Lists | PerRow]:
    """The steps that read rows which are not stored at the time `now`, or have changed since they were."""
    table = scope.table
    match table.sync:
        case Keyset() as sync:
            yield from _keyset(scope, sync, proves=scope.again)
        case ChangedSince() as sync:
            yield Changes(table=table, sync=sync, changed_since=scope.changed_since())
        case FullList():
            # The last listing is recorded when the whole list was read.
            if not scope.reread(table.listings[-1]):
                yield Whole(table=table)
        case LookBack(days=days) as sync:
            for start, end in scope.days():
                closed = end if end <= datetime.now(UTC) else None
                back = scope.look_back(start, days)
                yield Days(table=table, sync=sync, start=start, end=closed, back=back)
        case DayFiles() as sync:
            if files := scope.whole_days(now, sync.days):
                begun = bool(scope.covered(table.listings[0]))
                yield FilesOfDays(table=table, sync=sync, days=tuple(files), begun=begun)
        case PerParent():
            for branch in table.branches:
                yield PerRow(table=table, asked=scope.parents(branch), branch=branch)
        case EachParent() as sync:
            for branch in table.branches:
                yield PerRow(table=table, asked=scope.each_parent(branch, sync, now), branch=branch)
            if table.existence:
                yield PerRow(table=table, asked=scope.lost(), call=RowCall(table.existence.path))


def _keyset(scope: ReadScope, sync: Keyset, *, proves: bool = False) -> Iterator[KeysetInterval]:
    """The intervals of each listing; rows new in an interval prove nothing of older ones (`proves`)."""
    for listing in scope.table.listings:
        for start, end in scope.gaps(listing):
            yield KeysetInterval(
                table=scope.table, sync=sync, listing=listing, start=start, end=end, proves=proves
            )


def _existence(scope: ReadScope) -> Iterator[Step]:
    """The steps that find out which rows exist.

    Changes are read first. A row that changed since the last sync has left the interval it was in, and would
    be taken for missing there. A table that was never read has no rows to verify.
    """
    table = scope.table
    match table.sync:
        case Keyset() as sync:
            if not scope.covered(table.listings[0]):
                return
            yield from _keyset(scope, sync)
        case ChangedSince() as sync:
            yield WholeListIfDue(table=table, sync=sync)
        case LookBack() as sync if scope.covered(table.listings[0]):
            yield WholeListIfDue(table=table, sync=sync)
        case _:
            pass
    if table.existence and isinstance(table.sync, Keyset | LookBack):
        yield Verification(table=table, existence=table.existence)
