"""A second server, for files: another address, no API, and links that carry their own permission.

A link is good until the time it names, or until all are made to expire. A request that brings credentials is
refused, as a store of files refuses a link and a key together, and counted: the account's key must not get
there (docs/freshdesk_api.md, 6.5).
"""

import threading
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from freshdesk_assets.simulator.clock import WorldClock, epoch

EXPORT = "activities"


def file_size(attachment_id: int) -> int:
    """How many bytes the file of an attachment has."""
    return attachment_id % 900_000 + 1


def file_bytes(attachment_id: int) -> bytes:
    """What is in the file of an attachment: no two have the same."""
    size, line = file_size(attachment_id), f"{attachment_id} ☕\n".encode()
    return (line * (size // len(line) + 1))[:size]


class Files:
    """What the second server hands out, and to whom it has."""

    def __init__(self, clock: WorldClock, export_of: Callable[[str], bytes]) -> None:
        """`export_of` makes the file of a day's activities."""
        self.url = ""
        self.clock = clock
        self.export_of = export_of
        # How many requests there were, and how many of them brought an Authorization header.
        self.requests = 0
        self.with_authorization = 0
        # Ids of attachments whose files are not there, although rows tell of them.
        self.missing: set[int] = set()
        # Days whose exports are not there, although a link leads to them; and those that were handed out.
        self.missing_exports: set[str] = set()
        self.exports: dict[str, bytes] = {}
        self._good: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def link(self, address: str, query: str, signature: str) -> str:
        """The address at this server of a file elsewhere, good from now on."""
        path = unquote(urlsplit(address).path)
        with self._lock:
            self._good.add((path, signature))
        return f"{self.url}{urlsplit(address).path}?{query}"

    def expire(self) -> None:
        """Make every link worthless that was ever handed out."""
        with self._lock:
            self._good.clear()

    def counters(self) -> dict[str, int]:
        """How often files were asked for, and how often with credentials."""
        return {"requests": self.requests, "with_authorization": self.with_authorization}

    async def answer(self, request: Request) -> Response:
        """The file, or why not."""
        params, path = request.query_params, unquote(request.url.path)
        with self._lock:
            self.requests += 1
            good = (path, params.get("Signature", "")) in self._good
            if "authorization" in request.headers:
                self.with_authorization += 1
                return Response("Only one way to authenticate is allowed", 400, media_type="text/plain")
        expires = params.get("Expires", "0")
        if not good or not expires.isdigit() or int(expires) <= epoch(self.clock.stamp()):
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
        kind, name = path.split("/")[-3:-1]
        if kind == EXPORT and name not in self.missing_exports:
            self.exports[name] = self.export_of(name)
            return Response(self.exports[name], media_type="application/json")
        if kind == EXPORT or int(name) in self.missing:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404, media_type="application/xml")
        return Response(file_bytes(int(name)), media_type="application/octet-stream")

    def application(self) -> Starlette:
        """One path, for everything."""
        return Starlette(routes=[Route("/{path:path}", self.answer)])
