"""A Postgres of one's own, which asks for its password: to be restarted, to stay away, to refuse.

It begins without `pg_ctl`, whose restart ends the tests that ask for it.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from freshdesk_assets_tests.places import PASSWORD

USER = "postgres"

BEGINS = 30.0
"""Seconds that a server may take until it answers."""


@dataclass
class OwnPostgres:
    """The server whose data are below a folder.

    `process` is None while it is away.
    """

    folder: Path
    account: str | None
    process: subprocess.Popen[bytes] | None = None

    def dsn(self, password: str = PASSWORD) -> str:
        """How its database is reached."""
        return f"host={self.folder} dbname=postgres user={USER} password={password}"

    def begin(self) -> None:
        """Start it, and wait until it answers."""
        import psycopg

        arguments = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-h", ""]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [_program("postgres"), *arguments, "-F"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self.account,
                start_new_session=True,
            )
        deadline = time.monotonic() + BEGINS
        while True:
            try:
                psycopg.connect(self.dsn(), connect_timeout=5).close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: with SIGINT it rolls back and ends every session at once, as for a patch of the machine."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)
        self.process = None

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What it answers, in a session of its own."""
        import psycopg

        with psycopg.connect(self.dsn()) as connection:
            return connection.execute(query.encode()).fetchall()


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A server that runs, and has nothing in it. Who begins it as root has another user run it."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="freshdesk-own-"))  # a socket's path is short
    folder.chmod(0o755)
    (folder / "password").write_text(PASSWORD)
    (folder / "data").mkdir(mode=0o700)
    if account:
        for path in (folder, folder / "password", folder / "data"):
            shutil.chown(path, account)
    options = ["--username", USER, "--pwfile", str(folder / "password"), "--no-sync", "--encoding", "utf8"]
    subprocess.run(
        [_program("initdb"), "-D", str(folder / "data"), "--auth", "scram-sha-256", *options],
        check=True,
        capture_output=True,
        user=account,
    )
    made = OwnPostgres(folder, account)
    try:
        made.begin()
        yield made
    finally:
        made.end(signal.SIGQUIT)
        shutil.rmtree(folder)


def _program(name: str) -> str:
    found = find_spec("pgserver")
    assert found is not None
    assert found.origin is not None
    return str(Path(found.origin).parent / "pginstall" / "bin" / name)


def _account() -> str | None:
    """The user that has the server where this process is root's: Postgres refuses to be."""
    if os.geteuid():
        return None
    with warnings.catch_warnings(action="ignore"):  # it looks for folders of a user who is logged in
        from pgserver._commands import POSTGRES_BIN_PATH
        from pgserver.utils import ensure_folder_permissions, ensure_prefix_permissions, ensure_user_exists

    ensure_user_exists("pgserver")
    ensure_prefix_permissions(POSTGRES_BIN_PATH)
    ensure_folder_permissions(POSTGRES_BIN_PATH, 0o055)
    ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", 0o044)
    return "pgserver"
