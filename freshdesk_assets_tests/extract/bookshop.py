"""A shop that lists its books as Freshdesk lists tickets, and readers of it and of simulated accounts."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import msgspec

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.schema.column import text
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import FullList, Keyset
from freshdesk_assets.simulator.server import Server
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.serving import Reply, Request, serving

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Book = dict[str, Any]


BY_TIME = Keyset("updated_since")
BOOKS = declared("books", text("title", "Title."), sync=BY_TIME)
LISTED = replace(BOOKS, sync=FullList())
"""The same books, in a list that no parameter narrows."""


def book(number: int, moment: datetime = NOON, **fields: Any) -> Book:
    """A book that changed at a moment."""
    return {"id": number, "title": f"Volume {number}", "updated_at": stamp(moment), **fields}


def stamp(moment: datetime) -> str:
    """A moment as Freshdesk writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache
def moment_of(text: str) -> datetime:
    """The moment that a stamp stands for."""
    return datetime.fromisoformat(text)


def seconds(count: float) -> timedelta:
    """So many seconds."""
    return timedelta(seconds=count)


@dataclass(slots=True)
class Shop:
    """A server of books, in the order in which they lie there; `before` is called before each reply.

    `most` is what a page holds although more are asked for, `hidden` are the books that count but are not
    shown, `disturb` is done to each that is; `link` is the page that a page's Link names; without `dated`
    there is no Date header. With `after`, books of the very second that is asked for are left out.
    """

    books: list[Book] = field(default_factory=list)
    url: str = ""
    asked: list[Mapping[str, str]] = field(default_factory=list)
    before: Callable[[], object] = lambda: None
    link: Callable[[int], int | None] = lambda page: page + 1
    most: int = 100
    hidden: frozenset[int] = frozenset()
    now: datetime = NOON + timedelta(days=1)
    dated: bool = True
    after: bool = False
    disturb: Callable[[Book], Book] = lambda each: each

    def page(self, query: Mapping[str, str]) -> tuple[list[Book], bool]:
        """The books that a query finds, and whether there are more."""
        since = moment_of(query.get("updated_since", "1970-01-01T00:00:00Z"))
        since += seconds(self.after)
        found = [each for each in self.books if moment_of(each["updated_at"]) >= since]
        size = min(self.most, int(query.get("per_page", 30)))
        start = (int(query.get("page", 1)) - 1) * size
        shown = [self.disturb(each) for each in found[start : start + size] if each["id"] not in self.hidden]
        return shown, len(found) > start + size


@contextmanager
def open_shop(shop: Shop) -> Iterator[Shop]:
    """Serve the books on a free port."""

    def answer(request: Request) -> Reply:
        query = request.query
        shop.before()
        shop.asked.append(query)
        rows, more = shop.page(query)
        headers = {"X-RateLimit-Total": "100000", "X-RateLimit-Remaining": "99999"}
        if shop.dated:
            headers["Date"] = format_datetime(shop.now, usegmt=True)
        following = shop.link(int(query.get("page", 1)))
        if more:
            number = "" if following is None else f"&page={following}"
            headers["Link"] = f'<{shop.url}/api/v2/books?per_page=100{number}>; rel="next"'
        return Reply(headers=headers, body=json.dumps(rows).encode())

    with serving(answer) as shop.url:
        yield shop


@contextmanager
def reading(place: Server | Shop, **options: Any) -> Iterator[Reader]:
    """A reader of an account or of a shop."""
    key = place.key if isinstance(place, Server) else "key"
    with Client(domain=place.url, api_key=key, **options) as client:
        yield Reader(client)


def decoded(pages: Iterable[Page]) -> list[Book]:
    """The rows of pages in the order of reading."""
    return [msgspec.json.decode(row) for page in pages for row in page.rows]


def newest(rows: Iterable[Book]) -> dict[int, Book]:
    """By id the newest version of each row; where two are as new, the one read last."""
    kept: dict[int, Book] = {}
    for row in rows:
        if row["id"] not in kept or row["updated_at"] >= kept[row["id"]]["updated_at"]:
            kept[row["id"]] = row
    return kept
