"""From a declaration and what is still to be read to pages: a method per kind of `Sync`.

`PerParent` is in per_row.py.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from freshdesk_assets.extract.clocks import LAG, Clocks, closed, settled
from freshdesk_assets.extract.http.client import Client, Reply
from freshdesk_assets.extract.http.errors import Blocked, NotAllowed, NotFound, Refused
from freshdesk_assets.extract.offsets import LastPage, Slice, paging, read_offsets
from freshdesk_assets.extract.order import Footing, Order, Patience
from freshdesk_assets.extract.replies import given_by, list_reader
from freshdesk_assets.extract.rows import RowReader
from freshdesk_assets.schema.endpoint import Fallback, Listing, RowCall, Value
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import ChangedSince, Keyset, LookBack
from freshdesk_assets.schema.table import Table

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where the covered interval of a list that was read whole begins."""


@dataclass(slots=True)
class Reader:
    """Reads tables through one client, and remembers what this account turned out to accept."""

    client: Client
    without_archive: set[str] = field(default_factory=set)
    clocks: Clocks = field(default_factory=Clocks)
    _accepted: dict[str, str | None] = field(default_factory=dict)
    _fallen_back: set[str] = field(default_factory=set)
    _answered: datetime | None = None

    def read_keyset(
        self,
        table: Table,
        sync: Keyset,
        listing: Listing,
        start: datetime,
        end: datetime | None,
        *,
        plain: bool = False,
    ) -> Iterator[Page]:
        """Rows of a listing changed in [start, end), and the few beyond that share the last page.

        `plain` leaves the includes out, for a fifth of the price, where it only matters which rows there are.

        Every page restarts at the last time seen, and must show the row that was seen there. So rows that
        change meanwhile come again later, and move no other row to a page that was read already. A page out
        of order is asked for again; if that does not help, the list is read on by page number until it is in
        order again (see order.py), or to its end.
        """
        reader = RowReader(table, sync.cursor)
        where = f"{table.path} ({listing.name})"
        if listing.probe and not plain:
            reply = self.ask(table, {**listing.params, sync.since: iso(start), "per_page": 1}, plain=True)
            if not reply.content:
                yield _page(listing, [], start, closed(reply.moment, end, start))
                return
        since, patience, footing = start, Patience(), Footing(reader)
        while True:
            params = {**listing.params, sync.since: iso(since)}
            at, order, first = since, Order(reader), None

            def fetch(
                page: int, size: int, params: dict[str, Value] = params, order: Order = order
            ) -> Reply[list[bytes]]:
                asked = {**params, **paging(page, size)}
                return patience.ask(order, lambda: self.ask(table, asked, plain=plain))

            try:
                for part in read_offsets(fetch, reader, where=where, last_page=sync.last_page):
                    if footing.lost(part.rows) and footing.before:
                        last = footing.before
                        break
                    order.heed(part.rows)
                    self.clocks.note(part.moment, max(order.times, default=None))
                    first = first or part.moment
                    # A row that shows a time of the last minutes may have changed after its page was cut.
                    trusted = part.moment - LAG if part.moment else None
                    last = order.reached(at, trusted).replace(microsecond=0)
                    # A page within one second would come again as it is: that second is read by page number.
                    restarts = not order.broken and order.times and order.times[0] < last > at
                    sure = footing.take(part.rows, at, last) if restarts else last
                    ended = not part.more or (end is not None and sure >= end)
                    if ended:
                        moment = first if order.broken else part.moment
                        yield _page(
                            listing, part.rows, start, closed(moment, end, max(order.times, default=last))
                        )
                        return
                    yield _page(listing, part.rows, start, settled(part.moment, sure))
                    if restarts:
                        break
            except LastPage:
                if (last := order.reached(at, None).replace(microsecond=0)) <= at:
                    raise
            since = last

    def read_changes(self, table: Table, sync: ChangedSince, since: Mapping[str, datetime]) -> Iterator[Page]:
        """Rows changed since a time per listing; a listing without one is read whole.

        Where Freshdesk refuses every spelling of the parameter, all listings are read whole, and rows that
        are in none of them are gone.
        """
        ask = partial(self._read_changed, table, since)
        yield from self.spelled(table, sync, ask) if since else ask(None)

    def spelled(
        self,
        table: Table,
        sync: ChangedSince,
        ask: Callable[[str | None], Iterator[T]],
        *,
        whole: bool = True,
    ) -> Iterator[T]:
        """What `ask` yields with the spelling of the parameter that this account accepts.

        Accounts differ in the spelling they accept, which is remembered. After the last spelling `ask` is
        called with None, for the whole list; with `whole=False` the last refusal is raised instead. What a
        spelling yielded before it was refused, the next one yields again.
        """
        spellings = (*sync.parameters, *((None,) if whole else ()))
        if table.name in self._accepted:
            spellings = (self._accepted[table.name],)
        for parameter in spellings:
            try:
                yield from ask(parameter)
            except Refused as refused:
                if parameter is None or parameter == spellings[-1] or parameter not in refused.fields:
                    raise
            else:
                self._accepted[table.name] = parameter
                return

    def _read_changed(
        self, table: Table, since: Mapping[str, datetime], parameter: str | None
    ) -> Iterator[Page]:
        complete = parameter is None
        for listing in table.listings:
            start = since.get(listing.name) if parameter else None
            asked: dict[str, Value] = {parameter: iso(start)} if parameter and start else {}
            complete = yield from self._read_whole(table, listing, asked, start or EPOCH, complete=complete)

    def read_full(self, table: Table) -> Iterator[Page]:
        """Every row; rows in none of the listings are gone, unless a row was seen moving meanwhile."""
        complete = True
        for listing in table.listings:
            complete = yield from self._read_whole(table, listing, {}, None, complete=complete)

    def read_look_back(
        self, table: Table, sync: LookBack, start: datetime, end: datetime | None, back: timedelta
    ) -> Iterator[Page]:
        """Rows whose time lies in [start - back, end); without an end, also those in the future."""
        for listing in table.listings:
            asked: dict[str, Value] = {sync.after: iso(start - back)}
            if end is not None and sync.before:
                asked[sync.before] = iso(end)
            first: Slice | None = None
            for part in self._slices(table, listing, asked):
                first = first or part
                edge = None if part.more else closed(first.moment, end, _newest(table, first, start))
                yield _page(listing, part.rows, start, edge)

    @property
    def now(self) -> datetime:
        """Freshdesk's clock at its last list reply; ours before the first."""
        return self._answered or datetime.now(UTC)

    def row_call_of(self, table: Table) -> RowCall | None:
        """The call that completes a row of a table, on this account."""
        fallback = self._falls_back(table)
        return fallback.row_call if fallback else table.row_call

    def falls_back(self, table: Table) -> bool:
        """Whether this account was found to have the table's list at its old path only."""
        return self._falls_back(table) is not None

    def _falls_back(self, table: Table) -> Fallback | None:
        return table.fallback if table.name in self._fallen_back else None

    def _details(self, table: Table) -> frozenset[str]:
        """The columns that the table's list does not send on this account."""
        fallback = self._falls_back(table)
        return table.detail | frozenset(fallback.detail if fallback else ())

    def _read_whole(
        self,
        table: Table,
        listing: Listing,
        asked: Mapping[str, Value],
        start: datetime | None,
        *,
        complete: bool,
    ) -> Generator[Page, None, bool]:
        """Yield the pages of a listing; return whether it, and those before it, were read `complete`.

        The last page of the last listing completes the table. Where a row was seen moving, another may have
        moved to a page that was read already and must not be taken for deleted. Such a read completes
        nothing, and deletions are found next time.
        """
        first: Slice | None = None
        for part in self._slices(table, listing, asked):
            first = first or part
            ends = start if not part.more else None
            edge = closed(first.moment, None, _newest(table, first, ends)) if ends else None
            complete = complete and part.steady
            completes = complete and not part.more and listing == table.listings[-1]
            yield _page(listing, part.rows, start, edge, keep=self._details(table), completes=completes)
        return complete

    def _slices(self, table: Table, listing: Listing, asked: Mapping[str, Value]) -> Iterator[Slice]:
        def fetch(page: int, size: int) -> Reply[list[bytes]]:
            params = {**listing.params, **asked, **paging(page, size)}
            return self.ask(table, params, listing=listing)

        where = f"{listing.path or table.path} ({listing.name})"
        yield from read_offsets(fetch, RowReader(table), where=where, most=table.per_page)

    def ask(
        self,
        table: Table,
        asked: Mapping[str, Value],
        *,
        plain: bool = False,
        listing: Listing | None = None,
    ) -> Reply[list[bytes]]:
        """A page of the table's list, by the path this account has; `plain` leaves the includes out."""
        listing = listing or table.listings[0]
        parse = list_reader(table, given_by(table, listing))
        params = {**table.params, **asked}
        if plain:
            params.pop("include", None)
        fallback = self._falls_back(table)
        if fallback is None:
            try:
                path = listing.path or table.path
                reply = self.client.get(path, params, parse=parse, sub_limit=table.sub_limit)
                self._heed(reply.moment)
                return reply
            except (NotFound, NotAllowed, Blocked):
                if (fallback := table.fallback) is None:
                    raise
        reply = self.client.get(fallback.path, params, parse=parse, sub_limit=table.sub_limit)
        self._fallen_back.add(table.name)
        self._heed(reply.moment)
        return reply

    def _heed(self, moment: datetime | None) -> None:
        self._answered = moment
        self.clocks.note(moment)


def _page(
    listing: Listing,
    rows: list[bytes],
    start: datetime | None,
    edge: datetime | None,
    *,
    keep: frozenset[str] = frozenset(),
    completes: bool = False,
) -> Page:
    return Page(
        listing=listing.name,
        rows=tuple(rows),
        keep=keep,
        defaults=listing.defaults,
        covered_from=start,
        covered_to=edge,
        completes=completes,
    )


def _newest(table: Table, part: Slice, start: datetime) -> datetime:
    """The newest time of a row of a list's first page, or the one since which it was asked for."""
    rows = RowReader(table)
    return max((moment for row in part.rows if (moment := rows.version(row))), default=start)


def iso(moment: datetime) -> str:
    """A moment as a request parameter, to the second in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
