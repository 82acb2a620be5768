"""From a view whose rows take long to make to a table of them, made again for the tickets that changed.

The SQL of such a view is that of any other: run as it stands, it yields all the rows. For some tickets it is
run over temporary views that hold only what is theirs. So a table always holds what its SQL would yield.

`freshdesk_meta.derived` says what each was last made of: by table that it reads, the last change contained.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.names import META, SCHEMA
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.following import (
    CHANGED_AT,
    Made,
    fingerprint,
    made_before,
    record_made,
)
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import qualified
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal, number, scalar

Place = tuple[str, str]
"""Schema and name of a table or view."""

DUE = "due_tickets"
"""A temporary table: the tickets whose rows are made again."""

ANEW = "kept_anew"
"""A temporary table: all rows of a view, made again."""


_STATE = {
    True: "max(_synced_at), max(valid_to), count(*)",
    False: "max(_synced_at), max(_deleted_at), count(*)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the rows of a kept view are made of.

    - `by_ticket`: tables with the id of a ticket in each row, by place, and the column that has it.
    - `others`: tables without; where one of them changed, all rows are made again.
    - `kept`: kept views without a ticket's id, which stand for all that they are made of.
    - `through`: the SQL of the other views between, by place.
    """

    by_ticket: Mapping[Place, str]
    others: frozenset[Place]
    kept: frozenset[Place]
    through: Mapping[Place, str]


def sources_of(view: SqlView, views: Mapping[Place, SqlView], catalog: Catalog) -> Sources:
    """What a kept view is made of, through the views that it reads."""
    columns = _columns_of(view, catalog)
    by_ticket: dict[Place, str] = {}
    others: set[Place] = set()
    kept: set[Place] = set()
    through: dict[Place, str] = {}
    names = {(schema, name.lower()): (schema, name) for schema, name in views}
    waiting, seen = list(view.reads), set(view.reads)
    while waiting:
        place = waiting.pop()
        read = views.get(names.get((place[0], place[1].lower()), place))
        if read and read.kept and not read.kept.by:
            kept.add(read.id)
        elif read:
            through[read.id] = read.sql
            waiting += read.reads - seen
            seen |= read.reads
        elif column := columns.get(place):
            by_ticket[place] = column
        else:
            others.add(place)
    return Sources(by_ticket=by_ticket, others=frozenset(others), kept=frozenset(kept), through=through)


def _columns_of(view: SqlView, catalog: Catalog) -> Mapping[Place, str]:
    """By table that holds something of what a view is kept by: the column with its id.

    What it is kept by is in the view's header: the column's reference. That table has it, its history, and
    each table with a column that refers to it.
    """
    by = view.kept.by if view.kept else ""
    target = next((column.references for column in view.columns if by and column.name == by), "")
    root, _, key = target.partition(".")
    found: dict[Place, str] = {}
    for declared in catalog.everything if target else ():
        of = declared.table.name if isinstance(declared, History) else declared.name
        refers = (column.name for column in declared.stored if column.references == target)
        if column := key if of == root else next(refers, ""):
            found[SCHEMA, declared.name] = column
    return found


def keep(
    connection: Connection, view: SqlView, views: Mapping[Place, SqlView], catalog: Catalog, shape: object
) -> bool:
    """Bring the table of a kept view up to date; returns whether its rows changed.

    `shape` are the columns that its SQL yields now. The table is made anew if it is not there, was made by
    other SQL, its own or that of a view it reads, or of tables without a ticket's id that have changed since.
    Raises duckdb.CatalogException for a table of that name that is somebody's own.
    """
    sources = sources_of(view, views, catalog)
    through = sorted(sources.through.items())
    recipe = fingerprint((view.sql, view.kept, shape, through, _state_of_others(connection, sources)))
    before = made_before(connection, _name(view.id))
    held = _kind(connection, view.id)
    if held == "view":
        connection.execute(f"drop view {qualified(view.name, view.schema)}")
    if held != "table":
        before = None
    elif before is None:
        raise duckdb.CatalogException(f"{'.'.join(view.id)} is a table of somebody's own: rename it")
    changed = {place: _last_change(connection, place) for place in sorted(sources.by_ticket)}
    if view.kept is None or not view.kept.by:
        return _keep_all(connection, view, fingerprint((recipe, sorted(changed.items()))), before)
    reached = {place: _reached(connection, view.id, place) for place in changed}
    if before is None or before.recipe != recipe:
        connection.execute(f"create or replace table {qualified(view.name, view.schema)} as {view.sql}")
        done = True
    elif news := [place for place, moment in changed.items() if moment != reached[place]]:
        done = _keep_changed(connection, view, {place: reached[place] for place in news}, sources, views)
    else:
        return False
    record_made(connection, _name(view.id), Made(None, recipe))
    for place, moment in changed.items():
        record_made(connection, _name(view.id, place), Made(moment, ""))
    return done


def forget_kept(connection: Connection, place: Place) -> None:
    """Forget what a kept view was made of, and drop its table."""
    connection.execute(f"drop table if exists {qualified(place[1], place[0])}")
    name = _name(place)
    connection.execute(
        f"delete from {ledger(connection, 'derived')} where table_name = ? or starts_with(table_name, ?)",
        [name, f"{name} < "],
    )


def is_kept(connection: Connection, place: Place) -> bool:
    """Whether what is stored under this schema and name is a table that was made of a kept view."""
    return made_before(connection, _name(place)) is not None and _kind(connection, place) == "table"


def without_comment(connection: Connection, place: Place) -> bool:
    """Whether a table has no comment: it was just made."""
    found = connection.execute(
        "select comment from duckdb_tables() where database_name = ? and schema_name = ? and table_name = ?",
        [ALIAS, *place],
    ).fetchone()
    return found is None or found[0] is None


def _name(place: Place, source: Place | None = None) -> str:
    name = ".".join(place)
    return f"{name} < {'.'.join(source)}" if source else name


def _kind(connection: Connection, place: Place) -> str | None:
    """`table` or `view`, whatever is stored under this schema and name."""
    found = connection.execute(
        "select 'table' from duckdb_tables()"
        " where database_name = $1 and schema_name = $2 and table_name = $3 union all"
        " select 'view' from duckdb_views() where database_name = $1 and schema_name = $2 and view_name = $3",
        [ALIAS, *place],
    ).fetchone()
    return str(found[0]) if found else None


def _last_change(connection: Connection, place: Place) -> datetime | None:
    schema, name = place
    stamps = "_synced_at" if _is_history(name) else "greatest(_synced_at, _deleted_at)"
    moment: datetime | None = scalar(connection, f"select max({stamps}) from {qualified(name, schema)}")
    return moment


def _reached(connection: Connection, view: Place, source: Place) -> datetime | None:
    before = made_before(connection, _name(view, source))
    return before.reached if before else None


def _state_of_others(connection: Connection, sources: Sources) -> list[object]:
    """What differs where a table without a ticket's id has changed."""
    ours = {
        name: connection.execute(f"select {_STATE[_is_history(name)]} from {qualified(name)}").fetchone()
        for schema, name in sorted(sources.others)
        if schema == SCHEMA
    }
    rules = {
        name: scalar(connection, f"select bit_xor(hash(t)) from {qualified(name, schema)} t")
        for schema, name in sorted(sources.others)
        if schema == META
    }
    below = [made_before(connection, _name(place)) for place in sorted(sources.kept)]
    return [sorted(ours.items()), sorted(rules.items()), [made.reached for made in below if made]]


def _keep_all(connection: Connection, view: SqlView, recipe: str, before: Made | None) -> bool:
    """Make all rows again if anything that they are made of changed; they have changed if they differ."""
    if before is not None and before.recipe == recipe:
        return False
    target = qualified(view.name, view.schema)
    connection.execute(f"create or replace temp table {ANEW} as {view.sql}")
    differs = before is None or _content(connection, f"temp.{ANEW}") != _content(connection, target)
    if differs:
        connection.execute(f"create or replace table {target} as from temp.{ANEW}")
    connection.execute(f"drop table temp.{ANEW}")
    moment = datetime.now(UTC) if differs or before is None else before.reached
    record_made(connection, _name(view.id), Made(moment, recipe))
    return differs


def _content(connection: Connection, table: str) -> object:
    """What differs between two sets of rows; the columns' names count too."""
    rows = connection.execute(f"select count(*), sum(hash(t) % 4294967291) from {table} t")
    return rows.fetchone(), connection.execute(f"from {table} limit 0").description


def _keep_changed(
    connection: Connection,
    view: SqlView,
    since: Mapping[Place, datetime | None],
    sources: Sources,
    views: Mapping[Place, SqlView],
) -> bool:
    """Make the rows of the tickets again that have a row changed `since`; returns whether there were any."""
    named = []
    for place, moment in since.items():
        after = f" where {_stamp(place)} > {literal(str(moment))}::timestamptz" if moment else ""
        named.append(
            f"select {identifier(sources.by_ticket[place])} as id from {qualified(*reversed(place))} p{after}"
        )
    connection.execute(
        f"create or replace temp table {DUE} as select id from ({' union '.join(named)}) where id is not null"
    )
    if not number(connection, f"select count(*) from temp.{DUE}"):
        return False
    above = {each.id: each.kept.by for each in views.values() if each.kept and each.kept.by}
    with_ticket = {
        place: column for place, column in {**sources.by_ticket, **above}.items() if place in view.reads
    }
    due = f"{identifier(view.kept.by if view.kept else '')} in (select id from temp.{DUE})"
    sql = view.sql
    for (schema, name), column in with_ticket.items():
        connection.execute(
            f"create or replace temp view {identifier(name)} as select * from {qualified(name, schema)}"
            f" where {identifier(column)} in (select id from temp.{DUE})"
        )
        sql = re.sub(rf"\b{schema}\.{name}\b(?!\.)", f"temp.main.{name}", sql)
    target = qualified(view.name, view.schema)
    connection.execute(f"delete from {target} where {due}")
    connection.execute(f"insert into {target} by name select * from ({sql}) where {due}")
    for _, name in with_ticket:
        connection.execute(f"drop view temp.main.{identifier(name)}")
    connection.execute(f"drop table temp.{DUE}")
    return True


def _stamp(place: Place) -> str:
    return "p._synced_at" if _is_history(place[1]) else CHANGED_AT


def _is_history(name: str) -> bool:
    """Whether a table is a history: when the row that it is of was marked as deleted, its state ended."""
    return name.endswith("_history")


def check_readable(views: Iterable[SqlView]) -> None:
    """Raise DeclarationError for a kept view that reads two tables of one name.

    Where only the rows of some tickets are made, a temporary view stands for each table, under its name.
    """
    for view in views:
        names = [name for schema, name in view.reads if schema != META]
        if view.kept and len(names) != len(set(names)):
            raise DeclarationError(f"view {view.file}: it is kept, but reads two tables of the same name")
