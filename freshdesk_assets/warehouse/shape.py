"""From a declaration to a DuckDB table: created, grown, commented, never shrunk."""

from dataclasses import dataclass

from freshdesk_assets.schema import names
from freshdesk_assets.schema.catalog import Declared
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.sync import EachParent, PerParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection, on_lake
from freshdesk_assets.warehouse.notes import found, once
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal, pointer

SCHEMA = names.SCHEMA


def qualified(name: str, schema: str = SCHEMA) -> str:
    """A table's qualified name, quoted, in the open file."""
    return f"{ALIAS}.{identifier(schema)}.{identifier(name)}"


def same_key(table: Table, one: str, other: str) -> str:
    """The SQL condition that rows under two aliases have the same key."""
    return " and ".join(f"{one}.{identifier(key)} = {other}.{identifier(key)}" for key in table.key)


def shaped(connection: Connection, table: Declared) -> str:
    """The table's qualified name; the table has its declared shape from here on."""
    ensure_shape(connection, table, comments=False)
    return qualified(table.name)


def ensure_shape(connection: Connection, table: Declared, *, comments: bool = True) -> None:
    """Bring the table to its declared shape: missing columns appear, nothing is dropped.

    A column that was stored under another type is kept beside the new one as `<name>_was_<type>`. Values that
    can be read in the new type are copied over. Without `comments`, comments are left as they are: DuckDB
    takes as long to list them as to read a thousand rows. All this is done once per process and file.
    """
    if once(connection, ("shape", table.name), hash(table.stored)):
        _shape(connection, table)
    if comments and once(connection, ("comments", table.name), hash((table.stored, table_comment(table)))):
        _comment(connection, table)


def stored_tables(connection: Connection) -> set[str]:
    """The names of the tables that are there, of those that hold what Freshdesk sent.

    A lake is asked for columns: of tables, DuckLake tells the sizes too, which takes 0.3 s after each commit.
    """
    listed = "duckdb_columns()" if on_lake(connection) else "duckdb_tables()"
    return {
        name
        for (name,) in connection.execute(
            f"select distinct table_name from {listed} where database_name = ? and schema_name = ?",
            [ALIAS, SCHEMA],
        ).fetchall()
    }


def undeclared(connection: Connection, table: Declared) -> list[str]:
    """The columns that the table has and the declaration does not."""
    declared = {column.name for column in table.stored}
    return [name for key, (name, _) in _stored_columns(connection, table.name).items() if key not in declared]


@dataclass(frozen=True, slots=True)
class Stray:
    """A column that is stored and that no declaration knows."""

    name: str
    type: Type


def stray_texts(connection: Connection, table: Declared) -> list[Stray]:
    """Those of them that hold texts; `<name>_was_<type>` of earlier versions are among them."""
    declared = {column.name for column in table.stored}
    texts = {str(each): each for each in (Type.VARCHAR, Type.JSON, Type.VARCHARS)}
    return [
        Stray(name, texts[type_])
        for key, (name, type_) in _stored_columns(connection, table.name).items()
        if key not in declared and type_ in texts
    ]


def fill_flags(connection: Connection, table: Declared) -> None:
    """Give flags without a value their default, in rows that were stored before it was declared.

    No row counts as changed by it, for nothing changed in Freshdesk. A row whose reply had another kind of
    value stays as it is, and so do its states. A child table is filled before it is cut again, which leaves
    what it finds to be right.
    """
    flags = [column for column in table.stored if column.default is not None]
    if flags and isinstance(table, History):
        ensure_shape(connection, table.table, comments=False)
    for column in flags:
        target, name = qualified(table.name), identifier(column.name)
        # An update that changes nothing costs more than to look.
        if connection.execute(f"select 1 from {target} where {name} is null limit 1").fetchone():
            connection.execute(
                f"update {target} t set {name} = {column.default}"
                f" where t.{name} is null and {_is_default(table, column)}"
            )


def _is_default(table: Declared, column: Column) -> str:
    match table:
        case Table():
            return f"not {is_odd(column, 't._extra')}"
        case History(table=source):
            row = f"select 1 from {qualified(source.name)} r where {same_key(source, 'r', 't')}"
            return f"exists ({row} and r.{identifier(column.name)} is not null)"
        case Child():
            return "true"


def _shape(connection: Connection, table: Declared) -> None:
    columns = ", ".join(f"{identifier(column.name)} {column.type}" for column in table.stored)
    connection.execute(f"create schema if not exists {ALIAS}.{SCHEMA}")
    connection.execute(f"create table if not exists {qualified(table.name)} ({columns})")
    stored = _stored_columns(connection, table.name)
    for column in table.stored:
        if column.name not in stored:
            _add(connection, table, column)
        elif stored[column.name][1] != column.type:
            _retype(connection, table, column, stored)
    if not isinstance(table, Child):
        fill_flags(connection, table)


def is_odd(column: Column, extra: str) -> str:
    """The SQL condition that a reply had another kind of value for the column, which `extra` keeps."""
    return f"coalesce(json_exists({extra}, {literal(pointer(column.path))}), false)"


def column_comment(column: Column) -> str:
    """A column's description as DuckDB and the Dagster UI show it."""
    said = [column.doc]
    if column.references:
        said.append(f"→ {column.references}.")
    if column.pii:
        said.append("Personal data.")
    return " ".join(said)


def table_comment(table: Declared) -> str:
    """A table's description as DuckDB shows it."""
    match table:
        case Child(parent=parent, sources=sources):
            return f"{table.doc} Cut from {parent}: {', '.join(sources)}."
        case History(table=Table(name=name)):
            return f"{table.doc} Of {name}: {', '.join(each.name for each in table.tracked)}."
        case Table(sync=PerParent(parent=parent)):
            source = f"read once per changed row of {parent}"
        case Table(sync=EachParent(parent=parent)):
            source = f"read for each row of {parent}"
        case _:
            source = f"read from /api/v2/{table.path}"
    return f"{table.doc} From Freshdesk: {source}, {table.url}"


def _add(connection: Connection, table: Declared, column: Column) -> None:
    connection.execute(
        f"alter table {qualified(table.name)} add column {identifier(column.name)} {column.type}"
    )


def _retype(
    connection: Connection,
    table: Declared,
    column: Column,
    stored: dict[str, tuple[str, str]],
) -> None:
    held, was = stored[column.name]
    kept = f"{column.name}_was_{''.join(c if c.isalnum() else '_' for c in was.lower()).strip('_')}"
    while kept in stored:
        kept += "_before"
    target, name, old = qualified(table.name), identifier(column.name), identifier(kept)
    connection.execute(f"alter table {target} rename column {identifier(held)} to {old}")
    _add(connection, table, column)
    connection.execute(
        f"update {target} set {name} = {_reread(old, was, column.type)} where {old} is not null"
    )


def _reread(old: str, was: str, type_: Type) -> str:
    """SQL for the old values in the new type; null where they cannot be read so."""
    if type_ is Type.JSON:
        return f"to_json({old})"
    if was == Type.JSON:
        old = f"({old} ->> '$')"  # text without its quotation marks
    if type_ in (Type.BIGINT, Type.INTEGER):
        # A cast alone makes 2 of 1.5.
        number = f"try_cast({old} as double)"
        return f"case when {number} = round({number}) then try_cast({old} as {type_}) end"
    return f"try_cast({old} as {type_})"


def _comment(connection: Connection, table: Declared) -> None:
    """Write the comments that are not there yet."""
    target = qualified(table.name)
    there = _comments(connection)
    if there.get((table.name, "")) != table_comment(table):
        connection.execute(f"comment on table {target} is {literal(table_comment(table))}")
    for column in table.stored:
        if there.get((table.name, column.name)) != column_comment(column):
            connection.execute(
                f"comment on column {target}.{identifier(column.name)} is {literal(column_comment(column))}"
            )


def _comments(connection: Connection) -> dict[tuple[str, str], str | None]:
    """The comments by table and column; a table's own is under "". Listed once per process and file.

    Listing those of one table costs DuckDB as much as listing all.
    """
    return found(
        connection,
        "comments",
        lambda: {
            (table, column): comment
            for table, column, comment in connection.execute(
                "select table_name, '', comment from duckdb_tables()"
                " where database_name = $1 and schema_name = $2"
                " union all select table_name, lower(column_name), comment from duckdb_columns()"
                " where database_name = $1 and schema_name = $2",
                [ALIAS, SCHEMA],
            ).fetchall()
        },
    )


def _stored_columns(connection: Connection, name: str) -> dict[str, tuple[str, str]]:
    """The stored names and types, by the name in lower case: to DuckDB, Title and title are one."""
    rows = connection.execute(f"describe {qualified(name)}").fetchall()
    return {name.lower(): (name, type_) for name, type_, *_ in rows}
