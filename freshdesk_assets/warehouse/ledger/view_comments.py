"""From what the columns of a view mean to where a reader finds it: DuckDB's comments, or a table of them.

DuckLake keeps comments on views and on columns of tables, and refuses those on columns of views.
"""

from collections.abc import Mapping

from freshdesk_assets.schema.names import META
from freshdesk_assets.warehouse.file import Connection, on_lake
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import qualified
from freshdesk_assets.warehouse.sql import identifier, literal


def comment_columns(connection: Connection, schema: str, name: str, comments: Mapping[str, str]) -> None:
    """Say what each column of a view means."""
    if not on_lake(connection):
        for column, comment in comments.items():
            target = f"{qualified(name, schema)}.{identifier(column)}"
            connection.execute(f"comment on column {target} is {literal(comment)}")
        return
    said = ledger(connection, "view_comments")
    place = [schema, name]
    connection.execute(f"delete from {said} where schema_name = ? and view_name = ?", place)
    if comments:
        connection.execute(
            f"insert into {said} select ?, ?, unnest(?::varchar[]), unnest(?::varchar[])",
            [*place, list(comments), list(comments.values())],
        )


def comments_of_views(connection: Connection) -> dict[tuple[str, str, str], str]:
    """What the table in use says, by schema, view and column; nothing where comments say it."""
    there = (
        "select 1 from duckdb_tables() where database_name = current_database() and schema_name = ?"
        " and table_name = 'view_comments'"
    )
    if connection.execute(there, [META]).fetchone() is None:
        return {}
    rows = connection.execute(
        f"select schema_name, view_name, column_name, comment from {META}.view_comments"
    )
    return {(schema, view, column): comment for schema, view, column, comment in rows.fetchall()}
