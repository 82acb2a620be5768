"""Files of days: whichever shape a reply has, each row has one key that a second reading gives it again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any

import msgspec
import pytest

from freshdesk_assets.extract.day_files import link_in, read_days, rows_in
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import NotFound, Unavailable, UnexpectedReply
from freshdesk_assets.schema.column import text
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import DayFiles
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.serving import Reply, Request, serving

SYNC = DayFiles(parameter="day", link_at="export.url", ends_at="metadata.end_at", fingerprint="id", days=30)
LOANS = declared("loans", text("title", "Title."), sync=SYNC, rows_at="loans", per_page=0)
DAYS = [date(2026, 3, 1), date(2026, 3, 2)]
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)


@dataclass(slots=True)
class Library:
    """Answers of the library, by day: a file's content, or nothing.

    `listed` puts a link into a list; of the days that are `away`, it leads to where nobody may be asked.
    """

    files: dict[str, bytes]
    listed: bool = False
    away: frozenset[str] = frozenset()
    url: str = ""
    keys: list[str | None] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        """The link of a day, or its file."""
        dated = {"Date": format_datetime(NOW, usegmt=True), "Content-Type": "application/json"}
        if request.target.startswith("/file"):
            self.keys.append(request.headers.get("Authorization"))
            body = self.files[request.query["day"]]
            return Reply(headers=dated, body=body) if body else Reply(status=404)
        day = request.query.get("day", "")
        if not day:
            return Reply(headers=dated, body=b"[]")
        if day not in self.files:
            return Reply(status=404, headers=dated)
        host = "ftp://elsewhere" if day in self.away else self.url
        made = {"url": f"{host}/file?day={day}"}
        return Reply(headers=dated, body=json.dumps({"export": [made] if self.listed else made}).encode())


def loans(*titles: str, ends: str | None = "02-03-2026 23:59:59 +0000") -> bytes:
    rows = [{"title": title, "updated_at": "2026-03-01T10:00:00Z"} for title in titles]
    return json.dumps({"metadata": {"end_at": ends}, "loans": rows}).encode()


@contextmanager
def opened(library: Library) -> Iterator[Client]:
    with (
        serving(library.answer) as url,
        Client(domain=url, api_key="key", attempts=1) as client,
    ):
        library.url = url
        # Who has answered nothing is taken for another site where he has no loans either.
        client.get("agents", parse=bytes)
        yield client


def read(library: Library, *, begun: bool = True) -> list[Page]:
    with opened(library) as client:
        return list(read_days(client, LOANS, SYNC, DAYS, begun=begun))


def titles(pages: list[Page]) -> list[str]:
    return [msgspec.json.decode(row)["title"] for page in pages for row in page.rows]


@pytest.mark.parametrize("listed", [False, True])
def test_a_link_is_found_alone_or_in_a_list(listed: bool) -> None:
    """Clients have seen both (docs/freshdesk_api.md, 4.29). The key stays here."""
    library = Library({"2026-03-01": loans("Emma"), "2026-03-02": loans("Persuasion")}, listed=listed)
    pages = read(library)
    assert titles(pages) == ["Emma", "Persuasion"]
    assert library.keys == [None, None]
    assert [page.covered_from for page in pages] == [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2)]
    assert [page.covered_to for page in pages] == [datetime(2026, 3, day, tzinfo=UTC) for day in (2, 3)]


@pytest.mark.parametrize(
    "body", [b'{"export": []}', b'{"export": null}', b'{"export": {"url": 3}}', b'{"export": [{}]}', b"{}"]
)
def test_a_reply_without_a_link_is_a_file_that_is_late(body: bytes) -> None:
    assert link_in(body, SYNC) == ""


def test_a_file_made_before_its_day_was_over_does_not_count_as_read() -> None:
    """Its rows are stored, and it is asked for again."""
    pages = read(Library({"2026-03-02": loans("Emma", ends="02-03-2026 23:59:59 -0500")}))
    assert [page.covered_to is None for page in pages] == [False]
    pages = read(Library({"2026-03-02": loans("Emma", ends="02-03-2026 23:59:59 -1000")}))
    assert titles(pages) == ["Emma"]
    assert [page.covered_to for page in pages] == [None]
    (page,) = read(Library({"2026-03-02": loans("Emma", ends=None)}))
    assert page.covered_to == datetime(2026, 3, 3, tzinfo=UTC)


def test_an_account_without_any_file_says_so_and_one_that_is_late_does_not() -> None:
    with pytest.raises(NotFound):
        read(Library({}), begun=False)
    assert read(Library({}), begun=True) == []
    assert titles(read(Library({"2026-03-02": loans("Emma")}), begun=False)) == ["Emma"]
    assert read(Library({"2026-03-02": b""}), begun=False) == []


def test_one_file_that_does_not_come_leaves_the_others_theirs() -> None:
    away = frozenset({"2026-03-01"})
    library = Library({"2026-03-01": loans("Emma"), "2026-03-02": loans("Persuasion")}, away=away)
    with opened(library) as client:
        pages = read_days(client, LOANS, SYNC, DAYS, begun=True)
        assert titles([next(pages)]) == ["Persuasion"]
        with pytest.raises(Unavailable, match=r"1 files of days .* 2026-03-01: no address that may be asked"):
            next(pages)


@pytest.mark.parametrize("body", [b"<html>", b"[]x", b'{"metadata": {}}', b'{"loans": {"a": 1}}', b"{"])
def test_a_file_that_is_none_is_no_day_without_loans_and_leaves_the_others_theirs(body: bytes) -> None:
    """It may be none for as long as it is kept: the files after it must not wait for it."""
    with opened(Library({"2026-03-01": body, "2026-03-02": loans("Persuasion")})) as client:
        pages = read_days(client, LOANS, SYNC, DAYS, begun=True)
        assert titles([next(pages)]) == ["Persuasion"]
        with pytest.raises(UnexpectedReply, match=r"1 files of days are none that can be read.* 2026-03-01"):
            next(pages)


def test_a_row_has_the_same_key_whenever_and_however_it_is_sent() -> None:
    """Else a second reading would double it."""

    def keys(body: str) -> list[Any]:
        rows = rows_in(LOANS, SYNC, f'{{"loans": {body}}}'.encode())
        return [msgspec.json.decode(row)["id"] for row in rows]

    first = keys('[{"title": "Emma ☕", "n": 1}, {"title": "Persuasion"}]')
    assert len(set(first)) == 2
    assert keys('[{"title":"Persuasion"},{"n":1,"title":"Emma \\u2615"}]') == first[::-1]
    alike = keys('[{"title": "Persuasion"}, {"title": "Persuasion"}, {"title": "Persuasion"}]')
    assert len(set(alike)) == 3
    assert alike[0] == first[1]
    assert all(0 <= key < 2**63 for key in alike)
