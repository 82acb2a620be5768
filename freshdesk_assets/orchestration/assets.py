"""From declarations to what the Dagster UI shows: one partitioned asset per table."""

import warnings
from datetime import UTC, datetime

import dagster as dg

from freshdesk_assets.extract.errors import FreshdeskError, Unavailable
from freshdesk_assets.orchestration import settings
from freshdesk_assets.orchestration.measures import reading_metadata
from freshdesk_assets.orchestration.progress import Progress
from freshdesk_assets.orchestration.replicating import Replication
from freshdesk_assets.orchestration.resources import DuckDBFile, FreshdeskApi
from freshdesk_assets.orchestration.settings import Cadence, Partitioning
from freshdesk_assets.schema.catalog import Catalog, upstream
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import FileLocked, WarehouseError
from freshdesk_assets.warehouse.shape import SCHEMA, column_comment
from freshdesk_assets.warehouse.spool import Batch, Spool

ONLY_MISSING = "freshdesk/only_missing"
"""Run tag: read what the warehouse does not cover yet, instead of the whole of the partitions again."""

POOL = "freshdesk"
"""One run at a time spends the account's credits and writes the file (see dagster.yaml)."""

RETRY_SECONDS = 30.0
"""After how long a table is tried again when Freshdesk or the file was not to be had."""

API_KIND, FILE_KIND = "freshdesk", "duckdb"


def partitions_of(partitioning: Partitioning) -> dg.TimeWindowPartitionsDefinition:
    """Partitions in UTC from the one that holds the start date to the one that holds today."""
    start = partitioning.since.strftime("%Y-%m-%d")
    match partitioning.cadence:
        case Cadence.DAILY:
            return dg.DailyPartitionsDefinition(start, timezone="UTC", end_offset=1)
        case Cadence.WEEKLY:
            return dg.WeeklyPartitionsDefinition(start, timezone="UTC", end_offset=1)
        case Cadence.MONTHLY:
            return dg.MonthlyPartitionsDefinition(start, timezone="UTC", end_offset=1)


def key_of(table: str) -> dg.AssetKey:
    """An asset's key: schema and table as DuckDB has them."""
    return dg.AssetKey([SCHEMA, table])


def build_assets(catalog: Catalog, partitioning: Partitioning) -> list[dg.AssetsDefinition]:
    """An asset for every table of the catalog."""
    partitions = partitions_of(partitioning)
    with warnings.catch_warnings():
        # One run for a range of partitions is what we build on; pinned, it will not change under us.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return [_asset(table, catalog, partitions, partitioning.since) for table in catalog]


def _asset(
    table: Table, catalog: Catalog, partitions: dg.TimeWindowPartitionsDefinition, since: datetime
) -> dg.AssetsDefinition:
    @dg.asset(
        key=key_of(table.name),
        deps=[key_of(name) for name in sorted(upstream(table))],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        description=description(table),
        group_name=table.group,
        kinds={API_KIND, FILE_KIND},
        owners=["team:support-data"],
        tags={"freshdesk/sync": type(table.sync).__name__},
        metadata=declared_metadata(table),
        io_manager_key="io_manager",
        pool=POOL,
    )
    def replicate(context: dg.AssetExecutionContext, freshdesk: FreshdeskApi, duckdb: DuckDBFile) -> Batch:
        window = context.partition_time_window
        progress = Progress(
            table.name, freshdesk.reader.client, context.log.info, interval=freshdesk.progress_seconds
        )
        try:
            with freshdesk.reporting(context.log.info), Spool(duckdb.spool_root, table) as spool:
                replication = Replication(
                    table=table,
                    catalog=catalog,
                    reader=freshdesk.reader,
                    warehouse=duckdb.warehouse(context.log.info),
                    spool=spool,
                    progress=progress,
                    start=window.start.astimezone(UTC),
                    end=window.end.astimezone(UTC),
                    since=since,
                    leave_out=settings.leave_out_untouched(),
                    only_missing=context.run.tags.get(ONLY_MISSING) == "true",
                )
                batch = replication.run()
        except (Unavailable, FileLocked) as error:
            # What was read is stored, so that going on later costs nothing twice.
            raise dg.RetryRequested(max_retries=2, seconds_to_wait=RETRY_SECONDS) from error
        except (FreshdeskError, WarehouseError) as error:
            # Trying again would change nothing and cost credits.
            raise dg.Failure(str(error), allow_retries=False) from error
        if replication.skipped:
            context.log.warning(f"{table.name} was left out: {replication.skipped}")
        progress.end()
        context.add_output_metadata(
            reading_metadata(
                progress.spent,
                window.start,
                window.end,
                partitions=len(context.partition_keys),
                skipped=replication.skipped,
            )
        )
        return batch

    return replicate


def description(table: Table) -> str:
    """The table's words, how it is read, and where Freshdesk documents it, as Markdown."""
    how = (type(table.sync).__doc__ or "").partition("\n")[0]
    return f"{table.doc}\n\nRead from [`/api/v2/{table.path}`]({table.url}). {how}"


def declared_metadata(table: Table) -> dict[str, object]:
    """What is known of the table before any run."""
    return {
        "dagster/column_schema": column_schema(table),
        "dagster/table_name": f"{SCHEMA}.{table.name}",
        "dagster/storage_kind": FILE_KIND,
        "partition_expr": table.window,
        "key": ", ".join(table.key),
        "documentation": dg.MetadataValue.url(table.url),
        "endpoint": f"/api/v2/{table.path}",
    }


def column_schema(table: Table) -> dg.TableSchema:
    """Columns with types, descriptions, constraints and tags."""
    return dg.TableSchema(columns=[_table_column(column, table) for column in table.stored])


def _table_column(column: Column, table: Table) -> dg.TableColumn:
    constraints = dg.TableColumnConstraints(
        nullable=column.name not in table.key,
        unique=table.key == (column.name,),
        other=[f"→ {column.references}"] if column.references else [],
    )
    return dg.TableColumn(
        name=column.name,
        type="TIMESTAMPTZ" if column.type is Type.TIMESTAMPTZ else str(column.type),
        description=column_comment(column),
        constraints=constraints,
        tags={"pii": ""} if column.pii else {},
    )
