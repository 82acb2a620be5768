"""A copy of the file that analysts can always open: compact, whole, and put in its place in one step.

DuckDB lets nobody read a file while another process writes it. Whoever has the old copy open keeps it: the
rename leaves them the file they opened.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import duckdb

from freshdesk_assets.schema.column import text, timestamp
from freshdesk_assets.warehouse.file import (
    ALIAS,
    ROW_GROUP_SIZE,
    Warehouse,
    WarehouseError,
    identifier,
    literal,
)
from freshdesk_assets.warehouse.ledger import META
from freshdesk_assets.warehouse.shape import SCHEMA, column_comment

COPY = "published"
"""The copy's catalog name while it is written, and the table in it that says of what it is a copy."""

DOC = "Of what this file is a copy, and when it was made."
COLUMNS = (
    text("fingerprint", "Differs where the replica's rows or views do."),
    timestamp("published_at", "When the copy was made."),
)

WRITTEN = {
    "_synced_at": "max(_synced_at)",
    "_deleted_at": "max(_deleted_at)",
    "valid_to": "count(valid_to), max(valid_to)",
}
"""What tells that rows of ours were written; each of our tables has two of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What became of a publication: whether a new copy was needed, and the size of the one that stands."""

    anew: bool
    bytes: int
    published_at: datetime


def publish(warehouse: Warehouse, target: Path) -> Publication:
    """Put a copy of the file at `target`, unless the one there is already of the same rows and views.

    The file is held meanwhile, so that the copy is of one moment. Raises WarehouseError when there is no
    room or right to write it; the old copy is then as it was.
    """
    target = target.resolve()
    if not target.parent.is_dir():
        raise WarehouseError(f"{target.parent} is not a folder: create it, or set FRESHDESK_PUBLISHED")
    with warehouse.open() as connection:
        _remove_unfinished(target)
        fingerprint = _fingerprint(connection)
        standing = _standing(target)
        if standing is not None and standing[0] == fingerprint:
            return Publication(anew=False, bytes=target.stat().st_size, published_at=standing[1])
        moment = datetime.now(UTC)
        made = target.with_name(f"{target.name}.{token_hex(4)}.unfinished")
        try:
            _copy(connection, made, fingerprint, moment)
            _sync(made)
            os.replace(made, target)
            _sync(target.parent)
        except (OSError, duckdb.Error) as error:
            reason = str(error).partition("\n")[0]
            raise WarehouseError(
                f"{target} could not be written, and is as it was: {reason}; make room or change the folder's"
                " rights, or set FRESHDESK_PUBLISHED"
            ) from error
        finally:
            made.unlink(missing_ok=True)
        return Publication(anew=True, bytes=target.stat().st_size, published_at=moment)


def _copy(connection: duckdb.DuckDBPyConnection, made: Path, fingerprint: str, moment: datetime) -> None:
    """Copy all of the file, views and comments too, and say of what it is a copy."""
    connection.execute(
        f"attach {literal(str(made))} as {COPY} (type duckdb, row_group_size {ROW_GROUP_SIZE})"
    )
    try:
        connection.execute(f"copy from database {ALIAS} to {COPY}")
        record = f"{COPY}.{META}.{COPY}"
        connection.execute(f"create schema if not exists {COPY}.{META}")
        connection.execute(
            f"create table {record} as select ?::varchar as fingerprint, ?::timestamptz as published_at",
            [fingerprint, moment],
        )
        connection.execute(f"comment on table {record} is {literal(DOC)}")
        for column in COLUMNS:
            said = literal(column_comment(column))
            connection.execute(f"comment on column {record}.{identifier(column.name)} is {said}")
        connection.execute("commit")
        connection.execute("begin")
    finally:
        connection.execute(f"use {ALIAS}")
    connection.execute(f"detach {COPY}")


def _fingerprint(connection: duckdb.DuckDBPyConnection) -> str:
    """Says of two states of the file whether an analyst could tell them apart.

    Rows of ours tell by the time they were written; those of others by what they hold. What has been read
    without bringing anything new, in the replica's own records, makes no difference.
    """
    tables = connection.execute(
        "select t.schema_name, t.table_name, t.comment,"
        " list(c.column_name order by c.column_name)"
        f" filter (c.column_name in ({', '.join(literal(name) for name in WRITTEN)})),"
        " list((c.column_name, c.data_type, c.comment) order by c.column_index)"
        " from duckdb_tables() t join duckdb_columns() c using (database_name, schema_name, table_name)"
        f" where t.database_name = {literal(ALIAS)} and t.schema_name <> {literal(META)}"
        " group by all order by all"
    ).fetchall()
    found: list[object] = []
    for schema, name, comment, times, columns in tables:
        told = (
            ", ".join(["count(*)", *(WRITTEN[time] for time in times)])
            if len(times or ()) > 1 and schema == SCHEMA
            else "count(*), bit_xor(hash(t))"
        )
        place = f"{ALIAS}.{identifier(schema)}.{identifier(name)}"
        rows = connection.execute(f"select {told} from {place} t").fetchone()
        found.append((schema, name, comment, columns, rows))
    found += connection.execute(
        "select schema_name, view_name, sql, comment from duckdb_views()"
        f" where database_name = {literal(ALIAS)} and not internal order by all"
    ).fetchall()
    return hashlib.sha256(repr(found).encode()).hexdigest()


def _standing(target: Path) -> tuple[str, datetime] | None:
    """Of what the copy that stands is one, and since when; None if it does not say."""
    if not target.exists():
        return None
    try:
        with duckdb.connect() as reader:
            reader.execute("set timezone = 'UTC'")
            reader.execute(f"attach {literal(str(target))} as {COPY} (type duckdb, read_only)")
            found = reader.execute(f"select fingerprint, published_at from {COPY}.{META}.{COPY}").fetchone()
    except duckdb.Error:
        return None
    return (found[0], found[1]) if found else None


def _remove_unfinished(target: Path) -> None:
    """Remove what processes left that were killed while they published."""
    left = re.compile(rf"{re.escape(target.name)}\.[0-9a-f]{{8}}\.unfinished(\.wal)?")
    for file in target.parent.iterdir():
        if left.fullmatch(file.name):
            file.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Make sure that what was written, or renamed, outlives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
