"""From a user's frame to a table and back: columns by name, values unchanged, a slice replaced in one go.

No error here quotes a value: errors are kept in the run's log, and frames hold personal data.
"""

import sys
from abc import ABC
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import duckdb

from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal, number, scalar

if TYPE_CHECKING:
    import pandas

DataFrame: TypeAlias = "pandas.DataFrame"
"""A frame, to type checkers only: see `Frame`."""

SENT = "sent_frame"
"""The frame's name in SQL."""

UNKNOWN = {"VARCHAR": "count({})", "VARCHAR[]": "sum(list_count({}))"}
"""Types for a column that has no value yet, until its first value decides; and SQL that counts values."""


class Frame(ABC):  # noqa: B024 - what it stands for is not abstract, only not imported
    """Stands for pandas.DataFrame and its subclasses without importing pandas (0.6 s and 60 MB a process).

    Code that holds a frame, or names the class, has imported pandas.
    """

    @classmethod
    def __subclasshook__(cls, other: type) -> bool:
        frame = getattr(sys.modules.get("pandas"), "DataFrame", None)
        return True if frame is not None and issubclass(other, frame) else NotImplemented


class FrameRefused(Exception):
    """A frame cannot be stored as it is; the message says why and what to do. Nothing was changed."""


def store_frame(
    connection: Connection,
    schema: str,
    table: str,
    frame: DataFrame,
    replaced: str | None = None,
) -> None:
    """Replace the rows of `schema.table` that meet `replaced` (an SQL condition; None: all) by the frame's.

    - The table gets the columns of the frame that it does not have. A column that the frame does not have
      becomes null.
    - A column keeps its type if every value reads back from it unchanged. Else it is widened (BIGINT to
      DOUBLE), if that changes no value either.
    - Times with a zone are stored in UTC. Times without one are taken to be in UTC.
    - Every row of the frame must meet `replaced`: storing the frame again would double those that do not.

    Raises FrameRefused.
    """
    target = _qualified(schema, table)
    connection.execute(f"create schema if not exists {ALIAS}.{identifier(schema)}")
    stored = _stored_columns(connection, schema, table)
    if not len(frame.columns) and not len(frame):
        if stored:
            connection.execute(f"delete from {target} where {replaced or 'true'}")
        return
    sent = _sent_columns(connection, frame)
    if stored:
        # Before the delete: DuckDB 1.5 does not commit a table altered after rows of it were deleted.
        sent = {
            name: _fit(connection, target, name, type_, stored.get(name.lower()))
            for name, type_ in sent.items()
        }
    else:
        columns = ", ".join(f"{identifier(name)} {type_}" for name, type_ in sent.items())
        connection.execute(f"create table {target} ({columns})")
    values = ", ".join(f"cast({identifier(n)} as {type_}) as {identifier(n)}" for n, type_ in sent.items())
    rows = f"(select {values} from {SENT})"
    if replaced is not None:
        _refuse_strays(connection, rows, replaced)
    connection.execute(f"delete from {target} where {replaced or 'true'}")
    connection.execute(f"insert into {target} by name select * from {rows}")


def load_frame(
    connection: Connection,
    schema: str,
    table: str,
    columns: Sequence[str] | None = None,
    condition: str | None = None,
) -> DataFrame:
    """The rows of a table or view that meet the condition, or all; times in UTC."""
    return connection.execute(select_statement(schema, table, columns, condition)).fetchdf()


def select_statement(
    schema: str, table: str, columns: Sequence[str] | None = None, condition: str | None = None
) -> str:
    """The SQL that `load_frame` runs."""
    chosen = ", ".join(identifier(name) for name in columns or ()) or "*"
    where = f" where {condition}" if condition else ""
    return f"select {chosen} from {identifier(schema)}.{identifier(table)}{where}"


def is_stored(connection: Connection, schema: str, table: str) -> bool:
    """Whether there is such a table or view."""
    return bool(_stored_columns(connection, schema, table))


def slice_counts(connection: Connection, schema: str, table: str, conditions: Sequence[str]) -> list[int]:
    """How many rows of the table meet each of the conditions; all of them when there is none."""
    counts = ", ".join(f"count(*) filter ({condition})" for condition in conditions) or "count(*)"
    found = connection.execute(f"select {counts} from {_qualified(schema, table)}").fetchone()
    return [int(count) for count in found or ()]


def is_within(expression: str, start: datetime, end: datetime) -> str:
    """The SQL condition that a row's time lies in [start, end); see `_operand` for the expression.

    A date, or a time without a zone, is taken to be in the zone of `start`.
    """
    value, zone = _operand(expression), str(start.tzinfo)
    moment = f"cast({value} as timestamptz)"
    if zone != "UTC":
        local = f"cast({value} as timestamp) at time zone {literal(zone)}"
        moment = f"(case typeof({value}) when 'TIMESTAMP WITH TIME ZONE' then {moment} else {local} end)"
    return f"{moment} >= {_timestamp(start)} and {moment} < {_timestamp(end)}"


def is_among(expression: str, keys: Sequence[str]) -> str:
    """The SQL condition that a row's value is one of the keys; see `_operand` for the expression."""
    return f"{_operand(expression)} in ({', '.join(map(literal, keys))})" if keys else "false"


def _operand(expression: str) -> str:
    """The expression as SQL: a bare name is a column, whatever it means in SQL."""
    return identifier(expression) if expression.isidentifier() else f"({expression})"


def _timestamp(moment: datetime) -> str:
    return f"timestamptz {literal(moment.astimezone(UTC).isoformat(sep=' '))}"


def _qualified(schema: str, table: str) -> str:
    return f"{ALIAS}.{identifier(schema)}.{identifier(table)}"


def _stored_columns(connection: Connection, schema: str, table: str) -> dict[str, str]:
    """The stored columns: name in lower case (SQL does not tell the cases apart) to type."""
    rows = connection.execute(
        "select lower(column_name), data_type from duckdb_columns()"
        " where database_name = ? and lower(schema_name) = lower(?) and lower(table_name) = lower(?)",
        [ALIAS, schema, table],
    ).fetchall()
    return dict(rows)


def _sent_columns(connection: Connection, frame: DataFrame) -> dict[str, str]:
    """Register the frame with DuckDB; returns its columns' names and the types they would be stored as."""
    named = Counter(str(name).lower() for name in frame.columns)
    if twice := [name for name, times in named.items() if times > 1]:
        raise FrameRefused(
            f"the frame has more than one column named {twice[0]!r} (SQL does not tell upper from lower"
            " case): rename or drop one"
        )
    # By default a thousand values of a column of Python objects decide its type, and a fraction that is not
    # among them is rounded.
    connection.execute(f"set pandas_analyze_sample = {max(len(frame), 1)}")
    try:
        connection.register(SENT, frame)
        described = connection.execute(f"describe {SENT}").fetchall()
        return {
            name: _storable(connection, name, type_, loose=dtype.kind == "O")
            for (name, type_, *_), dtype in zip(described, frame.dtypes, strict=True)
        }
    except duckdb.Error as error:
        raise FrameRefused(
            f"the frame has a column that DuckDB cannot read ({type(error).__name__}; dtypes"
            f" {', '.join(f'{name} {dtype}' for name, dtype in frame.dtypes.items())}): convert it first"
        ) from None


def _storable(connection: Connection, name: str, type_: str, *, loose: bool) -> str:
    """The type that a column of the frame is stored as; `loose` says that it holds Python objects.

    A column of nulls alone has type "NULL" in DuckDB 2, which a table's column cannot have; before, INTEGER.
    """
    if type_.startswith("ENUM("):
        return "VARCHAR"
    unknown = type_.replace('"NULL"', "VARCHAR").replace("INTEGER", "VARCHAR")
    if loose and unknown in UNKNOWN and not _values(connection, SENT, name, unknown):
        return unknown
    return type_.replace('"NULL"', "VARCHAR")


def _fit(connection: Connection, target: str, name: str, sent: str, held: str | None) -> str:
    """Alter the table, if need be, to hold a column of the frame; returns the type it is stored as."""
    column = identifier(name)
    if held is None:
        connection.execute(f"alter table {target} add column {column} {sent}")
        return sent
    if held == sent or (sent in UNKNOWN and not _values(connection, SENT, name, sent)):
        return held
    if held in UNKNOWN and not _values(connection, target, name, held):
        wider = sent
    elif not (lost := _changed(connection, SENT, name, sent, held)):
        return held
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


def _changed(connection: Connection, relation: str, name: str, type_: str, other: str) -> int:
    """How many of a column's values do not read back as they were once stored as the other type."""
    value = f"cast({identifier(name)} as {type_})"
    try:
        return number(
            connection,
            f"select count(*) from {relation} where {value} is not null"
            f" and cast(try_cast({value} as {other}) as {type_}) is distinct from {value}",
        )
    except duckdb.Error:
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


def _refuse_strays(connection: Connection, rows: str, condition: str) -> None:
    try:
        strays = number(connection, f"select count(*) from {rows} where ({condition}) is not true")
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        reason = str(error).splitlines()[0]
        raise FrameRefused(
            f"partition_expr of the asset's metadata does not fit the frame: {reason}"
        ) from None
    except duckdb.Error as error:
        raise FrameRefused(
            f"partition_expr of the asset's metadata cannot be computed for every row of the frame"
            f" ({type(error).__name__}): {condition}"
        ) from None
    if strays:
        raise FrameRefused(
            f"{strays:,} rows of the frame lie outside the partition that was materialised: only rows that"
            f" meet {condition} belong to it. Filter the frame, or mend partition_expr"
        )
