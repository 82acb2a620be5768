"""From the kinds of rows that the account defines to a view for each, with a column for each of its fields.

Which kinds there are is known only from what is stored. So their views are in no declaration and no graph:
they stand beside a declared view that has the rows of all kinds (see `KindViews`).
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import DeclarationError, Type
from freshdesk_assets.schema.view import KindViews, SqlView
from freshdesk_assets.warehouse.derived.children import from_text
from freshdesk_assets.warehouse.derived.view_columns import (
    AccountField,
    column_said,
    sentence,
    shape_of,
    texts_of,
)
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.ledger.view_comments import comment_columns
from freshdesk_assets.warehouse.shape import qualified
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal

Place = tuple[str, str]
"""Schema and name of a view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of rows, and by name what is known of its fields: label and SQL type, or null."""

    id: int
    name: str
    label: str
    removed_at: datetime | None
    fields: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)


def ensure_kinds(connection: Connection, view: SqlView, kinds: KindViews, catalog: Catalog) -> bool:
    """Create or replace the views of a view's kinds that are not as they should be; drop those of no kind.

    Returns whether there was anything to do. A name that something else in the schema has is taken.
    """
    found = _kinds(connection, kinds, catalog)
    record = ledger(connection, "kind_views")
    query = f"select view_name, made_of from {record} where schema_name = ? and beside = ?"
    made: dict[str, str] = dict(connection.execute(query, [*view.id]).fetchall())
    names = _named(found, kinds.prefix, _taken(connection, view.schema))
    gone = made.keys() - names.keys()
    _drop(connection, [(view.schema, name) for name in gone])
    anew = bool(gone)
    for name, kind in names.items():
        anew |= _ensure(connection, view, kinds, kind, name, made.get(name))
    return anew


def drop_undeclared_kinds(connection: Connection, declared: Collection[Place]) -> None:
    """Drop the views of the kinds of views that are not declared any more."""
    known = connection.execute(
        f"select schema_name, view_name, beside from {ledger(connection, 'kind_views')}"
    ).fetchall()
    _drop(connection, [(schema, name) for schema, name, beside in known if (schema, beside) not in declared])


def _drop(connection: Connection, places: Iterable[Place]) -> None:
    for schema, name in places:
        if not _is_declared(connection, schema, name):
            connection.execute(f"drop view if exists {qualified(name, schema)}")
        connection.execute(
            f"delete from {ledger(connection, 'kind_views')} where schema_name = ? and view_name = ?",
            [schema, name],
        )


def _is_declared(connection: Connection, schema: str, name: str) -> bool:
    """Whether a declared view has taken the name since."""
    views = ledger(connection, "views")
    query = f"select 1 from {views} where schema_name = ? and lower(view_name) = lower(?)"
    return connection.execute(query, [schema, name]).fetchone() is not None


def _kinds(connection: Connection, kinds: KindViews, catalog: Catalog) -> list[Kind]:
    """The kinds, those that exist first, each with its fields in their order."""
    child = next((child for child in catalog.children if child.name == kinds.child), None)
    if child is None or child.kinds is None:
        raise DeclarationError(
            f"the views {kinds.prefix}* are of kinds that {kinds.child} should know; declare its `kinds`"
        )
    found: dict[int, Kind] = {}
    # Run as it is: a query around it need not keep the order of its rows.
    made = connection.execute(child.kinds.sql)
    columns = [name for name, *_ in made.description or []]
    for values in made.fetchall():
        row = dict(zip(columns, values, strict=True))
        kind = found.setdefault(
            row["kind"],
            Kind(
                id=row["kind"],
                name=row["kind_name"] or "",
                label=row["kind_label"] or "",
                removed_at=row["kind_removed_at"],
            ),
        )
        if row["name"] is not None:
            kind.fields.setdefault(row["name"], (row["label"], row["type"]))
    return sorted(found.values(), key=lambda kind: (kind.removed_at is not None, kind.id))


def _taken(connection: Connection, schema: str) -> set[str]:
    """The names in a schema, in lower case, that views of kinds do not have."""
    query = f"""
        select lower(view_name) from duckdb_views() where database_name = $1 and schema_name = $2
        union select lower(table_name) from duckdb_tables() where database_name = $1 and schema_name = $2
        except select lower(view_name) from {ledger(connection, "kind_views")} where schema_name = $2
        union select lower(view_name) from {ledger(connection, "views")} where schema_name = $2
    """
    return {name for (name,) in connection.execute(query, [ALIAS, schema]).fetchall()}


def _named(kinds: Iterable[Kind], prefix: str, taken: set[str]) -> dict[str, Kind]:
    """The kinds by the names of their views: words in lower case, which need no quotes."""
    named = {}
    for kind in kinds:
        name = prefix + (re.sub(r"\W+", "_", kind.name.lower()).strip("_") or str(kind.id))
        while name in taken:
            name += "_"
        taken.add(name)
        named[name] = kind
    return named


def _ensure(
    connection: Connection, view: SqlView, kinds: KindViews, kind: Kind, name: str, made: str | None
) -> bool:
    """Create or replace a kind's view if it is not as it should be; returns whether it was."""
    columns = [column for column, _ in shape_of(connection, f"from {view.schema}.{identifier(view.name)}")]
    own = ", ".join(f"base.{identifier(column)}" for column in columns)
    rows = (
        f"select {own} from {view.schema}.{identifier(view.name)} base"
        f" where base.{identifier(kinds.by)} = {kind.id}"
    )
    fields = _columns(connection, kinds, kind, rows, [each for each in columns if each != kinds.values])
    held, together = texts_of(kinds.values, fields)
    chosen = []
    for column in columns:
        if column == kinds.values:
            chosen += [
                f"{from_text(each.type, held[each.key])} as {identifier(each.column)}" for each in fields
            ]
        else:
            chosen.append(f"base.{identifier(column)}")
    listed = ",\n  ".join(chosen)
    sql = f"select\n  {listed}\nfrom (select *{together} from ({rows}) base) base"
    said = f"{view.doc.partition(chr(10))[0]} Here those of {kind.label or kind.name}."
    if kind.removed_at is not None:
        said += f" Removed in Freshdesk; found so on {kind.removed_at:%Y-%m-%d}."
    comments = {each.name: column_said(each.doc, each.references) for each in view.columns}
    del comments[kinds.values]
    comments |= {each.column: each.doc for each in fields}
    recipe = (sql, said, comments, kind.id, shape_of(connection, sql))
    made_of = hashlib.sha256(repr(recipe).encode()).hexdigest()
    if made == made_of and _there(connection, view.schema, name):
        return False
    target = qualified(name, view.schema)
    connection.execute(f"create or replace view {target} as {sql}")
    connection.execute(f"comment on view {target} is {literal(said)}")
    comment_columns(connection, view.schema, name, comments)
    record = ledger(connection, "kind_views")
    connection.execute(f"delete from {record} where schema_name = ? and view_name = ?", [view.schema, name])
    connection.execute(
        f"insert into {record} values (?, ?, ?, ?, ?)", [view.schema, name, view.name, kind.id, made_of]
    )
    return True


def _there(connection: Connection, schema: str, name: str) -> bool:
    query = "select 1 from duckdb_views() where database_name = ? and schema_name = ? and view_name = ?"
    return connection.execute(query, [ALIAS, schema, name]).fetchone() is not None


def _columns(
    connection: Connection, kinds: KindViews, kind: Kind, rows: str, taken: Collection[str]
) -> list[AccountField]:
    """The fields of a kind as columns: those that Freshdesk lists, then others that rows have values for.

    A field whose values do not fit its type is text, as one is that nothing is known of.
    """
    source = identifier(kinds.values)
    keys = connection.execute(
        f"select distinct unnest(json_keys(base.{source})) as key from ({rows}) base"
        f" where json_type(base.{source}) = 'OBJECT' order by key"
    ).fetchall()
    known: Mapping[str, tuple[str | None, str | None]] = {
        **kind.fields,
        **{key: (None, None) for (key,) in keys if key not in kind.fields},
    }
    texts = [AccountField(key=key, column=key, type=Type.VARCHAR, doc="") for key in known]
    held, together = texts_of(kinds.values, texts)
    counts = ["count(*)"]
    for key, (_, type_) in known.items():
        text = held[key]
        fits = from_text(Type(type_), text) if type_ else f"nullif(try_cast({text} as bigint)::varchar, '')"
        same = f"{fits} is not null" if type_ else f"{fits} = {text}"
        counts += [f"count({text})", f"count(*) filter ({same})"]
    counted = connection.execute(
        f"select {', '.join(counts)} from (select *{together} from ({rows}) base) base"
    ).fetchone() or (0,) * len(counts)
    names, fields = {name.lower() for name in taken}, []
    for at, (key, (label, type_)) in enumerate(known.items()):
        there, fitting = counted[1 + 2 * at], counted[2 + 2 * at]
        column = key or "_"
        while column.lower() in names:
            column += "_"
        names.add(column.lower())
        said = [sentence(label or "") or sentence(key) or "A field without a name."]
        if column != key:
            said.append(f"Its key is {json.dumps(key, ensure_ascii=False)}.")
        if key not in kind.fields:
            said.append("Not among the fields that Freshdesk lists.")
        decided = Type(type_) if type_ else Type.BIGINT if there else Type.VARCHAR
        if fitting < there and decided is not Type.VARCHAR:
            if type_:
                said.append(f"Text, because {there - fitting:,} of its values are not {type_}.")
            decided = Type.VARCHAR
        fields.append(AccountField(key=key, column=column, type=decided, doc=" ".join(said)))
    return fields
