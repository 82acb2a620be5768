"""What a sync makes can be read by the user who runs it, and by nobody else unless a setting says so."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from freshdesk_assets.file_modes import folder_mode
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.test_runs import module

EVERYBODYS = 0o022
"""The mask that most systems begin with: files that all can read."""


@pytest.fixture
def mask() -> Iterator[None]:
    """The mask is again what it was, whatever a test and its runs set."""
    before = os.umask(EVERYBODYS)
    yield
    os.umask(before)


def modes(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """The modes of the files in a folder, and of the folders in it, by path."""
    found: tuple[dict[str, int], dict[str, int]] = {}, {}
    for path in folder.rglob("*"):
        if not path.is_symlink():
            found[path.is_dir()][str(path.relative_to(folder))] = path.stat().st_mode & 0o777
    return found


def place(acme: Account, **settings: str) -> dict[str, str]:
    """The environment of a program whose files are all in one folder that its user made."""
    # Our own run records have set another.
    os.umask(EVERYBODYS)
    folder = acme.path.parent / "data"
    for each in (folder, folder / "tmp", folder / "cache"):
        each.mkdir(mode=0o755, exist_ok=True)
    return {
        "FRESHDESK_DUCKDB": str(folder / "replica.duckdb"),
        "FRESHDESK_FILES": str(folder / "attachments"),
        "DAGSTER_HOME": str(folder / "records" / "home"),
        "TMPDIR": str(folder / "tmp"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        **settings,
    }


def done(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


def made(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """The modes of what the program made: not of its user's folders."""
    files, folders = modes(folder)
    for users in ("tmp", "cache"):
        assert folders.pop(users) == 0o755
    assert folder.stat().st_mode & 0o777 == 0o755
    return files, folders


@pytest.mark.long
@pytest.mark.usefixtures("mask")
def test_all_that_a_sync_makes_is_for_its_user_alone(account: Callable[..., Any]) -> None:
    """File, copy, page, files of attachments, run records, logs and locks; also what a second sync makes."""
    with account(tickets=40, files=True) as acme:
        environment = place(acme)
        folder = acme.path.parent / "data"
        done(module(acme, "freshdesk_assets.cli", "sync", **environment))
        files, folders = made(folder)
        assert {"replica.duckdb", "replica_published.duckdb", "replica_page.html"} <= files.keys()
        assert any(name.startswith("attachments/") for name in files)
        assert {"records", "records/home", "records/home/history/runs", "attachments"} <= folders.keys()
        assert {"replica.duckdb.locks"} <= folders.keys()
        assert {name: oct(mode) for name, mode in files.items() if mode != 0o600} == {}
        assert {name: oct(mode) for name, mode in folders.items() if mode != 0o700} == {}

        # A replica that its owner lets others read stays so; its copy is as the setting says.
        (folder / "replica.duckdb").chmod(0o640)
        (folder / "replica_published.duckdb").chmod(0o644)
        said = done(module(acme, "freshdesk_assets.cli", "doctor", COLUMNS="1000", **environment))
        for name, mode in (("replica.duckdb", "0640"), ("replica_published.duckdb", "0644")):
            assert f"{folder / name} is open to others of this machine ({mode}): chmod 600 {folder}" in said
        assert said.count("is open to others") == 2
        acme.world.clock.advance(timedelta(hours=1))
        acme.world.create_ticket()
        done(module(acme, "freshdesk_assets.cli", "sync", **environment))
        files, _ = made(folder)
        assert files["replica.duckdb"] == 0o640
        assert files["replica_published.duckdb"] == files["replica_page.html"] == 0o600


@pytest.mark.long
@pytest.mark.usefixtures("mask")
def test_dagsters_own_commands_make_no_other_files(account: Callable[..., Any]) -> None:
    """`dagster asset materialize` in a DAGSTER_HOME that its user made, where steps' output is stored too."""
    with account(tickets=20) as acme:
        environment = place(acme)
        folder = acme.path.parent / "data"
        done(module(acme, "freshdesk_assets.cli", "sync", "--select", "agents", **environment))
        logs = Path(environment["DAGSTER_HOME"]) / "storage"
        assert not logs.exists()
        month = partitions_of(acme.partitioning).get_partition_keys()[-1]
        asked = ["--select", "key:freshdesk/groups", "--partition", month]
        done(
            module(
                acme, "dagster", "asset", "materialize", "-m", "freshdesk_assets.definitions", *asked,
                **environment,
            )
        )  # fmt: skip
        assert any(logs.rglob("compute_logs/*"))
        files, folders = made(folder)
        assert {name: oct(mode) for name, mode in files.items() if mode != 0o600} == {}
        assert {name: oct(mode) for name, mode in folders.items() if mode != 0o700} == {}


@pytest.mark.long
@pytest.mark.usefixtures("mask")
def test_settings_let_a_group_read(account: Callable[..., Any]) -> None:
    """All that is made, or the copy and its page alone; a copy that is as before gets the new mode too."""
    with account(tickets=20) as acme:
        folder = acme.path.parent / "data"
        apart = place(acme, FRESHDESK_PUBLISHED_MODE="0640")
        apart.pop("FRESHDESK_FILES")
        done(module(acme, "freshdesk_assets.cli", "sync", **apart))
        files, folders = made(folder)
        open_ones = {name for name, mode in files.items() if mode == 0o640}
        assert open_ones == {"replica_published.duckdb", "replica_page.html"}
        assert set(folders.values()) == {0o700}

        done(module(acme, "freshdesk_assets.cli", "sync", **{**apart, "FRESHDESK_PUBLISHED_MODE": "0600"}))
        files, _ = made(folder)
        assert set(files.values()) == {0o600}


@pytest.mark.parametrize(("mode", "of_folders"), [("0600", 0o700), ("0640", 0o750), ("0644", 0o755)])
def test_folders_follow_their_files(mode: str, of_folders: int) -> None:
    assert folder_mode(mode) == of_folders


def test_what_duckdb_makes_has_the_mode_of_the_resource(tmp_path: Path) -> None:
    """Its log, and its folder for what memory does not hold; in a program that has no settings."""
    program = (
        "import sys, pathlib, os\n"
        "from freshdesk_assets.orchestration.replica_file import DuckDBFile\n"
        "file = DuckDBFile(database=sys.argv[1], file_mode='0640', memory='64MB')\n"
        "with file.warehouse().open(checkpoint=False) as connection:\n"
        "    connection.execute('create table books as select range id, hash(range) h from range(2000000)')\n"
        "    connection.execute('create table sorted as from books order by h')\n"
        "    print(*sorted({oct(path.stat().st_mode & 0o777) for path in pathlib.Path('.').rglob('*')}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "replica.duckdb")],
        cwd=tmp_path,
        umask=EVERYBODYS,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["0o640", "0o750"]
    with duckdb.connect(str(tmp_path / "replica.duckdb"), read_only=True) as connection:
        assert connection.sql("select count(*) from books").fetchall() == [(2_000_000,)]
