"""From a list whose replies give the address of the next page to slices of it.

Of an address no more is taken than its query: the host and the path stay those of the list, whatever stands
in a reply. The key is for the account alone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import msgspec

from freshdesk_assets.extract.http.client import Reply
from freshdesk_assets.extract.http.errors import UnexpectedReply
from freshdesk_assets.extract.offsets import Slice
from freshdesk_assets.extract.replies import Rows
from freshdesk_assets.extract.rows import loaded
from freshdesk_assets.schema.endpoint import Value
from freshdesk_assets.schema.table import Table


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a reply, and the address of the next page; none on the last."""

    rows: list[bytes]
    following: str


Follow = Callable[[Mapping[str, Value]], Reply[Part]]
"""Asks for the page that a query leads to; without one for the first."""


def part_reader(table: Table, rows: Rows) -> Callable[[bytes], Part]:
    """Reads a reply of a table whose `next_at` says where it has the address of the next page."""

    def read(body: bytes) -> Part:
        found = loaded(body)
        if not isinstance(found, dict):
            raise msgspec.ValidationError("it is no object")
        for step in table.next_at.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        return Part(rows(body), found if isinstance(found, str) else "")

    return read


def read_addresses(follow: Follow, *, where: str) -> Iterator[Slice]:
    """All pages, one after the other; UnexpectedReply where an address leads back to a page already read."""
    query: dict[str, Value] = {}
    seen: set[str] = set()
    while True:
        reply = follow(query)
        following = reply.content.following
        yield Slice(reply.content.rows, more=bool(following), moment=reply.moment, steady=True)
        if not following:
            return
        asked = urlsplit(following).query
        if not asked or asked in seen:
            raise UnexpectedReply(
                f"{where}: the reply names a next page that was read already. Stopped rather than read in a"
                " circle; what was read is stored. Run again later"
            )
        seen.add(asked)
        query = dict(parse_qsl(asked))
