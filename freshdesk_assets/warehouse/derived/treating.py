"""From stored values to those that may be kept of them, wherever they are stored."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.kept import forget_kept
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import ensure_shape, qualified, stored_tables
from freshdesk_assets.warehouse.sql import identifier, number

TREAT = "treat_value"
"""The function's name in SQL, while it is there."""

OnText: TypeAlias = Callable[[bytes], bytes]
"""From a value's JSON text to that of what is kept of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """How what is stored of a table is treated: by column, and whole rows that could not be stored."""

    table: Table
    columns: Mapping[str, OnText]
    rejected: OnText


def treat_stored(
    connection: Connection, catalog: Catalog, tables: Iterator[Stored], moment: datetime
) -> dict[str, int]:
    """Treat what is stored; by `table.column`, how many values are not what they were.

    A row that is written so has a new `_synced_at`: all that is made of it follows, as after a sync. Child
    tables are cut again here, and kept views dropped, so that nothing is left of what was there.
    """
    there, counted = stored_tables(connection), dict[str, int]()
    histories = {history.table.name: history for history in catalog.histories}
    for stored in tables:
        for declared in (stored.table, histories.get(stored.table.name)):
            if declared is not None and declared.name in there:
                counted |= _treat_table(connection, declared, stored, moment)
        _treat_rejected(connection, stored)
    for child in catalog.children:
        if child.parent in there:
            derive(connection, child, catalog[child.parent])
    drop_kept(connection)
    return counted


def drop_kept(connection: Connection) -> None:
    """Drop the tables of kept views; the steps that follow the tables make them again."""
    made = connection.execute(
        f"select table_name from {ledger(connection, 'derived')}"
        " where contains(table_name, '.') and not contains(table_name, ' < ')"
    ).fetchall()
    for (name,) in made:
        schema, _, view = name.partition(".")
        forget_kept(connection, (schema, view))


def _treat_table(
    connection: Connection, declared: Table | History, stored: Stored, moment: datetime
) -> dict[str, int]:
    # An earlier version may have had other columns.
    ensure_shape(connection, declared, comments=False)
    counted = {}
    for column in declared.stored:
        if treat := stored.columns.get(column.name):
            changed = update_values(connection, declared.name, column, treat, moment)
            if changed:
                counted[f"{declared.name}.{column.name}"] = changed
    return counted


def update_values(
    connection: Connection, name: str, column: Column, treat: OnText, moment: datetime, where: str = "true"
) -> int:
    """Treat the values of a column; returns how many are not what they were."""
    target, cell = qualified(name), identifier(column.name)
    with treating(connection, treat):
        connection.execute(
            f"create or replace temp table treated as select rowid as place,"
            f" {back(column.type, f'{TREAT}({text_of(column.type, cell)})')} as made"
            f" from {target} where {cell} is not null and ({where})"
        ).fetchall()
    changed = number(
        connection,
        f"update {target} set {cell} = n.made, _synced_at = ? from temp.treated n"
        f" where {target}.rowid = n.place and {target}.{cell} is distinct from n.made",
        [moment],
    )
    connection.execute("drop table temp.treated")
    return changed


def _treat_rejected(connection: Connection, stored: Stored) -> None:
    rejected = ledger(connection, "rejected")
    asked = f"select count(*) from {rejected} where table_name = ?"
    if number(connection, asked, [stored.table.name]):
        with treating(connection, stored.rejected):
            connection.execute(
                f"update {rejected} set row = {TREAT}(row::varchar)::json where table_name = ?",
                [stored.table.name],
            ).fetchall()


@contextmanager
def treating(connection: Connection, treat: OnText) -> Iterator[None]:
    """Inside the block, SQL knows the treatment as a function of JSON texts."""

    def called(text: str) -> str:
        return treat(text.encode(errors="surrogatepass")).decode(errors="replace")

    # DuckDB 2.0.0 refuses to change functions while an answer was not fetched to its end.
    connection.execute("select 1").fetchall()
    connection.create_function(TREAT, called, ["VARCHAR"], "VARCHAR")
    try:
        yield
    finally:
        connection.remove_function(TREAT)


def text_of(type_: Type, cell: str) -> str:
    """SQL for a stored value as JSON text."""
    return f"{cell}::varchar" if type_ is Type.JSON else f"to_json({cell})::varchar"


def back(type_: Type, text: str) -> str:
    """SQL for a JSON text as a stored value; null for JSON's null."""
    match type_:
        case Type.JSON:
            return f"nullif({text}, 'null')::json"
        case Type.VARCHARS:
            return f"nullif({text}, 'null')::json::varchar[]"
        case _:
            return f"({text})::json ->> '$'"
