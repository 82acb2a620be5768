"""From what is stored and a few calls to what reading each table would cost."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from freshdesk_assets.extract.http.client import credits_of
from freshdesk_assets.extract.http.errors import NotAllowed, NotFound, Refused
from freshdesk_assets.extract.offsets import PER_PAGE, calls_for
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.extract.sizing import (
    Size,
    size_changes,
    size_keyset,
    size_look_back,
    size_whole,
    versions,
)
from freshdesk_assets.replication.itinerary import (
    Changes,
    Days,
    KeysetInterval,
    PerRow,
    Step,
    Verification,
    Whole,
    WholeListIfDue,
    steps,
)
from freshdesk_assets.replication.scope import ReadScope
from freshdesk_assets.schema.table import SubLimit, Table, Value
from freshdesk_assets.warehouse.ledger.parents import Asked
from freshdesk_assets.warehouse.ledger.sizes import calls_per_parent, rows_there
from freshdesk_assets.warehouse.ledger.unstored import not_stored

MINUTE = 60.0
AT_ONCE = 0.25
"""The share of a minute's credits that is spent without waiting (see the limiter)."""


@dataclass(slots=True, kw_only=True)
class Estimate:
    """What reading a table would cost: calls of its list, one by one, and calls per row, many at once."""

    table: Table
    list_calls: int = 0
    row_calls: int = 0
    credits: int = 0
    note: str = ""

    @property
    def calls(self) -> int:
        """All calls."""
        return self.list_calls + self.row_calls

    def add_list(self, calls: int, price: int) -> None:
        """So many calls of the list at so many credits each."""
        self.list_calls += calls
        self.credits += calls * price

    def add_rows(self, calls: int) -> None:
        """So many calls for single rows, a credit each."""
        self.row_calls += calls
        self.credits += calls


@dataclass(slots=True)
class Estimator:
    """Estimates tables in the order in which a run would read them; `chosen` are those of the run."""

    reader: Reader
    chosen: Collection[str]
    _changed: dict[str, Size] = field(default_factory=dict)

    def estimate(self, scope: ReadScope) -> Estimate:
        """What a run would spend on the table, step by step."""
        made = Estimate(table=scope.table)
        self._changed[scope.table.name] = Size()
        try:
            for step in steps(scope, self.reader):
                self._changed[scope.table.name] += self._price(made, scope, step)
        except (NotAllowed, NotFound, Refused) as error:
            made.add_list(1, 1)
            made.note = f"left out: {error}"
        return made

    def _price(self, made: Estimate, scope: ReadScope, step: Step) -> Size:
        """Add the calls of a step to what the table costs; the rows that it would bring."""
        table, found = scope.table, Size()
        match step:
            case KeysetInterval(sync=sync, listing=listing, start=start, end=end):
                found = size_keyset(self.reader, table, sync, listing, start, end)
                made.add_list(int(listing.probe), 1)
                if found.sample or not listing.probe:
                    made.add_list(found.calls, _page_price(table, listing.params))
            case Changes(sync=sync, changed_since=since):
                for listing in table.listings:
                    size = size_changes(self.reader, table, sync, listing, since.get(listing.name))
                    found += size
                    made.add_list(size.calls, _page_price(table, listing.params))
            case Whole():
                found = self._size_whole(made, scope)
            case Days(sync=sync, start=start, end=end, back=back):
                for listing in table.listings:
                    size = size_look_back(self.reader, table, sync, listing, start - back, end)
                    found += size
                    made.add_list(size.calls, _page_price(table, listing.params))
            case PerRow(asked=asked, call=call):
                rows = self._due(scope, asked)
                each = 1.0
                if call is None:
                    with scope.warehouse.open(checkpoint=False) as connection:
                        each = calls_per_parent(connection, table, PER_PAGE)
                made.add_rows(math.ceil(rows * each))
                made.note = f"{rows:,} {asked.source.name} to ask"
            case WholeListIfDue() | Verification():
                raise TypeError("a plan of what exists would cost what finding it out does")
        return found

    def _size_whole(self, made: Estimate, scope: ReadScope) -> Size:
        """A list read whole: counted where a call per row hangs on it, else as long as it was last time."""
        table = scope.table
        with scope.warehouse.open(checkpoint=False) as connection:
            stored = rows_there(connection, table)
        found = Size()
        for listing in table.listings:
            if table.fallback or (table.row_call and not stored):
                size = size_whole(self.reader, table, listing, stored)
                found += size
                made.add_list(size.calls, _page_price(table, listing.params))
            else:
                made.add_list(calls_for(stored), _page_price(table, listing.params))
        if table.fallback and self.reader.falls_back(table):
            made.add_list(1, 1)
        return found

    def _due(self, scope: ReadScope, asked: Asked) -> int:
        """How many rows would be asked: those that wait already, and those that the lists will bring."""
        waiting = scope.pending(asked, limit=None)
        lists = self._changed.get(asked.source.name, Size())
        if asked.source.name not in self.chosen or not lists.sample:
            return waiting.total
        seen = {
            key: version
            for key, version in versions(lists.sample, asked.source).items()
            if version is None
            or (
                (asked.start is None or version >= asked.start) and (asked.end is None or version < asked.end)
            )
        }
        with scope.warehouse.open(checkpoint=False) as connection:
            waits = {(str(parent.id),) for parent in waiting.parents}
            fresh = len(set(not_stored(connection, asked.source, seen)) - waits)
        coming = round(lists.rows * fresh / len(seen)) if seen else 0
        return waiting.total + coming


def seconds_for(estimates: list[Estimate], reader: Reader, reserve: float) -> float:
    """How long the limits let so much take: the account's, and those that lists have of their own."""
    limiter = reader.client.limiter
    total = sum(each.credits for each in estimates)
    if not limiter.rate:
        return 0.0
    times = [_waited(total, limiter.rate)]
    by_limit: dict[SubLimit, int] = {}
    for each in estimates:
        if limit := each.table.sub_limit:
            by_limit[limit] = by_limit.get(limit, 0) + each.list_calls
    for limit, calls in by_limit.items():
        times.append(_waited(calls, max(1.0, limit.allowed(limiter.total or 0) * (1 - reserve))))
    return max(times)


def _waited(amount: int, a_minute: float) -> float:
    return max(0.0, amount - a_minute * AT_ONCE) / a_minute * MINUTE


def _page_price(table: Table, params: Mapping[str, Value]) -> int:
    """Credits of a page of the table's list."""
    return credits_of({**table.params, **params}, one_row=False)
