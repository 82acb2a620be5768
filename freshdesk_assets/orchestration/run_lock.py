"""The run lock: one run at a time reads an account. Two would share limit and file, and read all twice.

Dagster's pool keeps queued runs apart. But a run that was killed without the daemon noticing would keep its
place in the pool for good. A lock held by the process is released when the process dies.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, BETWEEN, Names, account_of
from freshdesk_assets.orchestration.names import FORMER_PROCESS, POOL, PROCESS, READS_THE_ACCOUNT, WORK
from freshdesk_assets.orchestration.signs_of_life import Lock, Sign, holder_of

UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]

LOCK = "run.lock"
"""The lock in the folder of locks beside the replica: whoever shares the file shares it."""

NEVER_BEGUN = timedelta(hours=1)
"""After so long a launched run counts as dead, if Dagster does not watch over it: it never began."""

LOOK_AGAIN = 0.5


@contextmanager
def run_lock(account: str, folder: Path | None, who: str, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the locks of an account and of its replica; while another process has one, say so and wait.

    - The lock of the account, in this machine's temporary folder, keeps two replicas of one account apart.
    - The lock in `folder`, beside the replica, is seen by containers and machines that share the volume.

    Where one cannot be made, the other must do.
    """
    name = hashlib.sha256(account.strip().lower().encode()).hexdigest()[:16]
    with ExitStack() as held:
        if temporary := _temporary():
            own = temporary / f"freshdesk-assets-{os.getuid()}-{name}.lock"
            _hold(own, who, "reads the same account on this machine", say, held)
        if folder is not None:
            _hold(folder / LOCK, who, f"fills the same replica (its locks are in {folder})", say, held)
        yield


def _temporary() -> Path | None:
    try:
        return Path(tempfile.gettempdir())
    except OSError:
        return None


def _hold(path: Path, who: str, why: str, say: Callable[[str], None], held: ExitStack) -> None:
    """Take a lock; say once what is waited for, and a last time when nobody can hold locks there."""
    said = False
    try:
        path.parent.mkdir(exist_ok=True)
        while (lock := Lock.take(path, who)) is None:
            if not said:
                say(f"waiting for {holder_of(path) or 'another run'}, which {why}")
                said = True
            time.sleep(LOOK_AGAIN)
    except OSError as error:
        say(f"{path} cannot be locked ({error.strerror}): see to it that no other run {why}")
        return
    held.callback(lock.release)


def under_way(
    instance: dg.DagsterInstance, work: str | None = None, names: Names = ALONE
) -> dg.DagsterRun | None:
    """A run that is queued or under way for this work, or for any of ours; dead runs are ended first.

    - A run of assets that the UI or Dagster's command line launched without a job counts as ours.
    - With several accounts, runs of the others do not count; one that does not tell its account does.
    """
    end_dead_runs(instance)
    for run in instance.get_runs(dg.RunsFilter(statuses=[*WAITING, *UNDER_WAY])):
        if names.prefix and account_of(run) not in (names.prefix, ""):
            continue
        if work is None and _reads(run):
            return run
        if work is not None and run.tags.get(WORK) == work:
            return run
    return None


def end_dead_runs(instance: dg.DagsterInstance) -> None:
    """Report as failed the runs whose process has died, so that no run waits for them or their places."""
    for run in instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY)):
        sign = Sign.read(run.tags.get(PROCESS) or run.tags.get(FORMER_PROCESS, ""))
        if sign.run != run.run_id and (sign.run or run.parent_run_id):
            # A retried run has the tags of the one that died until it begins.
            continue
        if sign.dead and _still_under_way(instance, run):
            instance.report_run_failed(
                run, f"The process of the run ({sign.process}) died without reporting an error."
            )
    if not instance.run_monitoring_enabled:
        _end_never_begun(instance)
    free_places(instance)


def free_places(instance: dg.DagsterInstance) -> None:
    """Give back the places in our pools that runs hold which have ended, however they ended.

    Dagster's daemon does the same, but only where its configuration says so.
    """
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return
    pools = [each for each in storage.get_concurrency_keys() if each == POOL or each.startswith(f"{POOL}_")]
    holding: set[str] = set()
    for info in map(storage.get_concurrency_info, pools):
        holding |= {slot.run_id for slot in info.claimed_slots}
        holding |= {step.run_id for step in info.pending_steps}
    if not holding:
        return
    unfinished = {
        run.run_id for run in instance.get_runs(dg.RunsFilter(run_ids=sorted(holding))) if not run.is_finished
    }
    for run_id in holding - unfinished:
        storage.free_concurrency_slots_for_run(run_id)


def _end_never_begun(instance: dg.DagsterInstance) -> None:
    """End the runs that were launched long ago and never began; run monitoring would do it, if it was on."""
    launched = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.NOT_STARTED]
    before = datetime.now(UTC) - NEVER_BEGUN
    for run in instance.get_runs(dg.RunsFilter(statuses=launched, updated_before=before)):
        if (_reads(run) or WORK in run.tags) and _still_under_way(instance, run):
            instance.report_run_failed(run, "The run was launched, and did not begin within an hour.")


def _reads(run: dg.DagsterRun) -> bool:
    """Whether the run reads the account; one of chosen assets may, and has a name of Dagster's."""
    return run.job_name.startswith(BETWEEN) or run.job_name.rpartition(BETWEEN)[2] in READS_THE_ACCOUNT


def _still_under_way(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    found = instance.get_run_by_id(run.run_id)
    return found is not None and not found.is_finished
