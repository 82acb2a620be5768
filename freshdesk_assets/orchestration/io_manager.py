"""From an asset's output to rows in DuckDB, and from rows to an asset's input.

It is Dagster's DuckDB IO manager, made safe: one transaction, columns by name, UTC windows, and it waits for
the file's lock. It stores what the replica's tables return (a `Batch` of rows on disk) and what a user's own
assets return (a pandas frame). It loads any table, or a partition's slice of it, as a frame.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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

    Leave `database` empty: the file is the one of the `duckdb` resource.
    """

    database: str = ""
    file: dg.ResourceDependency[DuckDBFile]

    @staticmethod
    def type_handlers() -> Sequence[DbTypeHandler[Any]]:
        """The handler for pandas frames; `TableIOManager` itself lands rows on disk."""
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
        """Store an output. A batch's folder is removed afterwards, even if the batch could not be stored."""
        if not isinstance(obj, Batch):
            super().handle_output(context, obj)
            return
        try:
            self._land(context, obj)
        except BaseException:
            # What reading the batch cost would have been stored with it: record it alone.
            if obj.spent and isinstance(self._db_client, WarehouseClient):
                # Why the batch could not be stored is what must be known, whatever this meets.
                with suppress(Exception):
                    self._db_client.record(obj.spent)
            raise
        finally:
            if obj.folder is not None:
                shutil.rmtree(obj.folder, ignore_errors=True)

    def _land(self, context: dg.OutputContext, batch: Batch) -> None:
        """Land the last batch of a table; the metadata counts the batches landed before it too.

        The last partition of the range has the metadata of the whole range. Each partition has its number of
        rows. The stock manager adds everything, and a query, to each partition: 2 kB, twice.
        """
        keys = context.asset_partition_keys if context.has_asset_partitions else []
        partitions = cast("dg.TimeWindowPartitionsDefinition", context.asset_partitions_def) if keys else None
        windows = [partitions.time_window_for_partition_key(key) for key in keys] if partitions else []
        with self._db_client.connect(context, self._get_table_slice(context, context)) as connection:
            landed = batch.landed + land(connection, batch, datetime.now(UTC))
            counts = window_counts(
                connection, batch.table, [(window.start, window.end) for window in windows]
            )
            metadata = landing_metadata(landed, row_count(connection, batch.table))
        if landed.held_back:
            context.log.warning(
                f"{batch.table.name}: the list lacks {landed.held_back:,} stored rows, too many at once to be"
                " believed. None of them is marked as deleted before the next run has missed them too."
            )
        _note_counts(context, keys, counts)
        last = keys[-1] if keys else None
        context.step_context.add_asset_metadata(metadata, asset_key=context.asset_key, partition_key=last)

    def _get_table_slice(
        self, context: dg.OutputContext | dg.InputContext, output_context: dg.OutputContext
    ) -> TableSlice:
        """The slice of an input or output; the whole table for an input that depends on all partitions.

        The whole table also has rows older than the first partition, such as people who have not changed
        since the start date.
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
                f"{_named(obj_type)} is neither stored in a table nor read from one: return, and annotate, a"
                " pandas.DataFrame. An asset that stores its rows itself is annotated `-> None` or returns"
                " dg.MaterializeResult, and names what it reads in `deps`"
            )


class WarehouseClient(DbClient[Connection]):
    """Opens the file for one load in one transaction; the handlers decide what to replace.

    The stock client deletes a slice and inserts in two transactions: a process killed between them has lost
    the slice.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def record(self, spent: CallsMade) -> None:
        """Record what was spent, if the file can be opened without waiting."""
        record_calls(replace(self._warehouse, lock_wait=0.0), spent)

    @contextmanager
    def connect(  # type: ignore[override]
        self, context: dg.OutputContext | dg.InputContext, table_slice: TableSlice
    ) -> Iterator[Connection]:
        """The open file; a step that fails in the block is retried only where that can help."""
        name = f"{table_slice.schema}.{table_slice.table}"
        with as_dagster_errors(name), self._warehouse.open() as connection:
            yield connection

    @staticmethod
    def delete_table_slice(
        context: dg.OutputContext, table_slice: TableSlice, connection: Connection
    ) -> None:
        """Do nothing: rows of the replica are merged, and a frame's slice is replaced by its handler."""

    @staticmethod
    def ensure_schema_exists(
        context: dg.OutputContext, table_slice: TableSlice, connection: Connection
    ) -> None:
        """Do nothing: the handlers create the schema in their own statements."""

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

        A row that has moved here from a partition outside this run is also still in its old one: the table
        has no key by which to find it.
        """
        schema, table = table_slice.schema, table_slice.table
        store_frame(connection, schema, table, obj, _within(table_slice))
        # The published copy does not have these rows, and nothing else says so: let the next run make it.
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
    metadata = {key: partition_metadata(count) for key, count in zip(keys, counts, strict=True)}
    note_partitions(context.step_context, context.asset_key, metadata)


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
