"""Dagster's own daemon, an iteration at a time, on a clock that is set by hand: weeks pass in minutes.

Code location and runs live in the test's process, where `time_machine` sets the clock. A run that is to be
killed gets a process of its own, with the same clock, for `kill -9` to end.
"""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

import dagster as dg
import time_machine
from dagster._core.execution.api import execute_run
from dagster._core.instance import DagsterInstance
from dagster._core.launcher import LaunchRunContext, RunLauncher
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.auto_run_reexecution.event_log_consumer import EventLogConsumerDaemon
from dagster._daemon.freshness import FreshnessDaemon
from dagster._daemon.monitoring import execute_run_monitoring_iteration
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import launch_scheduled_runs
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from dagster._utils.hosted_user_process import recon_job_from_origin

QUIET = logging.getLogger("unattended")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False

MODULE = "freshdesk_assets.definitions"

IN_A_PROCESS = """
import sys, time_machine
time_machine.travel(float(sys.argv[1]), tick=True).start()
from freshdesk_assets_tests.replica.unattended import carry_out
carry_out(sys.argv[2])
"""


def carry_out(run_id: str) -> None:
    """Execute a run of the instance in DAGSTER_HOME, here."""
    with DagsterInstance.get() as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.job_code_origin is not None
        execute_run(recon_job_from_origin(run.job_code_origin), run, instance)


class HereOrKilled(RunLauncher[DagsterInstance], ConfigurableClass):
    """Executes a run in this process; or, when the next is to be killed, in another until then."""

    kill_when: ClassVar[Callable[[], bool] | None] = None
    killed: ClassVar[list[str]] = []

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        super().__init__()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> Self:
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        run = context.dagster_run
        if (enough := HereOrKilled.kill_when) is None:
            assert context.job_code_origin is not None
            execute_run(recon_job_from_origin(context.job_code_origin), run, self._instance)
            return
        HereOrKilled.kill_when = None
        now = str(datetime.now(UTC).timestamp())
        process = subprocess.Popen(
            [sys.executable, "-c", IN_A_PROCESS, now, run.run_id],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and not enough():
            pass
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            HereOrKilled.killed.append(run.run_id)
        process.wait()

    def terminate(self, run_id: str) -> bool:
        return False

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """A run that is still under way when the daemon looks was killed."""
        return CheckRunHealthResult(WorkerStatus.FAILED, "its process is gone")


class Daemon:
    """The parts of `dagster-daemon run`, in the order in which it might come to them."""

    def __init__(self, instance: DagsterInstance, module: str = MODULE) -> None:
        self.instance = instance
        target = LoadableTargetOrigin(module_name=module, executable_path=sys.executable)
        origin = InProcessCodeLocationOrigin(target, location_name="freshdesk_assets")
        self.workspace = WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget(origin))
        self._coordinator = QueuedRunCoordinatorDaemon(interval_seconds=1)
        self._consumer = EventLogConsumerDaemon()
        self._freshness = FreshnessDaemon()

    def iterate(self) -> None:
        """One iteration of each, until no run is waiting."""
        list(launch_scheduled_runs(self.workspace, QUIET, datetime.now(UTC), {}))
        list(execute_sensor_iteration(self.workspace, QUIET, None, None))
        while True:
            list(self._coordinator.run_iteration(self.workspace))
            list(execute_run_monitoring_iteration(self.workspace, QUIET))
            list(self._consumer.run_iteration(self.workspace))
            waiting = self.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]), limit=1)
            if not waiting:
                break
        list(self._freshness.run_iteration(self.workspace))


@contextmanager
def daemon(home: Path) -> Iterator[Daemon]:
    """A daemon whose records are in a folder of their own."""
    home.mkdir(exist_ok=True)
    ours = yaml.safe_load((files("freshdesk_assets.orchestration") / "dagster.yaml").read_text())
    ours |= {
        "run_launcher": {"module": __name__, "class": HereOrKilled.__name__},
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        },
    }
    (home / "dagster.yaml").write_text(yaml.safe_dump(ours))
    with DagsterInstance.from_config(str(home)) as instance:
        instance.event_log_storage.set_concurrency_slots(POOL, 1)
        yield Daemon(instance)
