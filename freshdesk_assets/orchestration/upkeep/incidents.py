"""From the records of runs, checks and materializations to what is wrong now, without customers' text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from freshdesk_assets.extract.http.errors import FreshdeskError
from freshdesk_assets.orchestration.internals import (
    WILL_RETRY_TAG,
    AssetCheckExecutionRecordStatus,
    RepositoryDefinition,
    SerializableErrorInfo,
    TimeWindowFreshnessPolicy,
)
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.settings import SettingError
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets.warehouse.frames import FrameRefused

LONGEST = 600
"""So many characters of an error are told; the rest is behind the link."""

LATEST = 2
"""A partitioned asset is as fresh as the latest of so many partitions: a backfill of older ones brings it
nothing new. Two, for after midnight today's may not have begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that is wrong.

    `kind` is failure, check or stale; `table` the asset, or the step of several, or the job if its run died
    as a whole; `job` what ran; `path` where the UI shows it; `at` seconds since 1970.
    """

    kind: str
    table: str
    partition: str | None
    error: str
    path: str
    at: float
    job: str = ""

    @property
    def id(self) -> str:
        """What makes two of them the same."""
        return f"{self.kind} {self.table}" + (f" {self.path}" if self.kind == "check" else "")


def failures(
    instance: dg.DagsterInstance, repository: RepositoryDefinition, since: datetime
) -> Iterator[Incident]:
    """What failed in the runs that ended since, oldest first; runs that are tried again aside."""
    made = [asset for asset in repository.asset_graph.assets_defs if asset.is_executable]
    steps = {asset.node_def.name: asset.keys for asset in made}
    checking = {each.node_def.name for each in repository.asset_checks_defs_by_key.values()}
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since)
    for record in instance.get_run_records(failed, ascending=True):
        run, at = record.dagster_run, record.end_time or record.update_timestamp.timestamp()
        if run.tags.get(WILL_RETRY_TAG) == "true" and run.remote_job_origin:
            continue
        events = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        found = False
        for entry in events:
            event = entry.get_dagster_event()
            found = True
            if event.step_key in checking:
                continue
            said = _cause(event.step_failure_data.error, event.step_failure_data.user_failure_data)
            keys = steps.get(str(event.step_key), ())
            table = "/".join(next(iter(keys)).path) if len(keys) == 1 else str(event.step_key)
            yield _failure(run, table, said, at)
        if not found:
            yield _failure(run, run.job_name, "the run ended without a word: its process died", at)


def made_up_for(instance: dg.DagsterInstance, incident: Incident) -> bool:
    """Whether what failed went well since."""
    if incident.kind != "failure":
        return False
    if "/" in incident.table:
        made = _made_at(instance, dg.AssetKey(incident.table.split("/")), ())
        return made is not None and made > incident.at
    went_well = dg.RunsFilter(job_name=incident.table, statuses=[dg.DagsterRunStatus.SUCCESS])
    return any(
        (record.end_time or 0) > incident.at for record in instance.get_run_records(went_well, limit=1)
    )


def failed_checks(
    instance: dg.DagsterInstance, repository: RepositoryDefinition, standing: Iterable[Incident]
) -> Iterator[Incident]:
    """The checks that hold damage back and did not pass; those being made again stand as they stood."""
    known = {each.id: each for each in standing}
    keys = sorted(repository.asset_graph.asset_check_keys)
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    for key, record in latest.items():
        table = "/".join(key.asset_key.path)
        incident = Incident(
            kind="check",
            table=table,
            partition=record.partition,
            error=f"check {key.name} did not pass",
            path=f"assets/{table}?view=checks&checkDetail={key.name}",
            at=record.create_timestamp,
        )
        match record.status:
            case AssetCheckExecutionRecordStatus.PLANNED if incident.id in known:
                yield known[incident.id]
            case AssetCheckExecutionRecordStatus.FAILED if _blocks(record.event):
                yield incident
            case _:
                pass


def stale(
    instance: dg.DagsterInstance, repository: RepositoryDefinition, now: datetime
) -> Iterator[Incident]:
    """The assets that are later than their freshness policy allows, those that wait for such a one aside."""
    graph = repository.asset_graph
    late: dict[dg.AssetKey, Incident] = {}
    for key in graph.toposorted_asset_keys:
        node = graph.get(key)
        if not isinstance(node.freshness_policy, TimeWindowFreshnessPolicy):
            continue
        partitions = node.partitions_def
        last = list(partitions.get_partition_keys(current_time=now)[-LATEST:]) if partitions else []
        made = _made_at(instance, key, last)
        window = node.freshness_policy.fail_window.to_timedelta()
        if made is None or now - datetime.fromtimestamp(made, UTC) <= window:
            continue
        table = "/".join(key.path)
        late[key] = Incident(
            kind="stale",
            table=table,
            partition=last[-1] if last else None,
            error=f"last made {datetime.fromtimestamp(made, UTC):%Y-%m-%d %H:%M} UTC,"
            f" more than {_words(window)} ago",
            path=f"assets/{table}",
            at=now.timestamp(),
        )
    for key, incident in late.items():
        if not late.keys() & graph.get(key).parent_keys:
            yield incident


def _made_at(instance: dg.DagsterInstance, key: dg.AssetKey, partitions: Sequence[str]) -> float | None:
    """When the asset, or one of the partitions, was last materialized; the asset if none of them was."""
    if partitions:
        asked = dg.AssetRecordsFilter(asset_key=key, asset_partitions=list(partitions))
        if found := instance.fetch_materializations(asked, limit=1).records:
            return found[0].timestamp
    event = instance.get_latest_materialization_event(key)
    return event.timestamp if event else None


def _failure(run: dg.DagsterRun, table: str, error: str, at: float) -> Incident:
    first = run.tags.get("dagster/asset_partition_range_start") or run.tags.get("dagster/partition")
    last = run.tags.get("dagster/asset_partition_range_end") or first
    partition = first if first == last else f"{first}...{last}"
    return Incident(
        kind="failure",
        table=table,
        partition=partition,
        error=error,
        path=f"runs/{run.run_id}",
        at=at,
        job=run.job_name,
    )


def _blocks(event: dg.EventLogEntry | None) -> bool:
    evaluation = event.asset_check_evaluation if event else None
    return bool(evaluation and evaluation.severity is dg.AssetCheckSeverity.ERROR)


def _classes(root: type[Exception]) -> Iterator[str]:
    yield root.__name__
    for each in root.__subclasses__():
        yield from _classes(each)


def _ours() -> set[str]:
    """Errors whose words hold neither keys nor rows; of all others only the class is told."""
    roots: tuple[type[Exception], ...] = (
        FreshdeskError,
        WarehouseError,
        FrameRefused,
        DeclarationError,
        SettingError,
    )
    return {name for root in roots for name in _classes(root)}


def _cause(error: SerializableErrorInfo | None, told: object) -> str:
    """What went wrong, in our words where they are ours."""
    description = getattr(told, "description", None)
    if description:
        return str(description)[:LONGEST]
    ours, names = _ours(), []
    while error is not None:
        if error.cls_name in ours:
            return error.message.partition(": ")[2].strip()[:LONGEST]
        names.append(error.cls_name or "an error")
        error = error.cause
    return f"{names[-1] if names else 'an error'}: see the run"


def _words(window: timedelta) -> str:
    hours = window.total_seconds() / 3600
    return f"{hours:g} hours"
