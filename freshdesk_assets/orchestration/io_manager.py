"""Dagster's DuckDB IO manager, made safe: one transaction, columns by name, UTC windows, a lock waited for.

It stores what the replica's tables hand over (a `Batch` of rows on disk) and what a user's own assets return
(a pandas frame). It loads any table, or a partition's slice of it, as a frame.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import dagster as dg
from dagster_duckdb.io_manager import DuckDBIOManager

from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.internals import (
    AllPartitionsSubset,
    DbClient,
    DbIOManager,
    DbTypeHandler,
    TablePartitionDimension,
    TableSlice,
    note_partitions,
)
from freshdesk_assets.orchestration.names import PUBLISHED
from freshdesk_assets.orchestration.resources import DuckDBFile
from freshdesk_assets.orchestration.run_metadata import landing_metadata, partition_metadata
from freshdesk_assets.replication.spending import record_calls
from freshdesk_assets.warehouse.file import Connection, Warehouse
from freshdesk_assets.warehouse.frames import (
    DataFrame,
    Frame,
    is_among,
    is_stored,
    is_within,
    load_frame,
    select_statement,
    slice_counts,
    store_frame,
)
from freshdesk_assets.warehouse.landing.merging import land, row_count, window_counts
from freshdesk_assets.warehouse.landing.spool import Batch
from freshdesk_assets.warehouse.ledger.credits import CallsMade
from freshdesk_assets.warehouse.ledger.following import forget_followed


class ReplicaIOManager(DuckDBIOManager):
    """Stores assets in the replica's DuckDB file; an asset's key prefix is its schema.

    `database` is not given here: the file is the one of the `duckdb` resource.
    """

    database: str = ""
    file: dg.ResourceDependency[DuckDBFile]

    @staticmethod
    def type_handlers() -> Sequence[DbTypeHandler[Any]]:
        """The handler for pandas frames; rows on disk are landed by `TableIOManager` itself."""
        return [FrameHandler()]

    def create_io_manager(self, context: dg.InitResourceContext) -> DbIOManager:
        """The stock manager over our own client."""
        report = context.log.info if context.log else None
        return TableIOManager(
            db_client=WarehouseClient(self.file.warehouse(report)),
            database=str(self.file.path),
            schema=self.schema_,
            type_handlers=self.type_handlers(),
            default_load_type=Frame,
            io_manager_name=type(self).__name__,
        )


class TableIOManager(DbIOManager):
    """The stock manager, with slices and messages of our own."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Store it; a batch's files are gone afterwards, even when the file was never to be had."""
        if not isinstance(obj, Batch):
            super().handle_output(context, obj)
            return
        try:
            self._land(context, obj)
        except BaseException:
            # What reading it cost was to be stored with it.
            if obj.spent and isinstance(self._db_client, WarehouseClient):
                self._db_client.record(obj.spent)
            raise
        finally:
            if obj.folder is not None:
                shutil.rmtree(obj.folder, ignore_errors=True)

    def _land(self, context: dg.OutputContext, batch: Batch) -> None:
        """Land the last batch of a table; what is said counts those landed before it too.

        What became of the range is said once, on its last partition, and of each how many rows it holds. The
        stock manager says all of it, and a query, on each: 2 kB, twice.
        """
        keys = context.asset_partition_keys if context.has_asset_partitions else []
        partitions = cast("dg.TimeWindowPartitionsDefinition", context.asset_partitions_def) if keys else None
        windows = [partitions.time_window_for_partition_key(key) for key in keys] if partitions else []
        with self._db_client.connect(context, self._get_table_slice(context, context)) as connection:
            landed = batch.landed + land(connection, batch, datetime.now(UTC))
            counts = window_counts(
                connection, batch.table, [(window.start, window.end) for window in windows]
            )
            said = landing_metadata(landed, row_count(connection, batch.table))
        _note_counts(context, keys, counts)
        last = keys[-1] if keys else None
        context.step_context.add_asset_metadata(said, asset_key=context.asset_key, partition_key=last)

    def _get_table_slice(
        self, context: dg.OutputContext | dg.InputContext, output_context: dg.OutputContext
    ) -> TableSlice:
        """The whole table for an input that depends on all partitions, and not what their windows hold of it.

        Rows older than the first partition belong to it: whoever has not changed since the start date.
        """
        table_slice = super()._get_table_slice(context, output_context)
        if isinstance(context, dg.InputContext) and isinstance(
            context._asset_partitions_subset, AllPartitionsSubset
        ):
            return table_slice._replace(partition_dimensions=[])
        if any(dimension.partition_expr is None for dimension in table_slice.partition_dimensions or ()):
            raise dg.DagsterInvariantViolationError(
                f"{table_slice.schema}.{table_slice.table} has several partition dimensions: give its"
                ' metadata a partition_expr for each, like {"date": "created_on", "region": "region"}'
            )
        return table_slice

    def _check_supported_type(self, obj_type: object) -> None:
        if not (isinstance(obj_type, type) and issubclass(obj_type, tuple(self._handlers_by_type))):
            raise dg.DagsterInvariantViolationError(
                f"{_named(obj_type)} is not stored in a table nor read from one:"
                " return, and annotate, a pandas.DataFrame; an asset that stores its rows itself is annotated"
                " `-> None` or returns dg.MaterializeResult, and reads others through `deps`"
            )


class WarehouseClient(DbClient[Connection]):
    """Opens the file for one load, as one transaction; leaves deciding what to replace to the handlers.

    The stock client deletes a slice and inserts in two transactions: killed between them, nothing is left.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def record(self, spent: CallsMade) -> None:
        """Record what was spent, where the file can be had now."""
        record_calls(replace(self._warehouse, lock_wait=0.0), spent)

    @contextmanager
    def connect(  # type: ignore[override]
        self, context: dg.OutputContext | dg.InputContext, table_slice: TableSlice
    ) -> Iterator[Connection]:
        """The file, as long as the block takes; what fails is tried again only where that can help."""
        name = f"{table_slice.schema}.{table_slice.table}"
        with as_dagster_errors(name), self._warehouse.open() as connection:
            yield connection

    @staticmethod
    def delete_table_slice(
        context: dg.OutputContext, table_slice: TableSlice, connection: Connection
    ) -> None:
        """Nothing: rows of the replica are merged, and a frame's slice is replaced by its handler."""

    @staticmethod
    def ensure_schema_exists(
        context: dg.OutputContext, table_slice: TableSlice, connection: Connection
    ) -> None:
        """Nothing: the handlers do it inside their own statements."""

    @staticmethod
    def get_select_statement(table_slice: TableSlice) -> str:
        """The slice as SQL, every name quoted."""
        return select_statement(
            table_slice.schema, table_slice.table, table_slice.columns, _within(table_slice)
        )

    @staticmethod
    def get_table_name(table_slice: TableSlice) -> str:
        """Schema and table as the definitions declare them, without the path of the file."""
        return f"{table_slice.schema}.{table_slice.table}"


class FrameHandler(DbTypeHandler[DataFrame]):
    """Stores and loads pandas frames."""

    def handle_output(
        self,
        context: dg.OutputContext,
        table_slice: TableSlice,
        obj: DataFrame,
        connection: Connection,
    ) -> Mapping[str, Any]:
        """Replace the table, or the partitions' slice of it, by the frame.

        A row that has moved to a partition not in this run still stands in its old one: the table has no
        key to know it by.
        """
        schema, table = table_slice.schema, table_slice.table
        store_frame(connection, schema, table, obj, _within(table_slice))
        # Nothing else says that the copy lacks these rows.
        forget_followed(connection, ["__".join(PUBLISHED.path)])
        if not is_stored(connection, schema, table):
            return {"dagster/row_count": 0}
        if context.has_asset_partitions:
            keys = context.asset_partition_keys
            conditions = [_within(_slice_of(key, context, table_slice)) or "true" for key in keys]
            _note_counts(context, keys, slice_counts(connection, schema, table, conditions))
        return {"dagster/row_count": slice_counts(connection, schema, table, [])[0]}

    def load_input(
        self, context: dg.InputContext, table_slice: TableSlice, connection: Connection
    ) -> DataFrame:
        """The table, or the partitions' slice of it; only the `columns` named in the input's metadata."""
        schema, table = table_slice.schema, table_slice.table
        if not is_stored(connection, schema, table):
            asset = context.asset_key.to_user_string() if context.has_asset_key else table
            raise dg.Failure(
                f"{schema}.{table} is not in {table_slice.database}: materialise {asset} first, or set"
                " FRESHDESK_DUCKDB to the file that has it",
                allow_retries=False,
            )
        return load_frame(connection, schema, table, table_slice.columns, _within(table_slice))

    @property
    def supported_types(self) -> Sequence[type[object]]:
        """Frames."""
        return [Frame]


def _named(type_: object) -> str:
    if isinstance(type_, type) and type_.__module__ != "builtins":
        return f"{type_.__module__}.{type_.__qualname__}"
    return getattr(type_, "__qualname__", str(type_))


def _note_counts(context: dg.OutputContext, keys: Sequence[str], counts: Sequence[int]) -> None:
    said = {key: partition_metadata(count) for key, count in zip(keys, counts, strict=True)}
    note_partitions(context.step_context, context.asset_key, said)


def _slice_of(key: str, context: dg.OutputContext, table_slice: TableSlice) -> TableSlice:
    """The slice of one partition."""
    given = table_slice.partition_dimensions or ()
    match context.asset_partitions_def:
        case dg.MultiPartitionsDefinition() as several:
            keys = cast("dg.MultiPartitionKey", key).keys_by_dimension
            parts = [(part.partitions_def, keys[part.name]) for part in several.partitions_defs]
        case one:
            parts = [(one, key)]
    dimensions = [
        TablePartitionDimension(
            dimension.partition_expr,
            partitions.time_window_for_partition_key(part)
            if isinstance(partitions, dg.TimeWindowPartitionsDefinition)
            else [part],
        )
        for dimension, (partitions, part) in zip(given, parts, strict=True)
    ]
    return table_slice._replace(partition_dimensions=dimensions)


def _within(table_slice: TableSlice) -> str | None:
    """The rows of the slice as an SQL condition; None for all."""
    conditions = [_dimension(dimension) for dimension in table_slice.partition_dimensions or ()]
    return " and ".join(conditions) or None


def _dimension(dimension: TablePartitionDimension) -> str:
    match dimension.partitions:
        case (datetime() as start, datetime() as end):
            return is_within(dimension.partition_expr, start, end)
        case keys:
            return is_among(dimension.partition_expr, [str(key) for key in keys])
