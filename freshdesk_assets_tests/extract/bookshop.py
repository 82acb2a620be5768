"""A shop that lists its books as Freshdesk lists tickets, and readers of it and of simulated accounts."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.schema.column import bigint, text, timestamp
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import FullList, Keyset, Sync
from freshdesk_assets.schema.table import Table
from freshdesk_assets.simulator.server import Server

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Book = dict[str, Any]


def table_of_books(sync: Sync | None = None, **traits: Any) -> Table:
    """A declaration of books."""
    columns = (
        bigint("id", "Book's number.", required=True),
        text("title", "Title."),
        timestamp("updated_at", "When it last changed."),
    )
    whole: dict[str, Any] = {"path": "books", "columns": columns, "group": "shop", "docs": "books", **traits}
    return Table(name="books", doc="One row per book.", sync=sync or FullList(), **whole)


BY_TIME = Keyset("updated_since")
BOOKS = table_of_books(BY_TIME)


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
    there is no Date header.
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
    disturb: Callable[[Book], Book] = lambda each: each

    def page(self, query: Mapping[str, str]) -> tuple[list[Book], bool]:
        """The books that a query finds, and whether there are more."""
        since = moment_of(query.get("updated_since", "1970-01-01T00:00:00Z"))
        found = [each for each in self.books if moment_of(each["updated_at"]) >= since]
        size = min(self.most, int(query.get("per_page", 30)))
        start = (int(query.get("page", 1)) - 1) * size
        shown = [self.disturb(each) for each in found[start : start + size] if each["id"] not in self.hidden]
        return shown, len(found) > start + size


@contextmanager
def open_shop(shop: Shop) -> Iterator[Shop]:
    """Serve the books on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            shop.before()
            shop.asked.append(query)
            rows, more = shop.page(query)
            body = json.dumps(rows).encode()
            self.send_response_only(200)
            self.send_header("X-RateLimit-Total", "100000")
            self.send_header("X-RateLimit-Remaining", "99999")
            if shop.dated:
                self.send_header("Date", format_datetime(shop.now, usegmt=True))
            following = shop.link(int(query.get("page", 1)))
            if more:
                number = "" if following is None else f"&page={following}"
                self.send_header("Link", f'<{shop.url}/api/v2/books?per_page=100{number}>; rel="next"')
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
