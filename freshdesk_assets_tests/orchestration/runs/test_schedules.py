"""Each schedule requests its days once, and none while another run reads them."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.names import BY_CADENCE, ONLY_MISSING, PROCESS, RECONCILE, RECONCILE_JOB
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.signs_of_life import this_process
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.orchestration.runs.ticking import enqueue, only, schedule_tick, span_of
from freshdesk_assets_tests.programs.hold_file import holding
from freshdesk_assets_tests.recording import recording
from freshdesk_assets_tests.replica.account import by_default

START = datetime(2026, 3, 1, tzinfo=UTC)
SHELVES = declared("shelves")
RULES = declared("rules", sync=FullList(), cadence=Cadence.SLOW)
NOON = datetime(2026, 3, 18, 12, 15, tzinfo=UTC)
NIGHT = datetime(2026, 3, 18, 0, 10, tzinfo=UTC)

SCHEDULES = {"keep_current", "close_yesterday", "slow_tables", "reread_nightly", "reread_weekly"}


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with recording(tmp_path) as made:
        yield made


@pytest.fixture
def file(tmp_path: Path) -> DuckDBFile:
    return DuckDBFile(database=str(tmp_path / "replica.duckdb"))


@pytest.fixture
def replica(file: DuckDBFile) -> dg.Definitions:
    return made_with(file)


def made_with(file: DuckDBFile, **settings: Any) -> dg.Definitions:
    decided = Settings(**{"start_date": START, "partitions": PartitionLength.DAILY, **settings})
    return build_defs(decided, Catalog([SHELVES, RULES]), resources={"duckdb": file})


def materialize_until(replica: dg.Definitions, instance: dg.DagsterInstance, last: str) -> None:
    """Records of every table's partitions, as a sync leaves them."""
    graph = replica.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        partitions = graph.get(key).partitions_def
        for day in partitions.get_partition_keys(current_time=NOON) if partitions else ():
            if day <= last:
                instance.report_runless_asset_event(dg.AssetMaterialization(key, partition=day))


def test_schedules_are_off_until_their_owner_turns_them_on(file: DuckDBFile) -> None:
    """Who only opens the UI must not find that it read all night."""
    for decided, status in (({}, "STOPPED"), ({"schedules": True}, "RUNNING")):
        schedules = list(made_with(file, **decided).schedules or ())
        found = {each.name: each.default_status.name for each in schedules}
        assert {name: found[name] for name in SCHEDULES} == dict.fromkeys(SCHEDULES, status)
        assert all(each.description for each in schedules)


def test_the_first_look_is_at_all_days_and_the_next_at_today(
    replica: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    first = only(schedule_tick(replica, "keep_current", NOON, instance))
    assert span_of(first) == ("2026-03-01", "2026-03-18")
    assert first.tags[ONLY_MISSING] == "true"
    assert first.run_key == "keep_current 2026-03-18T12:15Z", "one run for a tick that is evaluated twice"
    materialize_until(replica, instance, "2026-03-17")
    assert span_of(only(schedule_tick(replica, "keep_current", NOON, instance))) == (
        "2026-03-18",
        "2026-03-18",
    )


def test_a_look_is_at_the_tables_of_its_cadence_and_what_is_made_of_them() -> None:
    """Set-up changes once a month: asking for it every quarter of an hour is a thousand credits a day."""
    replica = build_defs(Settings(start_date=START, partitions=PartitionLength.DAILY))
    graph = replica.resolve_asset_graph()
    read = {}
    for cadence, job in BY_CADENCE.items():
        keys = replica.resolve_job_def(job).asset_layer.executable_asset_keys
        read[cadence] = {key.path[-1] for key in keys if "freshdesk" in graph.get(key).kinds}
        assert dg.AssetKey(["published", "copy"]) in keys
        assert dg.AssetKey(["relations", "tickets"]) in keys
    declared = {
        cadence: {each.name for each in by_default() if each.cadence is cadence} for cadence in Cadence
    }
    assert read == declared
    for name in ("close_yesterday", "reread_nightly", "reread_weekly"):
        assert replica.resolve_schedule_def(name).job_name == BY_CADENCE[Cadence.LIVE]
    assert replica.resolve_schedule_def("slow_tables").job_name == BY_CADENCE[Cadence.SLOW]


def test_what_runs_many_times_a_day_makes_only_the_checks_that_block() -> None:
    """The others took 40 % of the CPU and 60 % of the records of a run that found nothing new."""
    replica = build_defs(Settings(start_date=START, partitions=PartitionLength.DAILY))
    jobs = {name: replica.resolve_job_def(name).asset_layer for name in ("keep_current", "replicate_live")}
    often, nightly = jobs["keep_current"], jobs["replicate_live"]
    assert replica.resolve_schedule_def("keep_current").job_name == "keep_current"
    assert often.executable_asset_keys == nightly.executable_asset_keys
    live = {table.name for table in by_default() if table.cadence is Cadence.LIVE}
    made = often.asset_graph.asset_check_keys
    assert made < nightly.asset_graph.asset_check_keys
    assert {(key.asset_key.path[-1], key.name) for key in made} == {(name, "key") for name in live}


def test_yesterday_is_closed_after_its_end(replica: dg.Definitions, instance: dg.DagsterInstance) -> None:
    """Until then its last tickets are newer than its last materialization."""
    request = only(schedule_tick(replica, "close_yesterday", NIGHT, instance))
    assert span_of(request) == ("2026-03-17", "2026-03-17")
    assert request.tags[ONLY_MISSING] == "true"


def test_a_month_that_goes_on_is_not_closed(file: DuckDBFile, instance: dg.DagsterInstance) -> None:
    monthly = made_with(file, partitions=PartitionLength.MONTHLY)
    assert schedule_tick(monthly, "close_yesterday", NIGHT, instance) == "no partition ended at midnight"
    april = datetime(2026, 4, 1, 0, 10, tzinfo=UTC)
    assert span_of(only(schedule_tick(monthly, "close_yesterday", april, instance))) == (
        "2026-03-01",
        "2026-03-01",
    )


def test_set_up_is_looked_at_once_more_after_the_day_ended(
    replica: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    materialize_until(replica, instance, "2026-03-18")
    request = only(schedule_tick(replica, "slow_tables", NIGHT, instance))
    assert span_of(request) == ("2026-03-17", "2026-03-18")


@pytest.mark.parametrize(
    ("name", "first"), [("reread_nightly", "2026-03-15"), ("reread_weekly", "2026-03-01")]
)
def test_days_are_read_again_as_a_backfill_from_the_ui_would(
    replica: dg.Definitions, instance: dg.DagsterInstance, name: str, first: str
) -> None:
    """The same tags make the same run: a range of partitions, read whatever is stored."""
    materialize_until(replica, instance, "2026-03-18")
    request = only(schedule_tick(replica, name, NOON, instance))
    assert span_of(request) == (first, "2026-03-18")
    assert ONLY_MISSING not in request.tags


def test_days_to_read_again_are_settings_and_none_is_no_schedule(
    file: DuckDBFile, instance: dg.DagsterInstance
) -> None:
    replica = made_with(file, reread_nightly=7, reread_weekly=0)
    assert span_of(only(schedule_tick(replica, "reread_nightly", NOON, instance)))[0] == "2026-03-11"
    assert "reread_weekly" not in {each.name for each in replica.schedules or ()}


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_no_second_run_for_work_that_waits_or_is_under_way(
    replica: dg.Definitions, instance: dg.DagsterInstance, name: str, status: dg.DagsterRunStatus
) -> None:
    """A slow night would end in a queue of runs that read the same days one after the other."""
    request = only(schedule_tick(replica, name, NIGHT, instance))
    run = enqueue(instance, request, status)
    assert run in schedule_tick(replica, name, NIGHT + timedelta(days=1), instance)


def test_while_anything_reads_the_account_nothing_is_added_to_keep_it_current(
    replica: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    """The running one reads today too, or a later tick does. The night's runs wait in the queue."""
    nightly = only(schedule_tick(replica, "reread_nightly", NIGHT, instance))
    run = enqueue(instance, nightly, dg.DagsterRunStatus.STARTED)
    assert run in schedule_tick(replica, "keep_current", NOON, instance)
    only(schedule_tick(replica, "close_yesterday", NIGHT, instance))


def test_a_run_whose_process_is_gone_is_in_nobodys_way(
    replica: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    """A machine that was switched off leaves runs that are under way for good in the records."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    request = only(schedule_tick(replica, "keep_current", NOON, instance))
    host, _, _ = this_process().rpartition(":")
    tags = {**request.tags, PROCESS: f"{host}:{ended.pid}"}
    run = dg.DagsterRun(job_name=request.job_name or "", tags=tags, status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    only(schedule_tick(replica, "keep_current", NOON, instance))
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.FAILURE


def test_a_tick_does_not_wait_for_the_file(
    replica: dg.Definitions, instance: dg.DagsterInstance, file: DuckDBFile
) -> None:
    """A daemon that waits for an analyst evaluates no other schedule meanwhile."""
    with holding(file.path) as holder:
        assert "The next tick tries again" in schedule_tick(replica, "keep_current", NOON, instance)
        assert holder.poll() is None


@pytest.mark.parametrize(
    ("minutes", "cron"),
    [(5, "*/5 * * * *"), (60, "0 */1 * * *"), (120, "0 */2 * * *"), (1440, "0 0 * * *")],
)
def test_how_often_is_a_setting(minutes: int, cron: str, file: DuckDBFile) -> None:
    every = timedelta(minutes=minutes)
    assert made_with(file, every=every).resolve_schedule_def("keep_current").cron_schedule == cron


def test_a_night_asks_what_is_gone_whatever_the_days(instance: dg.DagsterInstance, file: DuckDBFile) -> None:
    """Its run compares all stored rows: its partition only says where Dagster records it."""
    replica = build_defs(Settings(start_date=START), declared_tables(), resources={"duckdb": file})
    request = only(schedule_tick(replica, "reconcile_nightly", NIGHT, instance))
    assert request.tags[RECONCILE] == "true"
    assert span_of(request) == ("2026-03-18", "2026-03-18")
    tables = {
        key.path[-1]
        for key in replica.resolve_job_def(RECONCILE_JOB).asset_layer.executable_asset_keys
        if key.path[-1] in declared_tables()
    }
    assert {"tickets", "time_entries", "contacts", "companies"} <= tables
