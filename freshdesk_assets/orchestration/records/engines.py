"""From a SQLite file to its engine, kept open with its connections and compiled statements."""

import os
import sqlite3
import threading
import weakref
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

import sqlalchemy as db
from sqlalchemy.engine import Engine

from freshdesk_assets.orchestration.internals import SQLITE_BUSY_TIMEOUT_SECONDS
from freshdesk_assets.orchestration.records.packing import DRIVER


class Engines:
    """The engines of a folder's databases: at most `most` are kept, and all are made anew after a fork."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, Engine] = OrderedDict()
        self._process = os.getpid()
        self._lock = threading.Lock()
        # An instance that nobody disposes of closes its files when it is collected.
        weakref.finalize(self, _close_all, self._kept, self._process)

    def get(self, file: str) -> Engine:
        """The engine of a database file."""
        with self._lock:
            if self._process != os.getpid():
                # The connections belong to the parent process: SQLite forbids using or closing them here.
                for engine in self._kept.values():
                    engine.dispose(close=False)
                self._kept.clear()
                self._process = os.getpid()
            if file not in self._kept:
                self._kept[file] = _engine(file)
            engine = self._kept[file]
            self._kept.move_to_end(file)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)[1].dispose()
            return engine

    def close(self, file: str | None = None) -> None:
        """Close a file's connections, or all."""
        with self._lock:
            for name in [file] if file else list(self._kept):
                if engine := self._kept.pop(name, None):
                    engine.dispose()


def _close_all(engines: OrderedDict[str, Engine], process: int) -> None:
    if os.getpid() == process:
        for engine in engines.values():
            engine.dispose()


def _engine(file: str) -> Engine:
    engine = db.create_engine(
        db.URL.create(DRIVER, database=file),
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
        max_overflow=-1,
    )

    @db.event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        # With a write-ahead log, a process that is killed loses nothing. After a power cut the last few
        # events may be missing, but the file is whole.
        connection.execute("pragma synchronous = normal")

    return engine


def file_of(conn_string: str) -> str:
    """The file that a connection string of SQLite's names."""
    return str(db.make_url(conn_string).database)


def is_made(file: str) -> bool:
    """Whether Dagster's tables exist: then its migrations, which take 0.2 s to load, are not needed."""
    if not Path(file).exists():
        return False
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(f"{Path(file).as_uri()}?mode=ro", uri=True)
        try:
            return connection.execute("select version_num from alembic_version").fetchone() is not None
        finally:
            connection.close()
    return False
