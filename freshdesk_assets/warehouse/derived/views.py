"""From SQL files to views in the file: created where they are new or changed, commented, dropped when gone.

Every view is bound each time, because the tables it reads and the account's fields may have changed.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import duckdb

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.schema.view import Shapes, SqlView
from freshdesk_assets.warehouse.complaints import cause, reason
from freshdesk_assets.warehouse.derived.children import from_text
from freshdesk_assets.warehouse.derived.kept import (
    check_readable,
    forget_kept,
    is_kept,
    keep,
    without_comment,
)
from freshdesk_assets.warehouse.derived.kinds import drop_undeclared_kinds, ensure_kinds
from freshdesk_assets.warehouse.derived.references import COLUMNS, FOREIGN_KEYS, RELATIONS
from freshdesk_assets.warehouse.derived.view_columns import (
    AccountField,
    account_fields,
    column_said,
    shape_of,
    texts_of,
)
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import LEDGER, META, ledger
from freshdesk_assets.warehouse.ledger.view_comments import comment_columns
from freshdesk_assets.warehouse.shape import ensure_shape, qualified
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal


class ViewRefused(DeclarationError):
    """DuckDB does not create the view of this schema and name."""

    def __init__(self, view: SqlView, reason: str) -> None:
        super().__init__(f"view {view.schema}.{view.name} ({view.place.file.name}): {reason}")
        self.id = view.id


def readable(catalog: Catalog) -> Shapes:
    """The tables that a view or a check may read: the catalog's, the counted references, the ledger."""
    own = {(SCHEMA, declared.name): declared.stored for declared in catalog.everything}
    remembered = {(META, name): columns for name, (_, columns) in LEDGER.items()}
    every = {**own, (RELATIONS, FOREIGN_KEYS): COLUMNS, **remembered}
    return {place: {column.name: str(column.type) for column in columns} for place, columns in every.items()}


def ensure_views(
    connection: Connection, views: Sequence[SqlView], catalog: Catalog
) -> dict[tuple[str, str], bool]:
    """Create or replace the views that are not as their files say, in the order given; returns which were.

    The rows of those that are kept are brought up to date; such a view is returned as created anew only if
    its table was. So is a view with kinds where the view of one was, or is gone. Tables that are not there
    yet are created empty. Raises DeclarationError for a view that cannot be created, ViewRefused where it is
    DuckDB that refuses it.
    """
    for declared in catalog.everything:
        ensure_shape(connection, declared, comments=False)
    made = {
        (schema, name): made_of
        for schema, name, made_of in connection.execute(
            f"select m.schema_name, m.view_name, m.made_of from {ledger(connection, 'views')} m"
            " semi join (select schema_name, view_name from duckdb_views() where database_name = $1 union all"
            " select schema_name, table_name from duckdb_tables() where database_name = $1) v"
            " using (schema_name, view_name)",
            [ALIAS],
        ).fetchall()
    }
    check_readable(views)
    named = {view.id: view for view in views}
    anew = {view.id: _ensure_view(connection, view, catalog, made, named) for view in views}
    # A kind's view takes no name that a declared one has: so those are made before.
    for view in views:
        if view.kinds:
            try:
                anew[view.id] |= ensure_kinds(connection, view, view.kinds, catalog)
            except duckdb.Error as error:
                raise ViewRefused(view, reason(error)) from cause(error)
    return anew


def drop_undeclared(connection: Connection, views: Iterable[SqlView]) -> list[tuple[str, str]]:
    """Drop the views that were created from a file which no longer exists; returns which.

    The views of their kinds go with them.
    """
    declared = {view.id for view in views}
    drop_undeclared_kinds(connection, declared)
    known = connection.execute(f"select schema_name, view_name from {ledger(connection, 'views')}").fetchall()
    gone = [(schema, name) for schema, name in known if (schema, name) not in declared]
    for schema, name in gone:
        if is_kept(connection, (schema, name)):
            forget_kept(connection, (schema, name))
        else:
            connection.execute(f"drop view if exists {qualified(name, schema)}")
        _forget(connection, schema, name)
    return gone


def _ensure_view(
    connection: Connection,
    view: SqlView,
    catalog: Catalog,
    made: Mapping[tuple[str, str], str],
    views: Mapping[tuple[str, str], SqlView],
) -> bool:
    target = qualified(view.name, view.schema)
    try:
        sql, added = _spread(connection, view, catalog)
        shape = shape_of(connection, sql)
    except duckdb.Error as error:
        raise ViewRefused(view, reason(error)) from cause(error)
    comments = {column.name: column_said(column.doc, column.references) for column in view.columns}
    comments |= {field.column: field.doc for field in added}
    real = [name for name, _ in shape]
    if sorted(real) != sorted(comments):
        odd = sorted(set(real) ^ set(comments))
        raise DeclarationError(
            f"view {view.schema}.{view.name}: its header and its SQL differ in {', '.join(odd)}"
        )
    recipe = (sql, view.doc, comments, shape, *([view.kept] if view.kept else []))
    made_of = hashlib.sha256(repr(recipe).encode()).hexdigest()
    same = made.get(view.id) == made_of
    kind = "table" if view.kept else "view"
    try:
        if view.kept:
            connection.execute(f"create schema if not exists {ALIAS}.{identifier(view.schema)}")
            anew = keep(connection, view, views, catalog, shape)
            if same and not (anew and without_comment(connection, view.id)):
                return False
        elif same:
            return False
        else:
            if is_kept(connection, view.id):
                forget_kept(connection, view.id)
            connection.execute(f"create schema if not exists {ALIAS}.{identifier(view.schema)}")
            connection.execute(f"create or replace view {target} as {sql}")
    except duckdb.Error as error:
        # A table of that name is somebody's own, or a value is not what the SQL takes it for.
        raise ViewRefused(view, reason(error)) from cause(error)
    connection.execute(f"comment on {kind} {target} is {literal(view.doc)}")
    if view.kept:
        for name, comment in comments.items():
            connection.execute(f"comment on column {target}.{identifier(name)} is {literal(comment)}")
    else:
        comment_columns(connection, *view.id, comments)
    _forget(connection, *view.id)
    connection.execute(f"insert into {ledger(connection, 'views')} values (?, ?, ?)", [*view.id, made_of])
    return True


def _spread(connection: Connection, view: SqlView, catalog: Catalog) -> tuple[str, list[AccountField]]:
    """The view's SQL with a column for each of the account's fields, and those fields."""
    if view.family is None:
        return view.sql, []
    child = next((child for child in catalog.children if child.name == view.family.child), None)
    if child is None:
        raise DeclarationError(f"view {view.schema}.{view.name}: {view.family.child} is not a child table")
    (source,) = child.sources
    columns = [name for name, _ in shape_of(connection, view.sql)]
    if source not in columns:
        raise DeclarationError(
            f"view {view.schema}.{view.name}: it does not select {source}, from which the columns"
            f" {view.family.prefix}* are made; add it to the select"
        )
    fields = account_fields(connection, child, view.family.prefix, columns)
    held, together = texts_of(source, fields)
    chosen = []
    for name in columns:
        if name == source:
            chosen += [
                f"{from_text(field.type, held[field.key])} as {identifier(field.column)}" for field in fields
            ]
        else:
            chosen.append(f"base.{identifier(name)}")
    listed = ",\n  ".join(chosen)
    return f"select\n  {listed}\nfrom (\nselect *{together}\nfrom (\n{view.sql}\n) base\n) base", fields


def _forget(connection: Connection, schema: str, name: str) -> None:
    connection.execute(
        f"delete from {ledger(connection, 'views')} where schema_name = ? and view_name = ?", [schema, name]
    )
