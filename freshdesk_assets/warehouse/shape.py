"""From a declaration to a DuckDB table: created, grown, commented, never shrunk."""

import duckdb

from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.table import PerParent, Table
from freshdesk_assets.warehouse.file import ALIAS, identifier, literal

SCHEMA = "freshdesk"
"""Where the tables of the account stand."""


def qualified(name: str, schema: str = SCHEMA) -> str:
    """A table's name as SQL wants it, in the file we have open."""
    return f"{ALIAS}.{identifier(schema)}.{identifier(name)}"


def ensure_shape(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Bring the table to its declared shape: missing columns appear, nothing is dropped.

    A column that was stored under another type is kept beside the new one as `<name>_was_<type>`, and
    what can be read in the new type is copied over.
    """
    connection.execute(f"create schema if not exists {ALIAS}.{SCHEMA}")
    stored = _stored_columns(connection, table.name)
    if not stored:
        columns = ", ".join(f"{identifier(column.name)} {column.type}" for column in table.stored)
        connection.execute(f"create table {qualified(table.name)} ({columns})")
    for column in table.stored:
        if stored and column.name not in stored:
            _add(connection, table, column)
        elif stored and stored[column.name][0] != column.type:
            _retype(connection, table, column, was=stored[column.name][0])
    _comment(connection, table)


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


def _retype(connection: duckdb.DuckDBPyConnection, table: Table, column: Column, was: str) -> None:
    kept = f"{column.name}_was_{''.join(c if c.isalnum() else '_' for c in was.lower()).strip('_')}"
    target, name = qualified(table.name), identifier(column.name)
    connection.execute(f"alter table {target} rename column {name} to {identifier(kept)}")
    _add(connection, table, column)
    old = identifier(kept)
    value = f"to_json({old})" if column.type is Type.JSON else f"try_cast({old} as {column.type})"
    connection.execute(f"update {target} set {name} = {value} where {old} is not null")


def _comment(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Write the comments that are not there yet; two look-ups when all are."""
    target = qualified(table.name)
    standing = connection.execute(
        "select comment from duckdb_tables() where database_name = ? and schema_name = ? and table_name = ?",
        [ALIAS, SCHEMA, table.name],
    ).fetchall()
    if standing[0][0] != table_comment(table):
        connection.execute(f"comment on table {target} is {literal(table_comment(table))}")
    stored = _stored_columns(connection, table.name)
    for column in table.stored:
        if stored[column.name][1] != column_comment(column):
            connection.execute(
                f"comment on column {target}.{identifier(column.name)} is {literal(column_comment(column))}"
            )


def _stored_columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, tuple[str, str | None]]:
    """The columns as they stand: name to type and comment."""
    rows = connection.execute(
        "select column_name, data_type, comment from duckdb_columns()"
        " where database_name = ? and schema_name = ? and table_name = ?",
        [ALIAS, SCHEMA, name],
    ).fetchall()
    return {name: (type_, comment) for name, type_, comment in rows}
