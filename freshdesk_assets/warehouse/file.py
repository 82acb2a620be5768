"""From a destination to a connection: one at a time, in a transaction, closed afterwards."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import duckdb

from freshdesk_assets.warehouse.complaints import is_interrupt, may_quote, reason
from freshdesk_assets.warehouse.destinations.destination import (
    Destination,
    DestinationAway,
    DestinationBusy,
    DestinationError,
    DestinationTaken,
)
from freshdesk_assets.warehouse.destinations.duckdb_file import (
    STORAGE,
    ReplicaFile,
    remove_overflow,
)
from freshdesk_assets.warehouse.encryption import Encryption
from freshdesk_assets.warehouse.ending import end
from freshdesk_assets.warehouse.engines import Engine, lock_of, release, take
from freshdesk_assets.warehouse.notes import found, noting
from freshdesk_assets.warehouse.sql import ALIAS, scalar

Connection: TypeAlias = duckdb.DuckDBPyConnection
"""A connection inside one transaction; other rooms can pass it on without importing DuckDB."""


THREADS_WAIT = 30.0
"""Seconds at least that a thread waits for another of its process, which is about to close the file."""


class WarehouseError(Exception):
    """The file cannot be used; the message says why and what to do."""


class FileLocked(WarehouseError):
    """The file was in use for longer than `lock_wait`."""


class WarehouseAway(WarehouseError):
    """The database of a lake does not answer, or has ended the session: it may answer again soon."""


class WarehouseTaken(WarehouseError):
    """Another run reads the account since: this one must not go on."""


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A destination that is closed except inside `open`.

    - `place`: the path of a DuckDB file, or another destination.
    - `lock_wait`: how many seconds to wait for another process to close it.
    - `memory_limit`: what a load may use; None for a share of the machine's memory.
    - `storage`, `encryption`: those of a file, see ReplicaFile.
    - `report`: called with a line when a wait begins.
    """

    place: Path | Destination
    lock_wait: float = 300.0
    memory_limit: str | None = None
    storage: str = STORAGE
    encryption: Encryption | None = None
    report: Callable[[str], None] | None = field(default=None, compare=False)

    @property
    def destination(self) -> Destination:
        """Where it is stored; raises WarehouseError for links that lead in a circle."""
        if isinstance(self.place, Destination):
            return self.place
        return ReplicaFile(path=resolved(self.place), storage=self.storage, encryption=self.encryption)

    @property
    def path(self) -> Path:
        """The path of the file. Only where it is a file: see `destination.lake`."""
        if isinstance(self.place, Destination):
            raise TypeError(f"{self.place.name} is not a file")
        return self.place

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.place.name if isinstance(self.place, Destination) else str(self.place)

    def exists(self) -> bool:
        """Whether there is a replica; raises WarehouseError where that cannot be found out."""
        with _explained(self.name):
            return self.place.exists()

    @contextmanager
    def turn(self, account: str, who: str, say: Callable[[str], None]) -> Iterator[None]:
        """Keep other runs of the account out, wherever they are, as far as the destination can."""
        with ExitStack() as held:
            with _explained(self.name):
                held.enter_context(self.destination.turn(account, who, say))
            yield

    @contextmanager
    def open(self, *, checkpoint: bool = True, ending: bool = False) -> Iterator[Connection]:
        """A connection in UTC inside one transaction, committed at the end and rolled back on any error.

        Without `checkpoint`, committed rows may stay in DuckDB's log beside the file until it is closed with
        one. That is as safe, and takes half the time when batch after batch is landed. With `ending`, the
        file is closed for certain afterwards, for another may be in its place.

        Raises FileLocked when it stays in use, WarehouseError when it cannot be opened or written, and
        KeyboardInterrupt for a signal that comes while DuckDB works, whatever the signal's handler raises.
        """
        destination = self.destination
        with ExitStack() as held:
            held.enter_context(self._thread(destination))
            with _explained(destination.name):
                destination.check()
                held.enter_context(destination.writing(self.lock_wait, self.report))
                engine, connection = self._attach(destination, checkpoint=checkpoint)
            usable = False
            try:
                with noting(connection, destination.name):
                    yield connection
                    connection.execute("commit")
                connection.execute("use memory")
                usable = True
            except duckdb.Error as error:
                if hushed := hushed_error(error, destination):
                    raise hushed from None
                said = destination.complaint(error)
                raise (WarehouseError(said) if said else error) from error
            except RuntimeError as error:
                if is_interrupt(error):
                    raise KeyboardInterrupt from None
                raise
            finally:
                end(connection)
                release(engine, usable=usable and not ending)

    @contextmanager
    def _thread(self, destination: Destination) -> Iterator[None]:
        """Let one thread of this process at a time use the destination."""
        lock = lock_of(destination.name)
        if not lock.acquire(timeout=max(self.lock_wait, THREADS_WAIT)):
            raise FileLocked(
                f"{destination.name} is in use by another part of this process ({os.getpid()}), which did not"
                " close it: end this process and run again"
            )
        try:
            yield
        finally:
            lock.release()

    def _attach(self, destination: Destination, *, checkpoint: bool) -> tuple[Engine, Connection]:
        """An engine for this thread alone, and a connection of it that has the destination open."""
        deadline = time.monotonic() + self.lock_wait
        pause = 0.05
        engine = take(destination, self.memory_limit)
        while True:
            connection = engine.root.cursor()
            try:
                connection.execute("set timezone = 'UTC'")
                if not engine.attached:
                    before = _inode(destination)
                    engine.attach(connection)
                    if before not in (None, _inode(destination)):
                        # It was written anew while it was opened: what was opened is in no folder any more.
                        connection.close()
                        engine.detach()
                        continue
                    _remove_overflow(destination, engine)
                engine.checkpoint |= checkpoint
                connection.execute(f"use {ALIAS}")
                connection.execute("begin")
                if destination.lake:
                    # Here it shows that a catalogue was away, and has ended the connections that were kept.
                    engine.look(connection)
                return engine, connection
            except duckdb.Error as error:
                end(connection)
                if engine.attached and destination.lake:
                    engine.close()
                    engine = take(destination, self.memory_limit)
                    if time.monotonic() < deadline:
                        time.sleep(pause)
                        continue
                who = destination.busy(error)
                if who is None:
                    engine.close()
                    kind = WarehouseAway if destination.away(error) else WarehouseError
                    raise kind(destination.unopened(error)) from None
                if time.monotonic() >= deadline:
                    release(engine, usable=True)
                    raise FileLocked(
                        f"{destination.name} is in use by {who} and was not released within"
                        f" {self.lock_wait:g} seconds: close it there, or run again later"
                    ) from (None if destination.lake else error)
                if pause == 0.05 and self.report:
                    self.report(f"waiting for {destination.name}, in use by {who}")
            time.sleep(pause)
            pause = min(pause * 2, 1.0)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Raise what is wrong with a destination as the errors that callers know."""
    try:
        yield
    except DestinationBusy as error:
        raise FileLocked(str(error)) from None
    except DestinationAway as error:
        raise WarehouseAway(str(error)) from None
    except DestinationTaken as error:
        raise WarehouseTaken(str(error)) from None
    except DestinationError as error:
        raise WarehouseError(str(error)) from None
    except OSError as error:
        raise WarehouseError(f"{name} cannot be opened: {error}") from error


def _inode(destination: Destination) -> int | None:
    """Which file it is, whatever its name; None if there is none."""
    if isinstance(destination, ReplicaFile):
        with suppress(OSError):
            return destination.path.stat().st_ino
    return None


def _remove_overflow(destination: Destination, engine: Engine) -> None:
    if isinstance(destination, ReplicaFile):
        remove_overflow(destination.path, keep=engine.overflow)


def on_lake(connection: Connection) -> bool:
    """Whether what is open is a lake."""
    asked = f"select type = 'ducklake' from duckdb_databases() where database_name = '{ALIAS}'"
    return found(connection, "on a lake", lambda: bool(scalar(connection, asked)))


def hushed_error(error: duckdb.Error, destination: Destination) -> WarehouseError | None:
    """What is raised instead of an error that nobody may read; None for one that may be read.

    Dagster would store its words, and those of what it was raised from.
    """
    said = destination.complaint(error)
    if destination.away(error):
        return WarehouseAway(said or destination.unopened(error))
    if may_quote(error):
        hushed = WarehouseError(said or f"{destination.name}: {reason(error)}")
        return hushed.with_traceback(error.__traceback__)
    if destination.lake and (said or destination.hidden(str(error)) != str(error)):
        # The address of the catalogue may be in it, or a key.
        return WarehouseError(said or destination.unopened(error))
    return None


def unopened_error(error: duckdb.Error, path: Path, encryption: Encryption | None) -> WarehouseError:
    """What is raised where a file cannot be opened. It stands alone: DuckDB's own error may hold the key."""
    return WarehouseError(ReplicaFile(path=path, encryption=encryption).unopened(error))


def resolved(path: Path) -> Path:
    """The path without links; raises WarehouseError for links that lead in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # Python 3.13 raises OSError
        raise WarehouseError(
            f"{path} cannot be followed: {error}; set FRESHDESK_DUCKDB to the file itself"
        ) from error
