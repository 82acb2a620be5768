"""One run at a time reads an account; a run whose process is gone is in nobody's way, wherever it was."""

import logging
import os
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import time_machine

from freshdesk_assets.orchestration.executor import build_executor, execute
from freshdesk_assets.orchestration.instance import dagster_instance
from freshdesk_assets.orchestration.names import POOL, PROCESS, REPLICATE
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.run_lock import end_dead_runs, run_lock, under_way
from freshdesk_assets.orchestration.signs_of_life import (
    SILENT,
    Sign,
    machine,
    showing_life,
    this_process,
    this_run,
)
from freshdesk_assets_tests.programs.hold_run import carrying_out

ELSEWHERE = "c0ffee000001"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DAGSTER_HOME with ours for a configuration."""
    made = tmp_path / "home"
    made.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(made))
    return made


def in_another_container(sign: str) -> Sign:
    """The sign as a container on the same machine would have left it: of another host, as process 1."""
    host, _, rest = Sign.read(sign).machine.partition("/")
    assert host != ELSEWHERE
    boot, _, _ = rest.partition("/")
    return replace(Sign.read(sign), machine=f"{ELSEWHERE}/{boot}/4026530000", process="1")


def on_another_machine(sign: str) -> Sign:
    """The sign as a process on another machine would have left it, even one of the same host name."""
    host, _, _ = Sign.read(sign).machine.partition("/")
    return replace(Sign.read(sign), machine=f"{host}/another-boot/4026530000", process="1")


def silent_for(file: Path, seconds: float) -> None:
    then = file.stat().st_mtime - seconds
    os.utime(file, (then, then))


def test_a_process_counts_as_dead_when_it_is_and_not_before(tmp_path: Path) -> None:
    """Process 1 of a container is always alive: the lock tells, whatever the host is called."""
    with carrying_out(tmp_path / "locks", "r1") as (process, sign):
        file = Sign.read(sign).file
        assert file is not None
        silent_for(file, 10 * SILENT)
        for seen in (Sign.read(sign), in_another_container(sign), on_another_machine(sign)):
            assert not seen.dead, "a process that was stopped for a while goes on"
        process.kill()
        process.wait()
        for seen in (Sign.read(sign), in_another_container(sign), on_another_machine(sign)):
            assert seen.dead


def test_a_run_on_another_machine_is_given_time_because_its_lock_may_not_be_seen(tmp_path: Path) -> None:
    """Some network volumes keep locks to one machine: a fresh file is a sign of life there."""
    with carrying_out(tmp_path / "locks", "r1") as (process, sign):
        process.kill()
        process.wait()
    there = on_another_machine(sign)
    assert there.file is not None
    assert not there.dead
    silent_for(there.file, SILENT + 1)
    assert there.dead
    there.file.unlink()
    assert not there.dead, "nobody can know"


def test_a_sign_without_a_file_is_judged_by_its_process_here_and_by_nothing_elsewhere() -> None:
    """As an earlier version wrote it, and as a run has it whose replica has no folder yet."""
    host, boot, *_ = machine().split("/")
    assert not Sign.read(this_process()).dead
    assert not Sign.read(f"{host}/{boot}:{os.getpid()} r1").dead
    assert Sign.read(f"{host}/{boot}:999999999 r1").dead
    assert Sign.read(f"{host}/before:{os.getpid()} r1").dead, "the machine was started anew"
    assert not Sign.read(f"{ELSEWHERE}/{boot}:1 r1").dead
    assert not Sign.read("").dead


def test_a_tag_holds_what_a_sign_says(tmp_path: Path) -> None:
    """Paths with blanks too."""
    made = Sign(machine="a/b/c", process="7", run="r1", file=tmp_path / "my replica.locks" / "r1.alive")
    assert Sign.read(str(made)) == made


def test_a_run_shows_life_until_its_process_has_told_of_its_end(tmp_path: Path) -> None:
    """Between the last step and the end that Dagster records, a run must not be taken for dead."""
    folder = tmp_path / "locks"
    with showing_life(folder, "first") as file:
        sign = Sign.read(this_process("first", file))
    assert not sign.dead
    with showing_life(folder, "second") as other:
        assert [each.name for each in folder.iterdir()] == [other.name if other else ""]


def test_a_file_that_a_dead_process_left_is_removed_after_a_day(tmp_path: Path) -> None:
    with carrying_out(tmp_path / "locks", "old") as (process, sign):
        process.kill()
        process.wait()
    left = Sign.read(sign).file
    assert left is not None
    silent_for(left, 90_000)
    with showing_life(tmp_path / "locks", "new"):
        assert not left.exists()


def test_runs_of_one_replica_wait_for_each_other_in_two_containers_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two containers share the volume and no folder for temporary files; the wait names the other."""
    folder, said = tmp_path / "locks", list[str]()
    with carrying_out(folder, "theirs") as (process, _):

        def be_told(line: str) -> None:
            said.append(line)
            process.kill()
            process.wait()

        (tmp_path / "own").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "own"))
        with run_lock("acme", folder, this_run("ours"), be_told):
            assert len(said) == 1
    assert f"waiting for run theirs (process {process.pid} of " in said[0]
    assert str(folder) in said[0]


def test_two_replicas_of_one_account_wait_for_each_other(tmp_path: Path) -> None:
    """They share the account's limit. However the address is written, it is one account."""
    said = list[str]()
    with carrying_out(tmp_path / "one", "theirs") as (process, _):

        def be_told(line: str) -> None:
            said.append(line)
            process.kill()
            process.wait()

        with run_lock("ACME ", tmp_path / "other", this_run("ours"), be_told):
            assert len(said) == 1
    assert "reads the same account" in said[0]


def test_where_nothing_can_be_locked_a_run_goes_on_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = list[str]()
    with run_lock("nobody else's", tmp_path / "file", this_run("ours"), said.append):
        pass
    assert len(said) == 1
    assert "cannot be locked" in said[0]


def begun(instance: dg.DagsterInstance, sign: Sign) -> dg.DagsterRun:
    """A run under way, carried out by the process of a sign."""
    run = dg.DagsterRun(job_name=REPLICATE, status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    instance.add_run_tags(run.run_id, {PROCESS: str(replace(sign, run=run.run_id))})
    return run


def test_a_run_whose_container_is_gone_is_ended_and_gives_its_place_back(tmp_path: Path, home: Path) -> None:
    """Else schedules skip every tick, and the next run waits for its place, for a day."""
    with dagster_instance() as instance:
        places = instance.event_log_storage
        with carrying_out(tmp_path / "locks", "r1") as (process, sign):
            run = begun(instance, in_another_container(sign))
            assert places.claim_concurrency_slot(POOL, run.run_id, "freshdesk__tickets").is_claimed
            found = under_way(instance)
            assert found is not None
            assert found.run_id == run.run_id
            process.kill()
            process.wait()
        assert under_way(instance) is None
        assert places.get_concurrency_info(POOL).claimed_slots == []
        ended = instance.get_run_by_id(run.run_id)
        assert ended is not None
        assert ended.status is dg.DagsterRunStatus.FAILURE


def test_places_of_runs_that_others_ended_or_removed_are_given_back(home: Path) -> None:
    """Somebody marks a run as failed in the UI, or removes it: its place would stay taken for good."""
    with dagster_instance() as instance:
        places = instance.event_log_storage
        places.set_concurrency_slots(POOL, 3)
        ended, gone, alive = (begun(instance, Sign.read("")) for _ in range(3))
        for run in (ended, gone, alive):
            assert places.claim_concurrency_slot(POOL, run.run_id, "step").is_claimed
        instance.report_run_failed(ended)
        instance.run_storage.delete_run(gone.run_id)
        end_dead_runs(instance)
        (left,) = places.get_concurrency_info(POOL).claimed_slots
        assert left.run_id == alive.run_id


def test_a_run_that_never_began_is_ended_where_dagster_does_not_do_it(home: Path) -> None:
    """Run monitoring is off unless a configuration turns it on."""
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    with dagster_instance() as instance:
        run = dg.DagsterRun(job_name=REPLICATE, status=dg.DagsterRunStatus.STARTING)
        instance.add_run(run)
        assert under_way(instance) is not None
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
            assert under_way(instance) is None


def test_a_step_says_what_it_waits_for_and_begins_when_it_gets_its_place(tmp_path: Path, home: Path) -> None:
    """With pools limited by step, Dagster's own loop waits in silence and keeps a core busy."""
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    waits = list[str]()

    @dg.asset(pool=POOL)
    def books() -> None:
        """A step that needs a place."""

    with dagster_instance() as instance:
        other = begun(instance, Sign.read(""))
        places = instance.event_log_storage
        assert places.claim_concurrency_slot(POOL, other.run_id, "theirs").is_claimed

        class Freeing(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                if "waits for a place" in record.getMessage():
                    waits.append(record.getMessage())
                    places.free_concurrency_slots_for_run(other.run_id)

        @dg.logger
        def listening(_context: dg.InitLoggerContext) -> logging.Logger:
            made = logging.Logger("listening", logging.INFO)
            made.addHandler(Freeing())
            return made

        definitions = dg.Definitions(
            assets=[books],
            jobs=[dg.define_asset_job("all", selection="*")],
            executor=build_executor(DuckDBFile(database=str(tmp_path / "replica.duckdb"))),
            loggers={"listening": listening},
            resources={"io_manager": dg.mem_io_manager},
        )
        result = execute(
            definitions.resolve_job_def("all"), instance, tags={}, run_config={"loggers": {"listening": {}}}
        )
    assert result.success
    (said,) = waits
    assert f"books waits for a place in the pool {POOL}, held by step theirs of run {other.run_id}" in said
