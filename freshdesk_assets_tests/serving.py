"""An HTTP server on a free port of the loopback; what it answers is the test's to say."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asks; `target` is the path with its query, as it was sent."""

    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def query(self) -> dict[str, str]:
        """The parameters by name."""
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server answers: these headers and the length of the body, no others.

    cut: how many bytes of the announced body are never sent.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: int = 0


@contextmanager
def serving(answer: Callable[[Request], Reply], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Answer each request in a thread of its own; gives the server's URL, which ends without a slash."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else every reply on a kept connection takes 40 ms
        wbufsize = -1  # headers and body in one packet

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = answer(Request(target=self.path, headers=dict(self.headers), body=body))
            self.send_response_only(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.close_connection = bool(reply.cut)
            with suppress(ConnectionError):  # a client that has stopped waiting
                self.end_headers()
                self.wfile.write(reply.body[: len(reply.body) - reply.cut])

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
