"""The columns of a view: those of its SQL, and those made of the account's own fields."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from freshdesk_assets.schema.child import Child, Fields
from freshdesk_assets.schema.column import DeclarationError, Type
from freshdesk_assets.warehouse.derived.children import cell
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.shape import qualified
from freshdesk_assets.warehouse.sql import identifier, literal, number, pointer

TOGETHER = '"fields of a row"'
"""A column inside of a view: the account's fields of a row as text. No view's own column has blanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountField:
    """One of the account's own fields, as a column of a view."""

    key: str
    column: str
    type: Type
    doc: str


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
        said = [sentence(label or "") or sentence(key) or "A field without a name."]
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


def sentence(label: str) -> str:
    """A label as a sentence on one line."""
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


def texts_of(source: str, fields: Iterable[AccountField]) -> tuple[dict[str, str], str]:
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
            place = literal(pointer(field.key))
            held[field.key] = f"json_extract_string(base.{identifier(source)}, {place})"
    shape = json.dumps(dict.fromkeys(together.values(), "VARCHAR"), ensure_ascii=False)
    if not together:
        return held, ""
    return held, f", from_json({identifier(source)}, {literal(shape)}) as {TOGETHER}"


def shape_of(connection: Connection, sql: str) -> list[tuple[str, str]]:
    """Names and types of a query's columns; `describe` would give `id` for `id as ID` (DuckDB 2.0.0)."""
    described = connection.execute(f"from (\n{sql}\n) limit 0").description or []
    return [(name, str(type_)) for name, type_, *_ in described]


def column_said(doc: str, references: str) -> str:
    """A view's column as its comment describes it."""
    return f"{doc} → {references}." if references else doc
