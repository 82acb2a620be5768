"""From a declaration to a DuckDB table: created, grown, commented, never shrunk."""

from typing import NamedTuple

import duckdb

from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.table import PerParent, Table
from freshdesk_assets.warehouse.file import ALIAS, identifier, literal

SCHEMA = "freshdesk"
"""Where the tables of the account stand."""


def qualified(name: str, schema: str = SCHEMA) -> str:
    """A table's name as SQL wants it, in the file we have open."""
    return f"{ALIAS}.{identifier(schema)}.{identifier(name)}"


def ensure_shape(connection: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    """Bring the table to its declared shape: missing columns appear, nothing is dropped.

    A column that was stored under another type is kept beside the new one as `<name>_was_<type>`, and
    what can be read in the new type is copied over. Returns the columns that are not declared.
    """
    stored = _stored_columns(connection, table.name)
    if not stored:
        columns = ", ".join(f"{identifier(column.name)} {column.type}" for column in table.stored)
        connection.execute(f"create schema if not exists {ALIAS}.{SCHEMA}")
        connection.execute(f"create table {qualified(table.name)} ({columns})")
    changed = False
    for column in table.stored if stored else ():
        if column.name not in stored:
            _add(connection, table, column)
            changed = True
        elif stored[column.name].type != column.type:
            _retype(connection, table, column, stored)
            changed = True
    if changed or not stored:
        stored = _stored_columns(connection, table.name)
    _comment(connection, table, stored)
    declared = {column.name for column in table.stored}
    return [standing.name for name, standing in stored.items() if name not in declared]


def column_comment(column: Column) -> str:
    """A column's description as DuckDB and the Dagster UI show it."""
    said = [column.doc]
    if column.references:
        said.append(f"→ {column.references}.")
    if column.pii:
        said.append("Personal data.")
    return " ".join(said)


def table_comment(table: Table) -> str:
    """A table's description as DuckDB shows it."""
    match table.sync:
        case PerParent(parent=parent):
            source = f"read once per changed row of {parent}"
        case _:
            source = f"read from /api/v2/{table.path}"
    return f"{table.doc} From Freshdesk: {source}, {table.url}"


def _add(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> None:
    connection.execute(
        f"alter table {qualified(table.name)} add column {identifier(column.name)} {column.type}"
    )


def _retype(
    connection: duckdb.DuckDBPyConnection, table: Table, column: Column, stored: dict[str, "_Standing"]
) -> None:
    standing = stored[column.name]
    kept = f"{column.name}_was_{''.join(c if c.isalnum() else '_' for c in standing.type.lower()).strip('_')}"
    while kept in stored:
        kept += "_before"
    target, name, old = qualified(table.name), identifier(column.name), identifier(kept)
    connection.execute(f"alter table {target} rename column {identifier(standing.name)} to {old}")
    _add(connection, table, column)
    connection.execute(
        f"update {target} set {name} = {_reread(old, standing.type, column.type)} where {old} is not null"
    )


def _reread(old: str, was: str, type_: Type) -> str:
    """The old values in the new type, where that is what they are."""
    if type_ is Type.JSON:
        return f"to_json({old})"
    if was == Type.JSON:
        old = f"({old} ->> '$')"  # text without its quotation marks
    if type_ in (Type.BIGINT, Type.INTEGER):
        # A cast alone makes 2 of 1.5.
        number = f"try_cast({old} as double)"
        return f"case when {number} = round({number}) then try_cast({old} as {type_}) end"
    return f"try_cast({old} as {type_})"


def _comment(connection: duckdb.DuckDBPyConnection, table: Table, stored: dict[str, "_Standing"]) -> None:
    """Write the comments that are not there yet."""
    target = qualified(table.name)
    standing = connection.execute(
        "select comment from duckdb_tables() where database_name = ? and schema_name = ? and table_name = ?",
        [ALIAS, SCHEMA, table.name],
    ).fetchall()
    if standing[0][0] != table_comment(table):
        connection.execute(f"comment on table {target} is {literal(table_comment(table))}")
    for column in table.stored:
        if stored[column.name].comment != column_comment(column):
            connection.execute(
                f"comment on column {target}.{identifier(column.name)} is {literal(column_comment(column))}"
            )


class _Standing(NamedTuple):
    """A column as it stands in the file."""

    name: str
    type: str
    comment: str | None


def _stored_columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, _Standing]:
    """The columns as they stand, by their name in lower case: to DuckDB, Title and title are one."""
    rows = connection.execute(
        "select column_name, data_type, comment from duckdb_columns()"
        " where database_name = ? and schema_name = ? and table_name = ?",
        [ALIAS, SCHEMA, name],
    ).fetchall()
    return {row[0].lower(): _Standing(*row) for row in rows}
