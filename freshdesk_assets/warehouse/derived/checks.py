"""From a table to what is wrong with it, counted in SQL; findings show ids and codes, no customers' text."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from freshdesk_assets.schema.catalog import Declared, cells, key_of
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.set_aside import set_aside
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal, number

EXAMPLES = 5
"""How many of the rows found are named."""

WHOLE = {"BIGINT", "INTEGER", "HUGEINT", "UBIGINT", "SMALLINT", "UINTEGER"}


COMPARE_ALL = "Materialize it in the UI with `whole: true` in the config: that compares all rows"

MEND_KEY: Mapping[type, str] = {
    Table: "A sync stores no such rows, so another program wrote them. Nothing is made of the table until"
    " they are gone: remove them, or put a backup in the file's place",
    Child: "Materialize it in the UI with `whole: true` in the config: that cuts all rows again",
    History: "Put a backup in the file's place, or remove the states that are there twice",
}
"""What to do about keys that are null or not unique."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found.

    - `count`: how many rows are wrong.
    - `said`, `counts`: what is wrong with them, in words and by kind.
    - `examples`: some of the rows, by their ids and codes.
    - `listed_at`: when the list was read that the rows were compared with.
    - `new`, `acknowledged`: what the user may acknowledge, as `table.name`; and what counts for nothing,
      because it is acknowledged.
    - `amiss`: what is acknowledged and is not there.
    """

    count: int = 0
    said: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[Mapping[str, int], ...] = ()
    listed_at: datetime | None = None
    new: tuple[str, ...] = ()
    acknowledged: tuple[str, ...] = ()
    amiss: tuple[str, ...] = ()


def check_key(connection: Connection, declared: Declared) -> Finding:
    """Keys that are null, or that more than one row has."""
    keys = [identifier(name) for name in key_of(declared)]
    listed, target = ", ".join(keys), shaped(connection, declared)
    missing = number(
        connection, f"select count(*) from {target} where {' or '.join(f'{key} is null' for key in keys)}"
    )
    query = f"select {listed}, count(*) as rows from {target} group by {listed} having count(*) > 1"
    twice = number(connection, f"select count(*) from ({query})")
    examples = _examples(connection, f"{query} order by all") if twice else ()
    said = (
        f"{SCHEMA}.{declared.name}: rows where {' or '.join(key_of(declared))} is null: {missing:,};"
        f" keys that several rows have: {twice:,}{_like(examples)}. {MEND_KEY[type(declared)]}"
    )
    return Finding(
        count=missing + twice,
        said=said if missing or twice else "",
        counts={"null": missing, "duplicate": twice},
        examples=examples,
    )


def check_shape(connection: Connection, declared: Declared) -> Finding:
    """Columns that are missing, or stored as another type than declared; undeclared columns do no harm."""
    stored = dict(
        connection.execute(
            "select lower(column_name), data_type from duckdb_columns()"
            " where database_name = ? and schema_name = ? and table_name = ?",
            [ALIAS, SCHEMA, declared.name],
        ).fetchall()
    )
    wrong = [
        f"{column.name} is {stored.get(column.name, 'missing')}, declared {column.type}"
        for column in declared.stored
        if stored.get(column.name) != column.type
    ]
    return Finding(count=len(wrong), said="; ".join(wrong))


def check_unknown_keys(connection: Connection, table: Table, known: Collection[str] = ()) -> Finding:
    """Keys that the API sends and no column holds, with the number of rows that have them.

    `known` are those that count for nothing, as `table.key`.
    """
    found = connection.execute(
        f"select key, count(*) from (select unnest(json_keys(_extra)) as key from {shaped(connection, table)}"
        " where _extra is not null) group by key order by key"
    ).fetchall()
    counts = dict(found)
    new, acknowledged = _apart(table.name, counts, known)
    said = f"keys that no column holds: {_with_rows(new)}. Their values are kept in _extra: nothing is lost"
    keys = counts.keys() | {column.name for column in cells(table)}
    return Finding(
        count=len(new),
        said=said if new else "",
        counts=counts,
        new=tuple(f"{table.name}.{name}" for name in new),
        acknowledged=acknowledged,
        amiss=tuple(name for name in known if _is_of(table, name) and name.partition(".")[2] not in keys),
    )


def check_accepted(connection: Connection, declared: Declared, known: Collection[str] = ()) -> Finding:
    """Values other than those that a column is known to take, per column; codes are named, texts are not.

    `known` are columns whose other values count for nothing, as `table.column`.
    """
    counts: dict[str, int] = {}
    examples: list[Mapping[str, int]] = []
    target = shaped(connection, declared)
    for column in limited(declared):
        name = identifier(column.name)
        accepted = ", ".join(
            literal(value) if isinstance(value, str) else str(value) for value in column.accepted
        )
        odd = f"from {target} where {name} not in ({accepted})"
        if count := number(connection, f"select count(*) {odd}"):
            counts[column.name] = count
            if column.type in (Type.BIGINT, Type.INTEGER):
                examples += _examples(connection, f"select distinct {name} {odd} order by all")
    new, acknowledged = _apart(declared.name, counts, known)
    said = f"values that are not known of Freshdesk: {_with_rows(new)}. They are stored as they were sent"
    return Finding(
        count=sum(new.values()),
        said=said if new else "",
        counts=counts,
        examples=tuple(examples),
        new=tuple(f"{declared.name}.{name}" for name in new),
        acknowledged=acknowledged,
    )


def _apart(
    table: str, counts: Mapping[str, int], known: Collection[str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """What nobody has acknowledged, with its rows; and what somebody has, as `table.name`."""
    new = {name: rows for name, rows in counts.items() if f"{table}.{name}" not in known}
    return new, tuple(f"{table}.{name}" for name in counts if name not in new)


def _with_rows(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} (rows: {rows:,})" for name, rows in counts.items())


def _is_of(declared: Declared, name: str) -> bool:
    return name.partition(".")[0] == declared.name


def limited(declared: Declared) -> list[Column]:
    """The columns that are known to take some values only."""
    return [column for column in cells(declared) if column.accepted]


def check_row_count(connection: Connection, table: Table) -> Finding:
    """Whether a table holds as many rows as its list had when it was last read; nothing if it never was."""
    known = connection.execute(
        f"select rows, listed_at from {ledger(connection, 'listed')} where table_name = ?", [table.name]
    ).fetchone()
    if known is None:
        return Finding()
    rows, listed_at = known
    stored = number(connection, f"select count(*) from {shaped(connection, table)} where _deleted_at is null")
    said = (
        f"{SCHEMA}.{table.name} has {stored:,} rows, and Freshdesk's list had {rows:,} when it was read at"
        f" {listed_at:%Y-%m-%d %H:%M} UTC. `freshdesk-assets sync --whole --select {table.name}` reads it"
        " again; if they differ then too, see freshdesk_meta.rejected for rows that could not be stored"
    )
    return Finding(
        count=abs(stored - rows),
        said=said if stored != rows else "",
        counts={"in_freshdesk": rows, "stored": stored},
        listed_at=listed_at,
    )


def check_refused(connection: Connection, table: Table) -> Finding:
    """Rows that are set aside because their own call is refused, by the refusal's status and code."""
    found = set_aside(connection, table, examples=EXAMPLES)
    if found is None:
        return Finding()
    return Finding(
        count=found.counts.total(),
        said=found.said,
        counts=found.counts,
        examples=tuple({"id": id_} for id_ in found.examples),
    )


def check_spans(connection: Connection, history: History) -> Finding:
    """States that overlap the next state of the same row, or end before they begin."""
    keys = ", ".join(identifier(name) for name in history.table.key)
    query = (
        f"select {keys}, count(*) as states from (select *, lead(valid_from) over"
        f" (partition by {keys} order by valid_from) as next from {shaped(connection, history)})"
        " where valid_to < valid_from or (next is not null and (valid_to is null or valid_to > next))"
        " group by all"
    )
    count = number(connection, f"select count(*) from ({query})")
    examples = _examples(connection, f"{query} order by all") if count else ()
    said = (
        f"{SCHEMA}.{history.name}: rows with states that overlap, or that end before they begin:"
        f" {count:,}{_like(examples)}. Freshdesk has no past states to read again: put a backup in the file's"
        " place, or correct valid_from and valid_to of these"
    )
    return Finding(count=count, said=said if count else "", examples=examples)


def check_current(connection: Connection, history: History) -> Finding:
    """Rows without a current state, and current states without a row; rows marked deleted do not count."""
    table = history.table
    keys = ", ".join(identifier(name) for name in table.key)
    living = f"(select {keys} from {shaped(connection, table)} where _deleted_at is null)"
    current = f"(select {keys} from {shaped(connection, history)} where valid_to is null)"
    without = f"(from {living} except from {current})"
    beyond = f"(from {current} except from {living})"
    counts = {
        "without_state": number(connection, f"select count(*) from {without}"),
        "of_no_row": number(connection, f"select count(*) from {beyond}"),
    }
    found = f"from {without} union from {beyond}"
    count = sum(counts.values())
    examples = _examples(connection, f"select * from ({found}) order by all") if count else ()
    said = (
        f"{SCHEMA}.{history.name}: rows of {table.name} without a current state: {counts['without_state']:,};"
        f" current states of no row: {counts['of_no_row']:,}{_like(examples)}. {COMPARE_ALL}"
    )
    return Finding(count=count, said=said if count else "", counts=counts, examples=examples)


def check_query(connection: Connection, sql: str) -> Finding:
    """The rows that a query returns: how many, and some of them by their whole-number columns."""
    count = number(connection, f"select count(*) from ({sql})")
    examples = _examples(connection, sql)
    return Finding(
        count=count, said=f"Rows at fault: {count:,}{_like(examples)}" if count else "", examples=examples
    )


def _like(examples: Iterable[Mapping[str, int]]) -> str:
    """Some of the rows, as a sentence names them."""
    named = [" ".join(f"{name} {value}" for name, value in each.items()) for each in examples]
    return f", like {'; '.join(named)}" if named else ""


def _examples(connection: Connection, query: str) -> tuple[Mapping[str, int], ...]:
    """Some rows of a query, their whole numbers only: texts may be a customer's."""
    described = connection.execute(f"describe {query}").fetchall()
    whole = [name for name, type_, *_ in described if type_ in WHOLE]
    if not whole:
        return ()
    chosen = ", ".join(identifier(name) for name in whole)
    rows = connection.execute(f"select {chosen} from ({query}) limit {EXAMPLES}").fetchall()
    return tuple(dict(zip(whole, row, strict=True)) for row in rows)
