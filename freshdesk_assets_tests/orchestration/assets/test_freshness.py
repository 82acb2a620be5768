"""Every asset says how often it is brought up to date, and since when it is late."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import time_machine

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.assets.freshness import policy
from freshdesk_assets.orchestration.names import CADENCE, ONLY_MISSING, REPLICATE
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.schema.table import Cadence
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets.views import in_order
from freshdesk_assets.views.view_files import read_view
from freshdesk_assets_tests.orchestration.storing import QUIET
from freshdesk_assets_tests.recording import recording
from freshdesk_assets_tests.replica.account import by_default

MADE = build_defs(Settings(start_date=datetime(2026, 1, 14, tzinfo=UTC), partitions=PartitionLength.DAILY))
SPECS = {"/".join(spec.key.path): spec for spec in MADE.resolve_all_asset_specs()}


def cadence(key: str) -> str:
    return SPECS[key].tags[CADENCE]


def test_every_asset_that_ages_has_a_freshness_policy() -> None:
    """One without it could be dead for a month, and its page would look like the others.

    A view of no table is made once. Were it to be late, somebody would be told so every other day.
    """
    ageless = [key for key, spec in SPECS.items() if spec.freshness_policy is None]
    assert ageless == ["metrics/time_zones", "relations/data_as_of"]
    assert not any(SPECS[key].deps for key in ageless)
    assert [key for key, spec in SPECS.items() if CADENCE not in spec.tags] == []


def test_a_table_is_looked_at_as_often_as_it_declares() -> None:
    for table in by_default():
        assert cadence(f"freshdesk/{table.name}") == table.cadence


def test_what_is_made_of_tables_follows_the_fastest_of_them() -> None:
    """A view of tickets with the names of groups is as old as its tickets."""
    assert cadence("freshdesk/ticket_tags") == Cadence.LIVE
    assert cadence("freshdesk/survey_questions") == Cadence.SLOW
    assert cadence("relations/tickets") == Cadence.LIVE
    assert cadence("synchub/Role") == Cadence.SLOW
    assert cadence("relations/foreign_keys") == cadence("published/copy") == Cadence.LIVE


def test_a_live_table_is_late_after_missing_several_turns_and_not_one() -> None:
    """One sync may wait for a long run; nobody looks at a badge that is red every night."""
    live = policy(Cadence.LIVE, timedelta(minutes=15))
    assert live == dg.FreshnessPolicy.time_window(
        warn_window=timedelta(hours=1), fail_window=timedelta(hours=3)
    )
    assert policy(Cadence.LIVE, timedelta(hours=6)) == dg.FreshnessPolicy.time_window(
        warn_window=timedelta(hours=12), fail_window=timedelta(hours=24)
    )
    assert policy(Cadence.SLOW, timedelta(minutes=15)) == policy(Cadence.SLOW, timedelta(hours=6))


def test_a_view_that_stays_as_it_is_is_reported_once_a_day(tmp_path: Path) -> None:
    """Else its badge would turn red while nothing is wrong."""
    key = dg.AssetKey(["relations", "sla_policies"])
    file = DuckDBFile(database=str(tmp_path / "replica.duckdb"))
    start = datetime(2026, 1, 14, tzinfo=UTC)
    job = build_defs(
        Settings(start_date=start, partitions=PartitionLength.DAILY), resources={"duckdb": file}
    ).resolve_job_def(REPLICATE)
    with recording(tmp_path) as instance:
        reported = []
        for hours in (0, 1, 24):
            with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)):
                result = job.execute_in_process(
                    instance=instance,
                    asset_selection=[key],
                    run_config=QUIET,
                    tags={ONLY_MISSING: "true"},
                )
                reported.append(len(result.get_asset_materialization_events()))
    assert reported == [1, 0, 1]


def test_a_view_that_another_schema_reads_is_reported_always(tmp_path: Path) -> None:
    """Dagster skips assets downstream of one that is not reported: the other view would not be created."""
    texts = {
        "relations/names": "-- Roles by name.\n--\n-- name: Name.\n\nselect roles.name from freshdesk.roles",
        "sales/staff": "-- Our roles.\n--\n-- name: Name.\n\nselect names.name from relations.names",
    }
    for place, text in texts.items():
        (tmp_path / place).parent.mkdir()
        (tmp_path / f"{place}.sql").write_text(text)
    views = in_order(read_view(tmp_path / f"{place}.sql") for place in texts)
    file = DuckDBFile(database=str(tmp_path / "replica.duckdb"))
    job = build_defs(
        Settings(start_date=datetime(2026, 1, 14, tzinfo=UTC), partitions=PartitionLength.DAILY),
        by_default(),
        views=views,
        resources={"duckdb": file},
    ).resolve_job_def(REPLICATE)
    keys = [dg.AssetKey(place.split("/")) for place in (*texts, "views/sales", "views/relations")]
    with recording(tmp_path) as instance:
        for _ in range(2):
            result = job.execute_in_process(
                instance=instance, asset_selection=keys, run_config=QUIET, tags={ONLY_MISSING: "true"}
            )
            made = {
                event.materialization.asset_key.to_user_string()
                for event in result.get_asset_materialization_events()
            }
            assert {"relations/names", "views/sales"} <= made
        assert "sales/staff" not in made


def test_a_views_policy_is_that_of_its_reports_and_not_of_its_rows() -> None:
    """A view is reported when it is created, and once a day: a policy of hours would call it late all day."""
    assert SPECS["relations/tickets"].freshness_policy == policy(Cadence.SLOW, timedelta(minutes=15))
