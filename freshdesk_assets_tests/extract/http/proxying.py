"""A proxy on a free port of the loopback that opens a way to one server, whatever host is asked for.

The server speaks TLS as acme.freshdesk.test. Its certificate and key are in the file of that name: they are
for tests, and signed by nobody.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from freshdesk_assets_tests.serving import Reply, Request, serving

HOST = "acme.freshdesk.test"
CERTIFICATE = Path(__file__).with_name(f"{HOST}.pem")


@dataclass(slots=True)
class Proxy:
    """A running proxy: its address, what it answers, and the logins it was sent."""

    place: str = ""
    status: int = 200
    logins: list[str | None] = field(default_factory=list)


@contextmanager
def proxying(answer: Callable[[Request], Reply]) -> Iterator[Proxy]:
    """A proxy to a server that answers so, over TLS."""
    proxy = Proxy()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            proxy.logins.append(self.headers.get("Proxy-Authorization"))
            self.send_response(proxy.status)
            self.end_headers()
            self.close_connection = True
            if proxy.status == 200:
                with socket.create_connection(("127.0.0.1", port)) as beyond:
                    back = Thread(target=_pump, args=(beyond, self.connection), daemon=True)
                    back.start()
                    _pump(self.connection, beyond)
                    back.join()

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    with serving(answer, tls) as url:
        port = urlsplit(url).port
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        proxy.place = f"127.0.0.1:{server.server_port}"
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes until one side ends."""
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
