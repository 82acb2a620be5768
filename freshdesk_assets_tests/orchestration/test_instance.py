"""Where run records are stored: in SQLite by default, in Postgres on request, all else the same."""

import hashlib
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as db

from freshdesk_assets.commands.dev import NOT_OF_USE
from freshdesk_assets.orchestration.configuration import EARLIER, packaged, sealed, unchanged
from freshdesk_assets.orchestration.instance import begin_reading_events, dagster_instance
from freshdesk_assets.orchestration.internals import SqlEventLogStorageTable
from freshdesk_assets.orchestration.records import SqliteRecords
from freshdesk_assets.orchestration.records.blocks import BLOCK
from freshdesk_assets.orchestration.records.sqlite_events import SqliteEvents
from freshdesk_assets.orchestration.records_postgres import PostgresRecords
from freshdesk_assets.settings import SettingError
from freshdesk_assets_tests.orchestration.reading_events import cursors, move_cursor
from freshdesk_assets_tests.programs import ROOT


def configured(name: str) -> dict[str, Any]:
    return dict(dg.config_from_yaml_strings([(files("freshdesk_assets.orchestration") / name).read_text()]))


def test_the_two_configurations_differ_in_their_storage_alone() -> None:
    """Two files that say the same are sooner or later two that do not."""
    server = configured("dagster.postgres.yaml")
    assert server.pop("storage") == {
        "custom": {
            "module": PostgresRecords.__module__,
            "class": PostgresRecords.__name__,
            "config": {"postgres_url": {"env": "DAGSTER_POSTGRES_URL"}},
        }
    }
    alone = configured("dagster.yaml")
    assert alone.pop("storage") == {
        "custom": {
            "module": SqliteRecords.__module__,
            "class": SqliteRecords.__name__,
            "config": {"base_dir": {"env": "DAGSTER_HOME"}},
        }
    }
    assert server == alone


@pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated:DeprecationWarning")
def test_the_daemon_begins_without_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would tell a newcomer twice that it has no cursor; one that it has is kept."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dagster_instance() as instance:
        assert cursors(instance) == {None}
        begin_reading_events(instance)
        assert cursors(instance) == {0}
        move_cursor(instance, 7)
        begin_reading_events(instance)
        assert cursors(instance) == {0, 7}


@pytest.mark.parametrize("left_out", [True, False])
def test_a_start_shows_no_warning_that_nobody_can_follow(left_out: bool, tmp_path: Path) -> None:
    """`dagster dev` is what we start, whatever Dagster recommends to who types it."""
    ended = subprocess.run(
        # It warns, and then finds nothing to load.
        [Path(sys.executable).with_name("dagster"), "dev"],
        cwd=tmp_path,
        env={
            **os.environ,
            "DAGSTER_HOME": str(tmp_path),
            "PYTHONWARNINGS": f"ignore:{NOT_OF_USE}" if left_out else "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("superseded" not in ended.stderr) is left_out


def test_the_dead_are_found_and_run_again_and_ticks_are_not_kept_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Dagster understands the file, not as we wrote it."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dagster_instance() as instance:
        assert instance.run_monitoring_enabled
        assert 0 < instance.run_monitoring_max_runtime_seconds <= 86_400
        assert instance.run_retries_enabled
        assert instance.run_retries_max_retries == 2
        assert not instance.run_retries_retry_on_asset_or_op_failure, "steps try themselves again"
        assert instance.freshness_enabled
        for instigator in ("schedule", "sensor"):
            kept = instance.get_settings("retention")[instigator]["purge_after_days"]
            assert all(0 < days <= 90 for days in kept.values())
            assert set(kept) == {"skipped", "success", "failure"}


CONFIGURATIONS = ["dagster.yaml", "dagster.postgres.yaml"]
WHERE = "freshdesk_assets/orchestration"


SHELVING = str(Path(__file__).with_name("shelving.py"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DAGSTER_HOME."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_first_line_of_a_configuration_is_that_of_what_follows(name: str) -> None:
    """By this line a later version knows that nobody changed the file."""
    assert packaged(name) == sealed(name, packaged(name)), (
        "the file was changed; with `from freshdesk_assets.orchestration.configuration import sealed` its"
        f" first line is made anew: `p = Path('{WHERE}/{name}');"
        f" p.write_text(sealed('{name}', p.read_text()))`"
    )
    assert unchanged(packaged(name)) == name


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True, timeout=60
    ).stdout


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone")
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_version_that_was_ever_handed_out_is_known(name: str) -> None:
    """An unknown one would be taken for changed by hand, and never be renewed."""
    commits = git("log", "--format=%H", "--diff-filter=AM", "--", f"{WHERE}/{name}").split()
    for commit in commits:
        assert unchanged(git("show", f"{commit}:{WHERE}/{name}")) == name, commit


def earlier() -> str:
    """A configuration as it was handed out before its first line said so, with the file name of that time."""
    text = packaged("dagster.yaml").partition("\n")[2].replace("(orchestration/records ", "(records.py ")
    assert EARLIER[hashlib.sha256(text.encode()).hexdigest()] == "dagster.yaml"
    return text


def test_a_configuration_that_nobody_changed_is_renewed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who never touched the file has no reason to keep an old one."""
    for old in (earlier(), sealed("dagster.yaml", "telemetry:\n  enabled: false\n")):
        (home / "dagster.yaml").write_text(old)
        with dagster_instance() as instance:
            assert isinstance(instance.event_log_storage, SqliteEvents)
        assert (home / "dagster.yaml").read_text() == packaged("dagster.yaml")
    assert capsys.readouterr().err == ""
    assert sorted(file.name for file in home.glob("dagster*")) == ["dagster.yaml"]


LACKS = {
    "telemetry:\n  enabled: false\n": ("storage", "granularity", "run_monitoring", "run_retries"),
    "concurrency:\n  runs:\n    max_concurrent_runs: 0\n": ("max_concurrent_runs",),
    sealed("dagster.yaml", "freshness:\n  enabled: false\n") + "# mine\n": ("freshness", "storage"),
}
"""Configurations of somebody's own, and words for what they lack."""


@pytest.mark.parametrize("mine", LACKS)
def test_what_somebodys_own_configuration_lacks_is_said_and_the_file_is_left(
    home: Path, capsys: pytest.CaptureFixture[str], mine: str
) -> None:
    """Once for each command, in one sentence that says what follows of it and what to do."""
    (home / "dagster.yaml").write_text(mine)
    with dagster_instance():
        pass
    assert (home / "dagster.yaml").read_text() == mine
    (said,) = capsys.readouterr().err.splitlines()
    assert str(home / "dagster.yaml") in said
    assert "move your file aside" in said
    assert [words for words in LACKS[mine] if f"`{words}" not in said and f" {words}" not in said] == []


def test_a_configuration_of_somebodys_own_that_has_all_it_needs_is_no_news(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says otherwise is its owner's business."""
    for mine in (packaged("dagster.yaml") + "# mine\n", earlier() + "# mine\n"):
        (home / "dagster.yaml").write_text(mine)
        with dagster_instance():
            pass
        assert (home / "dagster.yaml").read_text() == mine
        assert capsys.readouterr().err == ""


PASSWORD = "T0-B0-what-nobody-may-read"


@pytest.mark.parametrize(
    ("mine", "why"),
    [
        ("a: [\n", "while parsing"),
        ("just text\n", "to parse to dictionary"),
        ("no_such_thing: 1\n", "no_such_thing"),
        ("storage:\n  postgres:\n    postgres_url:\n      env: NO_SUCH_VARIABLE\n", "NO_SUCH_VARIABLE"),
        (f"run_monitoring:\n  poll_interval_seconds: {PASSWORD}\n", "poll_interval_seconds"),
        ("storage:\n  mysql:\n    mysql_url: x\n", "dagster_mysql"),
        ("run_coordinator:\n  module: dagster\n  class: Unheard\n", "Unheard"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_refused_in_a_sentence(
    home: Path, mine: str, why: str
) -> None:
    """Whoever wrote a typing error into it is not helped by a traceback through Dagster."""
    (home / "dagster.yaml").write_text(mine)
    with pytest.raises(SettingError) as refused, dagster_instance():
        pass
    said = str(refused.value)
    assert said.startswith(f"the run records of {home / 'dagster.yaml'} cannot be opened: ")
    assert why in said
    assert "move it aside" in said
    assert "\n" not in said
    assert PASSWORD not in said


@pytest.mark.parametrize("odd", ["[prod] support", "what?"])
def test_a_folder_that_dagster_cannot_use_is_refused_before_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    """Dagster takes the path for a pattern, finds no configuration and stores records in its own way."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / odd))
    with pytest.raises(SettingError, match="set DAGSTER_HOME to another folder"), dagster_instance():
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("odd", ["a#b", "100%20", "it's", "u\u0308ber", "back\\slash", "a*b", "semi;colon"])
def test_run_records_are_kept_in_folders_of_odd_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / odd))
    with dagster_instance() as instance:
        assert isinstance(instance.event_log_storage, SqliteEvents)
    assert (tmp_path / odd / "history" / "runs.db").exists()
    assert [each.name for each in tmp_path.iterdir()] == [odd]
    assert capsys.readouterr().err == ""


def test_a_home_that_is_no_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    for wrong in ("file", "file/below"):
        monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / wrong))
        with pytest.raises(SettingError, match="DAGSTER_HOME"), dagster_instance():
            pass


def test_a_home_below_the_users_own_is_found_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service manager's file has no shell that would put the home folder in the place of ~."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", "~/records")
    with dagster_instance():
        assert os.environ["DAGSTER_HOME"] == str(tmp_path / "records")


def test_a_run_that_dagsters_own_command_starts_is_recorded_by_ours(home: Path) -> None:
    """`dagster asset materialize` builds its instance of DAGSTER_HOME, as the UI and the daemon do."""
    with dagster_instance():
        pass
    dagster = [str(Path(sys.executable).with_name("dagster")), "asset", "materialize"]
    done = subprocess.run(
        [*dagster, "-f", SHELVING, "--select", "shelves", "--partition-range", "0...11"],
        env={**os.environ, "DAGSTER_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with dagster_instance() as instance:
        (run,) = instance.get_runs()
        storage = instance.event_log_storage
        assert isinstance(storage, SqliteEvents)
        blocks = db.select(db.func.count()).where(SqlEventLogStorageTable.c.dagster_event_type == BLOCK)
        with storage.run_connection(run.run_id) as connection:
            assert connection.execute(blocks).scalar() == 2, "what was planned, and what was made"
        assert len(instance.get_materialized_partitions(dg.AssetKey("shelves"))) == 12
