"""From stored values to those that may be kept of them, wherever they are stored."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
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
from freshdesk_assets.warehouse.shape import Stray, ensure_shape, qualified, stored_tables, stray_texts
from freshdesk_assets.warehouse.sql import identifier, number

TREAT = "treat_value"
"""The function's name in SQL, while it is there."""

ROWS_AT_ONCE = 16_384
"""Rows that are treated by one statement: four row groups, of 100 MB where tickets are long."""

WRITTEN_NOW = 2**60
"""The least row id of a row that the transaction itself has written."""

OnText: TypeAlias = Callable[[bytes], bytes]
"""From a value's JSON text to that of what is kept of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """How what is stored of a table is treated: by column, and whole rows that could not be stored.

    `other`: what columns hold that no declaration knows; None if it is kept.
    """

    table: Table
    columns: Mapping[str, OnText]
    rejected: OnText
    other: OnText | None = None


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
    names = {column.name for column in declared.stored}
    cells = [
        Cell(column, (("true", treat),))
        for column in declared.stored
        if (treat := stored.columns.get(column.name))
    ]
    for stray in stray_texts(connection, declared):
        # Beside a column whose type was changed, an earlier version kept what it held.
        base = stray.name.rpartition("_was_")[0]
        if treat := stored.columns.get(base) if base in names else stored.other:
            cells.append(Cell(stray, (("true", treat),)))
    changed = treat_rows(connection, declared.name, cells, moment)
    return {f"{declared.name}.{name}": count for name, count in changed.items() if count}


@dataclass(frozen=True, slots=True)
class Cell:
    """How a column's values are treated: by the first of the SQL conditions that holds for their row."""

    column: Column | Stray
    cases: Sequence[tuple[str, OnText]]


def treat_rows(
    connection: Connection, name: str, cells: Sequence[Cell], moment: datetime, counted: str = "true"
) -> Counter[str]:
    """Treat the values of a table's rows; by column, how many are not what they were.

    `counted` is the SQL condition of the rows in which they are counted. A row that is another then is
    written once, whatever the number of its columns, and those that this transaction wrote stay as they are:
    DuckDB 2.0.0 does not read back what it updates again and again (docs/engineering.md, 7).
    """
    target, changed = qualified(name), Counter[str]()
    with ExitStack() as functions:
        made = {}
        for number_, cell in enumerate(cells):
            cases = []
            for place, (condition, treat) in enumerate(cell.cases):
                function = functions.enter_context(treating(connection, treat, f"{number_}_{place}"))
                text = text_of(cell.column.type, identifier(cell.column.name))
                cases.append(f"when {condition} then {back(cell.column.type, f'{function}({text})')}")
            column = identifier(cell.column.name)
            made[column] = f"case when {column} is null then null {' '.join(cases)} else {column} end"
        if not made:
            return changed
        last = number(connection, f"select max(rowid) from {target} where rowid < {WRITTEN_NOW}")
        for start in range(0, last + 1, ROWS_AT_ONCE):
            changed += _treat_some(connection, target, made, moment, counted, start)
    return changed


def _treat_some(
    connection: Connection, target: str, made: Mapping[str, str], moment: datetime, counted: str, start: int
) -> Counter[str]:
    replaced = ", ".join(f"{value} as {column}" for column, value in made.items())
    connection.execute(
        f"create or replace temp table treated as select rowid as _place, ({counted}) as _counted,"
        f" * replace ({replaced}) from {target}"
        f" where rowid >= {start} and rowid < {min(start + ROWS_AT_ONCE, WRITTEN_NOW)}"
    ).fetchall()
    differs = {column: f"n.{column} is distinct from t.{column}" for column in made}
    both = f"temp.treated n join {target} t on t.rowid = n._place"
    counts = ", ".join(f"count(*) filter (n._counted and {each})" for each in differs.values())
    found = connection.execute(f"select {counts} from {both}").fetchone() or ()
    connection.execute(
        f"delete from temp.treated where _place not in"
        f" (select n._place from {both} where {' or '.join(differs.values())})"
    ).fetchall()
    connection.execute(f"delete from {target} where rowid in (select _place from temp.treated)").fetchall()
    connection.execute(
        f"insert into {target} by name select * exclude (_place, _counted)"
        " replace (?::timestamptz as _synced_at) from temp.treated",
        [moment],
    ).fetchall()
    connection.execute("drop table temp.treated")
    return Counter({column.strip('"'): count for column, count in zip(made, found, strict=True)})


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
def treating(connection: Connection, treat: OnText, name: str = "") -> Iterator[str]:
    """Inside the block, SQL knows the treatment as a function of JSON texts, of the name that is given."""
    function = f"{TREAT}_{name}" if name else TREAT

    def called(text: str) -> str:
        return treat(text.encode(errors="surrogatepass")).decode(errors="replace")

    # DuckDB 2.0.0 refuses to change functions while an answer was not fetched to its end.
    connection.execute("select 1").fetchall()
    connection.create_function(function, called, ["VARCHAR"], "VARCHAR")
    try:
        yield function
    finally:
        connection.remove_function(function)


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
