"""From the clock to runs: what is kept current, closed and read again, unless a run is already at it.

A tick takes its days from the time it was scheduled for. It asks Freshdesk nothing and waits for no lock.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.names import (
    BY_CADENCE,
    CLOSE_YESTERDAY,
    KEEP_CURRENT,
    ONLY_MISSING,
    RECONCILE,
    RECONCILE_JOB,
    RECONCILE_NIGHTLY,
    REQUESTED_AT,
    REREAD_NIGHTLY,
    REREAD_WEEKLY,
    SLOW_TABLES,
    TIDY,
    WORK,
)
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.run_lock import under_way
from freshdesk_assets.orchestration.runs.staleness import ended_yesterday, last_days, reached, stale_range
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.table import Cadence
from freshdesk_assets.settings import Settings
from freshdesk_assets.warehouse.file import WarehouseError

Outcome = dg.RunRequest | dg.SkipReason

QUIET_HOURS = {
    CLOSE_YESTERDAY: "10 0 * * *",
    REREAD_NIGHTLY: "40 1 * * *",
    SLOW_TABLES: "20 2 * * *",
    REREAD_WEEKLY: "40 3 * * 0",
    RECONCILE_NIGHTLY: "40 4 * * *",
    TIDY: "20 5 * * *",
}
"""When the nightly schedules begin, in UTC: apart, and the first when Freshdesk shows all of the day."""


def build_schedules(
    catalog: Catalog, settings: Settings, file: DuckDBFile, names: Names = ALONE
) -> list[dg.ScheduleDefinition]:
    """Every schedule of an account; on or off from the start as FRESHDESK_SCHEDULES says."""
    partitioning = settings.partitioning
    partitions = partitions_of(partitioning)
    schedule, request = partial(_schedule, _status(settings), names), partial(request_of, names)

    def keep_current(at: datetime, instance: dg.DagsterInstance) -> Outcome:
        if run := under_way(instance, names=names):
            return dg.SkipReason(f"{run.job_name} {run.run_id} is queued or under way")
        return missing(Cadence.LIVE, KEEP_CURRENT, at, instance)

    def missing(cadence: Cadence, work: str, at: datetime, instance: dg.DagsterInstance) -> Outcome:
        tables = [table.name for table in catalog if table.cadence is cadence]
        try:
            since = reached(file.warehouse(lock_wait=0.0), catalog, tables, partitioning.since)
        except WarehouseError as error:
            return dg.SkipReason(f"{error} The next tick tries again")
        first, last = stale_range(instance, map(names.asset, tables), partitions, since, now=at)
        if yesterday := ended_yesterday(partitions, at):
            # A table read once a day would otherwise never be read after the end of its partition.
            first = min(first, yesterday) if cadence is Cadence.SLOW else first
        job = KEEP_CURRENT if cadence is Cadence.LIVE else BY_CADENCE[cadence]
        return request(job, work, first, last, at, only_missing=True)

    def close_yesterday(at: datetime, _instance: dg.DagsterInstance) -> Outcome:
        ended = ended_yesterday(partitions, at)
        if ended is None:
            return dg.SkipReason("no partition ended at midnight")
        return request(BY_CADENCE[Cadence.LIVE], CLOSE_YESTERDAY, ended, ended, at, only_missing=True)

    def slow_tables(at: datetime, instance: dg.DagsterInstance) -> Outcome:
        return missing(Cadence.SLOW, SLOW_TABLES, at, instance)

    def reread(work: str, days: int) -> Callable[[datetime, dg.DagsterInstance], Outcome]:
        def decide(at: datetime, _instance: dg.DagsterInstance) -> Outcome:
            return request(
                BY_CADENCE[Cadence.LIVE], work, *last_days(partitions, days, at), at, only_missing=False
            )

        return decide

    def reconcile(at: datetime, _instance: dg.DagsterInstance) -> Outcome:
        _, today = last_days(partitions, 1, at)
        extra = {RECONCILE: "true"}
        return request(RECONCILE_JOB, RECONCILE_NIGHTLY, today, today, at, only_missing=False, extra=extra)

    made = [
        schedule(
            KEEP_CURRENT,
            _cron(settings.every),
            KEEP_CURRENT,
            keep_current,
            "Reads what changed in the tables that agents work on. FRESHDESK_EVERY says how often.",
        ),
        schedule(
            CLOSE_YESTERDAY,
            QUIET_HOURS[CLOSE_YESTERDAY],
            BY_CADENCE[Cadence.LIVE],
            close_yesterday,
            "Reads the partition that ended at midnight to its end.",
        ),
        schedule(
            SLOW_TABLES,
            QUIET_HOURS[SLOW_TABLES],
            BY_CADENCE[Cadence.SLOW],
            slow_tables,
            "Reads the account's set-up (groups, roles, fields and so on).",
        ),
    ]
    for work, days in ((REREAD_NIGHTLY, settings.reread_nightly), (REREAD_WEEKLY, settings.reread_weekly)):
        if days:
            made.append(
                schedule(
                    work,
                    QUIET_HOURS[work],
                    BY_CADENCE[Cadence.LIVE],
                    reread(work, days),
                    f"Reads the last {days} days again, like a backfill from the UI, to find what Freshdesk"
                    f" changed without saying so. FRESHDESK_{work.upper()} sets the days; 0 turns it off.",
                )
            )
    if any(table.reconciled for table in catalog):
        made.append(
            schedule(
                RECONCILE_NIGHTLY,
                QUIET_HOURS[RECONCILE_NIGHTLY],
                RECONCILE_JOB,
                reconcile,
                "Finds rows that Freshdesk no longer has, and spends FRESHDESK_RECONCILE_CREDITS at most.",
            )
        )
    return made


def build_tidy_schedule(settings: Settings, names: Names = ALONE) -> dg.ScheduleDefinition:
    """The schedule of the job that looks after the records of all runs."""
    return _schedule(
        _status(settings),
        names,
        TIDY,
        QUIET_HOURS[TIDY],
        TIDY,
        lambda _at, _instance: dg.RunRequest(tags={WORK: TIDY, **names.tags}),
        "Removes records and logs of runs older than FRESHDESK_KEEP_RUNS days.",
    )


def _status(settings: Settings) -> dg.DefaultScheduleStatus:
    return dg.DefaultScheduleStatus.RUNNING if settings.schedules else dg.DefaultScheduleStatus.STOPPED


def request_of(
    names: Names,
    job: str,
    work: str,
    first: str,
    last: str,
    at: datetime,
    *,
    only_missing: bool,
    key: str = "",
    extra: Mapping[str, str] | None = None,
    assets: Iterable[dg.AssetKey] | None = None,
) -> dg.RunRequest:
    """One run over a range of partitions, like a backfill; one per `key`, or per tick without a key."""
    return dg.RunRequest(
        run_key=key or f"{names.name(work)} {at.astimezone(UTC):%Y-%m-%dT%H:%MZ}",
        job_name=names.name(job),
        asset_selection=None if assets is None else sorted(assets),
        tags={
            WORK: work,
            **names.tags,
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last,
            # Requested at the scheduled time, however late the daemon launches it.
            **({ONLY_MISSING: "true"} if only_missing else {REQUESTED_AT: at.astimezone(UTC).isoformat()}),
            **(extra or {}),
        },
    )


def _schedule(
    status: dg.DefaultScheduleStatus,
    names: Names,
    name: str,
    cron: str,
    job: str,
    decide: Callable[[datetime, dg.DagsterInstance], Outcome],
    description: str,
) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=names.name(name),
        cron_schedule=cron,
        job_name=names.name(job),
        execution_timezone="UTC",
        description=description,
        default_status=status,
    )
    def tick(context: dg.ScheduleEvaluationContext) -> Outcome:
        if run := under_way(context.instance, name, names):
            return dg.SkipReason(f"run {run.run_id} for the same work is queued or under way")
        return decide(context.scheduled_execution_time.astimezone(UTC), context.instance)

    return tick


def _cron(every: timedelta) -> str:
    minutes = round(every.total_seconds() / 60)
    match minutes:
        case 1440:
            return "0 0 * * *"
        case _ if minutes >= 60:
            return f"0 */{minutes // 60} * * *"
        case _:
            return f"*/{minutes} * * * *"
