"""Dagster's own daemon, an iteration at a time, on a clock that is set by hand: weeks pass in minutes.

Code location and runs are in the test's process, where `time_machine` sets the clock. A run that the test
kills has a process of its own with the same clock, so that `kill -9` can end it.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Self

import dagster as dg
import pytest
import time_machine
from dagster._core.execution.api import execute_run
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.instance import DagsterInstance
from dagster._core.instance.ref import InstanceRef
from dagster._core.launcher import LaunchRunContext, RunLauncher
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.auto_run_reexecution.event_log_consumer import EventLogConsumerDaemon
from dagster._daemon.backfill import execute_backfill_iteration
from dagster._daemon.freshness import FreshnessDaemon
from dagster._daemon.monitoring import execute_run_monitoring_iteration
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import launch_scheduled_runs
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from dagster._utils.hosted_user_process import recon_job_from_origin

from freshdesk_assets.orchestration.names import POOL
from freshdesk_assets.settings import Settings
from freshdesk_assets.simulator.days import ADMINISTRATIVE, COMMON, RARE, Happening
from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.orchestration.listening import Listener, listening
from freshdesk_assets_tests.places import DESTINATION
from freshdesk_assets_tests.programs import FOUND, command
from freshdesk_assets_tests.replica.account import Account, lake_settings

QUIET = logging.getLogger("unattended")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False

MODULE = "freshdesk_assets.definitions"


def carry_out(run_id: str) -> None:
    """Execute a run of the instance in DAGSTER_HOME, here."""
    with DagsterInstance.get() as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.job_code_origin is not None
        execute_run(recon_job_from_origin(run.job_code_origin), run, instance)


class HereOrKilled(RunLauncher[DagsterInstance], ConfigurableClass):
    """Executes a run in this process, or in another one that it kills, when the test asks for that."""

    kill_when: ClassVar[Callable[[], bool] | None] = None
    killed: ClassVar[list[str]] = []

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        super().__init__()  # type: ignore[no-untyped-call]

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
            command("carry_out_run", now, run.run_id),
            env={**os.environ, **FOUND},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and not enough():
            time.sleep(0.01)
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

    def look_after_backfills(self) -> None:
        """Launch what a backfill needs next; raises what went wrong."""
        for error in filter(None, execute_backfill_iteration(self.workspace, QUIET)):
            raise AssertionError(error.to_string())

    def backfill(self, assets: Sequence[dg.AssetKey], partitions: Sequence[str]) -> list[dg.DagsterRun]:
        """The runs of a backfill that the UI requests, once it has ended well; oldest first."""
        asked = PartitionBackfill.from_asset_partitions(
            backfill_id=f"b{time.monotonic_ns()}",
            asset_graph=self.workspace.create_request_context().asset_graph,
            partition_names=partitions,
            asset_selection=assets,
            backfill_timestamp=time.time(),
            tags={},
            dynamic_partitions_store=self.instance,
            all_partitions=False,
            title=None,
            description=None,
            run_config=None,
        )
        self.instance.add_backfill(asked)
        for _ in range(9):
            self.look_after_backfills()
            self.iterate()
            found = self.instance.get_backfill(asked.backfill_id)
            if found and found.status is BulkActionStatus.COMPLETED_SUCCESS:
                break
        else:
            raise AssertionError(found)
        of = dg.RunsFilter(tags={"dagster/backfill": asked.backfill_id})
        return list(reversed(self.instance.get_runs(of)))


@contextmanager
def daemon(home: Path) -> Iterator[Daemon]:
    """A daemon whose records are in a folder of their own."""
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text((files("freshdesk_assets.orchestration") / "dagster.yaml").read_text())
    quiet = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
    launcher = {"module": __name__, "class": HereOrKilled.__name__}
    overrides = {"run_launcher": launcher, "compute_logs": quiet}
    with DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=overrides)) as instance:
        instance.event_log_storage.set_concurrency_slots(POOL, 1)
        yield Daemon(instance)


@dataclass
class Unattended:
    """An account and its replica, which only the daemon looks after; a listener gets its alerts."""

    account: Account
    daemon: Daemon
    listener: Listener
    traveller: time_machine.Traveller
    rng: random.Random
    runs: set[str] = field(default_factory=set)

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """All that the listener was told."""
        return self.listener.messages

    @property
    def now(self) -> datetime:
        """The time, here and in the account."""
        return self.account.world.clock.now()

    def pass_to(self, moment: datetime) -> None:
        """Let time pass, here and in the account."""
        self.account.world.clock.advance(moment - self.now)
        self.traveller.move_to(moment)

    def work_until(self, end: datetime, happenings: int) -> None:
        """Let people work until then: so many things happen, at any time."""
        for moment in sorted(self.now + (end - self.now) * self.rng.random() for _ in range(happenings)):
            self.pass_to(moment.replace(microsecond=0))
            _happening(self.rng)(self.account.world, self.rng)
        self.pass_to(end)

    def iterate(self) -> list[dg.DagsterRun]:
        """Let the daemon do what is due; the runs that ended since the last time, oldest first."""
        self.daemon.iterate()
        ended = [run for run in reversed(self.account.instance.get_runs()) if run.run_id not in self.runs]
        self.runs |= {run.run_id for run in ended}
        return ended


def _happening(rng: random.Random) -> Happening:
    """Mostly what is common, now and then what is rare, seldom what an administrator does."""
    rare = rng.random()
    if rare < 0.05:
        return rng.choice(ADMINISTRATIVE)
    if rare < 0.35:
        return rng.choice(RARE)
    return rng.choices(list(COMMON), weights=list(COMMON.values()))[0]


@contextmanager
def unattended(
    folder: Path, environment: pytest.MonkeyPatch, *, start: datetime, seed: int, tickets: int
) -> Iterator[Unattended]:
    """An account of some weeks, and the daemon that will replicate it; where, places.py says."""
    environment.chdir(folder)
    world = World(seed=seed, tickets=tickets, now=start, days=20, contacts=20, agents=6)
    path = folder / "replica.duckdb"
    since = (start - timedelta(days=60)).replace(hour=0)
    with (
        serve(world) as server,
        listening() as listener,
        time_machine.travel(start, tick=True) as traveller,
    ):
        for name, value in {
            "DAGSTER_HOME": str(folder / "home"),
            "FRESHDESK_DOMAIN": server.url,
            "FRESHDESK_API_KEY": server.key,
            "FRESHDESK_DUCKDB": str(path),
            "FRESHDESK_START_DATE": f"{since:%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": "weekly",
            "FRESHDESK_SCHEDULES": "on",
            "FRESHDESK_EVERY": "1440",
            "FRESHDESK_POLL": "3600",
            "FRESHDESK_ALERT_WEBHOOK": listener.url,
            **{
                f"FRESHDESK_{name.upper()}": said for name, said in lake_settings(folder, DESTINATION).items()
            },
        }.items():
            environment.setenv(name, value)
        with daemon(folder / "home") as running:
            account = Account(world, server, path, running.instance, Settings())
            yield Unattended(account, running, listener, traveller, random.Random(seed))
