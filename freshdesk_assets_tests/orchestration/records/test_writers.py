"""Processes and threads write to one store at once, and any of them may be killed."""

import os
import random
import signal
import threading
import time
from contextlib import redirect_stderr
from functools import partial
from pathlib import Path

import dagster as dg
from sqlalchemy import text

from freshdesk_assets.orchestration.names import PROCESS
from freshdesk_assets.orchestration.records.sqlite_events import SqliteEvents
from freshdesk_assets.orchestration.run_lock import end_dead_runs
from freshdesk_assets.orchestration.signs_of_life import this_process
from freshdesk_assets_tests.orchestration.records import recorded
from freshdesk_assets_tests.orchestration.records.recorded import KEYS, SECOND
from freshdesk_assets_tests.orchestration.records.writing import forked, materialize
from freshdesk_assets_tests.orchestration.storing import span


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


def test_killed_at_any_point_the_store_is_readable_and_the_run_found_dead_and_run_again(
    tmp_path: Path,
) -> None:
    """`kill -9` has no point at which it does not come."""
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
        _, status = os.waitpid(child, 0)
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
            found = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))
        # It was measured while the machine was busier, or less busy, than it is now.
        whole *= 0.8 if os.WIFEXITED(status) else 1.0 if len(found) > len(ended) else 1.2
        ended = {run.run_id for run in found}
    assert ended, "no run was killed under way"
    with recorded.instance(tmp_path / "killed") as instance:
        assert materialize(instance).success
        assert instance.get_materialized_partitions(recorded.fines.key) == set(KEYS)
        whole_file = instance.event_log_storage
        assert isinstance(whole_file, SqliteEvents)
        with whole_file.index_connection() as connection:
            assert connection.execute(text("pragma integrity_check")).scalar() == "ok"
