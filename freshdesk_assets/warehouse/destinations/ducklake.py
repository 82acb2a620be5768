"""A lake as the destination: Parquet files in a folder or an object store, and a catalogue of them.

The catalogue is a database of Postgres, which many machines can use, or a file of SQLite for one machine.
Whoever reads has a snapshot and is never kept waiting (docs/lake.md).
"""

import hashlib
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from freshdesk_assets.warehouse.complaints import reason
from freshdesk_assets.warehouse.destinations.destination import (
    Destination,
    DestinationBusy,
    DestinationError,
    Say,
)
from freshdesk_assets.warehouse.destinations.dsn import parts, written
from freshdesk_assets.warehouse.destinations.fence import BEARER
from freshdesk_assets.warehouse.destinations.lake_complaints import Places, is_away, lake_complaint
from freshdesk_assets.warehouse.destinations.object_store import hidden, is_store, prepare_store
from freshdesk_assets.warehouse.destinations.postgres import Session
from freshdesk_assets.warehouse.destinations.values import FORGET, VALUES
from freshdesk_assets.warehouse.ending import ending
from freshdesk_assets.warehouse.extensions import load
from freshdesk_assets.warehouse.sql import ALIAS, literal, scalar

RETRIES = 100
"""How often DuckLake tries a commit again that another's made impossible; its own 10 are few where several
accounts share a database."""

VERSION = "1.5.5"
"""The DuckDB that the extension is packaged for (docs/engineering.md, 8)."""

WIDEST = 15_000
"""Milliseconds for SQLite to wait where another process writes, or reads in a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lake(Destination):
    """A lake.

    - `catalogue`: `postgres` or `sqlite`.
    - `dsn`: how the catalogue is reached: what libpq takes, or the path of the file.
    - `data_path`: the folder or the address below which the Parquet files are.
    - `schema`: the schema of Postgres in which the catalogue is, one for each account.
    """

    catalogue: str
    dsn: str = field(repr=False)
    data_path: str
    schema: str = "freshdesk_replica"

    lake = True

    @property
    def name(self) -> str:
        """The kind and place of the catalogue, without user and password."""
        return f"ducklake:{self.catalogue}:{self._place}"

    @property
    def _place(self) -> str:
        if not self.shared:
            return self.dsn
        said = parts(self.dsn)
        host = said.get("host") or os.environ.get("PGHOST") or "localhost"
        port = said.get("port") or os.environ.get("PGPORT")
        base = said.get("dbname") or os.environ.get("PGDATABASE") or ""
        return f"{host}{f':{port}' if port else ''}/{base} ({self.schema})"

    @property
    def shared(self) -> bool:
        """Whether its catalogue is a database that many machines can use."""
        return self.catalogue == "postgres"

    @property
    def folder(self) -> Path:
        """A folder for temporary files: a run needs no other disk."""
        made = Path(tempfile.gettempdir()) / f"freshdesk-assets-{os.getuid()}-{self._hash}"
        made.mkdir(mode=0o700, exist_ok=True)
        if made.lstat().st_uid != os.getuid():
            # Anyone can make a folder there first.
            raise DestinationError(f"{made} is another user's: set TMPDIR to a folder of your own")
        return made

    @property
    def _hash(self) -> str:
        return hashlib.sha256(f"{self.name} {self.data_path}".encode()).hexdigest()[:12]

    def exists(self) -> bool:
        """Whether the lake was begun; raises DestinationError if the catalogue does not answer."""
        return self._session.exists() if self.shared else Path(self.dsn).exists()

    def check(self) -> None:
        """Raise DestinationError if the folders of catalogue or data cannot be."""
        if not self.shared and not Path(self.dsn).parent.is_dir():
            raise DestinationError(f"{Path(self.dsn).parent} is not a folder: create it")
        if not is_store(self.data_path):
            try:
                Path(self.data_path).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DestinationError(
                    f"FRESHDESK_DATA_PATH is {self.data_path}, which cannot be made: {error.strerror}"
                ) from None

    def prepare(self, root: duckdb.DuckDBPyConnection) -> None:
        """Load the extensions; raises DestinationError where they are not there for this DuckDB."""
        wanted = ("postgres_scanner" if self.shared else "sqlite_scanner", "ducklake")
        missing = [name for name in wanted if not load(root, name)]
        if missing:
            raise DestinationError(
                f"FRESHDESK_DESTINATION is a lake, and DuckDB {duckdb.__version__} has no {missing[-1]} here:"
                f" pip install 'freshdesk-assets[lake]', which brings DuckDB {VERSION} and what it needs"
            )
        if is_store(self.data_path):
            prepare_store(root)
        root.execute(f"set ducklake_max_retry_count = {RETRIES}")

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Open the lake for writing; begins it if there is none."""
        # Rows of small commits would stay in the catalogue, where deleted ones can come back
        # (duckdb/ducklake#1084, not mended in 1.5.5).
        options = f"data_path {literal(self._data)}, data_inlining_row_limit 0"
        if self.shared:
            # The number is in the name of the connection, which the fence reads.
            dsn = written(self.dsn, application_name=f"{BEARER}{self._session.number}")
            options += f", metadata_schema {literal(self.schema)}"
        else:
            dsn = self.dsn
            # With a WAL nobody would wait, but who reads in a transaction would miss rows of files that are
            # merged meanwhile (DuckLake 1.5.5: 503 rows of 510).
            options += f", busy_timeout {WIDEST}"
        connection.execute(f"attach {literal(f'ducklake:{self.catalogue}:{dsn}')} as {ALIAS} ({options})")
        if self.shared:
            self._session.fence()

    def reading(self, name: str, snapshot: int | None = None) -> str:
        """The statement that opens the lake for reading alone, as a catalog of that name."""
        options = "read_only" if snapshot is None else f"read_only, snapshot_version {snapshot}"
        if self.shared:
            options += f", metadata_schema {literal(self.schema)}"
        dsn = written(self.dsn) if self.shared else self.dsn
        return f"attach {literal(f'ducklake:{self.catalogue}:{dsn}')} as {name} ({options})"

    def told(self, name: str) -> str:
        """The same statement for a person to paste, without a password."""
        if not self.shared:
            return self.reading(name)
        open_ = {part: value for part, value in parts(self.dsn).items() if part != "password"}
        return replace(self, dsn=written("", **open_)).reading(name)

    def erase(self) -> None:
        """Remove from the catalogue, to the byte, what was deleted or changed; raises DestinationError."""
        if self.shared:
            self._session.erase(FORGET, VALUES)
        else:
            with closing(sqlite3.connect(self.dsn, timeout=WIDEST / 1000)) as catalogue:
                try:
                    catalogue.execute(FORGET.format(at=""))
                    catalogue.commit()
                    catalogue.execute("vacuum")
                except sqlite3.OperationalError as error:
                    raise DestinationBusy(
                        f"{self.name} cannot be written anew: {error}; end what reads it, and run again"
                    ) from None

    @property
    def _data(self) -> str:
        return self.data_path.rstrip("/") + "/"

    def version(self) -> object:
        """A lake is asked where it is open."""
        return None

    def versions(self, connection: duckdb.DuckDBPyConnection) -> tuple[object, object]:
        """The numbers of the snapshots."""
        found = connection.execute(
            f"select id, (select id from {ALIAS}.last_committed_snapshot()) from {ALIAS}.current_snapshot()"
        ).fetchone()
        return found or (None, None)

    @property
    def _session(self) -> Session:
        key = f"{self.dsn} {self.schema}"
        with _making:
            if key not in _sessions:
                _sessions[key] = Session(self.dsn, self.schema, self.name)
            return _sessions[key]

    @contextmanager
    def writing(self, lock_wait: float, report: Say | None) -> Iterator[None]:
        """Have the lake for a transaction."""
        with self._session.writing(lock_wait, report) if self.shared else self._alone(lock_wait, report):
            yield

    @contextmanager
    def _alone(self, lock_wait: float, report: Say | None) -> Iterator[None]:
        """Lock a file beside the catalogue, as it is on one machine."""
        lock = FileLock(f"{self.dsn}.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if report:
                report(f"waiting for {self.name}, in use by another process")
            try:
                lock.acquire(timeout=lock_wait)
            except Timeout:
                raise DestinationBusy(
                    f"{self.name} is in use by another process and was not released within {lock_wait:g}"
                    " seconds: end it there, or run again later"
                ) from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def turn(self, account: str, who: str, say: Say) -> Iterator[None]:
        """Have the account for a run, on whatever machine."""
        with self._session.turn(account, who, say) if self.shared else nullcontext():
            yield

    def busy(self, error: duckdb.Error) -> str | None:
        """Another process, where SQLite says so; Postgres has us wait before."""
        return "another process" if "database is locked" in str(error) else None

    def unopened(self, error: duckdb.Error) -> str:
        """What is wrong with catalogue or data path, without a password."""
        return self.complaint(error) or (
            f"{self.name} cannot be opened: {self._first(error)}; set FRESHDESK_DESTINATION and"
            " FRESHDESK_DATA_PATH to a lake that is there, or to a place for a new one"
        )

    def complaint(self, error: duckdb.Error) -> str | None:
        """What to do about the catalogue or the store."""
        return self._complaint(error, reads=False)

    def unread(self, error: duckdb.Error) -> str | None:
        """The same for somebody who only reads."""
        return self._complaint(error, reads=True)

    def _complaint(self, error: duckdb.Error, *, reads: bool) -> str | None:
        places = Places(self.name, self.data_path, self.folder)
        return lake_complaint(error, places, self._first(error), away=self.away(error), reads=reads)

    def away(self, error: duckdb.Error) -> bool:
        """Whether the database of the catalogue does not answer, or has ended the session."""
        # DuckDB has many words for that, some of which it has for other errors too.
        return self.shared and (is_away(error) or self._session.lost)

    def _first(self, error: duckdb.Error) -> str:
        return self.hidden(reason(error))

    def hidden(self, text: str) -> str:
        """The text without the address of the catalogue, in which a password may be, and without keys."""
        if self.shared:
            bearing = written(self.dsn, application_name=f"{BEARER}{self._session.known}")
            for dsn in (bearing, written(self.dsn), self.dsn):
                text = text.replace(dsn, "…")
        for password in (self.shared and parts(self.dsn).get("password"), os.environ.get("PGPASSWORD")):
            text = text.replace(password, "***") if password else text
        return hidden(text)

    def size(self) -> int:
        """Bytes of the Parquet files that the lake of now needs; raises DestinationError."""
        asked = (
            "select coalesce(sum(file_size_bytes + delete_file_size_bytes), 0)"
            f" from ducklake_table_info({literal(ALIAS)})"
        )
        with ending(duckdb.connect()) as connection:
            self.prepare(connection)
            try:
                connection.execute(self.reading(ALIAS))
                return int(scalar(connection, asked))
            except duckdb.Error as error:
                raise DestinationError(self.unread(error) or self.unopened(error)) from None


_sessions: dict[str, Session] = {}
_making = threading.Lock()


def end_sessions() -> None:
    """End the sessions of this process: before a fork, whose child must not share them."""
    for session in _sessions.values():
        session.forget()
