"""From what Dagster says of an input or output to the slice of a table: its name, columns and rows.

Names and expressions are given as to Dagster's DuckDB IO manager. Partitions may be any set: it takes those
only that follow each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import prod
from typing import Any, NamedTuple, TypeAlias, cast

import dagster as dg

from freshdesk_assets.orchestration.internals import (
    AllPartitionsSubset,
    TablePartitionDimension,
    TableSlice,
)
from freshdesk_assets.warehouse.frames import is_among, is_within

Context: TypeAlias = dg.InputContext | dg.OutputContext


class AnyOf(NamedTuple):
    """Several slices of a table, each by its dimensions: a row is in one of them."""

    slices: Sequence[Sequence[Any]]


class Part(NamedTuple):
    """A dimension of an asset's partitions, and the SQL expression that says where in it a row is."""

    name: str
    partitions: dg.PartitionsDefinition[Any]
    expression: str


def slice_of(context: Context, output: dg.OutputContext, schema: str | None, database: str) -> TableSlice:
    """The slice of an input or output; `schema` is that of the IO manager's configuration.

    It is the whole table for an input that depends on all partitions. That has rows older than the first
    partition too, such as people who have not changed since the start date.
    """
    given = output.definition_metadata or {}
    path = context.asset_key.path if context.has_asset_key else []
    made = TableSlice(
        table=str(path[-1] if path else given.get("table", output.name)),
        schema=str(given.get("schema") or schema or (path[-2] if len(path) > 1 else "public")),
        database=database,
        columns=(context.definition_metadata or {}).get("columns"),
    )
    if not path or not context.has_asset_partitions or _takes_all(context):
        return made
    parts = _parts(context, given.get("partition_expr"), f"{made.schema}.{made.table}")
    return made._replace(partition_dimensions=cast("Any", _dimensions(context, parts)))


def within(table_slice: TableSlice) -> str | None:
    """The rows of the slice as an SQL condition; None for all."""
    return _all(table_slice.partition_dimensions or ()) or None


def conditions(context: dg.OutputContext) -> list[str]:
    """The rows of each partition of an output as SQL conditions."""
    given = (context.definition_metadata or {}).get("partition_expr")
    parts = _parts(context, given, context.asset_key.to_user_string())
    return [_all(_of_keys(parts, [key])) for key in _keys(context)]


def has_no_partition(context: dg.InputContext) -> bool:
    """Whether an input is of a partitioned asset, but of none of its partitions."""
    return context.has_asset_partitions and not _takes_all(context) and not context.asset_partition_keys


def _takes_all(context: Context) -> bool:
    return isinstance(context, dg.InputContext) and isinstance(
        context._asset_partitions_subset, AllPartitionsSubset
    )


def _parts(context: Context, expression: object, name: str) -> list[Part]:
    match context.asset_partitions_def:
        case dg.MultiPartitionsDefinition() as several:
            given = expression if isinstance(expression, Mapping) else {}
            parts = [
                Part(each.name, each.partitions_def, given.get(each.name, ""))
                for each in several.partitions_defs
            ]
            if not all(part.expression for part in parts):
                raise dg.DagsterInvariantViolationError(
                    f"{name} has several partition dimensions: give its metadata a partition_expr for each,"
                    ' like {"date": "created_on", "region": "region"}'
                )
            return parts
        case one:
            if not isinstance(expression, str):
                raise dg.DagsterInvariantViolationError(
                    f"{name} has partitions, but its metadata has no 'partition_expr': name the column by"
                    ' which a row is in one of them, like {"partition_expr": "created_at"}'
                )
            return [Part("", one, expression)]


def _dimensions(context: Context, parts: Sequence[Part]) -> Sequence[Any]:
    """The dimensions of the context's partitions; of a range of times without looking at each partition."""
    windows: Sequence[dg.TimeWindow] = getattr(context._asset_partitions_subset, "included_time_windows", ())
    if len(parts) == 1 and len(windows) == 1:
        window = dg.TimeWindow(windows[0].start, windows[0].end)
        return [TablePartitionDimension(parts[0].expression, window)]
    return _of_keys(parts, _keys(context))


def _keys(context: Context) -> Sequence[str]:
    """The keys of the context's partitions; those of several dimensions can be taken apart."""
    keys = context.asset_partition_keys
    match context.asset_partitions_def:
        case dg.MultiPartitionsDefinition() as several:
            apart = several.get_partition_key_from_str
            return [key if isinstance(key, dg.MultiPartitionKey) else apart(key) for key in keys]
        case _:
            return keys


def _of_keys(parts: Sequence[Part], keys: Sequence[str]) -> Sequence[Any]:
    if len(parts) == 1:
        return [_dimension(parts[0], keys)]
    places = [cast("dg.MultiPartitionKey", key).keys_by_dimension for key in keys]
    along = [list(dict.fromkeys(place[part.name] for place in places)) for part in parts]
    if prod(map(len, along)) == len(keys):
        return [_dimension(part, of) for part, of in zip(parts, along, strict=True)]
    return [AnyOf([[_dimension(part, [place[part.name]]) for part in parts] for place in places])]


def _dimension(part: Part, keys: Iterable[str]) -> Any:
    if not isinstance(part.partitions, dg.TimeWindowPartitionsDefinition):
        return TablePartitionDimension(part.expression, list(keys))
    merged: list[dg.TimeWindow] = []
    for window in sorted(map(part.partitions.time_window_for_partition_key, keys)):
        if merged and merged[-1].end == window.start:
            merged[-1] = dg.TimeWindow(merged[-1].start, window.end)
        else:
            merged.append(window)
    found = [TablePartitionDimension(part.expression, window) for window in merged]
    return found[0] if len(found) == 1 else AnyOf([[each] for each in found])


def _all(dimensions: Iterable[Any]) -> str:
    return " and ".join(map(_condition, dimensions))


def _condition(dimension: Any) -> str:
    match dimension:
        case AnyOf(slices):
            return f"({' or '.join(map(_all, slices)) or 'false'})"
        case TablePartitionDimension(
            partition_expr=expression, partitions=(datetime() as start, datetime() as end)
        ):
            return is_within(expression, start, end)
        case TablePartitionDimension(partition_expr=expression, partitions=keys):
            return is_among(expression, [str(key) for key in keys])
        case _:
            raise TypeError(f"{type(dimension).__name__} is no dimension of a slice")
