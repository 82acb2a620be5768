"""Ctrl-C and SIGTERM end a command in a word, at any moment, and the next sync goes on where it was."""

import logging
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from freshdesk_assets.orchestration.executor import build_executor, execute
from freshdesk_assets_tests.chaos.site import INTERRUPT, TABLES_ALONE, Ended, Forks, Site, site
from freshdesk_assets_tests.programs import FOUND, ROOT

TERMINATE = signal.SIGTERM
STOPPED = "Stopped; what was read is stored"

UNDER_WAY = 32
"""Calls for single rows that are made or about to be, at most: twice the workers of the client."""


@pytest.fixture
def place(forked: Forks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with site(tmp_path, forked, seed=6, tickets=5, contacts=4, agents=3) as made:
        monkeypatch.setenv("DAGSTER_HOME", str(made.home))
        yield made


def stopped_at(place: Site, words: str, number: int, *arguments: str, times: int = 1) -> Ended:
    """A command that gets a signal, or several in a row, when it has printed a line with these words."""
    log = place.folder / f"pipe_{len(list(place.folder.glob('pipe_*')))}"
    os.mkfifo(log)
    process = place.forks.ask(
        run=arguments,
        environment=place.environment,
        folder=str(place.folder),
        log=str(log),
        now=datetime.now(UTC).timestamp(),
    )["process"]
    output, sent = "", False
    with log.open() as said:
        for line in said:
            output += line
            if words in line and not sent:
                sent = True
                for _ in range(times):
                    os.kill(process, number)
    answer = place.forks.ask(wait=process)
    assert sent, f"it never said {words!r}: {output}"
    return Ended(code=answer["code"], cpu=answer["cpu"], peak=answer["peak"], output=output)


def unended(place: Site) -> list[str]:
    """The runs that the records take for queued, begun or failed; none where nothing was made yet."""
    if not Path(os.environ["DAGSTER_HOME"]).is_dir():
        return []
    with dg.DagsterInstance.get() as instance:
        runs = instance.get_runs()
    done = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.CANCELED}
    return [f"{run.run_id} is {run.status}" for run in runs if run.status not in done]


def test_while_it_reads(place: Site) -> None:
    """At calls that are drawn, by either signal: the sync after them has nothing to complain of.

    Each sync makes a call for each of the seventeen tables at least, and two of tickets.
    """
    for number, at in zip((INTERRUPT, TERMINATE, INTERRUPT), random.sample(range(1, 20), 3), strict=True):
        ended = place.run_and_signal(number, at, "sync", *TABLES_ALONE)
        assert ended.code == 130, f"call {at}: {ended.output}"
        assert STOPPED in ended.output
        assert "Traceback" not in ended.output
        assert unended(place) == []
    assert place.run("sync", *TABLES_ALONE).code == 0
    assert place.complaints(whole=False) == []


def test_what_was_read_is_stored(forked: Forks, tmp_path: Path) -> None:
    """Each call is paid for: of the rows that are asked for one by one, only those under way are again."""
    with site(tmp_path, forked, seed=6, tickets=1, contacts=120) as place:
        alone = ("--select", 'key:"freshdesk/contacts"')
        ended = place.run_and_signal(INTERRUPT, 110, "sync", *alone)
        assert ended.code == 130, ended.output
        before = {line.path for line in place.server.meter.log if "{id}" in line.template}
        place.server.meter.reset()
        assert place.run("sync", *alone).code == 0
        again = before & {line.path for line in place.server.meter.log if "{id}" in line.template}
        assert len(before) > 90
        assert len(again) <= UNDER_WAY
        assert place.complaints(["contacts"], whole=False) == []


@pytest.mark.long
def test_a_search_of_the_archive_goes_on_where_it_was_stopped(forked: Forks, tmp_path: Path) -> None:
    """It may take days: what was asked for is paid for, and is not asked for again."""
    with site(tmp_path, forked, seed=6, tickets=160) as place:
        older = sorted(place.world.tickets)[:150]
        for ticket in older:
            place.world.archive(ticket)
        assert place.run("sync", "--select", "tickets").code == 0
        ended = place.run_and_signal(INTERRUPT, 240, "archive")
        assert ended.code == 130, ended.output
        assert STOPPED in ended.output
        before = {line.path for line in place.server.meter.log if "archived" in line.template}
        place.server.meter.reset()
        assert place.run("archive").code == 0
        after = {line.path for line in place.server.meter.log if "archived" in line.template}
        assert len(before) > 230
        assert len(before & after) <= UNDER_WAY
        assert {path.partition("archived/")[2].partition("/")[0] for path in before | after} == {
            str(ticket) for ticket in older
        }
        assert place.wrongly_deleted() == []


@pytest.mark.parametrize(
    ("words", "number", "times"),
    [
        pytest.param("Replicating", INTERRUPT, 1, id="at once"),
        pytest.param("partitions", INTERRUPT, 1, id="while planned events are written"),
        pytest.param("partitions", TERMINATE, 3, id="while planned events are written, three times"),
        pytest.param("contacts: ", INTERRUPT, 3, id="between two tables, three times"),
        pytest.param("conversations: ", TERMINATE, 1, id="when all tables are read"),
    ],
)
def test_when_it_has_said_something(place: Site, words: str, number: int, times: int) -> None:
    """No traceback, no run left behind, however often somebody asks."""
    ended = stopped_at(place, words, number, "sync", times=times)
    assert ended.code == 130, ended.output
    assert STOPPED in ended.output
    assert "Traceback" not in ended.output
    assert not (place.home / "history" / "runs.db").exists() or unended(place) == []


def test_commands_that_store_nothing(place: Site) -> None:
    """They have a shorter word."""
    for command, number in (("doctor", INTERRUPT), ("plan", TERMINATE)):
        ended = place.run_and_signal(number, 2, command)
        assert ended.code == 130
        assert ended.output.endswith("Stopped\n")
        assert "Traceback" not in ended.output


def test_while_modules_are_imported(place: Site) -> None:
    """Dagster takes seconds to load, which is when people see that they began the wrong command."""
    command = [sys.executable, "-m", "freshdesk_assets.cli", "sync"]
    with begun(command, place.folder, place.environment) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(INTERRUPT)
        rest = process.stdout.read()
    assert first.startswith("Replicating")
    assert rest == f"{STOPPED}\n"
    assert process.returncode == 130


def test_while_a_step_waits_for_its_retry() -> None:
    """Dagster alone would heed the signal when the wait is over."""

    @dg.asset
    def unlucky() -> None:
        raise dg.RetryRequested(max_retries=1, seconds_to_wait=10_000)

    class Striking(logging.Handler):
        """Sends the signal when the step is to be retried."""

        def emit(self, record: logging.LogRecord) -> None:
            event = getattr(record, "dagster_meta", {}).get("dagster_event")
            if event is not None and event.is_step_up_for_retry:
                signal.raise_signal(INTERRUPT)

    @dg.logger
    def striking(_context: dg.InitLoggerContext) -> logging.Logger:
        made = logging.Logger("striking", logging.DEBUG)
        made.addHandler(Striking())
        return made

    job = dg.Definitions(
        assets=[unlucky],
        jobs=[dg.define_asset_job("job", executor_def=build_executor())],
        loggers={"striking": striking},
    ).resolve_job_def("job")
    before = signal.signal(INTERRUPT, signal.default_int_handler)
    try:
        with dg.instance_for_test() as instance:
            done = execute(job, instance, tags={}, run_config={"loggers": {"striking": {}}})
    finally:
        signal.signal(INTERRUPT, before)
    assert done.dagster_run.status is dg.DagsterRunStatus.CANCELED


LOGS = """
import logging, signal
from freshdesk_assets.stopping import Stopped, stoppable

def told(work):
    try:
        work()
    except BaseException:
        logging.getLogger("sqlalchemy.pool").error("Exception closing connection", exc_info=True)
        raise

try:
    with stoppable(to_the_end=False):
        try:
            told(lambda: 1 / 0)
        except ZeroDivisionError:
            pass
        told(lambda: signal.raise_signal(signal.SIGINT))
except Stopped:
    print("stopped")
"""
"""What SQLAlchemy does where an error, or a signal, comes while it closes a connection."""


def test_while_a_library_tells_of_every_error() -> None:
    """The signal is none; an error is told still."""
    done = subprocess.run(
        [sys.executable, "-c", LOGS],
        env={**os.environ, **FOUND},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "stopped\n"
    assert done.stderr.count("Traceback") == 1
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("number", [INTERRUPT, TERMINATE])
def test_the_demo(tmp_path: Path, number: int) -> None:
    """Ctrl-C in a terminal reaches every process of the demo at once; SIGTERM only the first."""
    said = ""
    with begun([sys.executable, str(ROOT / "scripts" / "demo.py")], tmp_path) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if "business_hours: " in line:
                os.killpg(process.pid, number) if number == INTERRUPT else process.send_signal(number)
    assert process.returncode == 130, said
    assert said.count("Stopped") == 1
    assert STOPPED in said
    assert "Traceback" not in said, said


def begun(
    command: list[str], folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """A command in a process group of its own, as a shell begins it, with both outputs in one pipe."""
    return subprocess.Popen(
        command,
        env={**os.environ, **FOUND, **(environment or {})},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
