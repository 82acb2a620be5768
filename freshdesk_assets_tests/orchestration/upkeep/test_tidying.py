"""Records of old runs are removed, except those with the latest of something."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import time_machine
from sqlalchemy import select

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.internals import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    SqlEventLogStorage,
    SqlEventLogStorageTable,
)
from freshdesk_assets.orchestration.names import TIDY
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.upkeep.tidying import tidy
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets_tests.orchestration.runs.ticking import only, schedule_tick
from freshdesk_assets_tests.orchestration.storing import QUIET
from freshdesk_assets_tests.recording import recording

DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-04", timezone="UTC")
NOW = datetime.now(UTC)


with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)

    @dg.asset(key_prefix="library", partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
    def loans() -> None:
        print("a line for the log of the step")  # noqa: T201


@dg.asset_check(asset=loans)
def key() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@dataclass
class Library:
    """One partitioned asset with a check, and the records of its runs."""

    folder: Path
    instance: dg.DagsterInstance
    defs: dg.Definitions = field(init=False)

    def __post_init__(self) -> None:
        job = dg.define_asset_job("lend", "library/loans")
        ours = build_defs(
            Settings(start_date=datetime(2026, 1, 1, tzinfo=UTC), partitions=PartitionLength.DAILY),
            Catalog([]),
            resources={"duckdb": DuckDBFile(database=str(self.folder / "replica.duckdb"))},
        )
        beside = dg.Definitions([loans], jobs=[job], asset_checks=[key])
        self.defs = dg.Definitions.merge(ours, beside)

    def run(self, day: str, days_ago: int, last_day: str | None = None) -> str:
        tags = {ASSET_PARTITION_RANGE_START_TAG: day, ASSET_PARTITION_RANGE_END_TAG: last_day or day}
        with time_machine.travel(NOW - timedelta(days=days_ago)):
            return (
                self.defs.resolve_job_def("lend")
                .execute_in_process(instance=self.instance, tags=tags, run_config=QUIET)
                .run_id
            )

    def files_of(self, run_id: str) -> list[Path]:
        return [each for each in self.folder.rglob(f"{run_id}*") if each.suffix != ".lock"]

    def runs(self) -> set[str]:
        return {run.run_id for run in self.instance.get_runs()}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with recording(tmp_path, logs=True) as instance:
        yield Library(tmp_path, instance)


def test_a_run_goes_unless_it_is_young_or_holds_the_latest_of_something(library: Library) -> None:
    """Without the run of its latest materialization a partition would be missing, and be read again."""
    superseded = library.run("2026-01-01", 60)
    latest_of_first, latest_of_second = library.run("2026-01-01", 50), library.run("2026-01-02", 40)
    young = library.run("2026-01-03", 5)
    known = library.instance.get_materialized_partitions(loans.key)

    done = tidy(library.instance, NOW - timedelta(days=30))
    assert (done.removed, done.kept) == (1, 2)
    assert library.runs() == {latest_of_first, latest_of_second, young}
    assert library.instance.get_materialized_partitions(loans.key) == known == set(DAYS.get_partition_keys())
    assert library.files_of(superseded) == []
    assert library.files_of(young)


def test_of_a_kept_run_only_the_latest_events_are_kept(library: Library) -> None:
    """Each day some run is the last that read a partition again: with all its events, records would grow."""
    both = library.run("2026-01-01", 60, "2026-01-02")
    library.run("2026-01-02", 5)
    storage = library.instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)

    def stored() -> set[tuple[str, str]]:
        of_run = SqlEventLogStorageTable.c.run_id == both
        named = select(SqlEventLogStorageTable.c.dagster_event_type, SqlEventLogStorageTable.c.partition)
        with storage.index_connection() as connection:
            return {(type_, partition) for type_, partition in connection.execute(named.where(of_run))}

    materialized = dg.DagsterEventType.ASSET_MATERIALIZATION.value
    assert stored() > {(materialized, "2026-01-01"), (materialized, "2026-01-02")}
    tidy(library.instance, NOW - timedelta(days=30))
    assert stored() == {(materialized, "2026-01-01")}
    assert library.files_of(both) == []
    assert library.instance.get_materialized_partitions(loans.key) == {"2026-01-01", "2026-01-02"}
    latest = library.instance.fetch_materializations(
        dg.AssetRecordsFilter(loans.key, asset_partitions=["2026-01-01"]), limit=1
    )
    assert [record.run_id for record in latest.records] == [both]
    run = library.instance.get_run_by_id(both)
    assert run is not None
    assert run.is_success
    assert library.instance.get_records_for_run(both).records == []


def test_the_latest_result_of_a_check_is_kept_and_earlier_ones_are_not(library: Library) -> None:
    """Dagster keeps results of checks apart from runs, and forgets them there when it removes a run."""
    first, last = library.run("2026-01-01", 60), library.run("2026-01-01", 50)

    def made_by() -> set[str]:
        storage, check = library.instance.event_log_storage, next(iter(key.check_keys))
        return {made.run_id for made in storage.get_asset_check_execution_history(check, limit=10)}

    assert made_by() == {first, last}
    tidy(library.instance, NOW - timedelta(days=30))
    assert made_by() == {last}


def test_once_a_night_is_enough_and_what_dead_processes_left_goes_too(library: Library) -> None:
    """A table that is not read for weeks sweeps no folder; the night's tidying does."""
    removed = library.run("2026-01-01", 60)
    library.run("2026-01-01", 50)
    left = library.folder / "replica.duckdb.spool" / "12345-shelves-x"
    left.mkdir(parents=True)
    (left / "in_use").touch()
    job = library.defs.resolve_job_def(TIDY)
    request = only(schedule_tick(library.defs, TIDY, NOW, library.instance))
    assert job.execute_in_process(instance=library.instance, tags=request.tags, run_config=QUIET).success
    assert removed not in library.runs()
    assert not left.exists()
