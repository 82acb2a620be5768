"""DuckDB engines for the files that this process opens; an engine is kept after its file is closed.

Making an engine takes 35 ms of CPU, attaching a file to one that is kept 15.
"""

import atexit
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import duckdb

from freshdesk_assets.schema.names import META
from freshdesk_assets.warehouse.encryption import Encryption, option, prepare
from freshdesk_assets.warehouse.notes import forget
from freshdesk_assets.warehouse.paths import opened, plain
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal, scalar

ROW_GROUP_SIZE = 4_096
"""Rows per row group: a load's memory is bounded by the row group, and a ticket's text is large. DuckDB also
compresses a group that is not full again with every batch. Measured: 131 us a ticket against 185 with
16,384, the same file size; peak 455 MB at a million tickets, 5.1 GB with DuckDB's default of 122,880."""

VACUUM_TASKS = 2
"""How many neighbouring row groups DuckDB may merge at a checkpoint; its default of 100 rewrote almost all
of a table of 100,000 tickets for an upsert of 2,000 (2.2 s of CPU against 1.2)."""

STORAGE = "v1.4.0"
"""The oldest DuckDB that can open what is written. DuckDB 2.0.0's own default is itself (docs/engineering.md,
7)."""

LEAST_MEMORY, MOST_MEMORY = 512 * 1024**2, 4 * 1024**3
"""The bounds of an engine's memory, in bytes, where no setting says it. With the least, a million tickets of
usual size are landed."""

ENGINES_KEPT = 2
"""A process works on a file or two; each engine holds threads and memory."""

_held: dict[str, threading.Lock] = {}

_kept: dict[str, "Engine"] = {}
"""The engine for each file that this process opened, with or without the file. Emptied before a fork, which
would leave the child without its threads."""

_left: dict[str, tuple[int, int, int]] = {}
"""Inode, time and size of each file when this process closed it."""


def lock_of(path: Path) -> threading.Lock:
    """The lock under which one thread of this process uses the file and its engine."""
    # dict.setdefault with a string is atomic; a defaultdict calls Path.__hash__, which may release the GIL.
    return _held.setdefault(str(path), threading.Lock())


def take(
    path: Path, memory_limit: str | None, storage: str, encryption: Encryption | None = None
) -> "Engine":
    """An engine for the file: the one that was kept, which may still have it open, or a new one."""
    engine = _kept.pop(str(path), None)
    if engine is not None and engine.made_for == (memory_limit, storage, encryption):
        return engine
    if engine is not None:
        engine.close()
    _close_others()
    return Engine(path, memory_limit, storage, encryption)


def release(engine: "Engine", *, usable: bool) -> None:
    """Close the file, now or in a moment, and keep the engine; one that is not `usable` is closed."""
    if usable and (not engine.file or _lingering.linger(str(engine.path)) or engine.detach()):
        _kept[str(engine.path)] = engine
    else:
        engine.close()


class Engine:
    """A DuckDB for a file, attached or not, with a folder for what its memory does not hold.

    Such folders that killed processes left are removed once the file is open. Without a `memory_limit`, the
    engine takes a quarter of what the machine has. Raises NoCipher where it cannot write with `encryption`.
    """

    def __init__(
        self, path: Path, memory_limit: str | None, storage: str, encryption: Encryption | None = None
    ) -> None:
        self.path, self.storage, self.encryption = path, storage, encryption
        self.made_for = memory_limit, storage, encryption
        self.overflow = path.with_name(f"{path.name}.{token_hex(4)}.tmp")
        self.root = duckdb.connect(config={"temp_directory": plain(self.overflow)})
        self.root.execute(f"set memory_limit = {literal(memory_limit or _quarter(self.root))}")
        self.root.execute(f"set max_vacuum_tasks = {VACUUM_TASKS}")
        prepare(self.root, encryption)
        self.file = ""
        """The file that is attached; empty if none is."""
        self.checkpoint = False
        """Whether to write what is in the log into the file when it is closed."""

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Open the file; no other process can from here on."""
        options = f"type duckdb, row_group_size {ROW_GROUP_SIZE}{option(self.encryption)}"
        try:
            connection.execute(
                f"attach {opened(self.path)} as {ALIAS} ({options}, storage_version {literal(self.storage)})"
            )
        except duckdb.InvalidInputException as error:
            if "cannot be lowered" not in str(error):
                raise
            connection.execute(f"attach {opened(self.path)} as {ALIAS} ({options})")
        try:
            wide = scalar(connection, f"select count(*) > 0 from {ALIAS}.{META}.wide_texts")
        except duckdb.CatalogException:
            wide = False  # the file is new, or of an earlier version
        compress_texts(connection, long=not wide)
        self.file, self.checkpoint = str(self.path), False
        if _left.get(self.file) != _version(self.path):
            # Somebody else has written to it, or put another in its place.
            forget(self.file)

    def detach(self) -> bool:
        """Close the file and whatever else is attached; returns whether the engine can be kept.

        Committed rows are stored even if a checkpoint finds no room on the disk.
        """
        file, self.file = self.file, ""
        try:
            self.root.execute(f"pragma {'enable' if self.checkpoint else 'disable'}_checkpoint_on_shutdown")
            attached = self.root.execute(
                "select database_name from duckdb_databases()"
                " where not internal and database_name <> 'memory'"
            ).fetchall()
            for (name,) in attached:
                self.root.execute(f"detach {identifier(name)}")
            _left[file] = _version(self.path)
        except (duckdb.Error, OSError):
            return False
        # The folder for what did not fit into memory is removed only with the engine.
        return not self.overflow.exists()

    def close(self) -> None:
        """Close the engine and everything that it has open."""
        if self.file:
            self.detach()
        # What is committed is in the file or in its log. An error here would hide why the engine is closed.
        with suppress(duckdb.Error):
            self.root.close()


class _Lingering:
    """Closes files a moment after they were used, instead of at once: see `lingering`."""

    def __init__(self) -> None:
        self._asked = 0
        self._until: dict[str, float] = {}
        self._changed = threading.Condition()

    def linger(self, path: str) -> bool:
        """Keep the file open for a moment; returns False if files do not linger now."""
        with self._changed:
            if not self._asked:
                return False
            self._until[path] = time.monotonic() + LINGER
            self._changed.notify()
            return True

    def begin(self) -> None:
        """Files linger from here on."""
        with self._changed:
            self._asked += 1
            if self._asked == 1:
                threading.Thread(target=self._watch, name="lingering", daemon=True).start()

    def end(self) -> None:
        """Files linger no longer, unless another `lingering` block is active."""
        with self._changed:
            self._asked -= 1
            self._changed.notify()
        if not self._asked:
            let_go()

    def _watch(self) -> None:
        while True:
            with self._changed:
                if not self._asked:
                    return
                wait = min(self._until.values(), default=time.monotonic() + 60) - time.monotonic()
                if wait > 0:
                    self._changed.wait(wait)
                    continue
                due = [path for path, until in self._until.items() if until <= time.monotonic()]
                for path in due:
                    del self._until[path]
            for path in due:
                _let_go(path)


_lingering = _Lingering()

LINGER = 0.2
"""Seconds that a file stays open after it was used. Two steps of a run are milliseconds apart; two calls that
wait for the limit may be minutes apart."""


@contextmanager
def lingering() -> Iterator[None]:
    """Files stay open between uses that follow each other closely: opening one costs 15 to 30 ms of CPU.

    Meanwhile no other process can open them, and this process only through `Warehouse`.
    """
    _lingering.begin()
    try:
        yield
    finally:
        _lingering.end()


def let_go() -> None:
    """Close the files that linger."""
    for path in list(_kept):
        _let_go(path)


def _close_others() -> None:
    """Make room for another engine."""
    for path in list(_kept)[: -ENGINES_KEPT + 1]:
        lock = _held[path]
        if lock.acquire(blocking=False):
            try:
                if engine := _kept.pop(path, None):
                    engine.close()
            finally:
                lock.release()


def _let_go(path: str) -> None:
    """Close a file that lingers, unless it is in use."""
    lock = _held[path]
    if not lock.acquire(blocking=False):
        return
    try:
        engine = _kept.get(path)
        if engine and engine.file and not engine.detach():
            _kept.pop(path).close()
    finally:
        lock.release()


def compress_texts(connection: duckdb.DuckDBPyConnection, *, long: bool) -> None:
    """Whether long texts are compressed from here on (see ledger/wide_texts.py)."""
    connection.execute(f"set disabled_compression_methods = {literal('' if long else 'zstd')}")


def memory_of(limit: str | None) -> int:
    """The bytes that an engine with this limit may use."""
    with duckdb.connect() as connection:
        connection.execute(f"set memory_limit = {literal(limit or _quarter(connection))}")
        return _allowed(connection)


def _quarter(connection: duckdb.DuckDBPyConnection) -> str:
    """A quarter of the memory of the machine, or of the container, of which DuckDB takes 80 % by default."""
    return f"{min(max(int(_allowed(connection) / 0.8 / 4), LEAST_MEMORY), MOST_MEMORY)} bytes"


def _allowed(connection: duckdb.DuckDBPyConnection) -> int:
    said = str(scalar(connection, "select current_setting('memory_limit')"))
    found = re.fullmatch(r"([\d.]+) ([KMGT]i)?B(?:ytes)?", said, re.IGNORECASE)
    return int(float(found[1]) * 1024 ** (" KMGT".index((found[2] or " ")[0]))) if found else LEAST_MEMORY


def _version(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _end_engines() -> None:
    while _kept:
        _kept.popitem()[1].close()


atexit.register(_end_engines)
os.register_at_fork(before=_end_engines)
