"""The DuckDB file: opened for as long as a load takes, by one at a time, each load a transaction."""

import atexit
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import TypeAlias, TypeVar, cast

import duckdb

ALIAS = "replica"
"""The catalog name while we have the file open. Never the file's own name: a file `freshdesk.duckdb`
opened under the name `freshdesk` makes every mention of the schema `freshdesk` ambiguous to DuckDB."""

ROW_GROUP_SIZE = 4_096
"""Rows per row group: a load's memory is bounded by the row group, and a ticket's text is large. DuckDB also
compresses a group that is not full again with every batch. Measured: 131 us a ticket against 185 with
16,384, the same file size; peak 455 MB at a million tickets, 5.1 GB with DuckDB's default of 122,880."""

VACUUM_TASKS = 2
"""How many neighbouring row groups DuckDB may merge at a checkpoint; its default of 100 rewrote almost all
of a table of 100,000 tickets for an upsert of 2,000 (2.2 s of CPU against 1.2)."""

_held: dict[str, threading.Lock] = {}

_kept: dict[str, "_Engine"] = {}
"""DuckDB's engine for each file that this process opened, without the file: to make one anew takes 35 ms of
CPU, to attach the file to it 15. Emptied before a fork, which would leave the child without its threads."""


_left: dict[str, tuple[int, int, int]] = {}
"""Each file as this process left it."""

_ensured: dict[str, dict[object, object]] = {}
"""By file, what this process has made sure of there; see `once`."""

_ensuring: dict[str, dict[object, object]] = {}
"""The same of transactions that are not committed yet."""


_found: dict[tuple[str, str], object] = {}
"""What this process found out about files; see `kept`."""

Found = TypeVar("Found")


ENGINES_KEPT = 2


Connection: TypeAlias = duckdb.DuckDBPyConnection
"""Inside one transaction of a file; whoever holds one need not know DuckDB."""


class WarehouseError(Exception):
    """The file cannot be used; the message says why and what to do."""


class FileLocked(WarehouseError):
    """Another process held the file for longer than we wait."""


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A DuckDB file that is closed except inside `open`.

    `lock_wait` is how many seconds to wait for another process to let go of it, `memory_limit` what a
    load may use, `report` gets a line when a wait begins.
    """

    path: Path
    lock_wait: float = 300.0
    memory_limit: str = "512MB"
    report: Callable[[str], None] | None = field(default=None, compare=False)

    @contextmanager
    def open(self, *, checkpoint: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in UTC inside one transaction, committed at the end and rolled back on any error.

        Without `checkpoint` what was committed may stay in DuckDB's log beside the file until a later
        closing, which is half the time of landing batch after batch and as safe.

        Raises FileLocked when the file stays in use, WarehouseError when it cannot be opened or written.
        """
        path = self.path.resolve()
        if not path.parent.is_dir():
            raise WarehouseError(f"{path.parent} is not a folder: create it, or set FRESHDESK_DUCKDB")
        # dict.setdefault with a string is one step; a defaultdict asks Path.__hash__ and lets go of the GIL.
        with _held.setdefault(str(path), threading.Lock()):
            engine, connection = self._attach(path, checkpoint=checkpoint)
            try:
                connection.execute(f"set variable file = {literal(engine.file)}")
                connection.execute("begin")
                yield connection
                connection.execute("commit")
                _ensured.setdefault(engine.file, {}).update(_ensuring.pop(engine.file, {}))
                connection.execute("use memory")
                if _lingering.linger(str(path)) or engine.detach():
                    _kept[str(path)] = engine
            except duckdb.Error as error:
                raise _explained(error, path) or error from error
            finally:
                _ensuring.pop(engine.file, None)
                connection.close()
                if _kept.get(str(path)) is not engine:
                    engine.close()

    def _attach(self, path: Path, *, checkpoint: bool) -> tuple["_Engine", duckdb.DuckDBPyConnection]:
        """An engine that nobody else uses meanwhile, and a connection of it that has the file."""
        deadline = time.monotonic() + self.lock_wait
        pause = 0.05
        engine = _kept.pop(str(path), None)
        if engine is not None and engine.memory_limit != self.memory_limit:
            engine.close()
            engine = None
        while True:
            if engine is None:
                _close_others()
                engine = _Engine(path, self.memory_limit)
            connection = engine.root.cursor()
            try:
                connection.execute("set timezone = 'UTC'")
                if not engine.file:
                    engine.attach(connection)
                    _remove_overflow(path, keep=engine.overflow)
                engine.checkpoint |= checkpoint
                connection.execute(f"use {ALIAS}")
                return engine, connection
            except duckdb.Error as error:
                connection.close()
                if not _is_lock(error):
                    engine.close()
                    raise _explained(error, path) or error from error
                if time.monotonic() >= deadline:
                    _kept[str(path)] = engine
                    raise FileLocked(
                        f"{path} is in use by {_holder(error)} and was not released within"
                        f" {self.lock_wait:g} seconds: close it there, or run again later"
                    ) from error
                if pause == 0.05 and self.report:
                    self.report(f"waiting for {path}, in use by {_holder(error)}")
            time.sleep(pause)
            pause = min(pause * 2, 1.0)


class _Engine:
    """A DuckDB for a file, which it has attached or not, and the folder for what its memory does not hold.

    What killed processes left of such folders is removed once the file is ours.
    """

    def __init__(self, path: Path, memory_limit: str) -> None:
        self.path, self.memory_limit = path, memory_limit
        self.overflow = path.with_name(f"{path.name}.{token_hex(4)}.tmp")
        self.root = duckdb.connect(
            config={"memory_limit": memory_limit, "temp_directory": str(self.overflow)}
        )
        self.root.execute(f"set max_vacuum_tasks = {VACUUM_TASKS}")
        self.file = ""
        """Which file is attached; nothing if none is."""
        self.checkpoint = False
        """Whether to write what is in the log into the file when it is let go."""

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Open the file; nobody else can, from here on."""
        connection.execute(
            f"attach {literal(str(self.path))} as {ALIAS} (type duckdb, row_group_size {ROW_GROUP_SIZE})"
        )
        self.file, self.checkpoint = str(self.path), False
        if _left.get(self.file) != _version(self.path):
            # Somebody else has written to it, or put another in its place.
            forget(self.file)

    def detach(self) -> bool:
        """Let go of the file and of whatever else was attached; whether the engine can be kept.

        What was committed is stored whether or not a checkpoint finds room.
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
        # What did not fit into memory is removed with the engine only.
        return not self.overflow.exists()

    def close(self) -> None:
        """End it, and with it everything that it has open."""
        if self.file:
            self.detach()
        self.root.close()


class _Lingering:
    """Lets go of files a moment after they were used, instead of at once: see `lingering`."""

    def __init__(self) -> None:
        self._asked = 0
        self._until: dict[str, float] = {}
        self._changed = threading.Condition()

    def linger(self, path: str) -> bool:
        """Whether the file is to stay open for the moment."""
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
        """No longer, unless somebody else has asked for it."""
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
"""Seconds that a file stays open after it was used: between two steps of a run there are some milliseconds,
between two calls that wait for the limit there may be minutes."""


@contextmanager
def lingering() -> Iterator[None]:
    """Files stay open between uses that follow each other closely: to open one costs 15 to 30 ms of CPU.

    Nobody else can open them meanwhile, this process neither, unless by `Warehouse`.
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
    """Make room for another engine: a process works on a file or two."""
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


def once(connection: duckdb.DuckDBPyConnection, what: object, how: object = None) -> bool:
    """Whether `what` is still to be made as `how` says in the file that is open; noted to be so from now on.

    Once per process and file, unless the transaction does not end well, or somebody else wrote to the file.
    """
    found = connection.execute("select getvariable('file')").fetchone()
    name = found[0] if found else None
    if name is None:
        return True
    noted = {**_ensured.get(name, {}), **_ensuring.get(name, {})}
    if what in noted and noted[what] == how:
        return False
    _ensuring.setdefault(name, {})[what] = how
    return True


def kept(connection: duckdb.DuckDBPyConnection, what: str, find: Callable[[], Found]) -> Found:
    """What was found out about the file that is open, once per process and file."""
    named = connection.execute("select getvariable('file')").fetchone()
    if named is None or named[0] is None:
        return find()
    place = (named[0], what)
    if place not in _found:
        _found[place] = find()
    return cast("Found", _found[place])


def forget(file: str) -> None:
    """Make sure of everything anew."""
    _ensured.pop(file, None)
    for place in [place for place in _found if place[0] == file]:
        del _found[place]


def _version(path: Path) -> tuple[int, int, int]:
    standing = path.stat()
    return standing.st_ino, standing.st_mtime_ns, standing.st_size


def _end_engines() -> None:
    while _kept:
        _kept.popitem()[1].close()


atexit.register(_end_engines)
os.register_at_fork(before=_end_engines)


def identifier(name: str) -> str:
    """A name as SQL quotes it, keywords and odd characters included."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A string as SQL quotes it."""
    return "'" + value.replace("'", "''") + "'"


def _remove_overflow(path: Path, keep: Path) -> None:
    """Remove the temporary folders of processes that were killed while they had the file open."""
    left = re.compile(rf"{re.escape(path.name)}\.[0-9a-f]{{8}}\.tmp")
    for folder in path.parent.iterdir():
        if left.fullmatch(folder.name) and folder != keep:
            shutil.rmtree(folder, ignore_errors=True)


def _is_lock(error: duckdb.Error) -> bool:
    message = str(error)
    return "Could not set lock on file" in message or "Unique file handle conflict" in message


def _holder(error: duckdb.Error) -> str:
    """Who holds the file, from DuckDB's own words: a program and its process id."""
    match = re.search(r"Conflicting lock is held in (\S+)(?: \(deleted\))? \(PID (\d+)\)", str(error))
    if match:
        return f"{os.path.basename(match[1])} (process {match[2]})"
    return (
        f"another connection of this process ({os.getpid()})" if "Unique" in str(error) else "another process"
    )


def _explained(error: duckdb.Error, path: Path) -> WarehouseError | None:
    """The error in terms of what to do, where there is something to do outside the code."""
    message = str(error)
    if any(words in message for words in ("No space left", "Could not write", "max_temp_directory_size")):
        return WarehouseError(
            f"the disk of {path} is full: nothing of this batch was stored, what was stored before is intact;"
            " make room and run again"
        )
    if "not a valid DuckDB database file" in message:
        return WarehouseError(f"{path} is not a DuckDB file: move it away, or set FRESHDESK_DUCKDB")
    if "Corrupt database file" in message:
        return WarehouseError(
            f"{path} is damaged: put a copy in its place, or move it away and read everything again"
        )
    if "Is a directory" in message:
        return WarehouseError(f"{path} is a folder, not a file: set FRESHDESK_DUCKDB to a file in it")
    if "Trying to read a database file with version" in message:
        return WarehouseError(
            f"{path} was written by a newer DuckDB than {duckdb.__version__}: upgrade the package duckdb"
        )
    if "Permission denied" in message or "Read-only file system" in message:
        return WarehouseError(
            f"{path} cannot be written by this user: change its rights, or set FRESHDESK_DUCKDB"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return WarehouseError(
            f"loading into {path} needs more memory than it may use: {message.splitlines()[0]}"
        )
    return None
