"""From a reader's SQL to rows: a file is read, and nothing is written, attached, loaded or fetched."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from freshdesk_assets.schema.names import META
from freshdesk_assets.warehouse.destinations.duckdb_file import holder, is_lock
from freshdesk_assets.warehouse.encryption import Encryption, option, prepare_to_read
from freshdesk_assets.warehouse.engines import memory_of
from freshdesk_assets.warehouse.file import (
    Connection,
    FileLocked,
    resolved,
    unopened_error,
)
from freshdesk_assets.warehouse.ledger.view_comments import comments_of_views
from freshdesk_assets.warehouse.paths import plain
from freshdesk_assets.warehouse.sql import identifier, literal

AT_ONCE = 2000
"""Rows that are in memory at once while an answer is written."""


class QueryError(Exception):
    """A query is wrong; the message is DuckDB's, with its mark below the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A table or view as a list of them shows it.

    - `rows`: how many it has; None for a view, which would have to be computed.
    - `as_of`: when what it shows was last read to its end; None if that is not known.
    - `doc`: what it is, as its comment says.
    """

    schema: str
    name: str
    rows: int | None
    as_of: datetime | None
    doc: str


@contextmanager
def reading(
    path: Path,
    *,
    lock_wait: float,
    report: Callable[[str], None] | None = None,
    encryption: Encryption | None = None,
    writes_to: Path | None = None,
    memory_limit: str | None = None,
) -> Iterator[Connection]:
    """A connection in UTC that can only read this file; it waits while another process has the file open.

    `writes_to` is a folder that files may be written to; what memory does not hold goes there too.

    Raises FileLocked when the file stays in use, WarehouseError when it cannot be opened.
    """
    path = resolved(path)
    deadline, pause = time.monotonic() + lock_wait, 0.05
    while True:
        try:
            connection = _opened(path, encryption, writes_to, memory_limit)
            break
        except duckdb.Error as error:
            if not is_lock(error):
                raise unopened_error(error, path, encryption) from None
            if time.monotonic() >= deadline:
                raise FileLocked(
                    f"{path} is in use by {holder(error)} and was not released within {lock_wait:g} seconds:"
                    " close it there, or ask again later"
                ) from error
            if pause == 0.05 and report:
                report(f"waiting for {path}, in use by {holder(error)}")
        time.sleep(pause)
        pause = min(pause * 2, 1.0)
    with connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set lock_configuration = true")
        yield connection


def _opened(
    path: Path, encryption: Encryption | None, writes_to: Path | None, memory_limit: str | None
) -> Connection:
    """A connection to the file alone: what else is on the disk is closed to queries once the file is open."""
    connection = duckdb.connect()
    try:
        if writes_to is not None:
            place = spill_to(connection, writes_to, memory_limit)
            connection.execute(f"set allowed_directories = [{literal(place)}]")
        # Opened as a database's own file, a name with `?` or `\\` would be refused, see paths.py.
        prepare_to_read(connection, encryption)
        options = f"read_only{option(encryption)}"
        connection.execute(f"attach {literal(plain(path))} as {identifier(path.stem)} ({options})")
        connection.execute(f"use {identifier(path.stem)}")
        connection.execute("set enable_external_access = false")
    except duckdb.Error:
        connection.close()
        raise
    return connection


def spill_to(connection: Connection, folder: Path, memory_limit: str | None) -> str:
    """Let what memory does not hold go into the folder; returns it as DuckDB writes it."""
    place = plain(folder / "_").removesuffix("_")
    connection.execute(f"set temp_directory = {literal(f'{place}overflow')}")
    connection.execute(f"set memory_limit = '{memory_of(memory_limit)} bytes'")
    # Rows wait in memory for their row group alone.
    connection.execute("set preserve_insertion_order = false")
    return place


def show(connection: Connection, sql: str, *, width: int, rows: int) -> None:
    """Print an answer as DuckDB draws it: at most so wide, the first and last of more rows than `rows`."""
    sql = _one(connection, sql)
    try:
        if (relation := connection.sql(sql)) is not None:
            relation.show(max_width=width, max_rows=rows)
    except duckdb.Error:
        # Said again by another call, which marks the place.
        _execute(connection, sql)
        raise


def ask(connection: Connection, sql: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The columns of an answer, and its rows as they are needed; raises QueryError for a wrong query."""
    _execute(connection, _one(connection, sql))
    columns = [str(column[0]) for column in connection.description or ()]
    return columns, _rows(connection)


def _rows(connection: Connection) -> Iterator[tuple[Any, ...]]:
    try:
        while batch := connection.fetchmany(AT_ONCE):
            yield from batch
    except duckdb.Error as error:
        raise QueryError(str(error)) from error


def _one(connection: Connection, sql: str) -> str:
    """The single statement of a text; raises QueryError if it has none, or several."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    if len(statements) != 1:
        raise QueryError(f"{len(statements) or 'no'} queries were given: ask one at a time")
    return sql


def _execute(connection: Connection, sql: str) -> None:
    try:
        connection.execute(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error


def listed(connection: Connection, schema: str | None = None) -> list[Listed]:
    """The tables and views of a schema, or of all but the ledger's, by name."""
    found = connection.execute(
        """
        select schema_name, table_name, comment, true
        from duckdb_tables()
        where not internal and not temporary
        union all
        select schema_name, view_name, comment, false
        from duckdb_views()
        where not internal and not temporary
        order by 1, 2
        """
    ).fetchall()
    chosen = [row for row in found if (row[0] == schema if schema else row[0] != META)]
    counts = _counts(connection, [(row[0], row[1]) for row in chosen if row[3]])
    moments = _moments(connection, known={(row[0], row[1]) for row in found})
    return [
        Listed(
            schema=of,
            name=name,
            rows=counts.get((of, name)),
            as_of=moments.get((of, name)),
            doc=comment or "",
        )
        for of, name, comment, _ in chosen
    ]


def columns(connection: Connection, schema: str, name: str) -> list[tuple[str, str, str]]:
    """Each column of a table or view: its name, its type, and what its comment says."""
    found = connection.execute(
        """
        select column_name, data_type, coalesce(comment, '')
        from duckdb_columns()
        where schema_name = ? and table_name = ?
        order by column_index
        """,
        [schema, name],
    ).fetchall()
    said = comments_of_views(connection)
    return [
        (column, kind, comment or said.get((schema, name, column), "")) for column, kind, comment in found
    ]


def _counts(connection: Connection, tables: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not tables:
        return {}
    counted = ", ".join(
        f"(select count(*) from {identifier(schema)}.{identifier(name)})" for schema, name in tables
    )
    numbers = connection.execute(f"select {counted}").fetchone() or ()
    return dict(zip(tables, numbers, strict=True))


def _moments(connection: Connection, known: set[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    """What each is as of, from the ledger; nothing where a file of before does not have that."""
    if (META, "as_of") not in known:
        return {}
    rows = connection.execute(f"select schema_name, name, as_of from {META}.as_of where as_of is not null")
    return {(schema, name): moment for schema, name, moment in rows.fetchall()}
