"""From a list paged by number to slices of it, read so that a row that moves meanwhile is not lost.

When a row before the page boundary leaves the list, everything after it moves up by one and the first
row of the next page is never sent. So each page overlaps the one before it by at least a row, and must
show one of that page's rows unchanged; if it does not, we go back until it does.

That costs nothing up to 198 rows and about a seventh more calls on long lists. No choice of pages is
cheaper: a page begins at a multiple of its size, and sizes end at 100.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from freshdesk_assets.extract.http.client import Reply
from freshdesk_assets.extract.http.errors import UnexpectedReply
from freshdesk_assets.extract.rows import RowReader
from freshdesk_assets.schema.endpoint import Value

PER_PAGE = 100
"""The most rows Freshdesk gives per page; more is a 400."""

REMEMBERED = 4
"""How many pages back a row is recognised; one step back never goes beyond them."""

PATIENCE = 200
"""Calls in a row that may bring little or nothing new: enough to make up for 9,000 rows removed at once."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a list: its rows, whether the list continues, and Freshdesk's clock when it answered.

    `steady` says that no row was seen to have moved so far: what is not in a list that stayed steady to
    its end does not exist.
    """

    rows: list[bytes]
    more: bool
    moment: datetime | None
    steady: bool


class LastPage(UnexpectedReply):
    """The list continues beyond the last page that Freshdesk answers."""


Mark = tuple[bytes, ...]
"""A row's key and version, as text."""

Fetch = Callable[[int, int], Reply[list[bytes]]]
"""Asks for a page: its number from 1 and its size."""


def paging(page: int, size: int) -> dict[str, Value]:
    """The parameters that ask for a page; none for a list that has no pages."""
    if not size:
        return {}
    return {"page": page, "per_page": size} if page > 1 else {"per_page": size}


def read_offsets(
    fetch: Fetch, reader: RowReader, *, where: str, last_page: int | None = None, most: int = PER_PAGE
) -> Iterator[Slice]:
    """All pages of a list, each overlapping the last.

    A page has at most `most` rows; 0 is for a list that has no pages.

    The Link says whether the list continues. Until one was seen, so does a full page: a gateway may have
    dropped its Link. After a short page that has a Link it is not known with which row Freshdesk's next page
    begins, so the next page by number is taken as it is. Raises UnexpectedReply when a Link points backwards,
    the list never ends, or it continues beyond `last_page` (LastPage).
    """
    if not most:
        reply = fetch(1, 0)
        yield Slice(reply.content, more=False, moment=reply.moment, steady=True)
        return
    page, size, end = 1, most, 0
    furthest = fruitless = 0
    steady = True
    before: list[Mark] = []
    recent: deque[frozenset[Mark]] = deque(maxlen=REMEMBERED)
    while True:
        if last_page is not None and page > last_page:
            raise LastPage(
                f"{where} continues after {end:,} rows that share one second or come in no order, and"
                f" Freshdesk answers no page beyond {last_page}. Nothing was skipped, and nothing from there"
                " on was recorded as read; wait until some of those rows change, or ask Freshdesk for help"
            )
        reply = fetch(page, size)
        marks = [reader.mark(row) for row in reply.content]
        start, known = (page - 1) * size, frozenset[Mark]().union(*recent)
        fresh = start + len(marks) > furthest and len(known.intersection(marks)) < len(marks) / 2
        furthest = max(furthest, start + len(marks))
        fruitless = 0 if fresh else fruitless + 1
        if fruitless > PATIENCE:
            raise UnexpectedReply(
                f"{where}: {PATIENCE} calls in a row brought little or nothing new, so it might never end."
                " What was read is stored; run again later"
            )
        if start and recent and known.isdisjoint(marks):
            steady = False
            page, size = _back(start, most)
            continue
        steady = steady and marks[: end - start] == before[start - end :]
        more = reply.next is not None or (not reply.linked and len(marks) == size and page != last_page)
        yield Slice(reply.content, more, reply.moment, steady)
        if not more:
            return
        _check_forward(reply.next or "", page, where)
        end, before = start + len(marks), marks
        if len(marks) < size:
            recent.clear()
            steady = False
            page += 1
        else:
            recent.append(frozenset(marks))
            page, size = _overlapping(end, last_page, most)


def calls_for(rows: int, most: int = PER_PAGE) -> int:
    """Calls it takes to read a list of so many rows that does not change meanwhile."""
    page, size, calls = 1, most, 1
    while most and (end := page * size) < rows:
        page, size = _overlapping(end, None, most)
        calls += 1
    return calls


def _back(start: int, most: int) -> tuple[int, int]:
    """The page that begins a page or more before `start`: the list moved up by more than the overlap."""
    return max(0, start - most) // most + 1, most


def _overlapping(end: int, last_page: int | None, most: int) -> tuple[int, int]:
    """The page that begins at least one row before `end` and reaches furthest beyond it.

    Where no page up to `last_page` does, a page after it. A page has at least half the rows that it may have:
    halving it doubles its price per row.
    """
    best, reach = ((last_page or end) + 1, most), end
    for size in range(most, most // 2 - 1, -1):
        page = (end - 1) // size + 1
        if page * size > reach and (last_page is None or page <= last_page):
            best, reach = (page, size), page * size
    return best


def _check_forward(following: str, page: int, where: str) -> None:
    """A Link to the same or an earlier page would be read for ever, or end early."""
    numbers = parse_qs(urlsplit(following).query).get("page", [])
    if numbers and re.fullmatch(r"[0-9]{1,9}", numbers[0]) and int(numbers[0]) <= page:
        raise UnexpectedReply(
            f"{where}: after page {page} Freshdesk's Link names page {numbers[0]} as the next one."
            " Stopped rather than read in a circle; what was read is stored. Run again later"
        )
