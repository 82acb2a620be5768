"""From a few pages of a list to how many rows the whole list has, and how many calls reading it takes.

Freshdesk does not count a list. Whether a page is the last one is known only once it was asked for. So the
end is found by doubling and halving page numbers: some ten calls for thirty thousand rows, and none of them
with includes.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import partial

import msgspec

from freshdesk_assets.extract.http.client import Reply
from freshdesk_assets.extract.offsets import PER_PAGE, calls_for, paging
from freshdesk_assets.extract.reading import Reader, iso
from freshdesk_assets.extract.rows import RowReader
from freshdesk_assets.schema.endpoint import Listing, Value
from freshdesk_assets.schema.sync import ChangedSince, Keyset, LookBack
from freshdesk_assets.schema.table import Table

Fetch = Callable[[int], Reply[list[bytes]]]
"""Asks for a page of a hundred rows by its number."""


class Position(Enum):
    """Where a page lies: before the last one of its list, the last one, or beyond it."""

    BEFORE = "before"
    LAST = "last"
    BEYOND = "beyond"


@dataclass(slots=True, kw_only=True)
class Size:
    """How many rows a list has and how many calls reading it takes; `sample` are some of its rows."""

    rows: int = 0
    calls: int = 0
    sample: list[bytes] = field(default_factory=list)

    def __add__(self, other: "Size") -> "Size":
        return Size(
            rows=self.rows + other.rows, calls=self.calls + other.calls, sample=self.sample + other.sample
        )


def size_changes(
    reader: Reader, table: Table, sync: ChangedSince, listing: Listing, since: datetime | None, rows: int = 0
) -> Size:
    """The size of a list of rows changed since a time, or of the whole list; `rows` is a guess of it."""
    if since is None:
        return size_whole(reader, table, listing, rows)
    asked = iso(since)

    def sized(parameter: str | None) -> Iterator[Size]:
        changed: dict[str, Value] = {parameter: asked} if parameter else {}
        yield _size_numbered(reader, table, listing, {**listing.params, **changed}, rows)

    (size,) = reader.spelled(table, sync, sized)
    return size


def size_whole(reader: Reader, table: Table, listing: Listing, rows: int = 0) -> Size:
    """The size of a list read whole."""
    return _size_numbered(reader, table, listing, listing.params, rows)


def size_look_back(
    reader: Reader, table: Table, sync: LookBack, listing: Listing, start: datetime, end: datetime | None
) -> Size:
    """The size of a list filtered on a time, from `start`, up to `end` where the list can be asked so."""
    asked: dict[str, Value] = {**listing.params, sync.after: iso(start)}
    if end is not None and sync.before:
        asked[sync.before] = iso(end)
    return _size_numbered(reader, table, listing, asked, 0)


def size_keyset(
    reader: Reader, table: Table, sync: Keyset, listing: Listing, start: datetime, end: datetime | None
) -> Size:
    """The size of a list ordered by time, from `start` up to `end`.

    After the last page that Freshdesk answers, it continues from the time of that page's last row.
    """
    times = RowReader(table, sync.cursor)
    total, since = Size(), start
    while True:
        asked = {**listing.params, sync.since: iso(since)}

        def fetch(page: int, asked: Mapping[str, Value] = asked) -> Reply[list[bytes]]:
            return _ask(reader, table, listing, asked, page)

        pages = find_end(fetch, partial(_position, times, end), last_page=sync.last_page)
        last = max(pages)
        seen = [times.moment(row) or since for row in pages[last].content]
        within = [moment for moment in seen if end is None or moment < end]
        part = Size(
            rows=(last - 1) * PER_PAGE + len(within),
            sample=[row for page in pages.values() for row in page.content],
        )
        overlap = _overlap(times, pages)
        part.calls = 1 + max(0, math.ceil((part.rows - PER_PAGE) / max(1.0, PER_PAGE - overlap)))
        total += part
        if _position(times, end, pages[last]) is not Position.BEFORE or max(seen, default=since) <= since:
            return total
        # The rows that share the last second come again.
        since = max(seen).replace(microsecond=0)
        total.rows -= sum(moment.replace(microsecond=0) == since for moment in seen)
        total.calls -= 1


def find_end(
    fetch: Fetch,
    position: Callable[[Reply[list[bytes]]], Position],
    *,
    first: int = 1,
    last_page: int | None = None,
) -> dict[int, Reply[list[bytes]]]:
    """The pages that were asked for to find the end of a list, by number; the highest is its last page.

    - `position`: says where a page lies.
    - `first`: the page to ask for first.
    - `last_page`: counts as the last page of a list that continues beyond it.
    """
    asked: dict[int, Reply[list[bytes]]] = {}
    before, end, page = 0, None, first
    while end is None or end > before + 1:
        asked[page] = fetch(page)
        match position(asked[page]):
            case Position.BEFORE:
                before = page
            case Position.BEYOND:
                end = page
            case Position.LAST:
                before, end = page - 1, page
        if page == last_page == before:
            break
        page = min(page * 2, last_page or page * 2) if end is None else (before + end) // 2
    return {number: reply for number, reply in asked.items() if end is None or number <= end}


def _size_numbered(
    reader: Reader, table: Table, listing: Listing, asked: Mapping[str, Value], rows: int
) -> Size:
    """The size of a list paged by number, which is read in pages that overlap."""
    most = table.per_page or PER_PAGE
    likely = max(1, math.ceil(rows / most)) if table.per_page else 1
    times = RowReader(table)
    pages = find_end(
        lambda page: _ask(reader, table, listing, asked, page), partial(_position, times, None), first=likely
    )
    last = max(pages)
    found = (last - 1) * most + len(pages[last].content)
    sample = [row for page in pages.values() for row in page.content]
    return Size(rows=found, calls=calls_for(found, table.per_page), sample=sample)


def _ask(
    reader: Reader, table: Table, listing: Listing, asked: Mapping[str, Value], page: int
) -> Reply[list[bytes]]:
    return reader.ask(table, {**asked, **paging(page, table.per_page)}, plain=True, listing=listing)


def _position(times: RowReader, end: datetime | None, reply: Reply[list[bytes]]) -> Position:
    """Where a page lies in a list that ends at a time, if not before."""
    moments = [moment for row in reply.content if end and (moment := times.moment(row))]
    if not reply.content or (end and moments and moments[0] >= end):
        return Position.BEYOND
    return (
        Position.LAST if reply.next is None or (end and moments and moments[-1] >= end) else Position.BEFORE
    )


def _overlap(times: RowReader, pages: Mapping[int, Reply[list[bytes]]]) -> float:
    """How many rows of a page come again on the next, on average: those that share the last row's second."""
    places: list[int] = []
    for reply in pages.values():
        before, place = None, 0
        for moment in filter(None, map(times.moment, reply.content)):
            second = moment.replace(microsecond=0)
            place = place + 1 if second == before else 1
            before = second
            places.append(place)
    return sum(places) / len(places) if places else 1.0


def versions(sample: list[bytes], table: Table) -> dict[tuple[str, ...], datetime | None]:
    """The sampled rows by key, each with its newest time."""
    reader = RowReader(table)
    found = {}
    for row in sample:
        with suppress(ValueError, msgspec.MsgspecError):
            found[reader.key(row)] = reader.version(row)
    return found
