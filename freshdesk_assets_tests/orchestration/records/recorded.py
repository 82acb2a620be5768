"""A library whose runs make every kind of event, recorded in any storage; and Dagster's answers about them.

The clock is stopped while it runs, and run ids are fixed: two recordings differ only in how they were stored.

It has over 300 lines because every question that Dagster asks of its records is listed here once.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import dagster as dg
import time_machine
from dagster._core.event_api import EventLogCursor, EventRecordsFilter
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._serdes import serialize_value
from dagster_graphql.test.utils import execute_dagster_graphql

from freshdesk_assets_tests.orchestration.storing import QUIET, span

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARTITIONS = 20
DAYS = dg.DailyPartitionsDefinition(
    START, end_date=START + timedelta(days=PARTITIONS), timezone="UTC", fmt="%Y-%m-%d"
)
KEYS = DAYS.get_partition_keys()
AT_ONCE = dg.BackfillPolicy.single_run()

FIRST = "11111111-0000-4000-8000-000000000001"
SECOND = "22222222-0000-4000-8000-000000000002"

MIDWAY: list[dict[str, Any]] = []
"""What was answered while a step ran."""


def _quietly(decorator: Callable[[], Any]) -> Callable[[Any], Any]:
    """A decorator with an argument that Dagster warns may change."""

    def decorated(function: Any) -> Any:
        with catch_warnings():
            simplefilter("ignore", dg.BetaWarning)
            simplefilter("ignore", dg.PreviewWarning)
            return decorator()(function)

    return decorated


@_quietly(
    lambda: dg.asset(partitions_def=DAYS, backfill_policy=AT_ONCE, code_version="7", tags={"shelf": "front"})
)
def loans(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
    for key in context.partition_keys:
        context.add_asset_metadata({"dagster/partition_row_count": int(key[-2:])}, partition_key=key)
    return dg.MaterializeResult(metadata={"said": "all of them"}, data_version=dg.DataVersion("one"))


@_quietly(lambda: dg.asset(partitions_def=DAYS, backfill_policy=AT_ONCE, deps=[loans]))
def fines(context: dg.AssetExecutionContext) -> None:
    context.log.info("fines are looked up")


@dg.asset(deps=[fines])
def debts() -> None:
    raise AssertionError("a blocking check keeps it from being made")


@dg.asset(
    code_version="1",
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=1)),
)
def catalogue(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
    for key in KEYS[:3]:
        context.log_event(dg.AssetObservation("readers", partition=key, metadata={"seen": 3}))
    context.log_event(dg.AssetObservation("readers", tags={"door": "open"}))
    return dg.MaterializeResult(metadata={"dagster/row_count": 3}, tags={"edition": "second"})


@dg.asset(deps=[catalogue])
def labels(context: dg.AssetExecutionContext) -> None:
    context.log.warning("labels are about to fail")
    MIDWAY.append(answers(context.instance, context.run.run_id))
    raise RuntimeError("no paper")


@dg.asset_check(asset=loans)
def counted() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True, metadata={"rows": 40})


@_quietly(lambda: dg.asset_check(asset=loans, partitions_def=DAYS))
def dated(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    yield dg.AssetCheckResult(passed=True)


@dg.asset_check(asset=fines, blocking=True)
def paid() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.ERROR)


@dg.asset_check(asset=catalogue)
def sorted_by_name() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)


@dg.asset_check(asset=labels)
def printed() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@dg.asset_sensor(asset_key=loans.key, name="on_loans", default_status=dg.DefaultSensorStatus.RUNNING)
def on_loans(context: dg.SensorEvaluationContext, event: dg.EventLogEntry) -> dg.SkipReason:
    return dg.SkipReason(f"saw {event.get_dagster_event().partition}")


@dg.run_failure_sensor(name="on_failure", default_status=dg.DefaultSensorStatus.RUNNING)
def on_failure(context: dg.RunFailureSensorContext) -> dg.SkipReason:
    return dg.SkipReason(f"saw {sorted(event.step_key or '' for event in context.get_step_failure_events())}")


@dg.sensor(name="on_check", default_status=dg.DefaultSensorStatus.RUNNING)
def on_check(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    (key,) = paid.check_keys
    latest = context.instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
    return dg.SkipReason(f"saw {[made.status for made in latest.values()]}")


CHECKS = [counted, dated, paid, sorted_by_name, printed]
ASSETS = [loans, fines, debts, catalogue, labels]
JOB = dg.define_asset_job("everything", dg.AssetSelection.all())
defs = dg.Definitions(ASSETS, asset_checks=CHECKS, jobs=[JOB], sensors=[on_loans, on_failure, on_check])

OURS = {
    "custom": {
        "module": "freshdesk_assets.orchestration.records",
        "class": "SqliteRecords",
    }
}


def instance(home: Path, storage: Mapping[str, Any] | None = None) -> dg.DagsterInstance:
    """An instance with its records in SQLite under a folder, or where a configuration says; ours."""
    home.mkdir(exist_ok=True, parents=True)
    ours = {"custom": {**OURS["custom"], "config": {"base_dir": str(home)}}}
    return _configured(home, storage or ours)


def stock(home: Path) -> dg.DagsterInstance:
    """An instance with its records as Dagster keeps them if nobody says otherwise."""
    home.mkdir(exist_ok=True, parents=True)
    return _configured(home, {"sqlite": {"base_dir": str(home)}})


def _configured(home: Path, storage: Mapping[str, Any]) -> dg.DagsterInstance:
    config = {
        "storage": dict(storage),
        "telemetry": {"enabled": False},
        "freshness": {"enabled": True},
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        },
        "local_artifact_storage": {
            "module": "dagster._core.storage.root",
            "class": "LocalArtifactStorage",
            "config": {"base_dir": str(home)},
        },
    }
    # In one step, as the commands do: Dagster takes a file that is half written for one without a storage,
    # and a process that opens the same records at that moment would keep them in Dagster's own.
    beside = home / f"dagster.yaml.{os.getpid()}"
    beside.write_text(json.dumps(config))
    beside.replace(home / "dagster.yaml")
    return dg.DagsterInstance.from_config(str(home))


def run_first(records: dg.DagsterInstance) -> None:
    """All partitions of everything."""
    _run(records, FIRST, KEYS[0], KEYS[-1], NOW)


def run_second(records: dg.DagsterInstance) -> None:
    """A few again, an hour later."""
    _run(records, SECOND, KEYS[10], KEYS[14], NOW + timedelta(hours=1))


def _run(records: dg.DagsterInstance, run_id: str, first: str, last: str, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        done = defs.resolve_job_def(JOB.name).execute_in_process(
            instance=records, tags=span(first, last), run_id=run_id, run_config=QUIET, raise_on_error=False
        )
    failures = {
        event.step_key: str(event.step_failure_data.error)
        for event in done.all_events
        if event.is_step_failure
    }
    assert "no paper" in failures["labels"], failures["labels"]
    assert set(failures) == {"fines_paid", "labels"}


def plain(value: Any) -> Any:
    """A value of Dagster's as JSON, without what was measured and where it lay."""
    text = value if isinstance(value, str) else serialize_value(value)
    text = re.sub(r'"(duration_ms|create_timestamp|pid)": [0-9.]+', r'"\1": 0', text)
    text = re.sub(r"\b[0-9.]+m?s\b", "0s", text)
    text = re.sub(r'"log_key": "[a-z]{8}"', '"log_key": ""', text)
    return json.loads(text) if text[:1] in "{[" else text


def paged(records: dg.DagsterInstance, run_id: str, **asked: Any) -> list[Any]:
    """Page after page of a run's events: ids, cursors, whether there is more, and the events."""
    pages, cursor = [], asked.pop("cursor", None)
    while True:
        page = records.get_records_for_run(run_id, cursor=cursor, **asked)
        pages.append(
            (
                page.cursor,
                page.has_more,
                [(record.storage_id, plain(record.event_log_entry)) for record in page.records],
            )
        )
        cursor = page.cursor
        if not page.has_more:
            return pages


def answers(records: dg.DagsterInstance, *run_ids: str) -> dict[str, Any]:
    """What Dagster says of its records, by question."""
    storage = records.event_log_storage
    kinds = dg.DagsterEventType
    said: dict[str, Any] = {}
    for run_id in run_ids:
        said |= {
            f"{run_id} log": [plain(entry) for entry in records.all_logs(run_id)],
            f"{run_id} pages": paged(records, run_id, limit=17),
            f"{run_id} pages back": paged(records, run_id, limit=17, ascending=False),
            f"{run_id} from the 11th": paged(
                records, run_id, cursor=EventLogCursor.from_offset(11).to_string()
            ),
            f"{run_id} materializations": paged(
                records, run_id, of_type=kinds.ASSET_MATERIALIZATION, limit=9
            ),
            f"{run_id} steps and plans back": paged(
                records,
                run_id,
                of_type={kinds.STEP_SUCCESS, kinds.ASSET_MATERIALIZATION_PLANNED},
                limit=5,
                ascending=False,
            ),
            f"{run_id} stats": plain(records.get_run_stats(run_id)),
            f"{run_id} step stats": [plain(each) for each in records.get_run_step_stats(run_id)],
            f"{run_id} chosen step": [plain(each) for each in records.get_run_step_stats(run_id, ["loans"])],
            f"{run_id} partitions": storage.get_asset_partitions_for_run(run_id),
            f"{run_id} partitions made": storage.get_asset_partitions_for_run(
                run_id, kinds.ASSET_MATERIALIZATION
            ),
            f"{run_id} planned in": [
                storage.get_latest_planned_materialization_info(key) for key in (loans.key, labels.key)
            ],
        }
    keys = sorted(records.all_asset_keys())
    said["keys"] = keys
    said["asset records"] = [
        (
            record.asset_entry.asset_key,
            plain(record.asset_entry.last_materialization_record or "none"),
            record.asset_entry.last_run_id,
            record.asset_entry.asset_details,
        )
        for record in sorted(records.get_asset_records(keys), key=lambda each: each.asset_entry.asset_key)
    ]
    for key in keys:
        name = key.to_user_string()
        for kind in (
            kinds.ASSET_MATERIALIZATION,
            kinds.ASSET_MATERIALIZATION_PLANNED,
            kinds.ASSET_OBSERVATION,
        ):
            said[f"{name} latest {kind.value}"] = storage.get_latest_storage_id_by_partition(key, kind)
            said[f"{name} tags {kind.value}"] = (
                storage.get_latest_tags_by_partition(key, kind, ["dagster/data_version"])
                if kind in (kinds.ASSET_MATERIALIZATION, kinds.ASSET_OBSERVATION)
                else None
            )
        said[f"{name} materialized"] = records.get_materialized_partitions(key)
        said[f"{name} tried in vain"] = (
            storage.get_latest_asset_partition_materialization_attempts_without_materializations(key)
        )
        said[f"{name} event tags"] = [dict(each) for each in storage.get_event_tags_for_asset(key)]
        latest = records.get_latest_materialization_event(key)
        said[f"{name} latest"] = plain(latest) if latest else None
        summaries = storage.get_asset_event_summary_records(kinds.ASSET_MATERIALIZATION, asset_key=key)
        said[f"{name} summaries"] = list(summaries)
        for way in (True, False):
            for ask in (records.fetch_materializations, records.fetch_observations):
                cursor, pages = None, []
                while True:
                    page = ask(key, limit=11, cursor=cursor, ascending=way)
                    pages.append(
                        (
                            page.cursor,
                            [(each.storage_id, plain(each.event_log_entry)) for each in page.records],
                        )
                    )
                    cursor = page.cursor
                    if not page.has_more:
                        break
                said[f"{name} {ask.__name__} {way}"] = pages
        if key in (loans.key, fines.key):
            cache = get_and_update_asset_status_cache_value(records, key, DAYS)
            said[f"{name} cache"] = plain(cache) if cache else None
    check_keys = [check for each in CHECKS for check in each.check_keys]
    said["checks"] = {
        str(check): [
            (made.id, made.run_id, made.status, plain(made.event) if made.event else None, made.partition)
            for made in storage.get_asset_check_execution_history(check, limit=10)
        ]
        for check in check_keys
    }
    said["latest checks"] = {
        str(check): (made.id, made.status, made.run_id)
        for check, made in storage.get_latest_asset_check_execution_by_key(check_keys).items()
    }
    said["check summaries"] = {
        str(check): made.last_check_execution_record.id if made.last_check_execution_record else None
        for check, made in storage.get_asset_check_summary_records(check_keys).items()
    }
    if storage.is_run_sharded:
        for way in (True, False):
            asked = EventRecordsFilter(kinds.ASSET_CHECK_EVALUATION_PLANNED)
            said[f"planned checks {way}"] = [
                (each.storage_id, plain(each.event_log_entry))
                for each in storage.get_event_records(asked, limit=3, ascending=way)
            ]
    changes = records.fetch_run_status_changes(kinds.RUN_FAILURE, limit=5)
    said["failures"] = (changes.cursor, [(each.storage_id, each.run_id) for each in changes.records])
    said["runs"] = [(run.run_id, run.status, dict(run.tags)) for run in records.get_runs()]
    return said


PAGES = {
    "run": """query($run: ID!) { runOrError(runId: $run) { ... on Run { status startTime endTime
        stats { ... on RunStatsSnapshot { stepsSucceeded stepsFailed materializations startTime endTime } }
        stepStats { stepKey status startTime endTime attempts { startTime } materializations { partition } }
        assets { key { path } } assetMaterializations { partition timestamp }
        assetCheckEvaluations: assetChecks { name assetKey { path } } } ... on PythonError { message } } }""",
    "log": """query($run: ID!) { logsForRun(runId: $run, limit: 60) { ... on EventConnection { cursor hasMore
        events { __typename ... on MessageEvent { message timestamp stepKey level }
        ... on MaterializationEvent { partition metadataEntries { label } } } }
        ... on PythonError { message } } }""",
    "runs": """query { runsOrError { ... on Runs { results { runId status startTime
        assetSelection { path } tags { key value } } } ... on PythonError { message } } }""",
    "asset": """query { assetOrError(assetKey: {path: ["loans"]}) { ... on Asset {
        assetMaterializations(limit: 50) { runId partition timestamp metadataEntries { label }
        tags { key value } stepKey } assetObservations(limit: 5) { runId } latestEventSortKey } } }""",
    "partitions": """query { assetNodes { assetKey { path } assetPartitionStatuses { __typename
        ... on TimePartitionStatuses { ranges { status startKey endKey } } }
        partitionStats { numMaterialized numPartitions numFailed numMaterializing }
        latestMaterializationByPartition(partitions: ["2026-01-05", "2026-01-12"]) { runId partition }
        staleStatus dataVersion freshnessStatusInfo { freshnessStatus } } }""",
    "latest": """query { assetsLatestInfo(assetKeys: [{path: ["loans"]}, {path: ["labels"]}]) {
        assetKey { path } latestMaterialization { runId timestamp } unstartedRunIds inProgressRunIds
        latestRun { id status } } }""",
    "checks": """query { assetNodes { assetKey { path } assetChecksOrError { ... on AssetChecks { checks {
        name executionForLatestMaterialization { runId status evaluation { success } } } } } } }""",
}


def pages(records: dg.DagsterInstance, workspace: WorkspaceProcessContext, *run_ids: str) -> dict[str, Any]:
    """What the UI is told, page by page."""
    said = {}
    context = workspace.create_request_context()
    for name, query in PAGES.items():
        for run_id in run_ids if "$run" in query else ("",):
            with time_machine.travel(NOW + timedelta(hours=2), tick=False):
                result = execute_dagster_graphql(context, query, {"run": run_id} if run_id else None)
            assert result.data, f"{name} {result.errors}"
            said[f"{name} {run_id}"] = plain(json.dumps(result.data))
    return said
