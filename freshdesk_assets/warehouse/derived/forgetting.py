"""From a person to the rows that are theirs and those that name them, blanked where they are stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.derived.treating import Cell, OnText, text_of, treat_rows
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import Stray, ensure_shape, qualified, stray_texts
from freshdesk_assets.warehouse.sql import identifier, literal, number

Patterns: TypeAlias = tuple[str, ...]
"""Regular expressions that all match."""

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


def _nothing(text: bytes) -> bytes:  # noqa: ARG001
    return b"null"


def alone(connection: Connection, owned: Owned, columns: Iterable[Column]) -> set[str]:
    """The values of some columns of text in a person's rows that no other row has in the same column."""
    found, target = set[str](), qualified(owned.table.name)
    for cell in (identifier(column.name) for column in columns):
        rows = connection.execute(
            f"select distinct {cell} from {target} where {owned.condition} and {cell} is not null"
            f" and {cell} not in (select {cell} from {target} where {cell} is not null"
            f" and not {owned.condition})"
        ).fetchall()
        found |= {value for (value,) in rows}
    return found


def blank_and_mask(
    connection: Connection,
    owned: Owned,
    catalog: Catalog,
    actions: Mapping[str, OnText],
    patterns: Iterable[Patterns],
    mask_text: OnText,
    moment: datetime,
) -> tuple[int, int]:
    """Blank what is about persons in a person's rows and their history, and mask what names them in any.

    - `actions`: what blanks, by column.
    - `patterns`: of the texts that are to be masked.

    Returns how many rows are the person's, and in how many values of others they were named.
    """
    count = number(connection, f"select count(*) from temp.{owned.name}")
    given, masked, table = list(patterns), 0, owned.table
    both: list[Table | History] = [table]
    both += [history for history in catalog.histories if history.table.name == table.name]
    for declared in both:
        ensure_shape(connection, declared, comments=False)
        strays = stray_texts(connection, declared)
        cells = []
        columns: list[Column | Stray] = [*declared.stored, *strays]
        for column in columns:
            action = _nothing if isinstance(column, Stray) else actions.get(column.name)
            cases = [(owned.condition, action)] if action and count else []
            if given and column.type in TEXTS and column.name not in (*table.key, "_run_id"):
                text = text_of(column.type, identifier(column.name))
                cases.append((matching(text, given), mask_text))
            if cases:
                cells.append(Cell(column, cases))
        changed = treat_rows(connection, declared.name, cells, moment, counted=f"not {owned.condition}")
        masked += changed.total()
    return count, masked


def matching(text: str, patterns: Iterable[Patterns]) -> str:
    """The SQL condition that all expressions of one of the tuples match a text, capitals not counting."""
    return " or ".join(
        " and ".join(f"regexp_matches({text}, {literal(each)}, 'is')" for each in together)
        for together in patterns
    )


def drop_rejected(connection: Connection, patterns: Iterable[Patterns], owned: Iterable[Owned]) -> None:
    """Remove rows without a place in their table that name the person, or are theirs."""
    rejected = ledger(connection, "rejected")
    if named := matching("row::varchar", patterns):
        connection.execute(f"delete from {rejected} where {named}").fetchall()
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
