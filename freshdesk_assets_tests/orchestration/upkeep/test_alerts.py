"""What is wrong is told once, without a word of customers', and once more when it is over.

It has over 300 lines because all cases are of one library, which a second file would have to share.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import time_machine
from pydantic import SecretStr

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.names import ALERTS, API_KIND, PROCESS, REFUSES_ALL
from freshdesk_assets.orchestration.signs_of_life import this_process
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets_tests.orchestration.listening import Listener, listening
from freshdesk_assets_tests.orchestration.runs.ticking import sensor_tick
from freshdesk_assets_tests.orchestration.storing import QUIET
from freshdesk_assets_tests.recording import recording

DAYS = dg.DailyPartitionsDefinition("2026-01-01", timezone="UTC", end_offset=1)
LATE = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=3))
CUSTOMERS = "Jane Doe, jane@example.com"


@dataclass
class Library:
    """Some assets that do as they are told, their records, and the sensor that watches them."""

    instance: dg.DagsterInstance
    listener: Listener
    wanted: bool = True
    fault: Exception | None = None
    doubled: bool = False
    shelves: int = 0
    mended: set[str] = field(default_factory=set)
    cursor: str | None = None
    defs: dg.Definitions = field(init=False)

    def __post_init__(self) -> None:
        def fail(name: str) -> None:
            if self.fault and name not in self.mended:
                raise self.fault

        @dg.asset(key_prefix="library", partitions_def=DAYS, freshness_policy=LATE, kinds={API_KIND})
        def loans() -> None:
            fail("loans")

        def shelf(name: str) -> dg.AssetsDefinition:
            @dg.asset(key_prefix="library", name=name, freshness_policy=LATE)
            def made() -> None:
                fail(name)

            return made

        shelves = [shelf(f"shelf_{number}") for number in range(self.shelves)]

        @dg.asset(key_prefix="library", deps=[loans], freshness_policy=LATE)
        def overdue() -> None:
            pass

        @dg.asset_check(asset=loans, name="key", blocking=True)
        def key() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=not self.doubled)

        @dg.asset_check(asset=loans, name="orphans")
        def orphans() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)

        everything = dg.define_asset_job(
            "everything", [loans.key, overdue.key, *(each.key for each in shelves)]
        )
        ours = build_defs(
            Settings(
                start_date=datetime(2026, 1, 1, tzinfo=UTC),
                partitions=PartitionLength.DAILY,
                alert_webhook=SecretStr(self.listener.url) if self.wanted else None,
                ui_url="https://dagster.example.com/",
            ),
            Catalog([]),
            # One of somebody else's has no step.
            assets=[loans, overdue, *shelves, dg.AssetsDefinition(specs=[dg.AssetSpec("elsewhere")])],
        )
        beside = dg.Definitions(jobs=[everything], asset_checks=[key, orphans])
        self.defs = dg.Definitions.merge(ours, beside)

    def run(self) -> str:
        return (
            self.defs.resolve_job_def("everything")
            .execute_in_process(
                instance=self.instance,
                run_config=QUIET,
                raise_on_error=False,
                partition_key=f"{datetime.now(UTC):%Y-%m-%d}",
            )
            .run_id
        )

    def tick(self) -> str:
        said, self.cursor = sensor_tick(self.defs, ALERTS, self.instance, self.cursor)
        assert isinstance(said, str)
        return said

    def told(self) -> list[tuple[str, str]]:
        """Kind and table of what a tick says."""
        self.tick()
        return [(each["kind"], each["table"]) for each in self.listener.heard()]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with listening() as listener, recording(tmp_path) as instance:
        yield Library(instance, listener)


def test_a_failure_is_told_once_and_that_it_is_over_once(library: Library) -> None:
    """A channel that repeats itself every minute is muted before it matters."""
    library.run()
    assert library.told() == []
    library.fault = WarehouseError("/data/replica.duckdb is damaged: put a copy in its place")
    run_id = library.run()
    library.tick()
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    (heard,) = library.listener.heard()
    assert datetime.fromisoformat(heard.pop("at")) <= datetime.now(UTC)
    assert "library/loans" in heard.pop("text")
    assert heard == {
        "kind": "failure",
        "table": "library/loans",
        "tables": ["library/loans"],
        "partition": today,
        "error": "/data/replica.duckdb is damaged: put a copy in its place",
        "link": f"https://dagster.example.com/runs/{run_id}",
    }
    library.run()
    assert library.told() == [], "it still stands"
    library.fault = None
    library.run()
    assert library.told() == [("recovered", "library/loans")]
    assert library.told() == []
    library.fault = WarehouseError("the disk is full")
    library.run()
    assert library.told() == [("failure", "library/loans")], "another time is another incident"


@pytest.fixture
def shelved(library: Library) -> Library:
    """The library with shelves, which fail as the loans do."""
    return Library(library.instance, library.listener, shelves=4)


DAMAGED = "/data/replica.duckdb is damaged: put a copy in its place"
FIVE = ["library/loans", *(f"library/shelf_{number}" for number in range(4))]


def test_one_cause_is_one_message_and_one_more_when_all_of_it_is_over(shelved: Library) -> None:
    """Fifteen tables that met one full disk were fifteen messages in a second, and as many hours after."""
    shelved.fault = WarehouseError(DAMAGED)
    shelved.run()
    shelved.tick()
    (heard,) = shelved.listener.heard()
    assert sorted(heard["tables"]) == FIVE
    assert heard["table"].count("library/") == 3
    assert heard["table"].endswith(" and 2 more")
    assert heard["error"] == DAMAGED
    shelved.mended = {"loans", "shelf_1"}
    shelved.run()
    assert shelved.told() == [], "three of five still fail"
    shelved.fault = None
    shelved.run()
    shelved.tick()
    (heard,) = shelved.listener.heard()
    assert (heard["kind"], sorted(heard["tables"])) == ("recovered", FIVE)
    assert shelved.told() == []


def test_a_table_that_fails_again_while_others_still_do_is_told_again(shelved: Library) -> None:
    """It was well in between: what is wrong with it now is news."""
    shelved.fault = WarehouseError(DAMAGED)
    shelved.run()
    shelved.tick()
    shelved.mended = {"loans"}
    shelved.run()
    shelved.tick()
    shelved.listener.heard()
    shelved.mended, shelved.fault = set(), WarehouseError("the disk is full")
    shelved.run()
    assert shelved.told() == [("failure", "library/loans")]
    shelved.fault = None
    shelved.run()
    assert sorted(kind for kind, _ in shelved.told()) == ["recovered", "recovered"]


def test_what_keeps_every_table_from_being_read_is_told_once_whatever_meets_it(library: Library) -> None:
    """A key that was revoked fails every job of the day, and is one thing to mend."""
    said = "the key is not accepted: set FRESHDESK_API_KEY"
    library.fault = dg.Failure(said, metadata={REFUSES_ALL: True}, allow_retries=False)
    library.run()
    library.tick()
    (heard,) = library.listener.heard()
    assert (heard["table"], heard["error"]) == ("every table", said)
    library.run()
    assert library.told() == []
    library.fault = None
    library.run()
    assert library.told() == [("recovered", "every table")]


def test_what_an_earlier_version_remembers_is_still_known(shelved: Library) -> None:
    """It told of each table by itself. What is over is told, and nothing twice."""
    shelved.fault = WarehouseError(DAMAGED)
    shelved.run()
    shelved.tick()
    shelved.listener.heard()
    state = json.loads(shelved.cursor or "")
    del state["settled"]
    shelved.cursor = json.dumps(state)
    assert shelved.told() == []
    shelved.fault = None
    shelved.run()
    assert [kind for kind, _ in shelved.told()] == ["recovered"]


def test_assets_that_are_late_together_are_one_message(shelved: Library) -> None:
    """When the daemon stands still, everything is late at once."""
    shelved.run()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=4)):
        shelved.tick()
        (heard,) = shelved.listener.heard()
        assert heard["kind"] == "stale"
        assert sorted(heard["tables"]) == FIVE
        assert shelved.told() == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ValueError(CUSTOMERS), "ValueError: see the run"),
        (
            dg.Failure("the key is not accepted: set FRESHDESK_API_KEY"),
            "the key is not accepted: set FRESHDESK_API_KEY",
        ),
    ],
)
def test_the_words_of_an_error_are_told_only_where_they_are_ours(
    library: Library, fault: Exception, said: str
) -> None:
    """A library's error may quote the row it stumbled on, and a chat is no place for it."""
    library.fault = fault
    library.run()
    library.tick()
    (heard,) = library.listener.heard()
    assert heard["error"] == said
    assert CUSTOMERS not in str(heard) + str(library.cursor)


def test_a_run_that_died_is_told_by_its_job(library: Library) -> None:
    run = library.instance.create_run_for_job(library.defs.resolve_job_def("everything"))
    library.instance.report_run_failed(run)
    assert library.told() == [("failure", "everything")]
    library.run()
    assert library.told() == [("recovered", "everything")]


def test_a_run_whose_machine_went_down_is_found_and_told(library: Library) -> None:
    """While schedules are off nothing else finds it, and its table is late only after hours."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    machine, _, _ = this_process().rpartition(":")
    job = library.defs.resolve_job_def("everything")
    run = library.instance.create_run_for_job(
        job, status=dg.DagsterRunStatus.STARTED, tags={PROCESS: f"{machine}:{ended.pid}"}
    )
    assert library.told() == [("failure", "everything")]
    found = library.instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.FAILURE


def test_a_key_check_that_does_not_pass_is_told_and_a_warning_is_not(library: Library) -> None:
    """Warnings are for whoever opens the page: orphans come and go with every ticket."""
    library.doubled = True
    library.run()
    assert library.told() == [("check", "library/loans")]
    assert library.told() == []
    library.doubled = False
    library.run()
    assert library.told() == [("recovered", "library/loans")]


def test_lateness_is_told_of_the_table_and_not_of_all_that_is_made_of_it(library: Library) -> None:
    """One dead list is one message, not one for each of eighty views."""
    library.run()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=4)):
        assert library.told() == [("stale", "library/loans")]
        assert library.told() == []
        library.run()
        assert library.told() == [("recovered", "library/loans")]


def test_a_backfill_of_old_days_does_not_hide_a_table_that_is_late(library: Library) -> None:
    """Dagster's own badge takes the latest event, of any partition."""
    library.run()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=4)):
        for asset in ("loans", "overdue"):
            partition = "2026-01-01" if asset == "loans" else None
            library.instance.report_runless_asset_event(
                dg.AssetMaterialization(["library", asset], partition=partition)
            )
        assert library.told() == [("stale", "library/loans")]


def test_a_webhook_that_is_down_is_told_at_a_later_tick(library: Library) -> None:
    """And the tick does not fail: after a failure Dagster asks the sensor less often."""
    library.fault = WarehouseError("the disk is full")
    library.run()
    library.listener.status = 503
    assert "status 503" in library.tick()
    assert "secret-hook" not in library.tick()
    assert library.listener.calls == 2
    library.listener.status = 200
    assert library.told() == [("failure", "library/loans")]
    assert library.told() == []


def test_nobody_is_called_until_somebody_wants_to_hear(library: Library) -> None:
    assert library.defs.resolve_sensor_def(ALERTS).default_status is dg.DefaultSensorStatus.RUNNING
    quiet = Library(library.instance, library.listener, wanted=False)
    assert quiet.defs.resolve_sensor_def(ALERTS).default_status is dg.DefaultSensorStatus.STOPPED
    quiet.fault = WarehouseError("the disk is full")
    quiet.run()
    assert "not set" in quiet.tick()
    assert library.listener.calls == 0
