"""Dagster's own daemon, as it runs for good: what it launches by itself, and what it does with the dead."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.orchestration.instance import dagster_instance
from freshdesk_assets.orchestration.names import KEEP_CURRENT, PROCESS, WORK
from freshdesk_assets_tests.replica.account import Account

CONVERSATIONS = "tickets/{id}/conversations"
PATIENCE = 240
"""Seconds: a daemon looks at its schedules, its queue and its dead now and then."""


@contextmanager
def daemon(acme: Account, home: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`dagster-daemon run` on the account, in a session of its own that ends with it."""
    log = (home.parent / "daemon.log").open("wb")
    process = subprocess.Popen(
        [
            Path(sys.executable).with_name("dagster-daemon"),
            *("run", "-m", "freshdesk_assets.definitions"),
        ],
        cwd=acme.path.parent,
        env={
            **os.environ,
            "DAGSTER_HOME": str(home),
            "FRESHDESK_START_DATE": f"{acme.partitioning.start:%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": "monthly",
            "FRESHDESK_SCHEDULES": "on",
            "FRESHDESK_EVERY": "1",
            **environment,
        },
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()


def wait_for(what: Callable[[], Any], why: str, home: Path) -> Any:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.2)
    log = (home.parent / "daemon.log").read_text()
    raise AssertionError(f"{why} in {PATIENCE} seconds:\n{log[-4000:]}")


@pytest.mark.slow
def test_a_run_that_was_killed_is_found_and_run_again(
    account: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At night nobody is there to press a button. At most, what was not stored is read once more."""
    home = tmp_path / "daemon_home"
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with account(tickets=150, latency_ms=30) as acme, dagster_instance() as instance, daemon(acme, home):

        def launched(*statuses: dg.DagsterRunStatus, **tags: str) -> list[dg.DagsterRun]:
            return list(
                instance.get_runs(dg.RunsFilter(statuses=statuses, tags={WORK: KEEP_CURRENT, **tags}))
            )

        wait_for(lambda: acme.server.meter.calls[CONVERSATIONS] > 30, "nothing was read", home)
        (run,) = launched(dg.DagsterRunStatus.STARTED)
        place = instance.get_run_by_id(run.run_id).tags[PROCESS]  # type: ignore[union-attr]
        os.kill(int(place.partition(" ")[0].rpartition(":")[2]), signal.SIGKILL)
        wait_for(lambda: launched(dg.DagsterRunStatus.FAILURE), "the dead run was not found", home)

        retried = {"dagster/parent_run_id": run.run_id}
        wait_for(
            lambda: launched(dg.DagsterRunStatus.SUCCESS, **retried), "the dead run was not run again", home
        )
        assert acme.differences(only=["tickets", "conversations", "contacts", "companies"]) == []
        tickets = acme.query("select count(*) from replica.freshdesk.tickets")[0][0]
        assert acme.server.meter.calls[CONVERSATIONS] <= tickets * 2

        before = len(launched())
        wait_for(lambda: len(launched()) > before, "nothing more was launched", home)
        assert len(launched(dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.QUEUED)) <= 1
