"""What the environment says is taken as it is meant, or refused in one sentence that says how to mend it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from freshdesk_assets import settings
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.resources import DuckDBFile
from freshdesk_assets.orchestration.runs.staleness import stale_range
from freshdesk_assets.settings import Partitioning, PartitionLength, SettingError

START = datetime(2026, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "name", "value"),
    [
        (Partitioning.from_environment, "FRESHDESK_START_DATE", "14.1.2026"),
        (Partitioning.from_environment, "FRESHDESK_START_DATE", "2999-01-01"),
        (Partitioning.from_environment, "FRESHDESK_PARTITIONS", "hourly"),
        (settings.reserve, "FRESHDESK_RESERVE", "a tenth"),
        (settings.reserve, "FRESHDESK_RESERVE", "1"),
        (settings.lock_wait, "FRESHDESK_LOCK_WAIT", "-1"),
        (settings.every, "FRESHDESK_EVERY", "7"),
        (settings.every, "FRESHDESK_EVERY", "0"),
        (settings.scheduled, "FRESHDESK_SCHEDULES", "yes"),
        (settings.reread_nightly, "FRESHDESK_REREAD_NIGHTLY", "all"),
        (settings.reread_weekly, "FRESHDESK_REREAD_WEEKLY", "-1"),
        (settings.keep_runs, "FRESHDESK_KEEP_RUNS", "0"),
        (settings.poll, "FRESHDESK_POLL", "5"),
        (settings.ui_url, "FRESHDESK_UI_URL", "localhost"),
        (settings.leave_out_untouched, "FRESHDESK_SKIP_UNTOUCHED", "perhaps"),
        (settings.credits_a_run, "FRESHDESK_RUN_CREDITS", "a few"),
        (settings.credits_a_day, "FRESHDESK_DAY_CREDITS", "49"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_how_to_set_it(
    read: Callable[[Mapping[str, str]], object], name: str, value: str
) -> None:
    with pytest.raises(SettingError) as refused:
        read({name: value})
    assert name in str(refused.value)
    assert value in str(refused.value)
    assert "set it to" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_address_that_is_a_secret_is_not_quoted() -> None:
    with pytest.raises(SettingError, match="set it to one that begins with https://") as refused:
        settings.alert_webhook({"FRESHDESK_ALERT_WEBHOOK": "hooks.example.com/T0/B0/secret"})
    assert "secret" not in str(refused.value)


def test_without_settings_nothing_is_left_out_and_a_tenth_is_reserved() -> None:
    """Defaults are for somebody who reads no manual: slow before rude, whole before cheap."""
    assert settings.reserve({}) == 0.1
    assert settings.leave_out_untouched({}) is False
    assert settings.credits_a_run({}) is settings.credits_a_day({}) is None
    assert settings.database_path({}).name == "replica.duckdb"
    assert Partitioning.from_environment({}).length is PartitionLength.DAILY


@pytest.mark.parametrize("length", list(PartitionLength))
def test_the_first_partition_holds_the_start_date(length: PartitionLength) -> None:
    """Dagster's own weekly and monthly partitions begin after it: what lies between would never be read."""
    partitioning = Partitioning(start=START, length=length)
    partitions = partitions_of(partitioning)
    first = partitions.time_window_for_partition_key(partitions.get_partition_keys()[0])
    assert first.start == partitioning.since
    assert first.start <= START < first.end


def test_a_sync_runs_from_the_first_partition_never_run_or_from_where_it_ended() -> None:
    """Between two syncs a day may end: its last hours belong to a partition that is materialized already."""
    partitions = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-06", timezone="UTC")
    roles, teams = dg.AssetKey(["freshdesk", "roles"]), dg.AssetKey(["freshdesk", "teams"])
    with dg.DagsterInstance.ephemeral() as instance:
        assert stale_range(instance, [roles], partitions, None) == ("2026-01-01", "2026-01-05")
        for day in partitions.get_partition_keys():
            instance.report_runless_asset_event(dg.AssetMaterialization(roles, partition=day))
        assert stale_range(instance, [roles], partitions, None) == ("2026-01-05", "2026-01-05")
        ended = datetime(2026, 1, 4, 18, tzinfo=UTC)
        assert stale_range(instance, [roles], partitions, ended) == ("2026-01-04", "2026-01-05")
        assert stale_range(instance, [roles, teams], partitions, ended) == ("2026-01-01", "2026-01-05")


@pytest.mark.parametrize("name", ["freshdesk", "Relations", "synchub", "freshdesk_meta"])
def test_a_file_named_like_one_of_its_schemas_is_refused(name: str) -> None:
    """DuckDB names the database after the file, and then takes `freshdesk.tickets` for ambiguous."""
    with pytest.raises(SettingError, match="set it to a file of another name"):
        settings.database_path({"FRESHDESK_DUCKDB": f"/data/{name}.duckdb"})
    with pytest.raises(SettingError, match="set it to a file of another name"):
        _ = DuckDBFile(database=f"/data/{name}.duckdb").path


def test_a_replica_under_its_former_name_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new file beside it would cost every credit again."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "freshdesk.duckdb").touch()
    with pytest.raises(SettingError, match=r"mv freshdesk\.duckdb replica\.duckdb"):
        settings.database_path({})
    (tmp_path / "replica.duckdb").touch()
    assert settings.database_path({}).name == "replica.duckdb"


def test_the_copy_stands_beside_the_file_unless_told_otherwise() -> None:
    file = Path("/data/replica.duckdb")
    assert settings.published_path(file, {}) == Path("/data/replica_published.duckdb")
    assert settings.published_path(file, {"FRESHDESK_PUBLISHED": "/share/desk.duckdb"}) == Path(
        "/share/desk.duckdb"
    )
    assert settings.published_path(file, {"FRESHDESK_PUBLISHED": "off"}) is None


@pytest.mark.parametrize("wrong", ["/data/replica.duckdb", "/share/freshdesk.duckdb"])
def test_a_copy_that_would_be_in_the_way_is_refused(wrong: str) -> None:
    with pytest.raises(SettingError, match="FRESHDESK_PUBLISHED"):
        settings.published_path(Path("/data/replica.duckdb"), {"FRESHDESK_PUBLISHED": wrong})
