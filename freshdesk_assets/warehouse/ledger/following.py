"""What has followed what: which derived table, check or copy was made of which state of the tables.

A step that makes something of tables is remembered with a fingerprint of what it was made of. While that is
the same, making it again would change nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import duckdb

from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.warehouse.file import ALIAS
from freshdesk_assets.warehouse.ledger.tables import META
from freshdesk_assets.warehouse.shape import qualified


def states(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> dict[str, str]:
    """What tells one state of a table from another: when a row was last written, and how many there are."""
    stored = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = ? and schema_name = ?",
            [ALIAS, SCHEMA],
        ).fetchall()
    }
    asked = sorted(set(names) & stored)
    if not asked:
        return {}
    counted = " union all ".join(
        f"select {place}, max(_synced_at), max(_deleted_at), count(*) from {qualified(name)}"
        for place, name in enumerate(asked)
    )
    rows = connection.execute(counted).fetchall()
    return {asked[place]: f"{synced} {deleted} {count}" for place, synced, deleted, count in rows}


def followed(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, datetime]]:
    """By step: the fingerprint of what it was last made of, and when."""
    rows = connection.execute(f"select step, made_of, made_at from {qualified('followed', META)}").fetchall()
    return {step: (made_of, made_at) for step, made_of, made_at in rows}


def record_followed(connection: duckdb.DuckDBPyConnection, made: Mapping[str, str], moment: datetime) -> None:
    """Remember what steps were made of."""
    forget_followed(connection, made)
    for step, made_of in made.items():
        connection.execute(
            f"insert into {qualified('followed', META)} values (?, ?, ?)", [step, made_of, moment]
        )


def forget_followed(connection: duckdb.DuckDBPyConnection, steps: Iterable[str]) -> None:
    """Have steps made again by the next run that they are part of."""
    connection.execute(
        f"delete from {qualified('followed', META)} where list_contains(?, step)", [list(steps)]
    )
