"""Any sequence of changes, syncs, backfills, budgets, kills and restarts comes to the truth."""

import os
import random
import signal
import tempfile
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from freshdesk_assets.simulator.world import World
from freshdesk_assets.warehouse.engines import let_go
from freshdesk_assets_tests.chaos.site import START, Forks
from freshdesk_assets_tests.recording import recording
from freshdesk_assets_tests.replica.account import Account, simulated_account

TABLES = ("tickets", "conversations", "contacts", "companies", "time_entries", "groups")
"""A table of each way of reading; all twenty would take three times as long."""

DAYS_AT_MOST = 9
"""An edited time entry is looked for in the lists of the last 14 days."""

SEEDS = st.integers(min_value=0, max_value=2**16)
CALLS = st.integers(min_value=1, max_value=30)
DAYS = st.integers(min_value=0, max_value=45)
SOME = st.sets(st.sampled_from(TABLES), min_size=1)


class Replicated(RuleBasedStateMachine):
    """An account and its replica, to which anything may happen in any order.

    Syncs are real Dagster runs in this process; what is killed has a process of its own, and shares file and
    records with them.
    """

    forked: ClassVar[Forks]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="freshdesk-any-")))
        self.traveller = self.stack.enter_context(time_machine.travel(START, tick=True))
        self.environment = self.stack.enter_context(pytest.MonkeyPatch.context())
        self.environment.chdir(self.folder)
        self.commands = 0

    @initialize(seed=SEEDS)
    def found(self, seed: int) -> None:
        """An account of a few tickets, nothing of it replicated."""
        world = World(seed=seed, tickets=8, now=START, days=30, contacts=5, agents=3, companies=5)
        self.account: Account = self.stack.enter_context(
            simulated_account(self.folder, self.environment, world=world)
        )

    @property
    def days_passed(self) -> float:
        return (self.account.world.clock.now() - START) / timedelta(days=1)

    def pass_time(self, step: timedelta) -> None:
        self.account.world.clock.advance(step)
        self.traveller.move_to(self.account.world.clock.now())

    @precondition(lambda self: self.days_passed < DAYS_AT_MOST)
    @rule(seed=SEEDS)
    def a_day_passes(self, seed: int) -> None:
        self.account.world.day_of_changes(random.Random(seed))
        self.traveller.move_to(self.account.world.clock.now())

    @rule(seed=SEEDS, minutes=st.integers(min_value=0, max_value=60))
    def something_happens(self, seed: int, minutes: int) -> None:
        self.pass_time(timedelta(minutes=minutes))
        self.account.world.random_change(random.Random(seed))

    @rule()
    def sync(self) -> None:
        self.account.sync(select=list(TABLES))

    @rule(tables=SOME)
    def sync_some(self, tables: set[str]) -> None:
        self.account.sync(select=sorted(tables))

    @rule(tables=SOME, ago=DAYS, days=DAYS)
    def backfill(self, tables: set[str], ago: int, days: int) -> None:
        """From one month to a later one or the same."""
        now = self.account.world.clock.now()
        first = max(now - timedelta(days=ago + days), self.account.partitioning.since)
        self.account.run(month(first), month(now - timedelta(days=ago)), select=sorted(tables))

    @rule()
    def sync_on_a_budget(self) -> None:
        self.account.decide(run_credits=50)
        self.account.sync(select=list(TABLES))
        self.account.decide(run_credits=None)

    @rule()
    def reconcile(self) -> None:
        self.account.reconcile(select=["tickets", "time_entries"])

    @rule(call=CALLS)
    def sync_is_killed(self, call: int) -> None:
        self._killed(call)

    @rule(call=CALLS, ago=DAYS)
    def backfill_is_killed(self, call: int, ago: int) -> None:
        self._killed(call, "--from", f"{self.account.world.clock.now() - timedelta(days=ago):%Y-%m-%d}")

    @rule(ago=DAYS)
    def sync_beside_a_backfill(self, ago: int) -> None:
        """The one waits for the other, whichever is first."""
        day = f"{self.account.world.clock.now() - timedelta(days=ago):%Y-%m-%d}"
        process = self._begin("--from", day)
        self.account.sync(select=list(TABLES))
        assert self.forked.ask(wait=process)["code"] == 0

    @rule()
    def restart(self) -> None:
        """What a process remembers is gone."""
        let_go()
        self.account.instance = self.stack.enter_context(recording(self.folder / "home"))

    def _begin(self, *arguments: str) -> int:
        self.commands += 1
        chosen = " or ".join(f'key:"freshdesk/{name}"' for name in TABLES)
        # The file is not kept open between two uses, but the process that would have it must not be this one.
        let_go()
        answer = self.forked.ask(
            run=["sync", "--select", chosen, *arguments],
            environment={
                **{name: os.environ[name] for name in os.environ if name.startswith("FRESHDESK_")},
                "DAGSTER_HOME": str(self.folder / "home"),
                "FRESHDESK_START_DATE": f"{self.account.partitioning.start:%Y-%m-%d}",
                "FRESHDESK_PARTITIONS": "monthly",
                "TMPDIR": tempfile.gettempdir(),
            },
            folder=str(self.folder),
            log=str(self.folder / f"command_{self.commands}.log"),
            now=datetime.now().timestamp(),
        )
        return int(answer["process"])

    def _killed(self, call: int, *arguments: str) -> None:
        calls: list[int] = []

        def strike(_request: object) -> None:
            calls.append(1)
            if len(calls) == call and process:
                os.kill(process[0], signal.SIGKILL)

        process: list[int] = []
        self.account.server.before_request(strike)
        process.append(self._begin(*arguments))
        code = self.forked.ask(wait=process.pop())["code"]
        assert code in (0, -signal.SIGKILL), (self.folder / f"command_{self.commands}.log").read_text()

    def teardown(self) -> None:
        """In the end all is as it is in the account, and a sync finds nothing more."""
        try:
            if hasattr(self, "account"):
                # What Freshdesk changes a moment later by itself is there as well.
                self.pass_time(timedelta(hours=1))
                self.account.sync(select=list(TABLES))
                assert self.account.differences(only=TABLES) == []
        finally:
            let_go()
            self.stack.close()


def month(moment: datetime) -> str:
    """The partition that a moment is in."""
    return f"{moment:%Y-%m}-01"


@pytest.mark.parametrize(
    ("examples", "steps"), [(2, 3), pytest.param(40, 12, marks=pytest.mark.slow)], ids=["a few", "many"]
)
def test_any_sequence_comes_to_the_truth(forked: Forks, examples: int, steps: int) -> None:
    """Sequences are drawn the same way each time; `make chaos` draws many."""
    Replicated.forked = forked
    run_state_machine_as_test(
        Replicated,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
