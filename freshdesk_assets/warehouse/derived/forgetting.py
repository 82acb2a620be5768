"""From a person to the rows that are theirs and those that name them, blanked where they are stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.derived.treating import OnText, text_of, update_values
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import ensure_shape, qualified
from freshdesk_assets.warehouse.sql import identifier, literal, number

TEXTS = (Type.VARCHAR, Type.VARCHARS, Type.JSON)


@dataclass(frozen=True, slots=True)
class Owned:
    """A temporary table with the keys of a table's rows that are a person's."""

    table: Table
    name: str

    @property
    def condition(self) -> str:
        """The SQL condition of those rows, in the table or its history."""
        keys = ", ".join(identifier(key) for key in self.table.key)
        return f"({keys}) in (select {keys} from temp.{self.name})"


def note_owned(connection: Connection, table: Table, where: Sequence[str]) -> Owned:
    """Note which rows are the person's: those for which one of the conditions holds."""
    ensure_shape(connection, table, comments=False)
    made = Owned(table, f"owned_{table.name}")
    keys = ", ".join(identifier(key) for key in table.key)
    condition = " or ".join(f"({each})" for each in where) or "false"
    connection.execute(
        f"create or replace temp table {made.name} as select {keys} from {qualified(table.name)}"
        f" where {condition}"
    ).fetchall()
    return made


def keys_of(connection: Connection, owned: Owned) -> list[tuple[Any, ...]]:
    """The keys of a person's rows."""
    return connection.execute(f"from temp.{owned.name}").fetchall()


def named_in(column: Column, addresses: Iterable[str]) -> str:
    """The SQL condition that a column has one of the addresses, or its hash, as a value or in a list."""
    text = f"lower({text_of(column.type, identifier(column.name))})"
    return " or ".join(f"contains({text}, {literal(each)})" for each in _in_json(addresses)) or "false"


def _in_json(addresses: Iterable[str]) -> list[str]:
    """How JSON has an address, with what ends it: quotation marks, or angle brackets behind a name."""
    return [f"{before}{each}{after}" for each in addresses for before, after in (('"', '"'), ("<", ">"))]


def texts_of(connection: Connection, owned: Owned, columns: Iterable[Column]) -> list[Any]:
    """The values of some columns in a person's rows, lists and objects as JSON; no nulls."""
    asked = " union all ".join(
        f"select {text_of(column.type, identifier(column.name))} as text from {qualified(owned.table.name)}"
        f" where {owned.condition}"
        for column in columns
    )
    return [
        text
        for (text,) in connection.execute(f"select text from ({asked}) where text is not null").fetchall()
    ]


def blank(
    connection: Connection, owned: Owned, actions: Mapping[str, OnText], catalog: Catalog, moment: datetime
) -> int:
    """Blank what is about persons in a person's rows and their history; returns how many rows there are."""
    if not (count := number(connection, f"select count(*) from temp.{owned.name}")):
        return 0
    for declared in _with_history(owned.table, catalog):
        ensure_shape(connection, declared, comments=False)
        for column in declared.stored:
            if action := actions.get(column.name):
                update_values(connection, declared.name, column, action, moment, owned.condition)
    return count


def mask(
    connection: Connection,
    table: Table,
    catalog: Catalog,
    terms: Iterable[str],
    mask_text: OnText,
    moment: datetime,
) -> int:
    """Mask what names a person in the texts of all other rows; returns in how many values that was."""
    given, masked = list(terms), 0
    for declared in _with_history(table, catalog):
        for column in declared.stored:
            if column.type not in TEXTS or column.name in table.key or column.name == "_run_id":
                continue
            text = f"lower({text_of(column.type, identifier(column.name))})"
            where = " or ".join(f"contains({text}, {literal(each)})" for each in given)
            masked += update_values(connection, declared.name, column, mask_text, moment, where or "false")
    return masked


def _with_history(table: Table, catalog: Catalog) -> Iterator[Table | History]:
    yield table
    yield from (each for each in catalog.histories if each.table.name == table.name)


def drop_rejected(connection: Connection, terms: Iterable[str], owned: Iterable[Owned]) -> None:
    """Remove rows without a place in their table that name the person, or are theirs."""
    rejected = ledger(connection, "rejected")
    for each in terms:
        connection.execute(
            f"delete from {rejected} where contains(lower(row::varchar), ?)", [each]
        ).fetchall()
    for mine in owned:
        if mine.table.key == ("id",):
            connection.execute(
                f"delete from {rejected} where table_name = ?"
                f" and try_cast(row ->> '$.id' as bigint) in (select id from temp.{mine.name})",
                [mine.table.name],
            ).fetchall()


def forget_files(connection: Connection, owned: Owned) -> list[str]:
    """Forget the fetched files of a person's rows; the paths of those that are nobody else's."""
    files = ledger(connection, "attachment_files")
    if owned.table.key != ("id",):
        return []
    mine = f"parent_table = {literal(owned.table.name)} and parent_id in (select id from temp.{owned.name})"
    paths = connection.execute(
        f"select path from {files} where path is not null group by path having bool_and({mine})"
    ).fetchall()
    connection.execute(
        f"update {files} set path = null, sha256 = null, content_type = null, error = 'forgotten'"
        f" where {mine}"
    ).fetchall()
    return [path for (path,) in paths]
