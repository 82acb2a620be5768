"""Somebody who wants to hear of alerts: a real HTTP server on loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Listener:
    """What was heard since the last time of asking, and what is answered."""

    url: str = ""
    status: int = 200
    calls: int = 0
    _heard: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, body: bytes) -> int:
        self.calls += 1
        if self.status == 200:
            self._heard.append(json.loads(body))
        return self.status

    def heard(self) -> list[dict[str, Any]]:
        """And forget it."""
        heard, self._heard = self._heard, []
        return heard


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener under a path that nobody should see in a log."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(listener.hear(body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        listener.url = f"http://127.0.0.1:{server.server_port}/secret-hook"
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
