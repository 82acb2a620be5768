"""The DuckDB file: opened for as long as a load takes, by one at a time, each load a transaction."""

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
            connection = self._attach(path, checkpoint=checkpoint)
            try:
                connection.execute("begin")
                yield connection
                connection.execute("commit")
            except duckdb.Error as error:
                raise _explained(error, path) or error from error
            finally:
                connection.close()

    def _attach(self, path: Path, *, checkpoint: bool) -> duckdb.DuckDBPyConnection:
        deadline = time.monotonic() + self.lock_wait
        pause = 0.05
        # A folder of our own for what does not fit in memory; those of processes that were killed are
        # removed once the file is ours and nobody else can be using one.
        overflow = path.with_name(f"{path.name}.{token_hex(4)}.tmp")
        while True:
            connection = duckdb.connect(
                config={"memory_limit": self.memory_limit, "temp_directory": str(overflow)}
            )
            try:
                connection.execute("set timezone = 'UTC'")
                connection.execute(f"set max_vacuum_tasks = {VACUUM_TASKS}")
                if not checkpoint:
                    connection.execute("pragma disable_checkpoint_on_shutdown")
                connection.execute(
                    f"attach {literal(str(path))} as {ALIAS} (type duckdb, row_group_size {ROW_GROUP_SIZE})"
                )
                connection.execute(f"use {ALIAS}")
                _remove_overflow(path, keep=overflow)
                return connection
            except duckdb.Error as error:
                connection.close()
                if not _is_lock(error):
                    raise _explained(error, path) or error from error
                if time.monotonic() >= deadline:
                    raise FileLocked(
                        f"{path} is in use by {_holder(error)} and was not released within"
                        f" {self.lock_wait:g} seconds: close it there, or run again later"
                    ) from error
                if pause == 0.05 and self.report:
                    self.report(f"waiting for {path}, in use by {_holder(error)}")
            time.sleep(pause)
            pause = min(pause * 2, 1.0)


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
