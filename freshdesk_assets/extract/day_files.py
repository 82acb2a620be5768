"""From days to the rows of their files: a call for the link, then the file from wherever that leads.

The file costs no credit, and no key goes to where it is (see downloads.py). What is in the way of one day
does not keep the others from being read; such a day counts as not read, and is asked for again next time.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.downloads import Downloads, NotFetched
from freshdesk_assets.extract.http.errors import NotFound, Unavailable, UnexpectedReply
from freshdesk_assets.extract.replies import completed, list_reader
from freshdesk_assets.extract.rows import loaded
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import DayFiles
from freshdesk_assets.schema.table import Table
from freshdesk_assets.schema.times import read_moment

MOST_BYTES = 256 * 1024 * 1024
"""How large a day's file may be. It is held in memory: a row of one seen has some 300 bytes, so these are
nearly a million activities."""

NOT_THERE = "not there"
"""Why a file was not fetched that the store does not have: it is late, as one without a link is."""


def read_days(
    client: Client, table: Table, sync: DayFiles, days: Sequence[date], *, begun: bool
) -> Iterator[Page]:
    """A page per day whose file is there, with all its rows.

    - `begun`: whether a file was read before. Else the account may have none at all: NotFound is raised where
      no day has one.

    Raises Unavailable at the end where a file is there and could not be fetched, UnexpectedReply where one is
    none.
    """
    listing = table.listings[0].name
    missing: NotFound | None = None
    failed: dict[date, str] = {}
    broken: dict[date, str] = {}
    with Downloads(most=MOST_BYTES, workers=1) as downloads:
        for day in days:
            asked = {**table.params, sync.parameter: day.isoformat()}
            try:
                reply = client.get(table.path, asked, parse=lambda body: link_in(body, sync), one_row=True)
            except NotFound as error:
                missing = error
                continue
            begun = True
            body = _fetched(downloads, reply.content) if reply.content else NOT_THERE
            if isinstance(body, str):
                if body != NOT_THERE:
                    failed[day] = body
                continue
            try:
                rows = rows_in(table, sync, body)
            except msgspec.MsgspecError as error:
                broken[day] = str(error)
                continue
            ended = _ended(sync, body, reply.moment or datetime.now(UTC))
            start = datetime.combine(day, time(), UTC)
            end = start + timedelta(days=1)
            yield Page(
                listing=listing,
                rows=tuple(rows),
                covered_from=start if ended else None,
                covered_to=end if ended else None,
            )
    if failed:
        day, why = next(iter(failed.items()))
        raise Unavailable(
            f"{table.path}: {len(failed)} files of days could not be fetched, that of {day}: {why}. See"
            " whether this machine may reach where they are kept, as a browser does. The next run asks again,"
            f" as long as they are kept: {sync.days} days."
        )
    if broken:
        day, why = next(iter(broken.items()))
        raise UnexpectedReply(
            f"{table.path}: {len(broken)} files of days are none that can be read, that of {day}: {why}. The"
            " others are stored. Run again later"
        )
    if missing and not begun:
        raise missing


def link_in(body: bytes, sync: DayFiles) -> str:
    """The link in a reply; empty if there is none. Raises msgspec.ValidationError for what is no object."""
    found = loaded(body)
    if not isinstance(found, dict):
        raise msgspec.ValidationError("it is no object")
    link = _at(found, sync.link_at)
    return link if isinstance(link, str) else ""


def rows_in(table: Table, sync: DayFiles, body: bytes) -> list[bytes]:
    """The rows of a file, each with a fingerprint as its key; raises msgspec.MsgspecError if there are none.

    Of rows that are alike in all, each has one of its own, which is the same whenever the file is read.
    """
    path, seen = table.column(sync.fingerprint).path, dict[int, int]()
    found = []
    for row in list_reader(table)(body):
        first = fingerprint(row)
        seen[first] = seen.get(first, 0) + 1
        found.append(completed(row, {path: fingerprint(row, seen[first])}))
    return found


def fingerprint(row: bytes, number: int = 1) -> int:
    """63 bits of a hash of what a row says, however it is spelled; `number` tells rows that are alike."""
    said = loaded(row)
    text = row if said is None else json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    again = f":{number}".encode() if number > 1 else b""
    return int.from_bytes(hashlib.sha256(text + again).digest()[:8]) >> 1


def _fetched(downloads: Downloads, link: str) -> bytes | str:
    """The file at a link, or why it was not fetched."""
    body = bytearray()
    outcome = downloads.fetch(link, body.clear, body.extend)
    return outcome.reason if isinstance(outcome, NotFetched) else bytes(body)


def _ended(sync: DayFiles, body: bytes, now: datetime) -> bool:
    """Whether the day of a file was over when it was made; without a word of it, it was."""
    said = _at(loaded(body), sync.ends_at)
    end = read_moment(said) if isinstance(said, str) else None
    return end is None or end <= now


def _at(value: Any, path: str) -> Any:
    """What is at a dotted path; of a list on the way, its first element counts."""
    for step in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        value = value.get(step) if isinstance(value, dict) else None
    return value
