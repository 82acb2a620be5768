"""The run lock: one run at a time reads an account. Two would share limit and file, and read all twice.

Dagster's pool keeps queued runs apart. But a run that was killed without the daemon noticing would keep its
slot in the pool for good. A lock held by the process is released when the process dies.
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
    """Hold the lock of an account on this machine; say so if another process has it, and wait."""
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
    """The value of the tag PROCESS: host name and boot id (where known), process id, run id."""
    return f"{_machine()}:{os.getpid()} {run_id}".rstrip()


def _machine() -> str:
    """Host name and boot id: after a reboot the machine counts as another, for process ids begin anew."""
    booted = Path("/proc/sys/kernel/random/boot_id")
    return f"{socket.gethostname()}/{booted.read_text().strip() if booted.exists() else ''}"


WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]


def under_way(instance: dg.DagsterInstance, work: str | None = None) -> dg.DagsterRun | None:
    """A run that is queued or under way for this work, or for any of ours; dead runs are ended first.

    A run of assets that the UI or Dagster's command line launched without a job counts as ours.
    """
    end_dead_runs(instance)
    for run in instance.get_runs(dg.RunsFilter(statuses=[*WAITING, *UNDER_WAY])):
        if work is None and (run.job_name in READS_THE_ACCOUNT or run.job_name.startswith("__")):
            return run
        if work is not None and run.tags.get(WORK) == work:
            return run
    return None


def end_dead_runs(instance: dg.DagsterInstance) -> None:
    """Report as failed the runs whose process on this machine has died, so that no run waits for them."""
    for run in instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY)):
        process_of, _, whose = run.tags.get(PROCESS, "").partition(" ")
        machine, _, process = process_of.rpartition(":")
        if machine.partition("/")[0] != socket.gethostname() or not process.isdigit():
            continue
        if whose != run.run_id and (whose or run.parent_run_id):
            # A retried run has the tags of the one that died until it begins.
            continue
        if machine != _machine() or not _alive(int(process)):
            instance.report_run_failed(
                run, f"The process of the run ({process}) died without reporting an error."
            )


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
