"""From the state of the file to a hash of all that an analyst could see of it."""

import hashlib

from freshdesk_assets.schema.names import META, SCHEMA
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal

WRITTEN = {
    "_synced_at": "max(_synced_at)",
    "_deleted_at": "max(_deleted_at)",
    "valid_to": "count(valid_to), max(valid_to)",
}
"""Columns that show when the replica wrote rows, and what to ask of them; each of its tables has two."""


def fingerprint_of(connection: Connection, storage: str) -> str:
    """A hash that differs between two states of the file if an analyst, or their DuckDB, could tell.

    Tables of the replica are compared by when their rows were written, tables of others by their values. The
    ledger is left out: a read that brings nothing new makes no difference.
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
    found: list[object] = [storage]
    for schema, name, comment, times, columns in tables:
        compared = (
            ", ".join(["count(*)", *(WRITTEN[time] for time in times)])
            if len(times or ()) > 1 and schema == SCHEMA
            else "count(*), bit_xor(hash(t))"
        )
        place = f"{ALIAS}.{identifier(schema)}.{identifier(name)}"
        rows = connection.execute(f"select {compared} from {place} t").fetchone()
        found.append((schema, name, comment, columns, rows))
    found += connection.execute(
        "select schema_name, view_name, sql, comment from duckdb_views()"
        f" where database_name = {literal(ALIAS)} and not internal order by all"
    ).fetchall()
    return hashlib.sha256(repr(found).encode()).hexdigest()
