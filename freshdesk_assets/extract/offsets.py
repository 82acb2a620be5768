"""Lists that Freshdesk pages by number, read so that a row moving meanwhile is not lost.

When a row before the page boundary leaves the list, everything after it moves up by one and the first
row of the next page is never sent. So each page overlaps the one before it by at least a row, and must
show one of that page's rows unchanged; if it does not, we go back until it does.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from freshdesk_assets.extract.client import Reply
from freshdesk_assets.extract.errors import UnexpectedReply
from freshdesk_assets.extract.rows import RowReader

PER_PAGE = 100
"""The most rows Freshdesk gives per page; more is a 400."""

SMALLEST = 50
"""Overlapping pages are never made smaller than this: halving a page doubles its price per row."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a list: its rows, whether the list goes on, and Freshdesk's clock when it answered."""

    rows: list[bytes]
    more: bool
    moment: datetime | None


REMEMBERED = 4
"""How many pages back a row is recognised; going back never leaves them in one step."""

Fetch = Callable[[int, int], Reply[list[bytes]]]
"""Asks for a page: its number from 1 and its size."""


def read_offsets(
    fetch: Fetch, reader: RowReader, *, place: str, last_page: int | None = None
) -> Iterator[Slice]:
    """All pages of a list, each overlapping the last.

    Raises UnexpectedReply when a Link points backwards or the list goes beyond `last_page`.
    """
    page, size = 1, PER_PAGE
    recent: deque[set[tuple[bytes, ...]]] = deque(maxlen=REMEMBERED)
    while True:
        if last_page is not None and page > last_page:
            raise UnexpectedReply(
                f"{place} goes on beyond page {last_page}, where Freshdesk stops answering: more than"
                f" {last_page * PER_PAGE:,} rows share one second. None was skipped and nothing was recorded"
                " as read; wait until some of them change, or ask Freshdesk to page that second"
            )
        reply = fetch(page, size)
        marks = {reader.mark(row) for row in reply.content}
        start = (page - 1) * size
        if start and all(marks.isdisjoint(page_marks) for page_marks in recent):
            page, size = _back(start)
            continue
        yield Slice(reply.content, reply.next is not None, reply.moment)
        if reply.next is None:
            return
        _check_forward(reply.next, page, place)
        recent.append(marks)
        page, size = _overlapping(start + len(reply.content)) if marks else (page + 1, size)


def _back(start: int) -> tuple[int, int]:
    """The page that begins a page or more before `start`: the list moved up by more than the overlap."""
    return max(0, start - PER_PAGE) // PER_PAGE + 1, PER_PAGE


def _overlapping(end: int) -> tuple[int, int]:
    """The page that begins at least one row before `end` and reaches furthest beyond it."""
    best = (1, PER_PAGE)
    reach = 0
    for size in range(PER_PAGE, SMALLEST - 1, -1):
        page = (end - 1) // size + 1
        if page * size > reach:
            best, reach = (page, size), page * size
    return best


def _check_forward(following: str, page: int, place: str) -> None:
    """A Link to the same or an earlier page would be read for ever, or end early."""
    numbers = parse_qs(urlsplit(following).query).get("page", [])
    if numbers and numbers[0].isdigit() and int(numbers[0]) <= page:
        raise UnexpectedReply(
            f"{place}: after page {page} Freshdesk's Link names page {numbers[0]} as the next one."
            " Stopped rather than read in a circle; what was read is stored. Run again later"
        )
