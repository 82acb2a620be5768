"""From the rows of a table to a child table: cut again for the parents that changed, and only for those.

A parent's latest change is the later of its `_synced_at` and `_deleted_at`, which `land` writes in ascending
order. The ledger has the latest change that a child table contains, stored in the transaction of its rows. So
a crash between parent and child leaves the child behind, and the next derivation catches up.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from freshdesk_assets.schema.child import PARENTS, Child, Elements, Entries, Pooled, Rows, json_paths
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.following import (
    CHANGED_AT,
    Made,
    fingerprint,
    last_change,
    made_before,
    record_made,
)
from freshdesk_assets.warehouse.ledger.row_counts import record_rows
from freshdesk_assets.warehouse.shape import ensure_shape, fill_flags, qualified
from freshdesk_assets.warehouse.sql import identifier, literal, number, pointer

LISTS = {Type.BIGINTS: Type.BIGINT, Type.VARCHARS: Type.VARCHAR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What a derivation did: parents looked at, rows written and removed, rows there are now.

    `left_out` counts elements without a key, which are in the parent's column only.
    """

    parents: int = 0
    written: int = 0
    removed: int = 0
    left_out: int = 0
    rows: int = 0


def derive(connection: Connection, child: Child, parent: Table, *, whole: bool = False) -> Derived:
    """Bring a child table up to date with its parent.

    Only parents that changed since the last derivation are cut again. All are if `whole` is set, or if the
    child's declaration has changed since. An unchanged row keeps its `_synced_at`.
    """
    ensure_shape(connection, child)
    now = Made(last_change(connection, parent), fingerprint(child.recipe))
    before = made_before(connection, child.name)
    # A file of an earlier version has the fingerprint of the whole declaration, descriptions included.
    known = before is not None and before.recipe in (now.recipe, fingerprint(child)) and not whole
    done = Derived()
    if before is not None and not known:
        fill_flags(connection, child)
    if not known or before != now:
        done = _cut_again(connection, child, parent, before.reached if before and known else None)
        record_made(connection, child.name, now)
        record_rows(connection, child.name, datetime.now(UTC))
    return replace(done, rows=number(connection, f"select count(*) from {qualified(child.name)}"))


def _cut_again(connection: Connection, child: Child, parent: Table, since: datetime | None) -> Derived:
    target, by = qualified(child.name), identifier(child.by)
    columns = ", ".join(f"p.{identifier(name)}" for name in dict.fromkeys(("id", *child.sources)))
    connection.execute(
        f"create or replace temp table {PARENTS} as select {columns}, p._deleted_at"
        f" from {qualified(parent.name)} p where ? is null or {CHANGED_AT} > ?",
        [since, since],
    )
    keyed = " and ".join(f"{identifier(key)} is not null" for key in child.keys)
    connection.execute(f"create or replace temp table cut as {_select(connection, child, parent)}")
    left_out = number(connection, f"delete from cut where not ({keyed})")
    order = ", ".join(_order(column) for column in sorted(child.cells, key=lambda c: c.name != "position"))
    keys = ", ".join(f"c.{identifier(key)}" for key in child.keys)
    cells = ", ".join(f"c.{identifier(column.name)}" for column in child.cells)
    connection.execute(
        f"create or replace temp table fresh as select {cells}, p._deleted_at from cut c"
        f" join {PARENTS} p on p.id = c.{by}"
        f" qualify row_number() over (partition by {keys} order by {order}) = 1"
    )
    same = " and ".join(
        f"t.{identifier(name)} is not distinct from f.{identifier(name)}"
        for name in (*(column.name for column in child.cells), "_deleted_at")
    )
    scope = f"t.{by} in (select id from {PARENTS})" if since is not None else "true"
    removed = number(
        connection,
        f"delete from {target} t where {scope} and not exists (select 1 from fresh f where {same})",
    )
    written = number(
        connection,
        f"insert into {target} by name select f.*, ?::timestamptz as _synced_at from fresh f"
        f" where not exists (select 1 from {target} t where {same})",
        [datetime.now(UTC)],
    )
    parents = number(connection, f"select count(*) from {PARENTS}")
    for name in (PARENTS, "cut", "fresh"):
        connection.execute(f"drop table {name}")
    return Derived(parents=parents, written=written, removed=removed, left_out=left_out)


def _order(column: Column) -> str:
    """How elements with one key are ordered: the first counts; without positions, always the same one."""
    name = f"c.{identifier(column.name)}"
    return f"cast({name} as varchar)" if column.type is Type.JSON else name


def _select(connection: Connection, child: Child, parent: Table) -> str:
    """The child's cells for the rows in `parents`, before elements with the same key are made one."""
    by = identifier(child.by)
    match child.cut:
        case Elements(column=column, at="") if parent.column(column).type in LISTS:
            name, item = f"p.{identifier(column)}", LISTS[parent.column(column).type]
            held = ", ".join(
                f"cast({'value' if each.type is item else cell(each.type, 'to_json(value)')} as {each.type})"
                f" as {identifier(each.name)}"
                for each in child.columns
            )
            place = ", position" if child.position else ""
            return (
                f"select {by}, {held}{place} from (select p.id as {by}, unnest({name}) as value,"
                f" unnest(range(len({name}))) as position from {PARENTS} p) where value is not null"
            )
        case Elements(column=column, at=at) | Entries(column=column, at=at) as cut:
            shape = "ARRAY" if isinstance(cut, Elements) else "OBJECT"
            inside = "".join(f".{_step(step)}" for step in at.split(".") if step)
            held = ", ".join(f"{_held(each)} as {identifier(each.name)}" for each in child.columns)
            place = ", row_number() over (partition by id order by place) - 1 as position" * child.position
            # Nulls are numbered before they are left out: they have a position too.
            return (
                f"select {by}, {held}{', position' if child.position else ''} from ("
                f"select id as {by}, key, value, type{place} from ("
                f"select p.id, e.key, e.value, e.type, e.id as place from (select id,"
                f" json_extract({identifier(column)}, {literal('$' + inside)}) as list from {PARENTS}) p,"
                f" json_each(p.list) e where json_type(p.list) = '{shape}')) where type <> 'NULL'"
            )
        case Pooled(element=element, lists=lists):
            each_list = " union all ".join(
                f"select id, unnest({identifier(source)}) as element, {literal(name)} as kind from {PARENTS}"
                for name, source in lists.items()
            )
            kinds = ", ".join(f"bool_or(kind = {literal(name)}) as {identifier(name)}" for name in lists)
            return (
                f"select id as {by}, element as {identifier(element)}, {kinds} from ({each_list})"
                " where element is not null group by all"
            )
        case Rows(sql=sql):
            types = {name: type_ for name, type_, *_ in connection.execute(f"describe {sql}").fetchall()}
            held = ", ".join(
                f"{_read(each, types[each.name])} as {identifier(each.name)}" for each in child.cells
            )
            return f"select {held} from ({sql})"


def _read(column: Column, type_: str) -> str:
    """A column of a declaration's own query; JSON that the query leaves is read as the column's type."""
    name = identifier(column.name)
    return cell(column.type, name) if type_ == Type.JSON else f"cast({name} as {column.type})"


def _step(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _held(column: Column) -> str:
    """A column of an element or entry: the first of its json_paths that has a value of its type."""
    found = []
    for place in json_paths(column):
        if place == ("key",):
            found.append("key")
            continue
        inside = "".join(f".{_step(step)}" for step in place[1:])
        found.append(
            cell(column.type, f"json_extract(value, {literal('$' + inside)})" if inside else "value")
        )
    if column.default is not None:
        (place,) = json_paths(column)
        sent = f"json_extract(value, {literal(pointer(*place[1:]))})"
        found.append(f"case when coalesce(json_type({sent}), 'NULL') = 'NULL' then {column.default} end")
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]


def cell(type_: Type, value: str) -> str:
    """SQL for a JSON value as a column of the type holds it; null if it is of another kind."""
    text = f"({value} ->> '$')"
    scalar = f"json_type({value}) not in ('OBJECT', 'ARRAY')"
    match type_:
        case Type.JSON:
            return f"nullif({value}, 'null'::json)"
        case Type.VARCHAR | Type.DOUBLE | Type.TIMESTAMPTZ:
            return f"case when {scalar} then {from_text(type_, text)} end"
        case Type.BIGINTS | Type.VARCHARS:
            return f"try_cast({value} as {type_})"
        case _:
            return from_text(type_, text)


def from_text(type_: Type, text: str) -> str:
    """SQL for a text as a value of the type; null if it is none."""
    match type_:
        case Type.VARCHAR:
            return text
        case Type.BIGINT | Type.INTEGER:
            # A cast alone makes 2 of 1.5.
            return f"case when regexp_full_match({text}, '-?[0-9]+') then try_cast({text} as {type_}) end"
        case Type.BOOLEAN:
            return f"case {text} when 'true' then true when 'false' then false end"
        case Type.DATE:
            day = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
            return f"case when regexp_full_match({text}, '{day}') then try_cast({text} as date) end"
        case _:
            return f"try_cast({text} as {type_})"
