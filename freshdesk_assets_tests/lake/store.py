"""A server of S3 on loopback that checks signatures, and a proxy before it that is slow or refuses.

The server is rclone's, which was written by others. It keeps a bucket as a folder.
"""

import http.client
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

KEY, SECRET = "KEYOFTHETESTS", "secret-of-the-store-4711"

BUCKET = "bucket"

OF_THE_CONNECTION = {"content-length", "transfer-encoding", "connection", "date", "server"}
"""Headers that are not passed on."""


@dataclass
class Store:
    """The server as clients see it, and what becomes of the next calls.

    - `refuse`: how many further writes are answered with 503.
    - `slow`: seconds that each call takes longer.
    """

    folder: Path
    url: str = ""
    refuse: int = 0
    slow: float = 0.0
    refused: int = 0
    seen: list[str] = field(default_factory=list)

    def environment(self, secret: str = SECRET) -> dict[str, str]:
        """What programs are told of it."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_ENDPOINT_URL_S3": self.url,
            "FRESHDESK_DATA_PATH": f"s3://{BUCKET}/replica",
        }


@contextmanager
def object_store(folder: Path) -> Iterator[Store]:
    """A store with an empty bucket in a folder."""
    program = shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which("rclone")
    if program is None:
        pytest.skip("no rclone is installed")
    (folder / BUCKET).mkdir(parents=True)
    made = Store(folder)
    port = _free_port()
    serve = [program, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}"]
    with subprocess.Popen(
        [*serve, "--config", "", "--vfs-cache-mode", "off", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port)
            with _before(made, port):
                yield made
        finally:
            process.kill()


@contextmanager
def _before(store: Store, port: int) -> Iterator[None]:
    """Pass calls on to the server at a port, but for those that the store refuses."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            store.seen.append(f"{self.command} {self.path}")
            time.sleep(store.slow)
            if store.refuse and self.command in ("PUT", "POST"):
                store.refuse -= 1
                store.refused += 1
                self.answer(503, {}, b"<Error><Code>SlowDown</Code><Message>Slow down</Message></Error>")
                return
            # The signature is of the host that the client named.
            server = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            server.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                server.putheader(name, value)
            server.endheaders(body)
            got = server.getresponse()
            content = got.read()
            self.answer(got.status, dict(got.getheaders()), content)
            server.close()

        def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(content))
            for name, value in headers.items():
                if name.lower() not in OF_THE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", length)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    for method in ("GET", "PUT", "POST", "HEAD", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.pass_on)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        store.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the server of S3 does not begin"
            time.sleep(0.05)
        else:
            return
