"""From the records of old runs to those that must be kept; the others are removed.

Dagster keeps every run for good. What it knows of an asset are the events of its runs, and removing a run
removes its events. A partition without its latest materialization would count as missing and be read again.
So an old run that holds one is kept, but of its events only those that are the latest of something.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.executor import build_executor
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.internals import (
    FINISHED_STATUSES,
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorage,
    SqlEventLogStorageTable,
    SqliteEventLogStorage,
)
from freshdesk_assets.orchestration.names import TIDY
from freshdesk_assets.orchestration.records.sqlite_events import SqliteEvents
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.warehouse.keeping import keep_lake
from freshdesk_assets.warehouse.landing.spool_folders import sweep

AT_ONCE = 500
"""How many events are looked up together."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many old runs were removed, and how many kept for those of their events that are the latest."""

    removed: int
    kept: int


def build_tidying(
    files: Sequence[DuckDBFile],
    keep: timedelta,
    names: Names = ALONE,
    executor: dg.ExecutorDefinition | None = None,
) -> dg.JobDefinition:
    """The job that removes records and logs of runs that ended longer ago than `keep`.

    It also sweeps what killed runs left beside `files`.
    """

    @dg.op(
        name="remove_old_runs",
        description="Removes records and logs of runs older than FRESHDESK_KEEP_RUNS.",
    )
    def remove(context: dg.OpExecutionContext) -> None:
        with as_dagster_errors():
            done = tidy(context.instance, datetime.now(UTC) - keep)
            swept = sum(sweep(file.spool_root) for file in files)
            for file in files:
                if file.lake:
                    days = timedelta(days=file.keep_snapshots)
                    keep_lake(file.warehouse(context.log.info), days, context.log.warning)
        context.log.info(
            f"Removed {done.removed} old runs. Kept {done.kept} without their logs, for the latest events of"
            f" assets and checks in them. Removed {swept} folders of rows that no process will store"
        )

    @dg.job(
        name=names.name(TIDY),
        tags=names.tags or None,
        description="Remove logs of old runs, and records except those of a latest materialization or check.",
        executor_def=executor or build_executor(files[0]),
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
    for run_id in old:
        if run_id not in held:
            instance.delete_run(run_id)
        _forget_superseded(instance.event_log_storage, run_id)
    kept = sum(run_id in held for run_id in old)
    return Tidied(removed=len(old) - kept, kept=kept)


def _forget_superseded(storage: object, run_id: str) -> None:
    """Remove an old run's events, except those that are the latest of an asset's partition or of a check.

    Of a run that is removed already, Dagster 1.13.27 leaves results of checks, and an empty file of events.
    """
    if isinstance(storage, SqlEventLogStorage):
        events, checks, tags = SqlEventLogStorageTable, AssetCheckExecutionsTable, AssetEventTagsTable
        with storage.index_connection() as connection:
            superseded = select(events.c.id).where(events.c.run_id == run_id, _is_superseded())
            connection.execute(delete(tags).where(tags.c.event_id.in_(superseded)))
            connection.execute(delete(events).where(events.c.run_id == run_id, _is_superseded()))
            connection.execute(
                delete(checks).where(checks.c.run_id == run_id, checks.c.id.not_in(_latest_of_checks()))
            )
    if isinstance(storage, SqliteEvents):
        storage.forget_run(run_id)
    elif isinstance(storage, SqliteEventLogStorage):
        for file in Path(storage.path_for_shard(run_id)).parent.glob(f"{run_id}.db*"):
            file.unlink()


def _is_superseded() -> ColumnElement[bool]:
    """Whether an event is of no asset, or was followed by a materialization or another of its type."""
    event, newer = SqlEventLogStorageTable.c, SqlEventLogStorageTable.alias("newer")
    followed = select(newer.c.id).where(
        newer.c.asset_key == event.asset_key,
        newer.c.dagster_event_type.in_(
            [dg.DagsterEventType.ASSET_MATERIALIZATION.value, event.dagster_event_type]
        ),
        newer.c.partition.is_not_distinct_from(event.partition),
        newer.c.id > event.id,
    )
    return or_(event.asset_key.is_(None), followed.exists())


def _latest_of_checks() -> Select[tuple[int]]:
    """The ids of the latest result of each check."""
    made = AssetCheckExecutionsTable.c
    return select(func.max(made.id)).group_by(made.asset_key, made.check_name)


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
        with storage.index_connection() as connection:
            yield from connection.scalars(select(made.run_id).where(made.id.in_(_latest_of_checks())))
