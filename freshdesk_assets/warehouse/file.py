"""From the path of a DuckDB file to a connection: one at a time, in a transaction, closed afterwards."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import duckdb

from freshdesk_assets.warehouse.complaints import complaint, may_quote, reason, unopened
from freshdesk_assets.warehouse.encryption import Encryption, NoCipher
from freshdesk_assets.warehouse.engines import STORAGE, Engine, lock_of, release, take
from freshdesk_assets.warehouse.notes import noting
from freshdesk_assets.warehouse.sql import ALIAS

Connection: TypeAlias = duckdb.DuckDBPyConnection
"""A connection inside one transaction; other rooms can pass it on without importing DuckDB."""


THREADS_WAIT = 30.0
"""Seconds at least that a thread waits for another of its process, which is about to close the file."""


class WarehouseError(Exception):
    """The file cannot be used; the message says why and what to do."""


class FileLocked(WarehouseError):
    """The file was in use for longer than `lock_wait`."""


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A DuckDB file that is closed except inside `open`.

    - `lock_wait`: how many seconds to wait for another process to close it.
    - `memory_limit`: what a load may use; None for a share of the machine's memory.
    - `storage`: the oldest DuckDB that must be able to open the file. A file that is newer stays so.
    - `encryption`: the key of the file, if it has one.
    - `report`: called with a line when a wait begins.
    """

    path: Path
    lock_wait: float = 300.0
    memory_limit: str | None = None
    storage: str = STORAGE
    encryption: Encryption | None = None
    report: Callable[[str], None] | None = field(default=None, compare=False)

    @contextmanager
    def open(self, *, checkpoint: bool = True, ending: bool = False) -> Iterator[Connection]:
        """A connection in UTC inside one transaction, committed at the end and rolled back on any error.

        Without `checkpoint`, committed rows may stay in DuckDB's log beside the file until it is closed with
        one. That is as safe, and takes half the time when batch after batch is landed. With `ending`, the
        file is closed for certain afterwards, for another may be in its place.

        Raises FileLocked when the file stays in use, WarehouseError when it cannot be opened or written.
        """
        path = resolved(self.path)
        if not path.parent.is_dir():
            raise WarehouseError(f"{path.parent} is not a folder: create it, or set FRESHDESK_DUCKDB")
        with self._turn(path):
            try:
                engine, connection = self._attach(path, checkpoint=checkpoint)
            except NoCipher as error:
                raise WarehouseError(str(error)) from None
            except OSError as error:
                raise WarehouseError(f"{path} cannot be opened: {error}") from error
            usable = False
            try:
                with noting(connection, engine.file):
                    connection.execute("begin")
                    yield connection
                    connection.execute("commit")
                connection.execute("use memory")
                usable = True
            except duckdb.Error as error:
                said = complaint(error, path)
                if may_quote(error):
                    # Dagster would store the words of the error, and of what it was raised from.
                    hushed = WarehouseError(said or f"{path}: {reason(error)}")
                    raise hushed.with_traceback(error.__traceback__) from None
                raise (WarehouseError(said) if said else error) from error
            finally:
                connection.close()
                release(engine, usable=usable and not ending)

    @contextmanager
    def _turn(self, path: Path) -> Iterator[None]:
        """Let one thread of this process at a time use the file."""
        lock = lock_of(path)
        if not lock.acquire(timeout=max(self.lock_wait, THREADS_WAIT)):
            raise FileLocked(
                f"{path} is in use by another part of this process ({os.getpid()}), which did not close it:"
                " end this process and run again"
            )
        try:
            yield
        finally:
            lock.release()

    def _attach(self, path: Path, *, checkpoint: bool) -> tuple[Engine, Connection]:
        """An engine for this thread alone, and a connection of it that has the file open."""
        deadline = time.monotonic() + self.lock_wait
        pause = 0.05
        engine = take(path, self.memory_limit, self.storage, self.encryption)
        while True:
            connection = engine.root.cursor()
            try:
                connection.execute("set timezone = 'UTC'")
                if not engine.file:
                    before = _inode(path)
                    engine.attach(connection)
                    if before not in (None, _inode(path)):
                        # It was written anew while it was opened: what was opened is in no folder any more.
                        connection.close()
                        engine.detach()
                        continue
                    _remove_overflow(path, keep=engine.overflow)
                engine.checkpoint |= checkpoint
                connection.execute(f"use {ALIAS}")
                return engine, connection
            except duckdb.Error as error:
                connection.close()
                if not is_lock(error):
                    engine.close()
                    raise unopened_error(error, path, self.encryption) from None
                if time.monotonic() >= deadline:
                    release(engine, usable=True)
                    raise FileLocked(
                        f"{path} is in use by {holder(error)} and was not released within"
                        f" {self.lock_wait:g} seconds: close it there, or run again later"
                    ) from error
                if pause == 0.05 and self.report:
                    self.report(f"waiting for {path}, in use by {holder(error)}")
            time.sleep(pause)
            pause = min(pause * 2, 1.0)


def unopened_error(error: duckdb.Error, path: Path, encryption: Encryption | None) -> WarehouseError:
    """What is raised where a file cannot be opened. It stands alone: DuckDB's own error may hold the key."""
    said = unopened(error, path)
    return WarehouseError(encryption.hidden(said) if encryption else said)


def _inode(path: Path) -> int | None:
    """Which file it is, whatever its name; None if there is none."""
    with suppress(OSError):
        return path.stat().st_ino
    return None


def resolved(path: Path) -> Path:
    """The path without links; raises WarehouseError for links that lead in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # Python 3.13 raises OSError
        raise WarehouseError(
            f"{path} cannot be followed: {error}; set FRESHDESK_DUCKDB to the file itself"
        ) from error


def _remove_overflow(path: Path, keep: Path) -> None:
    """Remove the temporary folders of processes that were killed while they had the file open."""
    left = re.compile(rf"{re.escape(path.name)}\.[0-9a-f]{{8}}\.tmp")
    for folder in path.parent.iterdir():
        if left.fullmatch(folder.name) and folder != keep:
            shutil.rmtree(folder, ignore_errors=True)


def is_lock(error: duckdb.Error) -> bool:
    """Whether a file could not be opened because something else has it open."""
    message = str(error)
    return "Could not set lock on file" in message or "Unique file handle conflict" in message


def holder(error: duckdb.Error) -> str:
    """Who holds the file, from DuckDB's own words: a program and its process id."""
    match = re.search(r"Conflicting lock is held in (\S+)(?: \(deleted\))? \(PID (\d+)\)", str(error))
    if match:
        return f"{os.path.basename(match[1])} (process {match[2]})"
    return (
        f"another connection of this process ({os.getpid()})" if "Unique" in str(error) else "another process"
    )
