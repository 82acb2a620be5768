"""From the replica to a copy that analysts can always open: complete, and put in its place in one step.

DuckDB lets nobody read a file while another process writes it. Analysts who have the old copy open keep it:
the rename leaves them the file they opened.

There are two ways to copy. Copying the file's blocks as they are takes as long as `cp`. Making a compact copy
anew from the rows leaves out the blocks that nothing uses, at many times the cost (benchmarks/README.md,
Publishing). Blocks can be opened by no older DuckDB than the file: a file that is newer than
`Warehouse.storage`, as DuckDB 2.0.0 made them by default, is always copied by its rows.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import duckdb

from freshdesk_assets.schema.column import boolean, text, timestamp
from freshdesk_assets.warehouse.block_copy import copy_blocks
from freshdesk_assets.warehouse.destinations.duckdb_file import ROW_GROUP_SIZE
from freshdesk_assets.warehouse.encryption import Encryption, option, prepare
from freshdesk_assets.warehouse.file import Connection, Warehouse, WarehouseError, resolved
from freshdesk_assets.warehouse.fingerprint import fingerprint_of
from freshdesk_assets.warehouse.ledger.tables import META
from freshdesk_assets.warehouse.paths import log_of, opened
from freshdesk_assets.warehouse.shape import column_comment
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal, scalar

COPY = "published"
"""The copy's catalog name while it is written, and the name of the table in it that describes the copy."""

LET_GO = (f"use {ALIAS}", f"detach {COPY}")
"""COPY FROM DATABASE leaves its target in use."""

DOC = "What this file is a copy of, and when it was made."
COLUMNS = (
    text("fingerprint", "Differs between copies whose rows or views differ."),
    timestamp("published_at", "When the copy was made."),
    boolean("compact", "Whether it was made anew from the rows, without blocks that nothing uses."),
)

MOSTLY_FREE = 0.75
"""With a larger share of unused blocks, a copy is always made compact: copied with them, it would be more
than four times as large as needed for everybody who fetches it. Dropped tables lead there. Changes do not:
after five days, on each of which nine tickets of ten changed, 66 % were unused (benchmarks/README.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The result of a publication: whether a new copy was made (`anew`), and what the copy is like."""

    anew: bool
    bytes: int
    published_at: datetime
    compact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a copy says of itself."""

    fingerprint: str
    published_at: datetime
    compact: bool


def publish(
    warehouse: Warehouse, target: Path, *, compact: bool = False, mode: str | None = None
) -> Publication:
    """Put a copy of the file at `target`, unless the one there is already of the same rows and views.

    With `compact`, a copy is also made if the one in place is not compact. The file is held open meanwhile,
    so that the copy is of one moment. The copy gets the `mode`, also if it is the one of before. Raises
    WarehouseError when there is no room or right to write it; the old copy then stays in place.
    """
    target = resolved(target)
    if not target.parent.is_dir():
        raise WarehouseError(f"{target.parent} is not a folder: create it, or set FRESHDESK_PUBLISHED")
    with warehouse.open() as connection:
        with explained(target):
            remove_unfinished(target)
        fingerprint = fingerprint_of(connection, warehouse.storage)
        former = _record_of(target, warehouse.encryption)
        same = former is not None and former.fingerprint == fingerprint
        if former is not None and same and (former.compact or not compact):
            _give(target, mode)
            return _publication(target, former, anew=False)
        checkpoint(connection, resolved(warehouse.path))
        made = target.with_name(f"{target.name}.{token_hex(4)}.unfinished")
        try:
            with explained(target):
                anew = compact or _mostly_free(connection) or _is_newer(connection, warehouse.storage)
                compacted = anew and copy_rows(connection, warehouse, made)
                if former is not None and same and not compacted:
                    _give(target, mode)
                    return _publication(target, former, anew=False)
                if not compacted:
                    copy_blocks(resolved(warehouse.path), made)
                record = Record(fingerprint=fingerprint, published_at=datetime.now(UTC), compact=compacted)
                _write_record(made, record, _memory(connection), warehouse.encryption)
                _give(made, mode)
                flush(made)
                # The old copy's log goes first: beside the new one it would be another file's log, and
                # DuckDB opens no file with one.
                log_of(target).unlink(missing_ok=True)
                os.replace(made, target)
                flush(target.parent)
        finally:
            discard(made)
        return _publication(target, record, anew=True)


@contextmanager
def explained(
    target: Path, mend: str = "make room or change the folder's rights, or set FRESHDESK_PUBLISHED"
) -> Iterator[None]:
    """Raise what goes wrong with a copy as a WarehouseError that says what to do."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        reason = str(error).partition("\n")[0]
        raise WarehouseError(f"{target} could not be written, and is as it was: {reason}; {mend}") from (
            error if isinstance(error, OSError) else None
        )


def _give(copy: Path, mode: str | None) -> None:
    """Let those read the copy who may; one that another user made stays as it is."""
    if mode is not None and copy.stat().st_mode & 0o777 != int(mode, 8):
        with suppress(OSError):
            copy.chmod(int(mode, 8))


def _publication(target: Path, record: Record, *, anew: bool) -> Publication:
    return Publication(
        anew=anew,
        bytes=target.stat().st_size,
        published_at=record.published_at,
        compact=record.compact,
    )


def checkpoint(connection: Connection, path: Path) -> None:
    """Write what is in DuckDB's log into the file itself; earlier runs may have left rows there."""
    connection.execute("commit")
    connection.execute(f"checkpoint {ALIAS}")
    connection.execute("begin")
    log = log_of(path)
    if log.exists() and log.stat().st_size:
        raise WarehouseError(
            f"{path} was not copied, because {log} still holds a part of it after a checkpoint; run again"
        )


def _memory(connection: Connection) -> str:
    """What the connection's engine may use, as DuckDB says it."""
    return str(scalar(connection, "select current_setting('memory_limit')"))


def _is_newer(connection: Connection, storage: str) -> bool:
    """Whether the file needs a newer DuckDB than it should."""
    said = scalar(
        connection, f"select tags['storage_version'] from duckdb_databases() where database_name = '{ALIAS}'"
    )
    found, wanted = (re.findall(r"\d+", version or "") for version in (said, storage))
    return [*map(int, found)] > [*map(int, wanted)]


def _mostly_free(connection: Connection) -> bool:
    """Whether most of the file is blocks that nothing uses."""
    found = connection.execute(
        f"select total_blocks, free_blocks from pragma_database_size() where database_name = {literal(ALIAS)}"
    ).fetchone()
    return found is not None and found[1] > found[0] * MOSTLY_FREE


def copy_rows(connection: Connection, warehouse: Warehouse, made: Path) -> bool:
    """Write all of the file anew, views and comments too; returns False, leaving nothing, if memory runs out.

    Texts of many megabytes need more memory than their row group takes in the file. A copy that is not
    compact is better than none.
    """
    connection.execute(
        f"attach {opened(made)} as {COPY} (type duckdb, row_group_size {ROW_GROUP_SIZE},"
        f" storage_version {literal(warehouse.storage)}{option(warehouse.encryption)})"
    )
    try:
        connection.execute(f"copy from database {ALIAS} to {COPY}")
        connection.execute("commit")
        connection.execute(f"checkpoint {COPY}")
    except duckdb.Error as error:
        # DuckDB refuses every statement until the transaction is ended, in words that hide what happened.
        for statement in ("rollback", *LET_GO, "begin"):
            with suppress(duckdb.Error):
                connection.execute(statement)
        if not isinstance(error, duckdb.OutOfMemoryException):
            raise
        discard(made)
        if warehouse.report:
            newer = (
                f", so that no DuckDB before {duckdb.__version__} may open it"
                if _is_newer(connection, warehouse.storage)
                else ""
            )
            reason = str(error).partition("\n")[0]
            warehouse.report(
                f"the copy could not be made from its rows in {_memory(connection)}{newer}: {reason}; set"
                " FRESHDESK_MEMORY to more"
            )
        return False
    for statement in (*LET_GO, "begin"):
        connection.execute(statement)
    return True


def _write_record(made: Path, record: Record, memory_limit: str, encryption: Encryption | None) -> None:
    """Write into the copy what it is a copy of."""
    table = f"{COPY}.{META}.{COPY}"
    with duckdb.connect(config={"memory_limit": memory_limit}) as writer:
        # Only the record is written: a checkpoint would else compress neighbouring row groups again.
        writer.execute("set max_vacuum_tasks = 0")
        prepare(writer, encryption)
        writer.execute(f"attach {opened(made)} as {COPY} (type duckdb{option(encryption)})")
        writer.execute("begin")
        writer.execute(f"create schema if not exists {COPY}.{META}")
        types = ", ".join(f"{identifier(column.name)} {column.type}" for column in COLUMNS)
        # A replica that was once a published copy has this table already.
        writer.execute(f"create or replace table {table} ({types})")
        writer.execute(
            f"insert into {table} values (?, ?, ?)",
            [record.fingerprint, record.published_at, record.compact],
        )
        writer.execute(f"comment on table {table} is {literal(DOC)}")
        for column in COLUMNS:
            said = literal(column_comment(column))
            writer.execute(f"comment on column {table}.{identifier(column.name)} is {said}")
        writer.execute("commit")
        # An error of this checkpoint is raised; one at the closing would not be.
        writer.execute(f"checkpoint {COPY}")


def _record_of(target: Path, encryption: Encryption | None) -> Record | None:
    """What the copy in place says of itself; None if it does not say, or has another key."""
    if not target.exists():
        return None
    try:
        with duckdb.connect() as reader:
            reader.execute("set timezone = 'UTC'")
            reader.execute(f"attach {opened(target)} as {COPY} (type duckdb, read_only{option(encryption)})")
            names = ", ".join(column.name for column in COLUMNS)
            found = reader.execute(f"select {names} from {COPY}.{META}.{COPY}").fetchone()
    except duckdb.Error:
        return None
    return Record(fingerprint=found[0], published_at=found[1], compact=found[2]) if found else None


def remove_unfinished(target: Path) -> None:
    """Remove the unfinished copies of processes that were killed while they published."""
    left = re.compile(rf"{re.escape(target.name)}\.[0-9a-f]{{8}}\.unfinished(\.wal)?")
    for file in target.parent.iterdir():
        if left.fullmatch(file.name):
            file.unlink(missing_ok=True)


def discard(made: Path) -> None:
    """Remove what is left of an unfinished copy; if that fails, the next publication tries again."""
    for file in (made, log_of(made)):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Make sure that what was written, or renamed, outlives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
