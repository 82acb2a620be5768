"""Charts: the days whose numbers changed are told, each once, and the numbers are right."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import time_machine

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.names import CHARTS, REPLICATE, WHOLE
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.credits import CallsMade, record_credits
from freshdesk_assets_tests.orchestration.storing import QUIET
from freshdesk_assets_tests.recording import recording

CHART = dg.AssetKey(["metrics", "support_daily"])
VIEWS = [view for view in declared_views() if view.schema == "relations"]
TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
"""Noon: DuckDB's own clock cannot be set, and a view's days end today."""
OPEN, RESOLVED, OUTBOUND = 2, 4, 10


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "replica.duckdb")
    with made.open() as connection:
        ensure_views(connection, VIEWS, declared_tables())
    return made


def ticket(warehouse: Warehouse, number: int, opened: datetime, **values: Any) -> None:
    """Store a ticket, or another state of it."""
    given = {"id": number, "created_at": opened, "updated_at": opened, "status": OPEN, **values}
    with warehouse.open() as connection:
        connection.execute("delete from freshdesk.tickets where id = ?", [number])
        marks = ", ".join("?" for _ in given)
        connection.execute(
            f"insert into freshdesk.tickets ({', '.join(given)}) values ({marks})", [*given.values()]
        )


def hours_ago(hours: float) -> datetime:
    return TODAY - timedelta(hours=hours)


@cache
def job_of(file: str) -> dg.JobDefinition:
    return build_defs(
        Settings(start_date=TODAY - timedelta(days=100), partitions=PartitionLength.MONTHLY),
        resources={"duckdb": DuckDBFile(database=file)},
    ).resolve_job_def(REPLICATE)


def told(tmp_path: Path, instance: dg.DagsterInstance) -> dict[date, Mapping[str, Any]]:
    """What a run tells of days until today, for a test may last until tomorrow."""
    result = job_of(str(tmp_path / "replica.duckdb")).execute_in_process(
        instance=instance, asset_selection=[CHARTS], run_config=QUIET, tags={WHOLE: "true"}
    )
    return {
        day: {name: value.value for name, value in made.metadata.items()}
        for event in result.get_asset_materialization_events()
        if (made := event.materialization).asset_key == CHART
        and (day := date.fromisoformat(made.partition or "")) <= TODAY.date()
    }


def test_only_the_days_that_changed_are_told(tmp_path: Path, warehouse: Warehouse) -> None:
    """Whatever partitions the tables have, a chart's are days, and a day is told when its numbers change."""
    with time_machine.travel(TODAY, tick=False), recording(tmp_path) as instance:
        ticket(warehouse, 1, hours_ago(60), status=RESOLVED, resolved_at=hours_ago(30))
        ticket(warehouse, 2, hours_ago(36), first_responded_at=hours_ago(34.5))
        with warehouse.open() as connection:
            record_credits(connection, CallsMade(table="tickets", calls=3, credits=7), hours_ago(30))
        days = [TODAY.date() - timedelta(days=back) for back in (2, 1, 0)]
        first = told(tmp_path, instance)
        assert list(first) == days
        assert first[days[0]] == {
            "tickets_opened": 1,
            "tickets_resolved": 0,
            "tickets_open": 1,
            "first_responses": 0,
            "ratings": 0,
            "api_credits": 0,
        }
        assert first[days[1]] == {
            "tickets_opened": 1,
            "tickets_resolved": 1,
            "tickets_open": 1,
            "first_responses": 1,
            "first_response_hours_median": 1.5,
            "ratings": 0,
            "api_credits": 7,
        }
        assert told(tmp_path, instance) == {}
        ticket(warehouse, 2, hours_ago(36), status=RESOLVED, resolved_at=TODAY)
        assert [(day, told_["tickets_open"]) for day, told_ in told(tmp_path, instance).items()] == [
            (days[1], 1),
            (days[2], 0),
        ]


def test_a_long_past_is_not_told(tmp_path: Path, warehouse: Warehouse) -> None:
    with time_machine.travel(TODAY, tick=False), recording(tmp_path) as instance:
        ticket(warehouse, 1, TODAY - timedelta(days=400))
        found = told(tmp_path, instance)
    assert (min(found), max(found)) == ((TODAY - timedelta(days=60)).date(), TODAY.date())
    assert {numbers["tickets_open"] for numbers in found.values()} == {1}


def test_days_are_days_in_utc_and_what_is_no_ticket_for_us_does_not_count(warehouse: Warehouse) -> None:
    """The reader's time zone moves no ticket to another day. Nobody waits for an answer to outbound mail."""
    late = (TODAY - timedelta(days=2)).replace(hour=23, minute=30)
    ticket(warehouse, 1, late, first_responded_at=late + timedelta(hours=1))
    ticket(warehouse, 2, late, first_responded_at=late, source=OUTBOUND)
    ticket(warehouse, 3, late, spam=True)
    ticket(warehouse, 4, late, deleted=True)
    ticket(warehouse, 5, late, _deleted_at=late)
    days = [late.date(), late.date() + timedelta(days=1)]
    for zone in ("UTC", "America/Los_Angeles", "Asia/Tokyo"):
        with duckdb.connect(str(warehouse.path), read_only=True) as connection:
            connection.execute(f"set timezone = '{zone}'")
            found = connection.execute(
                "select day, tickets_opened, first_responses, first_response_hours_median"
                " from relations.support_daily order by day limit 2"
            ).fetchall()
        assert found == [(days[0], 2, 0, None), (days[1], 0, 1, 1.0)], zone
