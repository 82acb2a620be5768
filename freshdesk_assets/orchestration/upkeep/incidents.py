"""From the records of runs, checks and materializations to what is wrong now, without customers' text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from freshdesk_assets.extract.http.errors import FreshdeskError
from freshdesk_assets.orchestration.account_names import account_of
from freshdesk_assets.orchestration.failures import refuses_all
from freshdesk_assets.orchestration.internals import (
    WILL_RETRY_TAG,
    AssetCheckExecutionRecordStatus,
    AssetGraph,
    RepositoryDefinition,
    SerializableErrorInfo,
    TimeWindowFreshnessPolicy,
)
from freshdesk_assets.orchestration.names import ACCOUNT, API_KIND
from freshdesk_assets.orchestration.opening import NotRead
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.settings import SettingError
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets.warehouse.frame_types import FrameRefused

LONGEST = 600
"""Up to so many characters of an error are sent; the link leads to the rest."""

EVERY = "every table"
"""What is concerned where the account, or the file, is: whichever table or job met with it first."""

LATEST = 2
"""A partitioned asset is as fresh as its newest so many partitions: a backfill of older ones does not make it
fresher. Two, because shortly after midnight today's may not be read yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that is wrong.

    - `kind`: failure, check or stale.
    - `table`: the asset; the step if it makes several; the job if its run died as a whole; EVERY if no table
      could be read.
    - `partition`: the partition, or the first and last of a range.
    - `error`: what went wrong, without customers' text.
    - `path`: the page of the UI that shows it.
    - `at`: when, in seconds since 1970.
    - `job`: the job that failed.
    - `account`: the prefix of the account, where there are several.
    """

    kind: str
    table: str
    partition: str | None
    error: str
    path: str
    at: float
    job: str = ""
    account: str = ""

    @property
    def id(self) -> str:
        """What makes two of them the same."""
        of = f" of {self.account}" if self.account and self.table == EVERY else ""
        return f"{self.kind} {self.table}{of}" + (f" {self.path}" if self.kind == "check" else "")

    @property
    def cause(self) -> str:
        """What those share that are told together: run and error, or when they were found to be late."""
        match self.kind:
            case "failure":
                return f"{self.path} {self.error}"
            case "stale":
                return f"stale {self.at}"
            case _:
                return self.id


def failures(
    instance: dg.DagsterInstance, repository: RepositoryDefinition, since: datetime
) -> Iterator[Incident]:
    """What failed in the runs that ended since, oldest first; without runs that Dagster retries."""
    made = [asset for asset in repository.asset_graph.assets_defs if asset.is_executable]
    accounts = {tags[ACCOUNT] for each in made for tags in each.tags_by_key.values() if ACCOUNT in tags}
    accounts |= {""} if accounts else set()
    steps = {asset.node_def.name: asset.keys for asset in made}
    checking = {each.node_def.name for each in repository.asset_checks_defs_by_key.values()}
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since)
    for record in instance.get_run_records(failed, ascending=True):
        run, at = record.dagster_run, record.end_time or record.update_timestamp.timestamp()
        if accounts and account_of(run) not in accounts:
            # Another code location tells of it.
            continue
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
            yield _failure(run, EVERY if refuses_all(event) else table, said, at)
        if not found:
            yield _ended(instance, run, at)


def _ended(instance: dg.DagsterInstance, run: dg.DagsterRun, at: float) -> Incident:
    """What is wrong with a run that failed without a step that did."""
    for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE):
        if error := getattr(entry.get_dagster_event().event_specific_data, "error", None):
            begun = error.cls_name != NotRead.__name__
            return _failure(run, run.job_name if begun else EVERY, _cause(error, None), at)
    return _failure(run, run.job_name, "the run's process died without reporting an error", at)


def made_up_for(instance: dg.DagsterInstance, repository: RepositoryDefinition, incident: Incident) -> bool:
    """Whether what failed has succeeded since; of EVERY, whether any table was read."""
    if incident.kind != "failure":
        return False
    if incident.table == EVERY:
        graph = repository.asset_graph
        tables = (key for key in graph.executable_asset_keys if API_KIND in graph.get(key).kinds)
        tables = (key for key in tables if graph.get(key).tags.get(ACCOUNT, "") == incident.account)
        return any((_made_at(instance, key, ()) or 0) > incident.at for key in tables)
    if "/" in incident.table:
        made = _made_at(instance, dg.AssetKey(incident.table.split("/")), ())
        return made is not None and made > incident.at
    went_well = dg.RunsFilter(job_name=incident.table, statuses=[dg.DagsterRunStatus.SUCCESS])
    return any(
        (record.end_time or 0) > incident.at for record in instance.get_run_records(went_well, limit=1)
    )


def failed_checks(
    instance: dg.DagsterInstance, repository: RepositoryDefinition, reported: Iterable[Incident]
) -> Iterator[Incident]:
    """The blocking checks that did not pass; one that is being made again keeps its last incident."""
    known = {each.id: each for each in reported}
    keys = sorted(repository.asset_graph.asset_check_keys)
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    for key, record in latest.items():
        table = "/".join(key.asset_key.path)
        incident = Incident(
            kind="check",
            table=table,
            partition=record.partition,
            error=f"check {key.name} did not pass",
            account=_account(repository.asset_graph, key.asset_key),
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
    """The assets later than their freshness policy allows, without those that wait for a late one."""
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
            account=_account(graph, key),
        )
    for key, incident in late.items():
        if not late.keys() & graph.get(key).parent_keys:
            yield incident


def _made_at(instance: dg.DagsterInstance, key: dg.AssetKey, partitions: Sequence[str]) -> float | None:
    """When one of the partitions was last materialized; if none was, when the asset was."""
    if partitions:
        asked = dg.AssetRecordsFilter(asset_key=key, asset_partitions=list(partitions))
        if found := instance.fetch_materializations(asked, limit=1).records:
            return found[0].timestamp
    event = instance.get_latest_materialization_event(key)
    return event.timestamp if event else None


def _account(graph: AssetGraph, key: dg.AssetKey) -> str:
    return graph.get(key).tags.get(ACCOUNT, "") if graph.has(key) else ""


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
        account=run.tags.get(ACCOUNT, ""),
    )


def _blocks(event: dg.EventLogEntry | None) -> bool:
    evaluation = event.asset_check_evaluation if event else None
    return bool(evaluation and evaluation.severity is dg.AssetCheckSeverity.ERROR)


def _classes(root: type[Exception]) -> Iterator[str]:
    yield root.__name__
    for each in root.__subclasses__():
        yield from _classes(each)


def _ours() -> set[str]:
    """Classes of errors whose messages have neither keys nor rows; of all others only the class is sent."""
    roots: tuple[type[Exception], ...] = (
        FreshdeskError,
        WarehouseError,
        FrameRefused,
        DeclarationError,
        SettingError,
        NotRead,
    )
    return {name for root in roots for name in _classes(root)}


def _cause(error: SerializableErrorInfo | None, failure: object) -> str:
    """What went wrong: the message of an error of ours, else only the class of the error."""
    description = getattr(failure, "description", None)
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
