"""DuckDB engines for the destinations that this process opens; an engine is kept after its file is closed.

Making an engine takes 35 ms of CPU, attaching a file to one that is kept 15.
"""

import atexit
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex

import duckdb

from freshdesk_assets.warehouse.destinations.destination import Destination
from freshdesk_assets.warehouse.destinations.ducklake import end_sessions
from freshdesk_assets.warehouse.notes import forget
from freshdesk_assets.warehouse.paths import plain
from freshdesk_assets.warehouse.sql import identifier, literal, scalar

VACUUM_TASKS = 2
"""How many neighbouring row groups DuckDB may merge at a checkpoint; its default of 100 rewrote almost all
of a table of 100,000 tickets for an upsert of 2,000 (2.2 s of CPU against 1.2)."""

LEAST_MEMORY, MOST_MEMORY = 512 * 1024**2, 4 * 1024**3
"""The bounds of an engine's memory, in bytes, where no setting says it. With the least, a million tickets of
usual size are landed."""

ENGINES_KEPT = 2
"""A process works on a file or two; each engine holds threads and memory."""

_held: dict[str, threading.Lock] = {}

_kept: dict[str, "Engine"] = {}
"""The engine for each file that this process opened, with or without the file. Emptied before a fork, which
would leave the child without its threads."""

_left: dict[str, object] = {}
"""The version of each destination when this process left it."""


def lock_of(name: str) -> threading.Lock:
    """The lock under which one thread of this process uses the destination of this name and its engine."""
    # dict.setdefault with a string is atomic; a defaultdict calls Path.__hash__, which may release the GIL.
    return _held.setdefault(name, threading.Lock())


def take(destination: Destination, memory_limit: str | None) -> "Engine":
    """An engine for the destination: the one that was kept, which may still have it open, or a new one."""
    engine = _kept.pop(destination.name, None)
    if engine is not None and engine.made_for == (destination, memory_limit):
        return engine
    if engine is not None:
        engine.close()
    _close_others()
    return Engine(destination, memory_limit)


def release(engine: "Engine", *, usable: bool) -> None:
    """Close the destination, now or in a moment, and keep the engine; one that is not `usable` is closed.

    A lake stays open: that keeps nobody from it.
    """
    name = engine.destination.name
    if usable and (
        not engine.attached or engine.destination.lake or _lingering.linger(name) or engine.detach()
    ):
        _kept[name] = engine
    else:
        engine.close()


class Engine:
    """A DuckDB for a destination, attached or not, with a folder for what its memory does not hold.

    Such folders that killed processes left are removed once a file is open. Without a `memory_limit`, the
    engine takes a quarter of what the machine has. Raises DestinationError where it cannot write there.
    """

    def __init__(self, destination: Destination, memory_limit: str | None) -> None:
        self.destination = destination
        self.made_for = destination, memory_limit
        name = destination.name.rpartition("/")[2] if not destination.lake else "lake"
        self.overflow = destination.folder / f"{name}.{token_hex(4)}.tmp"
        self.root = duckdb.connect(config={"temp_directory": plain(self.overflow)})
        self.root.execute(f"set memory_limit = {literal(memory_limit or _quarter(self.root))}")
        self.root.execute(f"set max_vacuum_tasks = {VACUUM_TASKS}")
        destination.prepare(self.root)
        self.attached = False
        """Whether the destination is open."""
        self.checkpoint = False
        """Whether to write what is in a file's log into the file when it is closed."""

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Open the destination."""
        self.destination.attach(connection)
        self.attached, self.checkpoint = True, False
        if not self.destination.lake:
            self.look(connection)

    def look(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Forget what was noted of the destination if another process has written to it since."""
        name = self.destination.name
        now, ours = self.destination.versions(connection)
        if now not in (_left.get(name), ours):
            # Somebody else has written to it, or put another in its place.
            forget(name)
        _left[name] = now

    def detach(self) -> bool:
        """Close the destination and whatever else is attached; returns whether the engine can be kept.

        Committed rows are stored even if a checkpoint finds no room on the disk.
        """
        self.attached = False
        try:
            self.root.execute(f"pragma {'enable' if self.checkpoint else 'disable'}_checkpoint_on_shutdown")
            attached = self.root.execute(
                "select database_name from duckdb_databases()"
                " where not internal and database_name <> 'memory'"
            ).fetchall()
            for (name,) in attached:
                self.root.execute(f"detach {identifier(name)}")
            if not self.destination.lake:
                _left[self.destination.name] = self.destination.version()
        except (duckdb.Error, OSError):
            return False
        # The folder for what did not fit into memory is removed only with the engine.
        return not self.overflow.exists()

    def close(self) -> None:
        """Close the engine and everything that it has open."""
        if self.attached:
            self.detach()
        # What is committed is stored. An error here would hide why the engine is closed.
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
                _closing.acquire()
            try:
                for path in due:
                    _let_go(path)
            finally:
                _closing.release()


_lingering = _Lingering()

_closing = threading.Lock()
"""Held while files that lingered are closed."""

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
    """Close the files that linger; those that are being closed are closed afterwards too."""
    with _closing:
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
        if engine and engine.attached and not engine.destination.lake and not engine.detach():
            _kept.pop(path).close()
    finally:
        lock.release()


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


def _end_engines() -> None:
    while _kept:
        _kept.popitem()[1].close()
    end_sessions()


atexit.register(_end_engines)
os.register_at_fork(before=_end_engines)
