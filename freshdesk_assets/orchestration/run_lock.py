"""One run at a time reads an account: they would share its limit and its file, and read everything twice.

Dagster's pool keeps queued runs apart. It knows nothing of a run that was killed outside the daemon's sight,
whose place it would keep for good; a lock held by the process is released by its death.
"""

import hashlib
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from filelock import FileLock, Timeout

from freshdesk_assets.orchestration.names import PROCESS, READS_THE_ACCOUNT, WORK

UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


@contextmanager
def run_lock(account: str, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the account on this machine; wait, and say so, while another process does."""
    name = hashlib.sha256(account.strip().lower().encode()).hexdigest()[:16]
    lock = FileLock(Path(tempfile.gettempdir()) / f"freshdesk-assets-{os.getuid()}-{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say("waiting for another run that reads the same account on this machine")
        lock.acquire(poll_interval=0.5)
    try:
        yield
    finally:
        lock.release()


def this_process(run_id: str = "") -> str:
    """The machine, since when it is up where that is known, our process, and its run, as the tag has them."""
    return f"{_machine()}:{os.getpid()} {run_id}".rstrip()


def _machine() -> str:
    """A machine that was switched off is another one: its processes' numbers begin anew."""
    booted = Path("/proc/sys/kernel/random/boot_id")
    return f"{socket.gethostname()}/{booted.read_text().strip() if booted.exists() else ''}"


WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]


def under_way(instance: dg.DagsterInstance, work: str | None = None) -> dg.DagsterRun | None:
    """A run that waits or runs: for that work, or for any of ours; those whose process died are ended first.

    Runs of which nothing is known but that Dagster's UI or command line made them count as ours.
    """
    end_dead_runs(instance)
    for run in instance.get_runs(dg.RunsFilter(statuses=[*WAITING, *UNDER_WAY])):
        if work is None and (run.job_name in READS_THE_ACCOUNT or run.job_name.startswith("__")):
            return run
        if work is not None and run.tags.get(WORK) == work:
            return run
    return None


def end_dead_runs(instance: dg.DagsterInstance) -> None:
    """Report as failed the runs whose process on this machine is no more, so that none waits for them."""
    for run in instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY)):
        place, _, whose = run.tags.get(PROCESS, "").partition(" ")
        machine, _, process = place.rpartition(":")
        if machine.partition("/")[0] != socket.gethostname() or not process.isdigit():
            continue
        if whose != run.run_id and (whose or run.parent_run_id):
            # A run that is tried again has the tags of the one that died until it begins.
            continue
        if machine != _machine() or not _alive(int(process)):
            instance.report_run_failed(run, f"The process of the run ({process}) ended without a word.")


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
