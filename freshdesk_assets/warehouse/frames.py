"""From a user's frame to a table: columns by name, missing ones added, a slice replaced in one go."""

import duckdb

from freshdesk_assets.warehouse.file import ALIAS, identifier


def store_frame(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, relation: str, replaced: str
) -> int:
    """Replace the rows of `schema.table` that meet `replaced` (an SQL condition) by those of `relation`.

    The table is created or widened to hold the relation's columns; a column of nothing but nulls becomes
    VARCHAR when it is created, and is retyped by the first frame that has values in it. Returns the
    number of rows stored. Raises duckdb.ConversionException when a value does not fit its column.
    """
    target = f"{ALIAS}.{identifier(schema)}.{identifier(table)}"
    connection.execute(f"create schema if not exists {ALIAS}.{identifier(schema)}")
    sent = {name: type_ for name, type_, *_ in connection.execute(f"describe {relation}").fetchall()}
    stored = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns()"
            " where database_name = ? and schema_name = ? and table_name = ?",
            [ALIAS, schema, table],
        ).fetchall()
    )
    if not stored:
        columns = ", ".join(f"{identifier(name)} {_storable(type_)}" for name, type_ in sent.items())
        connection.execute(f"create table {target} ({columns})")
    else:
        connection.execute(f"delete from {target} where {replaced}")
        for name, type_ in sent.items():
            if name not in stored:
                connection.execute(f"alter table {target} add column {identifier(name)} {_storable(type_)}")
            elif (
                stored[name] == "VARCHAR"
                and _storable(type_) != "VARCHAR"
                and _empty(connection, target, name)
            ):
                connection.execute(
                    f"alter table {target} alter column {identifier(name)} set data type {type_} using null"
                )
    connection.execute(f"insert into {target} by name select * from {relation}")
    counted = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(counted[0]) if counted else 0


def _storable(type_: str) -> str:
    """A type that a table can have: a frame's column of only nulls has none."""
    return "VARCHAR" if type_.strip('"') in ("NULL", "INTEGER[NULL]") else type_


def _empty(connection: duckdb.DuckDBPyConnection, target: str, column: str) -> bool:
    return (
        connection.execute(
            f"select 1 from {target} where {identifier(column)} is not null limit 1"
        ).fetchone()
        is None
    )
