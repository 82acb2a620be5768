"""From a column of a frame to the type that it is stored as, so that every value reads back as it was."""

import duckdb

from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.sql import identifier, number, scalar

SENT = "sent_frame"
"""The frame's name in SQL."""

UNKNOWN = {"VARCHAR": "count({})", "VARCHAR[]": "sum(list_count({}))"}
"""Types for a column that has no value yet, until its first value decides; and SQL that counts values."""


class FrameRefused(Exception):
    """A frame cannot be stored as it is; the message says why and what to do. Nothing was changed."""


def storable(connection: Connection, name: str, type_: str, *, loose: bool) -> str:
    """The type that a column of the frame is stored as; `loose` says that it holds Python objects.

    A column of nulls alone has type "NULL" in DuckDB 2, which a table's column cannot have; before, INTEGER.
    """
    if type_.startswith("ENUM("):
        return "VARCHAR"
    unknown = type_.replace('"NULL"', "VARCHAR").replace("INTEGER", "VARCHAR")
    if loose and unknown in UNKNOWN and not _values(connection, SENT, name, unknown):
        return unknown
    return type_.replace('"NULL"', "VARCHAR")


def fit(connection: Connection, target: str, name: str, sent: str, held: str | None, *, whole: bool) -> str:
    """Alter the table, if need be, to hold a column of the frame; returns the type it is stored as.

    With `whole`, none of the rows that the table has is kept.
    """
    column = identifier(name)
    if held is None:
        connection.execute(f"alter table {target} add column {column} {sent}")
        return sent
    if held == sent or (sent in UNKNOWN and not _values(connection, SENT, name, sent)):
        return held
    if held in UNKNOWN and not _values(connection, target, name, held):
        wider = sent
    elif not (lost := _changed(connection, SENT, name, sent, held, whole=whole)):
        return held
    elif whole:
        connection.execute(f"alter table {target} alter column {column} set data type {sent} using null")
        return sent
    else:
        wider = _common(connection, held, sent)
        if (
            held == "BOOLEAN"
            or _becomes_text(held, wider)
            or _changed(connection, SENT, name, sent, wider)
            or _changed(connection, target, name, held, wider)
        ):
            raise _misfit(name, sent, held, lost)
    connection.execute(f"alter table {target} alter column {column} set data type {wider}")
    return wider


def _values(connection: Connection, relation: str, name: str, type_: str) -> int:
    """How many values a column of a type of `UNKNOWN` has."""
    return number(connection, f"select {UNKNOWN[type_].format(identifier(name))} from {relation}")


def _changed(
    connection: Connection, relation: str, name: str, type_: str, other: str, *, whole: bool = False
) -> int:
    """How many of a column's values do not read back as they were once stored as the other type.

    Values of a type that cannot be stored as the other at all are refused, or count as one with `whole`.
    """
    value = f"cast({identifier(name)} as {type_})"
    try:
        return number(
            connection,
            f"select count(*) from {relation} where {value} is not null"
            f" and cast(try_cast({value} as {other}) as {type_}) is distinct from {value}",
        )
    except duckdb.Error:
        if whole:
            return 1
        raise _misfit(name, type_, other, None) from None


def _common(connection: Connection, one: str, other: str) -> str:
    """The type that DuckDB finds for values of both."""
    common = scalar(
        connection,
        f"select typeof(v) from"
        f" (select cast(null as {one}) as v union all select cast(null as {other})) limit 1",
    )
    return str(common)


def _becomes_text(held: str, wider: str) -> bool:
    """Whether numbers or times would turn into text; an object may gain a field of text."""
    return "VARCHAR" in wider and "VARCHAR" not in held and not wider.startswith("STRUCT")


def _misfit(name: str, sent: str, held: str, lost: int | None) -> FrameRefused:
    count = "its values do not fit" if lost is None else f"{lost:,} of its values would change"
    return FrameRefused(
        f"column {name!r} is {held} in the table and {sent} in the frame, and {count}: convert it in the"
        " asset, or drop the table's column and materialise every partition again"
    )
