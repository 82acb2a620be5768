"""Nobody looks at it for a month, and in the end everything is as it was in the account."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.names import ANYTHING_NEW, WORK, asset_key
from freshdesk_assets.orchestration.run_tags import reading_of
from freshdesk_assets.orchestration.upkeep.incidents import EVERY
from freshdesk_assets_tests.replica.least import Least
from freshdesk_assets_tests.replica.past import Snapshot, past_differences, snapshot
from freshdesk_assets_tests.replica.truth import surplus
from freshdesk_assets_tests.replica.unattended import HereOrKilled, Unattended, unattended

pytestmark = pytest.mark.filterwarnings(
    # Dagster's own, of itself: its daemon is not meant to live in a test's process.
    "ignore::DeprecationWarning"
)

START = datetime(2026, 10, 1, 22, tzinfo=UTC)
LOOKS = (timedelta(hours=2, minutes=5), timedelta(hours=8), timedelta(hours=18))
"""When the daemon looks, from ten in the evening: after midnight, in the morning, in the afternoon."""


@pytest.mark.slow
def test_two_days_pass_unattended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Schedules, the sensor, a backfill and a night's reconciliation, each by itself and all in turn."""
    with unattended(tmp_path, monkeypatch, start=START, seed=4, tickets=40) as left:
        month = Month(left)
        for _ in range(2):
            month.live_a_day(happenings=8)
        month.end()
        assert left.alerts == []
        assert set(month.work) >= {
            "keep_current",
            "slow_tables",
            "reread_nightly",
            "reconcile_nightly",
            "anything_new",
        }


@pytest.mark.slow
def test_a_month_passes_unattended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With faults, kills, a revoked key, a machine that is off, an administrator, and an agent who leaves."""
    with unattended(tmp_path, monkeypatch, start=START, seed=7, tickets=60) as left:
        account, server = left.account, left.account.server
        month = Month(left)
        for day in range(30):
            match day:
                case 3 | 17:
                    month.kill_the_next_run()
                case 6:
                    for place, fault in enumerate(("bad_gateway", "unavailable", "reset", "truncated")):
                        server.faults.add(fault, times=1, after=3 + 9 * place)
                case 9:
                    account.world.rename_custom_field("cf_order_count", "Orders so far")
                case 12:
                    account.world.delete_agent(account.world.agent_pool[-1])
                case 14:
                    server.switches.key, key = "revoked", server.switches.key
                case 15:
                    server.switches.key = key
                case 21:
                    left.pass_to(left.now + timedelta(days=6))
                case _:
                    pass
            month.live_a_day(happenings=0 if day in (24, 25) else 9)
        month.end()
        assert HereOrKilled.killed
        least = sum(month.least.credits.values()) + month.refused()
        assert month.credits <= 1.05 * least, (month.credits, least, month.spending())
        assert_each_told_once(left)
        stored = dict(account.query("select name, label from replica.freshdesk.ticket_fields"))
        assert stored["cf_order_count"] == "Orders so far"


class Month:
    """What happens day by day, and what is remembered of it."""

    def __init__(self, left: Unattended) -> None:
        self.left = left
        self.least = Least(left.account.world)
        self.snapshots: list[Snapshot] = []
        self.work: Counter[str] = Counter()
        self._definitions = build_defs(left.account.settings)
        # What is due is due from when the daemon first saw the schedules.
        left.iterate()

    @property
    def credits(self) -> int:
        """What Freshdesk has counted."""
        return int(self.left.account.server.meter.credits)

    def live_a_day(self, happenings: int) -> None:
        """People work, and the daemon looks now and then."""
        began = self.left.now
        for place, look in enumerate(LOOKS):
            self.left.work_until(began + look, happenings // len(LOOKS))
            self._look(whole=place == 1)
        self.left.work_until(began + timedelta(days=1), 0)

    def _look(self, *, whole: bool) -> None:
        """Let the daemon do what is due; after a night without failures all of the account has been seen."""
        account = self.left.account
        runs = self.left.iterate()
        if all(run.tags.get(WORK) == ANYTHING_NEW for run in runs):
            # While runs are due nobody asks whether there is anything to read.
            self.least.credits["(looks)"] += 1
        for run in runs:
            self.work[run.tags.get(WORK, "")] += 1
            begin = run.tags.get("dagster/asset_partition_range_start")
            if begin and run.status is dg.DagsterRunStatus.SUCCESS:
                since = datetime.fromisoformat(begin).replace(tzinfo=UTC)
                self.least.count(reading_of(run.tags), self._tables(run), self.left.now, since)
        failed = [run for run in runs if run.status is not dg.DagsterRunStatus.SUCCESS]
        if whole and not failed:
            unseen = account.differences()
            # Groups and roles of an agent are asked for once a day: what changed since is seen the next.
            assert {(each.table, each.column) for each in unseen} <= {
                ("agents", "group_ids"),
                ("agents", "role_ids"),
                ("group_agent_roles", "role_ids"),
            }, unseen
            seen = snapshot(account.world)
            if unseen:
                seen = Snapshot(seen.at, {**seen.tables, "agents": {}})
            self.snapshots.append(seen)

    def _tables(self, run: dg.DagsterRun) -> frozenset[str]:
        """The tables that a run was to read."""
        of_job = self._definitions.resolve_job_def(run.job_name).asset_layer.executable_asset_keys
        read = run.asset_selection or of_job
        return frozenset(table.name for table in self.left.account.catalog if asset_key(table.name) in read)

    def end(self) -> None:
        """A last quiet night, after which replica, child tables and histories are compared with the truth."""
        self.live_a_day(happenings=0)
        account = self.left.account
        assert account.differences() + account.child_differences() == []
        assert {
            table.name: surplus(account.place, account.world, table.name) for table in account.catalog
        } == {table.name: set() for table in account.catalog}
        assert self.snapshots
        assert past_differences(account.place, self.snapshots) == []

    def kill_the_next_run(self) -> None:
        """Not at once, but when it has begun to read."""
        meter = self.left.account.server.meter
        begun = meter.requests
        HereOrKilled.kill_when = lambda: meter.requests > begun + 12

    def refused(self) -> int:
        """Credits of calls that brought nothing and could not be spared: faults, and the revoked key."""
        log = self.left.account.server.meter.log
        return sum(line.credits for line in log if line.status == 401 or line.status >= 500)

    def spending(self) -> dict[str, tuple[int, int]]:
        """Spent and least, by table, for a failing test to show."""
        spent = Counter(
            dict(
                self.left.account.query(
                    "select coalesce(table_name, '(none)'), sum(credits)::int"
                    " from replica.freshdesk_meta.credits group by all"
                )
            )
        )
        return {name: (spent[name], self.least.credits[name]) for name in spent | self.least.credits}


def assert_each_told_once(left: Unattended) -> None:
    """A revoked key and a machine that was off are told of once, and once more when they are over."""
    told = [(each["kind"], table) for each in left.alerts for table in each["tables"]]
    incidents = Counter((kind, table) for kind, table in told if kind != "recovered")
    assert set(incidents.values()) == {1}, incidents
    over = Counter(table for kind, table in told if kind == "recovered")
    assert over == Counter(table for _, table in incidents), "each is told once when it is over"
    assert {table for kind, table in incidents if kind == "failure"} == {EVERY}
    assert {kind for kind, _ in incidents} == {"failure", "stale"}
    assert len(left.alerts) <= 2 * 4, "a message for a cause, not for each table"
