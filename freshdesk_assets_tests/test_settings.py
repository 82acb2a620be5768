"""Settings are read as they are meant, or refused in one message that says how to correct them.

It has over 300 lines because each way to write a setting is a row of its own.
"""

import ast
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dotenv import dotenv_values

import freshdesk_assets
from freshdesk_assets.definitions import defs
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.replica_file import DuckDBFile, duckdb_file
from freshdesk_assets.orchestration.resources import freshdesk_api
from freshdesk_assets.orchestration.runs.staleness import stale_range
from freshdesk_assets.settings import (
    Partitioning,
    PartitionLength,
    SettingError,
    Settings,
    read_settings,
    variable,
)
from freshdesk_assets.views import schemas

START = datetime(2026, 1, 14, tzinfo=UTC)
SECRET = "T0-B0-what-nobody-may-read"
PACKAGE = Path(freshdesk_assets.__file__).parent


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """None of the settings of whoever runs the tests, and a folder without a replica."""
    for name in os.environ:
        if name.startswith("FRESHDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def refusal(*, account: bool = False) -> str:
    with pytest.raises(SettingError) as refused:
        read_settings(schemas(), account=account)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FRESHDESK_START_DATE", "14.1.2026"),
        ("FRESHDESK_START_DATE", "2999-01-01"),
        ("FRESHDESK_PARTITIONS", "hourly"),
        ("FRESHDESK_RESERVE", "a tenth"),
        ("FRESHDESK_RESERVE", "1"),
        ("FRESHDESK_LOCK_WAIT", "-1"),
        ("FRESHDESK_EVERY", "7"),
        ("FRESHDESK_EVERY", "0"),
        ("FRESHDESK_SCHEDULES", "yes"),
        ("FRESHDESK_REREAD_NIGHTLY", "all"),
        ("FRESHDESK_REREAD_WEEKLY", "-1"),
        ("FRESHDESK_KEEP_RUNS", "0"),
        ("FRESHDESK_RECONCILE_CREDITS", "nan"),
        ("FRESHDESK_POLL", "5"),
        ("FRESHDESK_UI_URL", "localhost"),
        ("FRESHDESK_RUN_CREDITS", "a few"),
        ("FRESHDESK_DAY_CREDITS", "49"),
        ("FRESHDESK_DAY_CREDITS", "1_000"),
        ("FRESHDESK_RESERVE", "5%"),
        ("FRESHDESK_RESERVE", "0,1"),
        ("FRESHDESK_LOCK_WAIT", "infinity"),
        ("FRESHDESK_START_DATE", "0001-01-01"),
        ("FRESHDESK_UI_URL", "https://"),
        ("FRESHDESK_UI_URL", "http://[dagster"),
        ("FRESHDESK_UI_URL", "http://dagster:port"),
        ("FRESHDESK_DUCKDB", "/data/"),
        ("FRESHDESK_DUCKDB", ".."),
        ("FRESHDESK_DUCKDB", "~nobody-is-called-so/replica.duckdb"),
        ("FRESHDESK_DUCKDB", "D\u00fcsseldorf\udce4.duckdb"),
        ("FRESHDESK_PUBLISHED", "/share/"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_how_to_set_it(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    said = refusal()
    assert said.startswith(f"{name} is ")
    assert value.partition("\udce4")[0] in said
    assert "set it to" in said or "write the whole path" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("name", "value", "field", "meant"),
    [
        ("FRESHDESK_DOMAIN", "acme.freshdesk.com", "domain", "acme.freshdesk.com"),
        ("FRESHDESK_DUCKDB", "/data/replica.duckdb", "duckdb", Path("/data/replica.duckdb")),
        ("FRESHDESK_DUCKDB", "~/desk.duckdb", "duckdb", Path.home() / "desk.duckdb"),
        ("FRESHDESK_START_DATE", "2026-01-14", "start_date", START),
        ("FRESHDESK_PARTITIONS", "Weekly", "partitions", PartitionLength.WEEKLY),
        ("FRESHDESK_LOCK_WAIT", "0", "lock_wait", 0.0),
        ("FRESHDESK_RESERVE", "0.5", "reserve", 0.5),
        ("FRESHDESK_RUN_CREDITS", "50", "run_credits", 50),
        ("FRESHDESK_DAY_CREDITS", "", "day_credits", None),
        ("FRESHDESK_RECONCILE_CREDITS", "0", "reconcile_credits", 0),
        ("FRESHDESK_SCHEDULES", "ON", "schedules", True),
        ("FRESHDESK_EVERY", "120", "every", timedelta(hours=2)),
        ("FRESHDESK_POLL", "120", "poll", timedelta(minutes=2)),
        ("FRESHDESK_POLL", "off", "poll", None),
        ("FRESHDESK_REREAD_NIGHTLY", "7", "reread_nightly", 7),
        ("FRESHDESK_REREAD_WEEKLY", "", "reread_weekly", 30),
        ("FRESHDESK_KEEP_RUNS", "3", "keep_runs", timedelta(days=3)),
        ("FRESHDESK_KNOWN", "bots.id, tickets.x,", "known", ("bots.id", "tickets.x")),
        ("FRESHDESK_UI_URL", "https://dagster.example.com/", "ui_url", "https://dagster.example.com"),
        # As `docker run --env-file`, a file of a secret and a paste from a mail leave them.
        ("FRESHDESK_DOMAIN", '"acme.freshdesk.com"\n', "domain", "acme.freshdesk.com"),
        ("FRESHDESK_DUCKDB", "'/data/my replica.duckdb' ", "duckdb", Path("/data/my replica.duckdb")),
        ("FRESHDESK_PUBLISHED", "\u00a0Off\r\n", "published", "Off"),
        ("FRESHDESK_START_DATE", " 2026-01-14\u200b", "start_date", START),
        ("FRESHDESK_DAY_CREDITS", "\t5000 ", "day_credits", 5000),
        ("FRESHDESK_RESERVE", "' 0.5 '", "reserve", 0.5),
        ("FRESHDESK_SCHEDULES", '"on"', "schedules", True),
        ("FRESHDESK_RUN_CREDITS", " '' ", "run_credits", None),
    ],
)
def test_a_setting_is_taken_as_it_is_meant(
    environment: pytest.MonkeyPatch, name: str, value: str, field: str, meant: object
) -> None:
    environment.setenv(name, value)
    assert getattr(read_settings(schemas()), field) == meant


def test_all_that_is_wrong_or_missing_is_said_at_once(environment: pytest.MonkeyPatch) -> None:
    """Whoever sets up a server does not want to start it once per mistake."""
    for name, value in {"RESERVE": "2", "EVERY": "7", "DUCKDB": "relations.duckdb"}.items():
        environment.setenv(f"FRESHDESK_{name}", value)
    said = refusal(account=True)
    named = re.findall(r"(FRESHDESK_\w+) is ", said)
    assert sorted(named) == sorted(
        variable(each) for each in ("api_key", "domain", "duckdb", "every", "reserve")
    )


def test_secrets_are_not_quoted(environment: pytest.MonkeyPatch) -> None:
    """Messages end in logs and in a chat; who knows the webhook's address can write there."""
    environment.setenv("FRESHDESK_API_KEY", SECRET)
    environment.setenv("FRESHDESK_DOMAIN", f"https://me:{SECRET}@acme.freshdesk.com")
    environment.setenv("FRESHDESK_ALERT_WEBHOOK", f"hooks.example.com/{SECRET}")
    environment.setenv("FRESHDESK_UI_URL", f"ftp://me:{SECRET}@dagster.example.com")
    said = refusal()
    assert "FRESHDESK_ALERT_WEBHOOK is not a URL: set it to one that begins with https://" in said
    assert "FRESHDESK_UI_URL is 'dagster.example.com'" in said
    assert SECRET not in said
    environment.delenv("FRESHDESK_UI_URL")
    environment.setenv("FRESHDESK_ALERT_WEBHOOK", f"https://hooks.example.com/{SECRET}")
    settings = read_settings(schemas(), account=True)
    assert settings.alert_webhook is not None
    assert settings.alert_webhook.get_secret_value().endswith(SECRET)
    assert SECRET not in repr(settings)


def test_a_key_is_neither_quoted_nor_shown_in_the_ui(environment: pytest.MonkeyPatch) -> None:
    """The resource names the variable; what Dagster shows of it has no value."""
    environment.setenv("FRESHDESK_ENCRYPTION_KEY", SECRET[:15])
    said = refusal()
    assert "FRESHDESK_ENCRYPTION_KEY is too short: set it to 16 characters at least" in said
    assert SECRET[:15] not in said
    environment.setenv("FRESHDESK_ENCRYPTION_KEY", SECRET)
    settings = read_settings(schemas())
    assert SECRET not in repr(settings)
    file = duckdb_file(settings)
    assert isinstance(file.encryption_key, dg.EnvVar)
    assert SECRET not in str(file._resolved_config_dict)
    assert file.encryption is not None
    assert file.encryption.key == SECRET
    assert SECRET not in repr(file.warehouse())
    environment.delenv("FRESHDESK_ENCRYPTION_KEY")
    assert duckdb_file(read_settings(schemas())).encryption is None


@pytest.mark.parametrize(("given", "mode"), [("640", "0640"), ("0600", "0600"), (" '0644' ", "0644")])
def test_modes_are_written_as_chmod_takes_them(
    environment: pytest.MonkeyPatch, given: str, mode: str
) -> None:
    environment.setenv("FRESHDESK_FILE_MODE", given)
    settings = read_settings(schemas())
    assert settings.file_mode == mode
    assert duckdb_file(settings).mode_of_copy == mode
    environment.setenv("FRESHDESK_PUBLISHED_MODE", "0660")
    assert duckdb_file(read_settings(schemas())).mode_of_copy == "0660"


@pytest.mark.parametrize("given", ["777", "0755", "0440", "u=rw", "0o640"])
def test_a_mode_that_no_file_should_have_is_refused(environment: pytest.MonkeyPatch, given: str) -> None:
    environment.setenv("FRESHDESK_FILE_MODE", given)
    assert f"FRESHDESK_FILE_MODE is {given!r}: set it to 0600 for this user alone" in refusal()


def test_without_settings_nothing_is_left_out_and_a_tenth_is_reserved() -> None:
    """Defaults are for somebody who reads no manual: slow before rude, whole before cheap."""
    settings = read_settings(schemas())
    assert settings.reserve == 0.1
    assert settings.run_credits is settings.day_credits is None
    assert settings.duckdb == Path("replica.duckdb")
    assert settings.partitions is PartitionLength.DAILY
    assert not settings.schedules


def test_a_file_beside_the_command_is_read_too(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FRESHDESK_DOMAIN=acme.freshdesk.com\nFRESHDESK_EVERY=7\n")
    command = [sys.executable, "-m", "freshdesk_assets.cli", "sync"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "FRESHDESK_EVERY is '7'" in ran.stderr
    assert "FRESHDESK_API_KEY is not set" in ran.stderr
    assert "FRESHDESK_DOMAIN" not in ran.stderr


def test_the_example_decides_nothing_but_the_account(environment: pytest.MonkeyPatch) -> None:
    """Whoever copies it and fills in two lines has the defaults."""
    untouched = read_settings(schemas())
    for name, value in dotenv_values(PACKAGE.parent / ".env.example").items():
        environment.setenv(name, value or "")
    copied = read_settings(schemas())
    assert copied.domain == "acme.freshdesk.com"
    assert copied.model_copy(update={"domain": None}) == untouched


def test_definitions_load_without_an_account_and_its_calls_say_what_to_set() -> None:
    """Somebody who looks at the assets before there is a key sees them."""
    assert list(defs().assets or ())
    with (
        pytest.raises(SettingError, match="FRESHDESK_DOMAIN is not set: set it in the environment"),
        freshdesk_api(Settings()).connect(),
    ):
        pass


def test_definitions_do_not_load_with_a_wrong_setting(environment: pytest.MonkeyPatch) -> None:
    """Else the first run at night would find it, and a day would be lost."""
    environment.setenv("FRESHDESK_RESERVE", "2")
    with pytest.raises(SettingError, match="FRESHDESK_RESERVE is '2'"):
        defs()


ELSEWHERE = {
    "accounts.py": "the keys of accounts, whose variables a file names",
    "environment.py": "names that mean nothing",
    "views/trace_cache.py": "the user's cache folder",
    "orchestration/instance.py": "DAGSTER_HOME",
    "warehouse/destinations/ducklake.py": "where libpq finds what a connection string leaves out",
    "warehouse/destinations/object_store.py": "keys of the object store, by Amazon's own names",
    "orchestration/records/batches.py": "how many events Dagster stores together",
}
"""Modules that look into the environment, and for what."""


def modules_with(name: str, kind: type[ast.AST] = ast.AST) -> set[str]:
    """Modules of the package, the simulator's aside, in whose code a name stands, or is called."""
    found = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = node.func if isinstance(node, ast.Call) else node
            if isinstance(node, kind) and name in (getattr(named, "attr", ""), getattr(named, "id", "")):
                found.add(str(file.relative_to(PACKAGE)))
    return {module for module in found if not module.startswith("simulator/")}


def test_settings_are_read_where_a_program_begins_and_nowhere_else() -> None:
    """A value that is passed can be seen, tested and given another way; one that is looked up cannot."""
    assert modules_with("environ") | modules_with("getenv") == set(ELSEWHERE)
    assert modules_with("EnvVar") == {"orchestration/replica_file.py"}, "the UI shows what it is given"
    assert modules_with("read_settings", ast.Call) == {"cli.py", "definitions.py", "locations.py"}
    assert modules_with("Settings", ast.Call) == {"settings.py", "accounts.py"}


@pytest.mark.parametrize("length", list(PartitionLength))
def test_the_first_partition_holds_the_start_date(length: PartitionLength) -> None:
    """Dagster's weekly and monthly partitions begin after it: the days between would never be read."""
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
def test_a_file_named_like_one_of_its_schemas_is_refused(environment: pytest.MonkeyPatch, name: str) -> None:
    """DuckDB names the database after the file, and then takes `freshdesk.tickets` for ambiguous."""
    environment.setenv("FRESHDESK_DUCKDB", f"/data/{name}.duckdb")
    assert "set it to a file of another name" in refusal()
    with pytest.raises(SettingError, match="set it to a file of another name"):
        _ = DuckDBFile(database=f"/data/{name}.duckdb").path


def test_a_replica_under_its_former_name_is_not_passed_over(tmp_path: Path) -> None:
    """A new file beside it would cost all credits again."""
    (tmp_path / "freshdesk.duckdb").touch()
    assert "mv freshdesk.duckdb replica.duckdb" in refusal()
    (tmp_path / "replica.duckdb").touch()
    assert read_settings(schemas()).duckdb.name == "replica.duckdb"


@pytest.mark.parametrize(
    ("published", "found"),
    [
        (None, Path("/data/replica_published.duckdb")),
        ("/share/desk.duckdb", Path("/share/desk.duckdb")),
        ("off", None),
    ],
)
def test_the_copy_stands_beside_the_file_unless_told_otherwise(
    published: str | None, found: Path | None
) -> None:
    settings = Settings(duckdb=Path("/data/replica.duckdb"), published=published)
    assert duckdb_file(settings).published_path == found


@pytest.mark.parametrize("wrong", ["/data/replica.duckdb", "/share/freshdesk.duckdb"])
def test_a_copy_that_would_be_in_the_way_is_refused(environment: pytest.MonkeyPatch, wrong: str) -> None:
    environment.setenv("FRESHDESK_DUCKDB", "/data/replica.duckdb")
    environment.setenv("FRESHDESK_PUBLISHED", wrong)
    assert refusal().startswith("FRESHDESK_PUBLISHED is ")
