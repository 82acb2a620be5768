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

from freshdesk_assets.orchestration.configuration import EARLIER, packaged, sealed, unchanged
from freshdesk_assets.orchestration.instance import dagster_instance
from freshdesk_assets.orchestration.internals import SqlEventLogStorageTable
from freshdesk_assets.orchestration.records import SqliteRecords
from freshdesk_assets.orchestration.records.blocks import BLOCK
from freshdesk_assets.orchestration.records.sqlite_events import SqliteEvents
from freshdesk_assets.orchestration.records_postgres import PostgresRecords
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


def test_a_configuration_that_somebody_changed_is_left_and_that_is_said(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once for each command, in one sentence that says what to do."""
    for mine in (
        "telemetry:\n  enabled: false\n",
        earlier() + "# mine\n",
        sealed("dagster.yaml", "telemetry:\n  enabled: false\n") + "# mine\n",
    ):
        (home / "dagster.yaml").write_text(mine)
        with dagster_instance():
            pass
        assert (home / "dagster.yaml").read_text() == mine
        (said,) = capsys.readouterr().err.splitlines()
        assert str(home / "dagster.yaml") in said
        assert "move it aside" in said


def test_changes_to_the_present_configuration_are_no_news(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file has all it needs: there is nothing to say."""
    mine = packaged("dagster.yaml") + "# mine\n"
    (home / "dagster.yaml").write_text(mine)
    with dagster_instance():
        pass
    assert (home / "dagster.yaml").read_text() == mine
    assert capsys.readouterr().err == ""


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
