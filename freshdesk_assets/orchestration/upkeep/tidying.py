"""From the records of old runs to those that must be kept; the others are removed.

Dagster keeps every run for good. What it knows of an asset are the events of its runs, and removing a run
removes its events. A partition without its latest materialization would count as missing and be read again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from sqlalchemy import func, select

from freshdesk_assets.orchestration.executor import build_executor
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.internals import (
    FINISHED_STATUSES,
    AssetCheckExecutionsTable,
    SqlEventLogStorage,
    SqliteEventLogStorage,
)
from freshdesk_assets.orchestration.names import TIDY
from freshdesk_assets.orchestration.records.sqlite_events import SqliteEvents
from freshdesk_assets.orchestration.resources import DuckDBFile
from freshdesk_assets.warehouse.landing.spool import sweep

AT_ONCE = 500
"""How many events are looked up together."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many old runs were removed, and how many kept, without their logs, for the events they hold."""

    removed: int
    kept: int


def build_tidying(file: DuckDBFile, keep: timedelta) -> dg.JobDefinition:
    """The job that removes records and logs of runs that ended longer ago than `keep`."""

    @dg.op(
        name="remove_old_runs",
        description="Removes records and logs of runs older than FRESHDESK_KEEP_RUNS.",
    )
    def remove(context: dg.OpExecutionContext) -> None:
        with as_dagster_errors():
            done = tidy(context.instance, datetime.now(UTC) - keep)
            swept = sweep(file.spool_root)
        context.log.info(
            f"Removed {done.removed} old runs. Kept {done.kept} without their logs, because they hold the"
            f" latest event of an asset or check. Removed {swept} folders of rows that no process will store"
        )

    @dg.job(
        name=TIDY,
        description="Remove logs of old runs, and records except those of a latest materialization or check.",
        executor_def=build_executor(file),
    )
    def tidy_up() -> None:
        remove()

    return tidy_up


def tidy(instance: dg.DagsterInstance, before: datetime) -> Tidied:
    """Remove the runs that ended before, except those that hold a latest materialization or check."""
    held = set(_holding(instance))
    ended = dg.RunsFilter(statuses=list(FINISHED_STATUSES), updated_before=before)
    old = instance.get_run_ids(ended)
    for run_id in old:
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    removed = [run_id for run_id in old if run_id not in held]
    for run_id in removed:
        instance.delete_run(run_id)
        _forget(instance, run_id)
    return Tidied(removed=len(removed), kept=len(old) - len(removed))


def _forget(instance: dg.DagsterInstance, run_id: str) -> None:
    """Remove what Dagster 1.13.27 leaves of a removed run: results of checks, and an empty file of events."""
    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage):
        with storage.index_connection() as connection:
            connection.execute(
                AssetCheckExecutionsTable.delete().where(AssetCheckExecutionsTable.c.run_id == run_id)
            )
    if isinstance(storage, SqliteEvents):
        storage.forget_run(run_id)
    elif isinstance(storage, SqliteEventLogStorage):
        for file in Path(storage.path_for_shard(run_id)).parent.glob(f"{run_id}.db*"):
            file.unlink()


def _holding(instance: dg.DagsterInstance) -> Iterator[str]:
    """The runs that hold the latest materialization of an asset or partition, or the latest of a check."""
    storage = instance.event_log_storage
    for key in instance.all_asset_keys():
        if event := instance.get_latest_materialization_event(key):
            yield event.run_id
        latest = storage.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION)
        ids = sorted(latest.values())
        for start in range(0, len(ids), AT_ONCE):
            asked = dg.AssetRecordsFilter(asset_key=key, storage_ids=ids[start : start + AT_ONCE])
            for record in instance.fetch_materializations(asked, limit=AT_ONCE).records:
                yield record.run_id
    if isinstance(storage, SqlEventLogStorage):
        made = AssetCheckExecutionsTable.c
        latest_checks = select(func.max(made.id)).group_by(made.asset_key, made.check_name)
        with storage.index_connection() as connection:
            yield from connection.scalars(select(made.run_id).where(made.id.in_(latest_checks)))
