"""A store is small, shows what is new at once, and forgets what it is told to forget."""

import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import text

from freshdesk_assets.orchestration.names import REPLICATE
from freshdesk_assets.orchestration.records.event_databases import INDEX
from freshdesk_assets.orchestration.records.sqlite_events import SqliteEvents
from freshdesk_assets.orchestration.upkeep.tidying import tidy
from freshdesk_assets_tests.orchestration.records import recorded
from freshdesk_assets_tests.orchestration.records.recorded import FIRST, KEYS, NOW, SECOND
from freshdesk_assets_tests.orchestration.storing import QUIET, span


def test_a_removed_run_leaves_nothing(copied: dg.DagsterInstance) -> None:
    """Its tags are found by its events: those that went first would leave them for good."""
    copied.delete_run(FIRST)
    assert copied.all_logs(FIRST) == []
    assert copied.get_materialized_partitions(recorded.loans.key) == set(KEYS[10:15])
    storage = copied.event_log_storage
    assert isinstance(storage, SqliteEvents)
    with storage.index_connection() as connection:
        orphans = "select count(*) from asset_event_tags where event_id not in (select id from event_logs)"
        assert connection.execute(text(orphans)).scalar() == 0


def test_a_wiped_asset_is_forgotten_and_its_runs_logs_are_not(copied: dg.DagsterInstance) -> None:
    """As by the stock storage, which keeps the logs apart."""
    before = recorded.paged(copied, FIRST), copied.get_run_stats(FIRST)
    partitions = copied.event_log_storage.get_asset_partitions_for_run(FIRST)
    copied.wipe_assets([recorded.loans.key])
    assert copied.get_materialized_partitions(recorded.loans.key) == set()
    assert (recorded.paged(copied, FIRST), copied.get_run_stats(FIRST)) == before
    assert copied.event_log_storage.get_asset_partitions_for_run(FIRST) == partitions


def test_a_wiped_store_is_empty_and_takes_new_runs(copied: dg.DagsterInstance) -> None:
    """A file that was removed and is still open would take them along."""
    assert copied.all_logs(FIRST)
    copied.wipe()
    assert copied.all_logs(FIRST) == []
    recorded.run_second(copied)
    assert copied.get_materialized_partitions(recorded.loans.key) == set(KEYS[10:15])
    copied.reindex(print_fn=lambda _: None)
    assert copied.get_latest_materialization_event(recorded.loans.key)


def test_many_runs_are_read_with_few_open_files(copied: dg.DagsterInstance) -> None:
    """The UI goes through hundreds of runs, and a process has 1024 files."""
    storage = copied.event_log_storage
    assert isinstance(storage, SqliteEvents)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for number in range(60):
        storage.get_records_for_run(f"{number:08}-0000-4000-8000-000000000000")
    if before:
        assert len(os.listdir("/proc/self/fd")) < before + 40


def test_what_is_new_in_a_run_is_shown_at_once(copied: dg.DagsterInstance, tmp_path: Path) -> None:
    """The UI follows a run by its file; ours stands in the write-ahead log until long after the run."""
    seen: list[str] = []
    arrived = threading.Event()

    def see(entry: dg.EventLogEntry, cursor: str) -> None:
        seen.append(entry.get_dagster_event().message or "")
        arrived.set()

    last = copied.get_records_for_run(SECOND).cursor
    copied.watch_event_logs(SECOND, last, see)
    run = copied.get_run_by_id(SECOND)
    assert run
    with recorded.instance(tmp_path / "copied") as elsewhere:
        for number in range(3):
            arrived.clear()
            elsewhere.report_engine_event(f"word {number}", run)
            assert arrived.wait(10), "nothing was shown while the writer has the file open"
    copied.end_watch_event_logs(SECOND, see)
    assert seen == ["word 0", "word 1", "word 2"]


def test_the_command_that_migrates_an_instance_takes_ours(copied: dg.DagsterInstance, tmp_path: Path) -> None:
    """What Dagster tells one to run after an upgrade."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dagster")), "instance", "migrate"],
        env={**os.environ, "DAGSTER_HOME": str(tmp_path / "copied")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert copied.get_materialized_partitions(recorded.loans.key) == set(KEYS)


def test_a_tidied_run_leaves_no_file_and_no_open_one(copied: dg.DagsterInstance, tmp_path: Path) -> None:
    """Records are bounded by what is kept, those in batches too."""
    folder = tmp_path / "copied" / "history" / "runs"
    recorded._run(copied, "33333333-0000-4000-8000-000000000003", KEYS[0], KEYS[-1], NOW + timedelta(hours=9))
    assert list(folder.glob(f"{FIRST}.db*"))
    done = tidy(copied, NOW + timedelta(days=9))
    assert done.removed >= 1
    assert not list(folder.glob(f"{FIRST}.db*"))
    assert copied.get_materialized_partitions(recorded.loans.key) == set(KEYS)


ALL_DAYS = dg.DailyPartitionsDefinition("2025-01-01", end_date="2026-02-05", timezone="UTC")


def shelf(name: str) -> Any:
    def shelf(context: dg.AssetExecutionContext) -> None:
        for key in context.partition_keys:
            context.add_asset_metadata({"dagster/partition_row_count": 1234}, partition_key=key)

    return recorded._quietly(
        lambda: dg.asset(
            name=name,
            key_prefix="freshdesk",
            partitions_def=ALL_DAYS,
            backfill_policy=dg.BackfillPolicy.single_run(),
            code_version="e4f1c2",
        )
    )(shelf)


def test_an_asset_and_partition_costs_at_most_1500_bytes_of_records(tmp_path: Path) -> None:
    """Of six years by day and forty tables there are 88,000; Dagster's own takes 8 kB for each."""
    shelves = [shelf(f"shelf_{number}") for number in range(5)]
    keys = ALL_DAYS.get_partition_keys()
    assert len(keys) == 400
    with recorded.instance(tmp_path) as instance:
        job = dg.Definitions(shelves, jobs=[dg.define_asset_job(REPLICATE)]).resolve_job_def(REPLICATE)
        tags = span(keys[0], keys[-1])
        assert job.execute_in_process(instance=instance, tags=tags, run_config=QUIET).success
        assert instance.get_materialized_partitions(shelves[2].key) == set(keys)
    sizes = {file.name: file.stat().st_size for file in tmp_path.rglob("*.db*")}
    each = sum(sizes.values()) / (len(shelves) * len(keys))
    assert each <= 1500, (each, sizes)
    assert sizes[f"{INDEX}.db"]
