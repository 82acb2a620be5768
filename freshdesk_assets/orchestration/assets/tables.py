"""From declared tables to assets: one per table, partitioned by date and read from the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.derived import ONE_RUN, one_run_for_all
from freshdesk_assets.orchestration.assets.metadata import table_description, table_metadata
from freshdesk_assets.orchestration.courses import course
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.names import (
    API_KIND,
    FILE_KIND,
    RECONCILED,
    SYNC,
    UNFINISHED,
)
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.resources import FreshdeskApi
from freshdesk_assets.orchestration.run_metadata import reading_metadata
from freshdesk_assets.orchestration.run_tags import reading_of, requested_at
from freshdesk_assets.replication.course import parents_of
from freshdesk_assets.replication.progress import Progress
from freshdesk_assets.replication.scope import Reading, ReadScope
from freshdesk_assets.replication.spending import Spending, deferral
from freshdesk_assets.replication.table import AT_THE_END, Replication
from freshdesk_assets.schema.catalog import Catalog, upstream
from freshdesk_assets.schema.table import Table
from freshdesk_assets.settings import Partitioning
from freshdesk_assets.stopping import undisturbed
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Batch, Landed, Spool


def build_tables(
    catalog: Catalog, partitioning: Partitioning, names: Names = ALONE
) -> list[dg.AssetsDefinition]:
    """An asset for every table of the catalog."""
    partitions = partitions_of(partitioning)
    with one_run_for_all():
        return [_asset(table, catalog, partitions, partitioning.since, names) for table in catalog]


def _asset(
    table: Table,
    catalog: Catalog,
    partitions: dg.TimeWindowPartitionsDefinition,
    since: datetime,
    names: Names,
) -> dg.AssetsDefinition:
    # Rows of other tables that are marked deleted with this one's, and with its parents'.
    parents = parents_of(list(catalog))
    belonging = catalog.belonging_below((table.name, *upstream(table)))

    @dg.asset(
        key=names.asset(table.name),
        deps=[names.asset(name) for name in sorted(upstream(table))],
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        description=table_description(table, catalog),
        group_name=table.group,
        kinds={API_KIND, FILE_KIND},
        tags={
            SYNC: type(table.sync).__name__,
            **({RECONCILED: "true"} if table.reconciled else {}),
        },
        metadata=table_metadata(table, catalog.places.get(table.name)),
        # It lands the last batch, together with the materializations of the partitions.
        io_manager_key=names.name("io_manager"),
        pool=names.pool,
    )
    @names.bound
    def replicate(context: dg.AssetExecutionContext, freshdesk: FreshdeskApi, duckdb: DuckDBFile) -> Batch:
        window = context.partition_time_window
        warehouse, privacy = duckdb.warehouse(context.log.info), duckdb.privacy
        with as_dagster_errors(told=freshdesk.told), freshdesk.reporting(context.log.info):
            budget = freshdesk.begin(warehouse, context.run, catalog, context.log.warning, privacy)
            treatment = privacy.treatment(table, catalog, warehouse)
        with (
            as_dagster_errors(told=freshdesk.told),
            freshdesk.reporting(context.log.info),
            Spool(
                duckdb.spool_root,
                table,
                belonging,
                run=context.run.run_id,
                parent=catalog.parent_of(table),
                memory_limit=duckdb.memory,
                treatment=treatment,
            ) as spool,
        ):
            client, of_run = freshdesk.reader.client, course(context.run.run_id)
            of_run.begin(table, client, parents)
            progress = Progress(table.name, client, context.log.info, of_run)
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
                spending=Spending(client=client, table=table.name, run_id=context.run.run_id),
            )
            in_run = {key.path[-1] for key in context.job_def.asset_layer.executable_asset_keys}
            # Only a run that reads what is missing defers a table to others; a backfill does not.
            others = in_run if scope.reading is Reading.MISSING else set[str]()
            reads = scope.reading is not Reading.EXISTENCE
            deferred = deferral(warehouse, table, others, budget) if reads else None
            batch = spool.take_last(Landed(), finished=False) if deferred else replication.run()
        with _kept(batch, warehouse):
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
        return batch

    return replicate


@contextmanager
def _kept(batch: Batch, warehouse: Warehouse) -> Iterator[None]:
    """Land the last batch if a signal comes before the IO manager has it: it was paid for."""
    try:
        yield
    except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt):
        with undisturbed(), replace(warehouse, lock_wait=AT_THE_END).open() as connection:
            land(connection, batch, datetime.now(UTC))
        raise


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
