"""Dagster's DuckDB IO manager, made safe: one transaction, columns by name, UTC windows, a lock waited for.

It stores what the replica's assets hand over (a `Batch` of rows on disk) and what a user's own assets
return (a pandas frame), and loads any table, or a partition's slice of it, as a frame.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import dagster as dg
import duckdb
from dagster._core.storage.db_io_manager import (
    DbClient,
    DbIOManager,
    DbTypeHandler,
    TablePartitionDimension,
    TableSlice,
    static_where_clause,
)
from dagster_duckdb.io_manager import DuckDBIOManager

from freshdesk_assets.orchestration.measures import landing_metadata, partition_metadata
from freshdesk_assets.orchestration.resources import DuckDBFile
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Warehouse, identifier
from freshdesk_assets.warehouse.frames import store_frame
from freshdesk_assets.warehouse.landing import land, row_count, window_counts
from freshdesk_assets.warehouse.spool import Batch

if TYPE_CHECKING:
    import pandas


class ReplicaIOManager(DuckDBIOManager):
    """Stores assets in the replica's DuckDB file; an asset's key prefix is its schema.

    `database` is not given here: the file is the one of the `duckdb` resource.
    """

    database: str = ""
    file: dg.ResourceDependency[DuckDBFile]

    @staticmethod
    def type_handlers() -> Sequence[DbTypeHandler[Any]]:
        """A handler for rows on disk and one for pandas frames."""
        return [BatchHandler(), FrameHandler()]

    def create_io_manager(self, context: dg.InitResourceContext) -> DbIOManager:
        """The stock manager over our own client."""
        report = context.log.info if context.log else None
        return DbIOManager(
            db_client=WarehouseClient(self.file.warehouse(report)),
            database=str(self.file.path),
            schema=self.schema_,
            type_handlers=self.type_handlers(),
            io_manager_name=type(self).__name__,
        )


class WarehouseClient(DbClient[duckdb.DuckDBPyConnection]):
    """Opens the file for one load, as one transaction; leaves deciding what to replace to the handlers.

    The stock client deletes a slice and inserts in two transactions: killed between them, nothing is left.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    @contextmanager
    def connect(  # type: ignore[override]
        self, context: dg.OutputContext | dg.InputContext, table_slice: TableSlice
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._warehouse.open() as connection:
            yield connection

    @staticmethod
    def delete_table_slice(
        context: dg.OutputContext, table_slice: TableSlice, connection: duckdb.DuckDBPyConnection
    ) -> None:
        """Nothing: rows of the replica are merged, and a frame's slice is replaced by its handler."""

    @staticmethod
    def ensure_schema_exists(
        context: dg.OutputContext, table_slice: TableSlice, connection: duckdb.DuckDBPyConnection
    ) -> None:
        """Nothing: the handlers do it inside their own statements."""

    @staticmethod
    def get_select_statement(table_slice: TableSlice) -> str:
        """The slice as SQL, every name quoted."""
        columns = ", ".join(identifier(name) for name in table_slice.columns or ()) or "*"
        return (
            f"select {columns} from {identifier(table_slice.schema)}.{identifier(table_slice.table)}"
            f" where {_within(table_slice)}"
        )


class BatchHandler(DbTypeHandler[Batch]):
    """Lands the rows that an asset of the replica leaves on disk."""

    def handle_output(
        self,
        context: dg.OutputContext,
        table_slice: TableSlice,
        obj: Batch,
        connection: duckdb.DuckDBPyConnection,
    ) -> Mapping[str, Any]:
        """Land the last batch; its metadata counts those landed before it too."""
        try:
            landed = obj.landed + land(connection, obj, datetime.now(UTC))
            self._describe_partitions(context, obj.table, connection)
            return landing_metadata(landed, row_count(connection, obj.table))
        finally:
            if obj.folder is not None:
                shutil.rmtree(obj.folder, ignore_errors=True)

    def load_input(
        self, context: dg.InputContext, table_slice: TableSlice, connection: duckdb.DuckDBPyConnection
    ) -> Batch:
        """Rows on disk are a way in only."""
        raise dg.DagsterInvariantViolationError(
            f"{table_slice.schema}.{table_slice.table} is read as a pandas.DataFrame: annotate the input so"
        )

    @property
    def supported_types(self) -> Sequence[type[object]]:
        """Batches."""
        return [Batch]

    @staticmethod
    def _describe_partitions(
        context: dg.OutputContext, table: Table, connection: duckdb.DuckDBPyConnection
    ) -> None:
        """How many rows stand in each partition: the one thing that differs between those of a range."""
        if not context.has_asset_partitions:
            return
        keys = context.asset_partition_keys
        partitions = cast("dg.TimeWindowPartitionsDefinition", context.asset_partitions_def)
        windows = {key: partitions.time_window_for_partition_key(key) for key in keys}
        counts = window_counts(connection, table, [(window.start, window.end) for window in windows.values()])
        for key, count in zip(windows, counts, strict=True):
            context.step_context.add_asset_metadata(
                partition_metadata(count), asset_key=context.asset_key, partition_key=key
            )


class FrameHandler(DbTypeHandler["pandas.DataFrame"]):
    """Stores and loads pandas frames; pandas is imported when one is met."""

    def handle_output(
        self,
        context: dg.OutputContext,
        table_slice: TableSlice,
        obj: "pandas.DataFrame",
        connection: duckdb.DuckDBPyConnection,
    ) -> Mapping[str, Any]:
        """Replace the table, or the partition's slice of it, by the frame."""
        connection.register("frame", obj)
        rows = store_frame(connection, table_slice.schema, table_slice.table, "frame", _within(table_slice))
        key = "dagster/partition_row_count" if table_slice.partition_dimensions else "dagster/row_count"
        return {key: rows}

    def load_input(
        self, context: dg.InputContext, table_slice: TableSlice, connection: duckdb.DuckDBPyConnection
    ) -> "pandas.DataFrame":
        """The table, or the partitions' slice of it; only the `columns` named in the input's metadata."""
        return connection.execute(WarehouseClient.get_select_statement(table_slice)).fetchdf()

    @property
    def supported_types(self) -> Sequence[type[object]]:
        """Frames."""
        import pandas

        return [pandas.DataFrame]


def _within(table_slice: TableSlice) -> str:
    """The rows of the slice as an SQL condition; windows are half open, in UTC on every machine."""
    conditions = [_dimension(dimension) for dimension in table_slice.partition_dimensions or ()]
    return " and ".join(conditions) or "true"


def _dimension(dimension: TablePartitionDimension) -> str:
    match dimension.partitions:
        case (datetime() as start, datetime() as end):
            column = dimension.partition_expr
            return (
                f"({column}) >= timestamptz '{start.astimezone(UTC).isoformat()}'"
                f" and ({column}) < timestamptz '{end.astimezone(UTC).isoformat()}'"
            )
        case []:
            return "false"
        case _:
            return static_where_clause(dimension)
