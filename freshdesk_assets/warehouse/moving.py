"""From a replica in one destination to the same replica in another: all of it, checked, in one transaction.

Freshdesk is asked nothing. What is moved stays where it was, for whoever wants to go back.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import duckdb

from freshdesk_assets.schema.names import META
from freshdesk_assets.warehouse.file import Connection, Warehouse, WarehouseError, hushed_error
from freshdesk_assets.warehouse.ledger.view_comments import comment_columns
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal, number, scalar

SOURCE = "moved"
"""The catalog name of what is moved, while it is."""

NAME = r'(?:"(?:[^"]|"")+"|[^\s."(]+)'
HEAD = re.compile(rf"create\s+view\s+{NAME}(?:\.{NAME})*", re.IGNORECASE)
"""How the SQL of a view begins, as DuckDB tells it: with its schema in a file, without in a lake."""

Place = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was moved: tables, views and rows."""

    tables: int
    views: int
    rows: int


def move(source: Warehouse, target: Warehouse, say: Callable[[str], None]) -> Moved:
    """Copy tables, views, comments and ledgers to a destination that has none yet.

    Nobody writes to either meanwhile. The rows of each table are counted and hashed on both sides before
    anything is committed. Raises WarehouseError; the target then has nothing.
    """
    if source.name == target.name:
        raise WarehouseError(f"{source.name} is where the replica is: name another destination")
    if not source.exists():
        raise WarehouseError(f"there is no replica in {source.name}: run freshdesk-assets sync first")
    # DuckDB finishes what its log holds before others may read the file.
    with source.open():
        pass
    # The engine ends with the block: it may have the source open still.
    with ExitStack() as held:
        connection = held.enter_context(target.open(ending=True))
        if taken := number(
            connection, f"select count(*) from duckdb_tables() where database_name = {literal(ALIAS)}"
        ):
            raise WarehouseError(
                f"{target.name} has {taken} tables already: move into an empty destination, or remove what is"
                " there"
            )
        if source.destination.lake:
            # A file is locked by being open.
            held.enter_context(source.destination.writing(source.lock_wait, source.report))
        source.destination.prepare(connection)
        try:
            connection.execute(source.destination.reading(SOURCE))
        except duckdb.Error as error:
            raise WarehouseError(source.destination.unopened(error)) from None
        try:
            made = _copy(connection, say)
            _comment(connection)
            views = _views(connection)
            connection.execute("commit")
        except duckdb.Error as error:
            if hushed := _hushed(error, source, target):
                raise hushed from None
            raise
        connection.execute(f"detach {SOURCE}")
        connection.execute("begin")
    return Moved(tables=len(made), views=views, rows=sum(made.values()))


def _hushed(error: duckdb.Error, source: Warehouse, target: Warehouse) -> WarehouseError | None:
    """What is raised where a lake is the source: the target does not know what that says."""
    lakes = [each.destination for each in (source, target) if each.destination.lake]
    if any(each.away(error) for each in lakes):
        return WarehouseError(
            f"{' or '.join(each.name for each in lakes)} does not answer: nothing was moved; run again when"
            " it does"
        )
    return hushed_error(error, source.destination) if source.destination.lake else None


def _copy(connection: Connection, say: Callable[[str], None]) -> dict[Place, int]:
    """Copy all tables; returns the rows of each."""
    copied: dict[Place, int] = {}
    schemas = connection.execute(
        "select distinct schema_name from duckdb_schemas()"
        f" where database_name = {literal(SOURCE)} and (not internal or schema_name = 'main') order by 1"
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(f"create schema if not exists {ALIAS}.{identifier(schema)}")
        for name, columns in list(_tables(connection, schema)):
            there, here = (f"{of}.{identifier(schema)}.{identifier(name)}" for of in (SOURCE, ALIAS))
            connection.execute(f"create table {here} ({columns})")
            connection.execute(f"insert into {here} from {there}")
            compared = "select count(*), coalesce(bit_xor(hash(t)), 0) from {} t"
            before, after = (connection.execute(compared.format(of)).fetchone() for of in (there, here))
            if before != after or before is None:
                raise WarehouseError(
                    f"{schema}.{name} is not the same after it was copied: nothing was moved"
                )
            copied[schema, name] = before[0]
        rows = sum(rows for (of, _), rows in copied.items() if of == schema)
        say(f"{schema}: {rows:,} rows copied and compared")
    return copied


def _tables(connection: Connection, schema: str) -> Iterator[tuple[str, str]]:
    """The tables of a schema, and the columns of each as they are declared."""
    rows = connection.execute(
        "select table_name, list((column_name, data_type, is_nullable) order by column_index)"
        " from duckdb_columns() semi join duckdb_tables() using (database_name, schema_name, table_name)"
        f" where database_name = {literal(SOURCE)} and schema_name = ? group by 1 order by 1",
        [schema],
    ).fetchall()
    for name, columns in rows:
        yield (
            name,
            ", ".join(
                f"{identifier(column)} {kind}{'' if nullable else ' not null'}"
                for column, kind, nullable in columns
            ),
        )


def _comment(connection: Connection) -> None:
    """Say of tables and their columns what was said of them."""
    of = f"where database_name = {literal(SOURCE)} and nullif(comment, '') is not null"
    for schema, name, comment in connection.execute(
        f"select schema_name, table_name, comment from duckdb_tables() {of}"
    ).fetchall():
        target = f"{ALIAS}.{identifier(schema)}.{identifier(name)}"
        connection.execute(f"comment on table {target} is {literal(comment)}")
    for schema, name, column, comment in connection.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns()"
        f" semi join duckdb_tables() using (database_name, schema_name, table_name) {of}"
    ).fetchall():
        target = f"{ALIAS}.{identifier(schema)}.{identifier(name)}.{identifier(column)}"
        connection.execute(f"comment on column {target} is {literal(comment)}")


def _views(connection: Connection) -> int:
    """Create the views, each after those that it reads; returns how many."""
    found = {
        (schema, name): (sql, comment)
        for schema, name, sql, comment in connection.execute(
            "select schema_name, view_name, sql, comment from duckdb_views()"
            f" where database_name = {literal(SOURCE)} and not internal order by 1, 2"
        ).fetchall()
    }
    said = _said_of_views(connection)
    for schema, name in _in_order({place: sql for place, (sql, _) in found.items()}):
        sql, comment = found[schema, name]
        target = f"{ALIAS}.{identifier(schema)}.{identifier(name)}"
        connection.execute(HEAD.sub(lambda _: f"create or replace view {target}", sql.strip(), count=1))  # noqa: B023
        if comment:
            connection.execute(f"comment on view {target} is {literal(comment)}")
        comment_columns(connection, schema, name, said.get((schema, name), {}))
    return len(found)


def _said_of_views(connection: Connection) -> dict[Place, dict[str, str]]:
    """What the columns of views mean, from their comments or from the table that a lake has instead."""
    rows = connection.execute(
        "select schema_name, table_name, column_name, c.comment from duckdb_columns() c"
        " anti join duckdb_tables() using (database_name, schema_name, table_name)"
        f" where database_name = {literal(SOURCE)} and nullif(c.comment, '') is not null"
    ).fetchall()
    kept = f"{SOURCE}.{META}.view_comments"
    if scalar(
        connection,
        "select count(*) from duckdb_tables() where database_name = ? and schema_name = ?"
        " and table_name = 'view_comments'",
        [SOURCE, META],
    ):
        rows += connection.execute(f"from {kept}").fetchall()
        connection.execute(f"delete from {ALIAS}.{META}.view_comments")
    said: dict[Place, dict[str, str]] = {}
    for schema, name, column, comment in rows:
        said.setdefault((schema, name), {})[column] = comment
    return said


def _in_order(views: Mapping[Place, str]) -> list[Place]:
    """The views, each after those that its SQL names."""
    ordered: dict[Place, None] = {}

    def add(place: Place, above: frozenset[Place]) -> None:
        for other in views:
            if other != place and other not in ordered and other not in above:
                schema, name = map(re.escape, other)
                if re.search(rf'\b{schema}"?\."?{name}\b', views[place]):
                    add(other, above | {place})
        ordered[place] = None

    for each in views:
        if each not in ordered:
            add(each, frozenset())
    return list(ordered)
