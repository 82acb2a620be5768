"""From SQL files to views in the file: created where they are new or changed, commented, dropped when gone.

Every view is bound each time, because the tables it reads and the account's fields may have changed.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child, Fields
from freshdesk_assets.schema.column import DeclarationError, Type
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.schema.view import Shapes, SqlView
from freshdesk_assets.warehouse.complaints import cause, reason
from freshdesk_assets.warehouse.derived.children import cell, from_text
from freshdesk_assets.warehouse.derived.kept import (
    check_readable,
    forget_kept,
    is_kept,
    keep,
    without_comment,
)
from freshdesk_assets.warehouse.derived.references import COLUMNS, FOREIGN_KEYS, RELATIONS
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import LEDGER, META, ledger
from freshdesk_assets.warehouse.shape import ensure_shape, qualified
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal, number, pointer

TOGETHER = '"fields of a row"'
"""A column inside of a view: the account's fields of a row as text. No view's own column has blanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountField:
    """One of the account's own fields, as a column of a view."""

    key: str
    column: str
    type: Type
    doc: str


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
    its table was. Tables that are not there yet are created empty. Raises DeclarationError for a view that
    cannot be created, ViewRefused where it is DuckDB that refuses it.
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
    return {view.id: _ensure_view(connection, view, catalog, made, named) for view in views}


def drop_undeclared(connection: Connection, views: Iterable[SqlView]) -> list[tuple[str, str]]:
    """Drop the views that were created from a file which no longer exists; returns which."""
    declared = {view.id for view in views}
    known = connection.execute(f"select schema_name, view_name from {ledger(connection, 'views')}").fetchall()
    gone = [(schema, name) for schema, name in known if (schema, name) not in declared]
    for schema, name in gone:
        if is_kept(connection, (schema, name)):
            forget_kept(connection, (schema, name))
        else:
            connection.execute(f"drop view if exists {qualified(name, schema)}")
        _forget(connection, schema, name)
    return gone


def account_fields(
    connection: Connection, child: Child, prefix: str, taken: Iterable[str] = ()
) -> list[AccountField]:
    """The account's own fields that a child table of custom fields holds, by name.

    - A field has the type that the account declares for it. If a value does not fit the type, it is text.
    - A field that the account does not list (any more) has the type of its values.
    - A field whose column name is in `taken` gets another one.
    """
    if child.fields is None:
        raise DeclarationError(
            f"child table {child.name}: nothing says which fields it holds; declare its `fields`"
        )
    found = connection.execute(_KNOWN.format(fields=child.fields.sql, table=qualified(child.name))).fetchall()
    held = _held(connection, child, child.fields)
    names = {name.lower() for name in taken}
    fields = []
    for key, label, declared, removed_at in found:
        column = key if key.startswith(prefix) else prefix + key
        while column.lower() in names:
            column += "_"
        names.add(column.lower())
        type_, misfits = _type_of(connection, child, key, declared, held.get(key, {}))
        said = [_sentence(label or "") or _sentence(key) or "A field without a name."]
        if not key.strip() or column not in (key, prefix + key):
            said.append(f"Its key is {json.dumps(key, ensure_ascii=False)}.")
        if declared is None and label is None:
            said.append("Not among the fields that Freshdesk lists.")
        if removed_at is not None:
            said.append(f"Removed in Freshdesk; found so on {removed_at:%Y-%m-%d}.")
        if misfits:
            said.append(f"Text, because {misfits:,} of its values are not {declared}.")
        fields.append(AccountField(key=key, column=column, type=type_, doc=" ".join(said)))
    return fields


def _sentence(label: str) -> str:
    words = " ".join(label.split())
    return words if words[-1:] in ".?!" else f"{words}."


_KNOWN = """
select
  coalesce(f.name, v.name) as name,
  any_value(f.label),
  any_value(f.type),
  case when count(*) filter (f.removed_at is null) = 0 then max(f.removed_at) end
from (select name, label, type, removed_at from ({fields}) where name is not null) f
full join (select distinct name from {table}) v on v.name = f.name
group by 1
order by 1
"""


def _held(connection: Connection, child: Child, fields: Fields) -> dict[str, dict[str, int]]:
    """Per field, how many values it has in all, under "", and as each type."""
    counts = "".join(f", count({identifier(column)})" for column in fields.typed.values())
    rows = connection.execute(
        f"select name, count(*){counts} from {qualified(child.name)} group by name"
    ).fetchall()
    return {name: dict(zip(("", *fields.typed), counted, strict=True)) for name, *counted in rows}


def _type_of(
    connection: Connection,
    child: Child,
    key: str,
    declared: str | None,
    held: Mapping[str, int],
) -> tuple[Type, int]:
    """A field's type, and how many values are not of the declared one."""
    total = held.get("", 0)
    if declared is None:
        fitting = [name for name, count in held.items() if name and count == total]
        return (Type(fitting[0]) if fitting and total else Type.VARCHAR), 0
    type_ = Type(declared)
    if type_ is Type.VARCHAR or held.get(type_, 0) == total:
        return type_, 0
    misfits = number(
        connection,
        f"select count(*) filter ({cell(type_, 'value')} is null) from {qualified(child.name)}"
        " where name = ?",
        [key],
    )
    return (Type.VARCHAR, misfits) if misfits else (type_, 0)


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
        shape = _shape(connection, sql)
    except duckdb.Error as error:
        raise ViewRefused(view, reason(error)) from cause(error)
    comments = {column.name: _comment(column.doc, column.references) for column in view.columns}
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
    for name, comment in comments.items():
        connection.execute(f"comment on column {target}.{identifier(name)} is {literal(comment)}")
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
    columns = [name for name, _ in _shape(connection, view.sql)]
    if source not in columns:
        raise DeclarationError(
            f"view {view.schema}.{view.name}: it does not select {source}, from which the columns"
            f" {view.family.prefix}* are made; add it to the select"
        )
    fields = account_fields(connection, child, view.family.prefix, columns)
    held, together = _texts(source, fields)
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


def _texts(source: str, fields: Iterable[AccountField]) -> tuple[dict[str, str], str]:
    """By key, SQL for the text of each field in the JSON column `source`; and SQL that reads them together.

    Reading each on its own costs a row the square of its fields: 500 fields took 10 MB a row. Two keys that
    differ in case only, and the empty one, cannot be read together.
    """
    held: dict[str, str] = {}
    together: dict[str, str] = {}
    for field in fields:
        if field.key and field.key.lower() not in together:
            together[field.key.lower()] = field.key
            held[field.key] = f"struct_extract(base.{TOGETHER}, {literal(field.key)})"
        else:
            held[field.key] = f"json_extract_string(base.{identifier(source)}, {literal(pointer(field.key))})"
    shape = json.dumps(dict.fromkeys(together.values(), "VARCHAR"), ensure_ascii=False)
    if not together:
        return held, ""
    return held, f", from_json({identifier(source)}, {literal(shape)}) as {TOGETHER}"


def _shape(connection: Connection, sql: str) -> list[tuple[str, str]]:
    """Names and types of a query's columns; `describe` would give `id` for `id as ID` (DuckDB 2.0.0)."""
    described = connection.execute(f"from (\n{sql}\n) limit 0").description or []
    return [(name, str(type_)) for name, type_, *_ in described]


def _comment(doc: str, references: str) -> str:
    return f"{doc} → {references}." if references else doc


def _forget(connection: Connection, schema: str, name: str) -> None:
    connection.execute(
        f"delete from {ledger(connection, 'views')} where schema_name = ? and view_name = ?", [schema, name]
    )
