"""From an asset's output to rows in DuckDB, and from rows to an asset's input.

It is Dagster's DuckDB IO manager, made safe: one transaction, columns by name, UTC windows, and it waits for
the file's lock. It stores what the replica's tables return (a `Batch` of rows on disk) and what a user's own
assets return (a pandas frame). It loads any table, or a partition's slice of it, as a frame.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin

import dagster as dg
from dagster_duckdb.io_manager import DuckDBIOManager

from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import data_version, forget_copy
from freshdesk_assets.orchestration.internals import (
    DbClient,
    DbIOManager,
    DbTypeHandler,
    TableSlice,
    note_partitions,
)
from freshdesk_assets.orchestration.names import FILE_KIND, STORED_ROWS
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.run_metadata import landing_metadata, partition_metadata
from freshdesk_assets.orchestration.table_slices import conditions, has_no_partition, slice_of, within
from freshdesk_assets.replication.spending import record_calls
from freshdesk_assets.stopping import postponement
from freshdesk_assets.warehouse.file import Connection, Warehouse
from freshdesk_assets.warehouse.frames import (
    DataFrame,
    Frame,
    empty_frame,
    load_frame,
    select_statement,
    slice_counts,
    store_frame,
    stored_columns,
)
from freshdesk_assets.warehouse.landing.merging import land, row_count, window_counts
from freshdesk_assets.warehouse.landing.spool import Batch
from freshdesk_assets.warehouse.ledger.credits import CallsMade


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
            database=self.file.name,
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
        with postponement() as postpone:
            try:
                self._land(context, obj, postpone)
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

    def _land(self, context: dg.OutputContext, batch: Batch, postpone: Callable[[], None]) -> None:
        """Land the last batch of a table; the metadata counts the batches landed before it too.

        The last partition of the range has the metadata of the whole range. Each partition has its number of
        rows. The stock manager adds everything, and a query, to each partition: 2 kB, twice.
        """
        keys = context.asset_partition_keys if context.has_asset_partitions else []
        partitions = cast("dg.TimeWindowPartitionsDefinition", context.asset_partitions_def) if keys else None
        windows = [partitions.time_window_for_partition_key(key) for key in keys] if partitions else []
        with self._db_client.connect(context, self._get_table_slice(context, context)) as connection:
            postpone()
            landed = batch.landed + land(connection, batch, datetime.now(UTC))
            counts = window_counts(
                connection, batch.table, [(window.start, window.end) for window in windows]
            )
            metadata = landing_metadata(landed, row_count(connection, batch.table))
            version = data_version(connection, [batch.table.name])
        if landed.held_back:
            context.log.warning(
                f"{batch.table.name}: the list lacks {landed.held_back:,} stored rows, too many at once to be"
                " believed. None of them is marked as deleted before it is missed a second time."
            )
        _note_counts(context, keys, counts)
        context.step_context.set_data_version(context.asset_key, version)
        last = keys[-1] if keys else None
        context.step_context.add_asset_metadata(metadata, asset_key=context.asset_key, partition_key=last)

    def load_input(self, context: dg.InputContext) -> object:
        """Load an input. One annotated as an optional frame, or as any object, is a frame."""
        load_type = _loaded_as(context.dagster_type.typing_type)
        self._check_supported_type(load_type)
        output = cast("dg.OutputContext", context.upstream_output)
        table_slice = self._get_table_slice(context, output)
        with self._db_client.connect(context, table_slice) as connection:
            return self._resolve_handler(load_type).load_input(context, table_slice, connection)

    def _get_table_slice(
        self, context: dg.OutputContext | dg.InputContext, output_context: dg.OutputContext
    ) -> TableSlice:
        return slice_of(context, output_context, self._schema, self._database)

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
            table_slice.schema, table_slice.table, table_slice.columns, within(table_slice)
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
        if renamed := store_frame(connection, schema, table, obj, within(table_slice)):
            context.log.warning(
                f"{schema}.{table}: the frame has several columns of one name (SQL does not tell upper from"
                f" lower case); the later ones are stored as {', '.join(renamed)}"
            )
        # The published copy does not have these rows, and nothing else says so (completing.py).
        forget_copy(connection)
        columns = stored_columns(connection, schema, table)
        if not columns:
            return {STORED_ROWS: 0}
        if context.has_asset_partitions:
            counts = slice_counts(connection, schema, table, conditions(context))
            _note_counts(context, context.asset_partition_keys, counts)
        return {
            STORED_ROWS: slice_counts(connection, schema, table, [])[0],
            "dagster/storage_kind": FILE_KIND,
            "dataframe_columns": dg.TableSchema(
                columns=[dg.TableColumn(*column) for column in columns.items()]
            ),
        }

    def load_input(
        self, context: dg.InputContext, table_slice: TableSlice, connection: Connection
    ) -> DataFrame:
        """The table, or the partitions' slice of it; only the `columns` named in the input's metadata."""
        schema, table = table_slice.schema, table_slice.table
        if not stored_columns(connection, schema, table):
            if has_no_partition(context) or _is_of_itself(context) or _stored_nothing(context):
                return empty_frame()
            asset = context.asset_key.to_user_string() if context.has_asset_key else table
            raise dg.Failure(
                f"{schema}.{table} is not in {table_slice.database}: materialise {asset} first, or set"
                " FRESHDESK_DUCKDB to the file that has it",
                allow_retries=False,
            )
        return load_frame(connection, schema, table, table_slice.columns, within(table_slice))

    @property
    def supported_types(self) -> Sequence[type[object]]:
        """Frames."""
        return [Frame]


def _loaded_as(type_: object) -> type:
    """The class that an input is to be: the frame, where its annotation leaves the class open."""
    named = [each for each in get_args(type_) if each is not NoneType]
    if get_origin(type_) in (Union, UnionType) and len(named) == 1:
        (type_,) = named
    return cast("type", Frame if type_ in (Any, object) else type_)


def _is_of_itself(context: dg.InputContext) -> bool:
    """Whether an asset reads its own earlier partitions; before the first run there are none."""
    asset = context.step_context.assets_def
    return asset is not None and context.has_asset_key and context.asset_key in asset.keys


def _stored_nothing(context: dg.InputContext) -> bool:
    """Whether the asset was last stored from a frame that had no column to make a table of."""
    if not context.has_asset_key:
        return False
    event = context.step_context.instance.get_latest_materialization_event(context.asset_key)
    made = event.asset_materialization if event else None
    return made is not None and STORED_ROWS in made.metadata and made.metadata[STORED_ROWS].value == 0


def _named(type_: object) -> str:
    if isinstance(type_, type) and type_.__module__ != "builtins":
        return f"{type_.__module__}.{type_.__qualname__}"
    return getattr(type_, "__qualname__", str(type_))


def _note_counts(context: dg.OutputContext, keys: Sequence[str], counts: Sequence[int]) -> None:
    metadata = {key: partition_metadata(count) for key, count in zip(keys, counts, strict=True)}
    note_partitions(context.step_context, context.asset_key, metadata)
