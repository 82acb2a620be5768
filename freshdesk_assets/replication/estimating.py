"""From what is stored and a few calls to what reading each table would cost."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from freshdesk_assets.extract.http.client import credits_of
from freshdesk_assets.extract.http.errors import (
    NotAllowed,
    NotFound,
    Refused,
    Unavailable,
    UnexpectedReply,
)
from freshdesk_assets.extract.offsets import calls_for
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
    FilesOfDays,
    KeysetInterval,
    PerRow,
    Step,
    Verification,
    Whole,
    WholeListIfDue,
    steps,
)
from freshdesk_assets.replication.scope import ReadScope
from freshdesk_assets.schema.endpoint import SubLimit, Value
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.ledger.parents import Asked
from freshdesk_assets.warehouse.ledger.sizes import calls_per_parent, rows_there
from freshdesk_assets.warehouse.ledger.unstored import holds_of_all, not_stored, share_where

MINUTE = 60.0
AT_ONCE = 0.25
"""The share of a minute's credits that is spent without waiting (see the limiter)."""


@dataclass(slots=True, kw_only=True)
class Estimate:
    """What reading a table would cost.

    - `list_calls`: calls of its lists, made one after another.
    - `row_calls`: calls for single rows, made many at once.
    - `unknown`: whether Freshdesk did not answer, or refused what a run fails without: it may cost more.
    """

    table: Table
    list_calls: int = 0
    row_calls: int = 0
    credits: int = 0
    note: str = ""
    unknown: bool = False

    @property
    def calls(self) -> int:
        """All calls."""
        return self.list_calls + self.row_calls

    def add_list(self, calls: int, price: int) -> None:
        """Add calls of the list, each at a price in credits."""
        self.list_calls += calls
        self.credits += calls * price

    def add_rows(self, calls: int) -> None:
        """Add calls for single rows, a credit each."""
        self.row_calls += calls
        self.credits += calls


@dataclass(slots=True)
class Estimator:
    """Estimates tables in the order in which a run would read them; `chosen` are the tables of the run."""

    reader: Reader
    chosen: Collection[str]
    _changed: dict[str, Size] = field(default_factory=dict)
    _answered: bool = False

    def estimate(self, scope: ReadScope) -> Estimate:
        """What a run would spend on the table, step by step."""
        made = Estimate(table=scope.table)
        self._changed[scope.table.name] = Size()
        try:
            for step in steps(scope, self.reader):
                self._changed[scope.table.name] += self._price(made, scope, step)
        except (NotAllowed, NotFound, Refused) as error:
            made.add_list(1, 1)
            made.unknown = scope.was_read or not isinstance(error, NotAllowed)
            made.note = f"would fail: {error}" if made.unknown else f"left out: {error}"
        except (Unavailable, UnexpectedReply) as error:
            # Where nothing was answered yet, it is not this list that is down.
            if not self._answered:
                raise
            made.note, made.unknown = f"not known: {error}", True
        self._answered = True
        return made

    def _price(self, made: Estimate, scope: ReadScope, step: Step) -> Size:
        """Add the calls of a step to what the table costs; returns the rows that the step would bring."""
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
            case FilesOfDays(days=days):
                made.add_list(len(days), 1)
                made.note = f"{len(days)} days to ask for"
            case PerRow(asked=asked, branch=branch):
                rows = self._due(scope, asked)
                each = 1.0
                if branch is not None:
                    known = scope.known_lists(branch, self.reader.now)
                    with scope.warehouse.open(checkpoint=False) as connection:
                        each = calls_per_parent(connection, table, branch, known)
                    each *= len(scope.variants(branch))
                made.add_rows(math.ceil(rows * each))
                if rows or not made.note:
                    said = f"{rows:,} {asked.source.name} to ask for"
                    made.note = f"{made.note}, {said}" if made.row_calls > rows else said
            case WholeListIfDue() | Verification():
                raise TypeError(
                    "a search for deleted rows has no plan: planning it would take the same calls"
                )
        return found

    def _size_whole(self, made: Estimate, scope: ReadScope) -> Size:
        """The size of a list that is read whole.

        It is counted if its rows have calls of their own, or lists in other tables of the run. Else it is
        taken to be as long as last time.
        """
        table = scope.table
        with scope.warehouse.open(checkpoint=False) as connection:
            stored = rows_there(connection, table)
        found = Size()
        asked_for = table.row_call or any(
            branch.parent == table.name and other.name in self.chosen
            for other in scope.catalog
            for branch in other.branches
        )
        for listing in table.listings:
            if table.fallback or (asked_for and not stored):
                size = size_whole(self.reader, table, listing, stored)
                found += size
                made.add_list(size.calls, _page_price(table, listing.params))
            else:
                made.add_list(calls_for(stored, table.per_page), _page_price(table, listing.params))
        if table.fallback and self.reader.falls_back(table):
            made.add_list(1, 1)
        return found

    def _due(self, scope: ReadScope, asked: Asked) -> int:
        """How many rows would be asked for: those that wait already, and those that the lists will bring."""
        if asked.spared and asked.spared.by.name in self.chosen:
            # The same run reads anew what spares these calls.
            asked = replace(asked, spared=replace(asked.spared, told_from=datetime.min.replace(tzinfo=UTC)))
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
            share = 1.0
            # In a tree each parent is asked once, whatever it says of itself.
            if asked.branch and asked.branch.where and not asked.doubting:
                share = share_where(connection, asked.source, lists.sample, asked.branch.where)
            if asked.worth and not rows_there(connection, scope.table):
                share *= holds_of_all(connection, asked.source, lists.sample, asked.worth)
        coming = round(lists.rows * share * fresh / len(seen)) if seen else 0
        return waiting.total + coming


def seconds_for(estimates: list[Estimate], reader: Reader, reserve: float) -> float:
    """How many seconds the calls take under the account's limit and the limits of single lists.

    `reserve` is the share of a list's limit that is left to other users of the account.
    """
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
