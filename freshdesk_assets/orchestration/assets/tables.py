"""From declared tables to assets: one per table, partitioned by date and read from the API."""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from freshdesk_assets.orchestration.assets.metadata import table_description, table_metadata
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.names import (
    API_KIND,
    FILE_KIND,
    POOL,
    RECONCILED,
    SYNC,
    UNFINISHED,
    asset_key,
)
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.resources import DuckDBFile, FreshdeskApi
from freshdesk_assets.orchestration.run_metadata import reading_metadata
from freshdesk_assets.orchestration.run_tags import reading_of, requested_at
from freshdesk_assets.replication.progress import Progress
from freshdesk_assets.replication.scope import Reading, ReadScope
from freshdesk_assets.replication.spending import Spending, deferral
from freshdesk_assets.replication.table import Replication
from freshdesk_assets.schema.catalog import Catalog, upstream
from freshdesk_assets.schema.table import Table
from freshdesk_assets.settings import Partitioning
from freshdesk_assets.warehouse.landing.spool import Batch, Landed, Spool


def build_tables(catalog: Catalog, partitioning: Partitioning) -> list[dg.AssetsDefinition]:
    """An asset for every table of the catalog."""
    partitions = partitions_of(partitioning)
    with warnings.catch_warnings():
        # One run for a range of partitions is beta, but Dagster is pinned: it will not change without notice.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return [_asset(table, catalog, partitions, partitioning.since) for table in catalog]


def _asset(
    table: Table, catalog: Catalog, partitions: dg.TimeWindowPartitionsDefinition, since: datetime
) -> dg.AssetsDefinition:
    # Rows of other tables that are marked deleted with this one's, and with its parents'.
    belonging = {name: catalog.belonging_to(name) for name in (table.name, *upstream(table))}

    @dg.asset(
        key=asset_key(table.name),
        deps=[asset_key(name) for name in sorted(upstream(table))],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        description=table_description(table, catalog),
        group_name=table.group,
        kinds={API_KIND, FILE_KIND},
        tags={
            SYNC: type(table.sync).__name__,
            **({RECONCILED: "true"} if table.reconciled else {}),
        },
        metadata=table_metadata(table, catalog.places.get(table.name)),
        # It lands the last batch, together with the materializations of the partitions.
        io_manager_key="io_manager",
        pool=POOL,
    )
    def replicate(context: dg.AssetExecutionContext, freshdesk: FreshdeskApi, duckdb: DuckDBFile) -> Batch:
        window = context.partition_time_window
        with (
            as_dagster_errors(),
            freshdesk.reporting(context.log.info),
            Spool(
                duckdb.spool_root,
                table,
                belonging,
                run=context.run.run_id,
                parent=catalog.parent_of(table),
                memory_limit=duckdb.memory,
            ) as spool,
        ):
            warehouse = duckdb.warehouse(context.log.info)
            budget = freshdesk.begin(warehouse, context.run, catalog, context.log.warning)
            progress = Progress(
                table.name, freshdesk.reader.client, context.log.info, interval=freshdesk.progress_seconds
            )
            scope = ReadScope(
                table=table,
                catalog=catalog,
                warehouse=warehouse,
                start=window.start.astimezone(UTC),
                end=window.end.astimezone(UTC),
                since=since,
                reading=reading_of(context.run.tags),
                requested_at=requested_at(context.instance, context.run),
            )
            replication = Replication(
                scope=scope,
                reader=freshdesk.reader,
                spool=spool,
                progress=progress,
                allowance=freshdesk.allowance,
                spending=Spending(
                    client=freshdesk.reader.client, table=table.name, run_id=context.run.run_id
                ),
            )
            in_run = {key.path[-1] for key in context.job_def.asset_layer.executable_asset_keys}
            # Only a run that reads what is missing defers a table to others; a backfill does not.
            others = in_run if scope.reading is Reading.MISSING else set[str]()
            reads = scope.reading is not Reading.EXISTENCE
            deferred = deferral(warehouse, table, others, budget) if reads else None
            batch = spool.take_last(Landed(), finished=False) if deferred else replication.run()
        progress.end()
        unfinished = deferred.unfinished if deferred else replication.unfinished
        if unfinished:
            context.instance.add_run_tags(context.run.run_id, {UNFINISHED: "true"})
        for warning in (*_warnings(replication, unfinished), *spool.warnings):
            context.log.warning(warning)
        if deferred and not unfinished:
            context.log.info(f"{table.name} is deferred: {deferred.reason}")
        context.add_asset_metadata(
            reading_metadata(
                progress.spent,
                window.start,
                window.end,
                partitions=len(context.partition_keys),
                skipped=replication.skipped,
                unfinished=unfinished,
                deferred=deferred.reason if deferred else None,
                set_aside=replication.set_aside,
            ),
            # Metadata of the range is recorded once, on its last partition, which the UI shows first.
            partition_key=context.partition_keys[-1],
        )
        # Each run reads another state of the table. The version is short: it is recorded twice per partition.
        context.set_data_version(context.asset_key, dg.DataVersion(context.run.run_id[:8]))
        return batch

    return replicate


def _warnings(replication: Replication, unfinished: str | None) -> Iterator[str]:
    """The warnings in the run's log for a table that was not read completely."""
    yield from replication.warnings
    name = replication.table.name
    if replication.skipped:
        yield f"{name} was left out: {replication.skipped}"
    if replication.set_aside:
        yield f"{name}: rows are {replication.set_aside}"
    if unfinished:
        yield f"{name} is unfinished: the credit budget is spent. The next run continues: {unfinished}"
