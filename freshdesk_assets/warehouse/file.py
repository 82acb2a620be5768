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
from typing import TypeVar, cast

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


_ensured: dict[str, set[object]] = {}
"""By file, what this process has made sure of there; see `once`."""

_ensuring: dict[str, set[object]] = {}
"""The same of transactions that are not committed yet."""


_found: dict[tuple[str, str], object] = {}
"""What this process found out about files; see `kept`."""

Found = TypeVar("Found")


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
            name = _name(path)
            try:
                connection.execute(f"set variable file = {literal(name)}")
                connection.execute("begin")
                yield connection
                connection.execute("commit")
                _ensured.setdefault(name, set()).update(_ensuring.pop(name, ()))
                if engine.detach(connection):
                    _kept[str(path)] = engine
            except duckdb.Error as error:
                raise _explained(error, path) or error from error
            finally:
                _ensuring.pop(name, None)
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
            engine = engine or _Engine.made(path, self.memory_limit)
            connection = engine.root.cursor()
            try:
                connection.execute("set timezone = 'UTC'")
                connection.execute(f"pragma {'enable' if checkpoint else 'disable'}_checkpoint_on_shutdown")
                connection.execute(
                    f"attach {literal(str(path))} as {ALIAS} (type duckdb, row_group_size {ROW_GROUP_SIZE})"
                )
                connection.execute(f"use {ALIAS}")
                _remove_overflow(path, keep=engine.overflow)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Engine:
    """A DuckDB without a file, and the folder for what does not fit into its memory."""

    root: duckdb.DuckDBPyConnection
    memory_limit: str
    overflow: Path

    @classmethod
    def made(cls, path: Path, memory_limit: str) -> "_Engine":
        """One for a file; what killed processes left of theirs is removed once the file is ours."""
        overflow = path.with_name(f"{path.name}.{token_hex(4)}.tmp")
        root = duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": str(overflow)})
        root.execute(f"set max_vacuum_tasks = {VACUUM_TASKS}")
        return cls(root=root, memory_limit=memory_limit, overflow=overflow)

    def detach(self, connection: duckdb.DuckDBPyConnection) -> bool:
        """Let go of the file, with a checkpoint if the opening asked for one; whether the engine can be kept.

        What was committed is stored whether or not a checkpoint finds room.
        """
        try:
            connection.execute("use memory")
            attached = connection.execute(
                "select database_name from duckdb_databases()"
                " where not internal and database_name <> 'memory'"
            ).fetchall()
            for (name,) in attached:
                connection.execute(f"detach {identifier(name)}")
        except duckdb.Error:
            return False
        # What did not fit into memory is removed with the engine only.
        return not self.overflow.exists()

    def close(self) -> None:
        """End it, and with it everything that it has open."""
        self.root.close()


def once(connection: duckdb.DuckDBPyConnection, what: object) -> bool:
    """Whether `what` is still to be made sure of in the file that is open, and note that it is now.

    Once per process and file, unless the transaction does not end well. A file that was put in the place of
    another is another one.
    """
    found = connection.execute("select getvariable('file')").fetchone()
    name = found[0] if found else None
    if name is None:
        return True
    if what in _ensured.get(name, ()) or what in _ensuring.get(name, ()):
        return False
    _ensuring.setdefault(name, set()).add(what)
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


def _name(path: Path) -> str:
    standing = path.stat()
    return f"{path} {standing.st_dev} {standing.st_ino}"


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
