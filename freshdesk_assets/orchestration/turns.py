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

PROCESS = "freshdesk/process"
"""Run tag: the machine and process of a run that no daemon watches."""

UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


@contextmanager
def turn(account: str, say: Callable[[str], None]) -> Iterator[None]:
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


def this_process() -> str:
    """The machine and process we are, as the tag has them."""
    return f"{socket.gethostname()}:{os.getpid()}"


def end_dead_runs(instance: dg.DagsterInstance) -> None:
    """Report as failed the runs whose process on this machine is no more, so that none waits for them."""
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)):
        host, _, process = run.tags.get(PROCESS, "").rpartition(":")
        if host == socket.gethostname() and process.isdigit() and not _alive(int(process)):
            instance.report_run_failed(run, f"The process of the run ({process}) ended without a word.")


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
