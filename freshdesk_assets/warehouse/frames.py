"""From a user's frame to a table and back: columns by name, values unchanged, a slice replaced in one go.

No error here quotes a value: errors are kept in the run's log, and frames hold personal data.
"""

import sys
from abc import ABC
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import duckdb

from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.frame_types import SENT, FrameRefused, fit, storable
from freshdesk_assets.warehouse.ledger.tables import META
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal, number

if TYPE_CHECKING:
    import pandas

DataFrame: TypeAlias = "pandas.DataFrame"
"""A frame, to type checkers only: see `Frame`."""


class Frame(ABC):  # noqa: B024 - what it stands for is not abstract, only not imported
    """Stands for pandas.DataFrame and its subclasses without importing pandas (0.6 s and 60 MB a process).

    Code that holds a frame, or names the class, has imported pandas.
    """

    @classmethod
    def __subclasshook__(cls, other: type) -> bool:
        frame = getattr(sys.modules.get("pandas"), "DataFrame", None)
        return True if frame is not None and issubclass(other, frame) else NotImplemented


def store_frame(
    connection: Connection,
    schema: str,
    table: str,
    frame: DataFrame,
    replaced: str | None = None,
) -> list[str]:
    """Replace the rows of `schema.table` that meet `replaced` (an SQL condition; None: all) by the frame's.

    - The table gets the columns of the frame that it does not have. A column that the frame does not have
      becomes null.
    - A column keeps its type if every value reads back from it unchanged. Else it is widened (BIGINT to
      DOUBLE), if that changes no value either. If all rows are replaced, it gets the frame's type otherwise.
    - Of two columns with one name the later is stored under another name, as DuckDB gives it.
    - Times with a zone are stored in UTC. Times without one are taken to be in UTC.
    - Every row of the frame must meet `replaced`: storing the frame again would double those that do not.

    Returns the names that were given. Raises FrameRefused.
    """
    target = _qualified(schema, table)
    _refuse_what_is_not_theirs(connection, schema, table)
    connection.execute(f"create schema if not exists {ALIAS}.{identifier(schema)}")
    stored = {name.lower(): type_ for name, type_ in stored_columns(connection, schema, table).items()}
    if not len(frame.columns):
        if stored:
            connection.execute(f"delete from {target} where {replaced or 'true'}")
        return []
    sent = _sent_columns(connection, frame)
    if stored:
        # Before the delete: DuckDB 1.5 does not commit a table altered after rows of it were deleted.
        sent = {
            name: fit(connection, target, name, type_, stored.get(name.lower()), whole=replaced is None)
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
    return [name for name, given in zip(sent, frame.columns, strict=True) if str(given) not in ("", name)]


def load_frame(
    connection: Connection,
    schema: str,
    table: str,
    columns: Sequence[str] | None = None,
    condition: str | None = None,
) -> DataFrame:
    """The rows of a table or view that meet the condition, or all; times in UTC."""
    stored = {name.lower() for name in stored_columns(connection, schema, table)}
    chosen = [identifier(each) if each.lower() in stored else each for each in columns or ()]
    where = f" where {condition}" if condition else ""
    return connection.execute(
        f"select {', '.join(chosen) or '*'} from {_qualified(schema, table)}{where}"
    ).fetchdf()


def empty_frame() -> DataFrame:
    """A frame without rows and columns."""
    import pandas

    return pandas.DataFrame()


def select_statement(
    schema: str, table: str, columns: Sequence[str] | None = None, condition: str | None = None
) -> str:
    """The SQL by which an analyst reads the same."""
    chosen = ", ".join(identifier(name) for name in columns or ()) or "*"
    where = f" where {condition}" if condition else ""
    return f"select {chosen} from {identifier(schema)}.{identifier(table)}{where}"


def stored_columns(connection: Connection, schema: str, table: str) -> dict[str, str]:
    """The columns of a table or view by name, with their types; none if there is no such table."""
    rows = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = ?"
        " and lower(schema_name) = lower(?) and lower(table_name) = lower(?) order by column_index",
        [ALIAS, schema, table],
    ).fetchall()
    return dict(rows)


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


def _refuse_what_is_not_theirs(connection: Connection, schema: str, table: str) -> None:
    """Refuse to store into a view, or into a table that the replica makes: its rows would be deleted.

    Only the replica's own tables have a comment on `_synced_at`.
    """
    place = "database_name = ? and lower(schema_name) = lower(?)"
    view = f"select count(*) from duckdb_views() where {place} and lower(view_name) = lower(?)"
    if number(connection, view, [ALIAS, schema, table]):
        raise FrameRefused(
            "it is a view, and has no rows of its own: give the asset another name, or drop the view"
        )
    own = (
        f"select count(*) from duckdb_columns() where {place} and lower(table_name) = lower(?)"
        " and column_name = '_synced_at' and comment is not null"
    )
    if schema.lower() == META or number(connection, own, [ALIAS, schema, table]):
        raise FrameRefused(
            "it is a table of the replica's own, which this would overwrite: give the asset another name, or"
            " another schema by its key_prefix or by `schema` in its metadata"
        )


def _sent_columns(connection: Connection, frame: DataFrame) -> dict[str, str]:
    """Register the frame with DuckDB; returns its columns' names and the types they would be stored as."""
    # By default a thousand values of a column of Python objects decide its type, and a fraction that is not
    # among them is rounded.
    connection.execute(f"set pandas_analyze_sample = {max(len(frame), 1)}")
    try:
        connection.register(SENT, frame)
        described = connection.execute(f"describe {SENT}").fetchall()
        return {
            name: storable(connection, name, type_, loose=dtype.kind == "O")
            for (name, type_, *_), dtype in zip(described, frame.dtypes, strict=True)
        }
    except duckdb.Error as error:
        raise FrameRefused(
            f"the frame has a column that DuckDB cannot read ({type(error).__name__}; dtypes"
            f" {', '.join(f'{name} {dtype}' for name, dtype in frame.dtypes.items())}): convert it first"
        ) from None


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
