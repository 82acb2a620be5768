"""What our storages record is what Dagster's own record: the same events, the same answers, smaller."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import time_machine
from sqlalchemy import create_engine, text

from freshdesk_assets.orchestration.names import PROCESS, REPLICATE
from freshdesk_assets.orchestration.records.blocks import BLOCK
from freshdesk_assets.orchestration.records.event_databases import INDEX
from freshdesk_assets.orchestration.records.sqlite_events import SqliteEvents
from freshdesk_assets.orchestration.records_postgres import PostgresRecords
from freshdesk_assets.orchestration.run_lock import end_dead_runs, this_process
from freshdesk_assets.orchestration.upkeep.tidying import tidy
from freshdesk_assets_tests.orchestration.records import recorded
from freshdesk_assets_tests.orchestration.records.recorded import FIRST, KEYS, NOW, SECOND
from freshdesk_assets_tests.orchestration.storing import QUIET, span
from freshdesk_assets_tests.replica.unattended import Daemon

pytestmark = pytest.mark.filterwarnings(
    "ignore:The 'warn' method is deprecated:DeprecationWarning"  # Dagster's daemon has lost its place
)

Make = Callable[[Path], dg.DagsterInstance]


@dataclass(frozen=True)
class Recording:
    """What was answered about two runs: from inside of them, after them, to the UI and to the daemon."""

    home: Path
    midway: list[dict[str, Any]]
    after: dict[str, Any]
    pages: dict[str, Any]
    ticks: dict[str, Any]


def half_way(home: Path) -> Path:
    """The store as it was between the two runs."""
    return home.with_name(f"{home.name} half way")


def recording(home: Path, first: Make, second: Make) -> Recording:
    """Two runs, each recorded by an instance of its own."""
    recorded.MIDWAY.clear()
    if not home.exists():
        with first(home) as instance:
            recorded.run_first(instance)
        shutil.copytree(home, half_way(home))
    with second(home) as instance:
        recorded.run_second(instance)
        after = recorded.answers(instance, FIRST, SECOND)
        daemon = Daemon(instance, recorded.__name__)
        with daemon.workspace as workspace:
            pages = recorded.pages(instance, workspace, FIRST, SECOND)
            with time_machine.travel(NOW + timedelta(hours=3), tick=False):
                daemon.iterate()
        ticks: dict[str, Any] = {
            state.instigator_name: (
                getattr(state.instigator_data, "cursor", None),
                [
                    (tick.status, tick.skip_reason, tick.run_keys, tick.error)
                    for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id)
                ],
            )
            for state in sorted(instance.all_instigator_state(), key=lambda each: each.instigator_name)
        }
        ticks["freshness"] = instance.get_freshness_state_records([recorded.catalogue.key])
    return Recording(home, list(recorded.MIDWAY), after, pages, ticks)


@pytest.fixture(scope="module")
def by_stock(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return recording(tmp_path_factory.mktemp("records") / "stock", recorded.stock, recorded.stock)


@pytest.fixture(scope="module")
def by_ours(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return recording(tmp_path_factory.mktemp("records") / "ours", recorded.instance, recorded.instance)


def forked(work: Callable[[], object]) -> int:
    """A process that does this and ends, whatever happens: it must not continue with our tests."""
    child = os.fork()
    if child:
        return child
    failed = 1
    try:
        work()
        failed = 0
    finally:
        if failed:
            traceback.print_exc()
        os._exit(failed)


def same(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """Question by question, so that a difference says which."""
    assert list(given) == list(expected)
    for question, answer in expected.items():
        assert given[question] == answer, question


def test_every_question_is_answered_as_by_the_stock_storage(by_stock: Recording, by_ours: Recording) -> None:
    """Storage ids included: cursors that sensors and the UI kept stay valid with either storage."""
    assert len(by_stock.after) > 100
    same(by_ours.after, by_stock.after)


def test_a_run_under_way_is_seen_as_by_the_stock_storage(by_stock: Recording, by_ours: Recording) -> None:
    """Asked from inside of a step: what is planned, tried and made so far."""
    assert len(by_ours.midway) == len(by_stock.midway) == 2
    for given, expected in zip(by_ours.midway, by_stock.midway, strict=True):
        same(given, expected)


def test_the_ui_shows_the_same(by_stock: Recording, by_ours: Recording) -> None:
    """Its own GraphQL: run, log, history, partitions, checks."""
    assert by_stock.pages[f"run {FIRST}"]["runOrError"]["stats"]["materializations"] == 41
    same(by_ours.pages, by_stock.pages)


def test_sensors_and_freshness_policies_see_the_same(by_stock: Recording, by_ours: Recording) -> None:
    """An asset sensor, one of failed runs, one that asks for a check, and the daemon's look at freshness."""
    assert {"on_loans", "on_failure", "on_check"} <= set(by_stock.ticks)
    assert by_stock.ticks["freshness"]
    same(by_ours.ticks, by_stock.ticks)


def test_it_is_batches_that_are_stored(by_ours: Recording) -> None:
    """Else the other tests would compare the stock storage with itself."""
    with sqlite3.connect(by_ours.home / "history" / "runs" / f"{FIRST}.db") as run:
        held = run.execute("select step_key from event_logs where dagster_event_type = ?", [BLOCK]).fetchall()
    run.close()
    assert ('{"ASSET_MATERIALIZATION": 20}',) in held


def test_a_store_of_the_stock_storage_is_read_and_continued(tmp_path: Path, by_stock: Recording) -> None:
    """Whoever has run an earlier version has such a store in DAGSTER_HOME."""
    home = shutil.copytree(half_way(by_stock.home), tmp_path / "continued")
    continued = recording(home, recorded.stock, recorded.instance)
    same(continued.after, by_stock.after)
    same(continued.pages, by_stock.pages)


@pytest.fixture
def copied(by_ours: Recording, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """A store of ours to change."""
    shutil.copytree(by_ours.home, tmp_path / "copied")
    with recorded.instance(tmp_path / "copied") as instance:
        yield instance


def test_a_removed_run_leaves_nothing(copied: dg.DagsterInstance) -> None:
    """Tags are found by their events: if the events were deleted first, the tags would stay for good."""
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


def test_a_forked_process_and_many_threads_write_to_one_store(copied: dg.DagsterInstance) -> None:
    """Dagster's executors fork, and its UI answers from threads; SQLite forbids to share a connection."""
    run = copied.get_run_by_id(SECOND)
    assert run
    before = len(copied.all_logs(SECOND))
    threads = [
        threading.Thread(target=copied.report_engine_event, args=(f"thread {number}", run))
        for number in range(8)
    ]
    child = forked(lambda: copied.report_engine_event("a child", run))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert os.waitpid(child, 0)[1] == 0
    assert len(copied.all_logs(SECOND)) == before + 9


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


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    """The daemon, the UI and two commands have the same store open, from its first moment."""

    def write(number: int) -> None:
        days = span(KEYS[number * 5], KEYS[number * 5 + 4])
        said = (tmp_path / f"{number}.said").open("w")
        with said, redirect_stderr(said), recorded.instance(tmp_path / "records") as instance:
            for _ in range(3):
                materialize(instance, **days)

    writers = [forked(partial(write, number)) for number in range(4)]
    assert [os.waitpid(writer, 0)[1] for writer in writers] == [0, 0, 0, 0]
    assert {file.read_text() for file in tmp_path.glob("*.said")} == {""}
    with recorded.instance(tmp_path / "records") as instance:
        assert instance.get_materialized_partitions(recorded.loans.key) == set(KEYS)
        runs = instance.get_runs()
        assert len(runs) == 12
        for run in runs:
            assert run.status is dg.DagsterRunStatus.SUCCESS
            assert instance.get_run_stats(run.run_id).materializations == 10


def materialize(instance: dg.DagsterInstance, **tags: str) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [recorded.loans, recorded.fines],
        instance=instance,
        tags={**span(KEYS[0], KEYS[-1]), **tags},
        run_config=QUIET,
    )


def test_killed_at_any_point_the_store_is_readable_and_the_run_found_dead_and_run_again(
    tmp_path: Path,
) -> None:
    """`kill -9` can come at any point."""
    points = random.Random(3)
    with recorded.instance(tmp_path / "whole") as instance:
        materialize(instance)  # what is slow once alone is not measured
        started = time.monotonic()
        materialize(instance)
        whole = time.monotonic() - started

    def be_killed() -> None:
        with recorded.instance(tmp_path / "killed") as instance:
            materialize(instance, **{PROCESS: this_process()})

    ended: set[str] = set()
    for tried in range(40):
        if tried >= 12 and ended:
            break
        child = forked(be_killed)
        time.sleep(points.uniform(0.1, 1) * whole)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with recorded.instance(tmp_path / "killed") as instance:
            for run in instance.get_runs():
                known = instance.all_logs(run.run_id)
                made = instance.event_log_storage.get_asset_partitions_for_run(
                    run.run_id, dg.DagsterEventType.ASSET_MATERIALIZATION
                )
                assert all(len(of_asset) in (0, 20) for of_asset in made.values()), "half a batch"
                assert instance.get_run_stats(run.run_id).materializations == sum(map(len, made.values()))
                assert known or run.status is dg.DagsterRunStatus.NOT_STARTED
            end_dead_runs(instance)
            unfinished = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]
            assert not instance.get_runs(dg.RunsFilter(statuses=unfinished))
            ended |= {
                run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))
            }
    assert ended, "no run was killed under way"
    with recorded.instance(tmp_path / "killed") as instance:
        assert materialize(instance).success
        assert instance.get_materialized_partitions(recorded.fines.key) == set(KEYS)
        whole_file = instance.event_log_storage
        assert isinstance(whole_file, SqliteEvents)
        with whole_file.index_connection() as connection:
            assert connection.execute(text("pragma integrity_check")).scalar() == "ok"


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


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes databases by their names; the address of each."""
    pgserver = pytest.importorskip("pgserver", reason="no Postgres for this platform comes from a package")
    server = pgserver.get_server(tmp_path / "postgres")
    uri = str(server.get_uri())

    def make(name: str) -> str:
        admin = create_engine(uri, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"create database {name}"))
        admin.dispose()
        return uri.replace("/postgres?", f"/{name}?")

    try:
        yield make
    finally:
        server.cleanup()


def on_server(url: str) -> dict[str, Any]:
    """Ours, in Postgres."""
    named = {"module": PostgresRecords.__module__, "class": PostgresRecords.__name__}
    return {"custom": {**named, "config": {"postgres_url": url}}}


def test_postgres_answers_as_it_does_with_the_stock_storage(
    database: Callable[[str], str], tmp_path: Path
) -> None:
    """The same, on a server: there the stock storage batches materializations, and nothing else."""

    def recorded_in(name: str, storage: dict[str, Any]) -> Recording:
        def make(home: Path) -> dg.DagsterInstance:
            instance = recorded.instance(home, storage)
            # As the UI does: else each question is a connection of its own.
            instance.optimize_for_webserver(statement_timeout=60_000, pool_recycle=600, max_overflow=20)
            return instance

        return recording(tmp_path / name, make, make)

    stock = recorded_in("stock", {"postgres": {"postgres_url": database("stock")}})
    ours = recorded_in("ours", on_server(database("ours")))
    same(ours.after, stock.after)
    same(ours.pages, stock.pages)
    same(ours.ticks, stock.ticks)
    for given, expected in zip(ours.midway, stock.midway, strict=True):
        same(given, expected)


def test_postgres_takes_batches_of_several_processes_and_of_killed_ones(
    database: Callable[[str], str], tmp_path: Path
) -> None:
    """A batch locks the table of events; others continue after it, even if its process is killed."""
    storage = on_server(database("ours"))
    with recorded.instance(tmp_path / "home", storage):
        pass

    def write(number: int) -> None:
        with recorded.instance(tmp_path / f"home {number}", storage) as instance:
            materialize(instance, **span(KEYS[number * 5], KEYS[number * 5 + 4]))

    children = [forked(partial(write, number)) for number in range(4)]
    time.sleep(random.Random(7).uniform(0.5, 1.5))
    os.kill(children[0], signal.SIGKILL)
    assert [os.waitpid(child, 0)[1] for child in children][1:] == [0, 0, 0]
    with recorded.instance(tmp_path / "home", storage) as instance:
        assert set(KEYS[5:]) <= instance.get_materialized_partitions(recorded.fines.key)
        assert materialize(instance).success
        assert instance.get_materialized_partitions(recorded.fines.key) == set(KEYS)
