"""Whatever form machines give to a setting, a path or `.env`: it works, or one sentence says why not."""

import os
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

from freshdesk_assets.commands.files import complaints, ensure_writable
from freshdesk_assets.environment import file_mode, load_env_file, without_effect
from freshdesk_assets.extract.account import key_owner
from freshdesk_assets.extract.http.errors import FreshdeskError
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.resources import freshdesk_api
from freshdesk_assets.settings import SettingError, Settings
from freshdesk_assets_tests.serving import Reply, Request, serving
from freshdesk_assets_tests.test_settings import SECRET, refusal


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """None of the settings of whoever runs the tests, and a folder without a replica."""
    for name in os.environ:
        if name.startswith("FRESHDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.mark.parametrize(
    "address",
    [
        "md:acme",
        "s3://key:T0-B0@bucket/x.duckdb",
        ":memory:",
        "file:///data/x.duckdb",
        "postgres:password=T0-B0",
    ],
)
@pytest.mark.parametrize("name", ["FRESHDESK_DUCKDB", "FRESHDESK_PUBLISHED"])
def test_an_address_that_duckdb_would_take_for_no_file_is_refused(
    environment: pytest.MonkeyPatch, name: str, address: str
) -> None:
    """It would become a folder `s3:` here. What stands in an address may be a key."""
    environment.setenv(name, address)
    said = refusal()
    assert said.startswith(f"{name} is not a file on this machine: set it to a path")
    assert "T0-B0" not in said


@pytest.mark.parametrize(
    "path", ["C:\\data\\replica.duckdb", "C:/data/replica.duckdb", "x" * 240 + ".duckdb"]
)
def test_a_path_that_is_none_here_is_refused(environment: pytest.MonkeyPatch, path: str) -> None:
    """On Linux the first is a file in this folder, beside which nothing else could be named."""
    environment.setenv("FRESHDESK_DUCKDB", path)
    assert refusal().startswith("FRESHDESK_DUCKDB is ")


def test_a_copy_that_a_link_leads_to_the_replica_is_refused(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The rename would put the copy in the replica's place."""
    (tmp_path / "replica.duckdb").touch()
    for link in ("soft.duckdb", "hard.duckdb"):
        (tmp_path / link).unlink(missing_ok=True)
    (tmp_path / "soft.duckdb").symlink_to("replica.duckdb")
    (tmp_path / "hard.duckdb").hardlink_to(tmp_path / "replica.duckdb")
    for link in ("soft.duckdb", "hard.duckdb", "./replica.duckdb"):
        environment.setenv("FRESHDESK_PUBLISHED", link)
        assert refusal().startswith("FRESHDESK_PUBLISHED is the replica itself")


def test_the_key_is_sent_without_the_quotes_around_it(environment: pytest.MonkeyPatch) -> None:
    """`docker run --env-file` hands quotes over: with them, Freshdesk refused a right key."""
    sent = []

    def answer(request: Request) -> Reply:
        sent.append(b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode())
        return Reply(status=401)

    with serving(answer) as url:
        environment.setenv("FRESHDESK_DOMAIN", f'"{url}"\n')
        environment.setenv("FRESHDESK_API_KEY", "'the-key'\r\n")
        with freshdesk_api(Settings()).connect() as reader, pytest.raises(FreshdeskError):
            key_owner(reader.client)
    assert {each.partition(":")[0] for each in sent} == {"the-key"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b"\xef\xbb\xbfFRESHDESK_EVERY=30\n", "30"),
        (b"FRESHDESK_UI_URL=x\r\nFRESHDESK_EVERY=30\r\n", "30"),
        (b"export FRESHDESK_EVERY = '30' # minutes\n", "30"),
        ('# \u00fc\nFRESHDESK_EVERY="30"'.encode(), "30"),
    ],
)
def test_a_file_of_settings_is_read_however_an_editor_wrote_it(
    environment: pytest.MonkeyPatch, tmp_path: Path, written: bytes, meant: str
) -> None:
    for name in ("FRESHDESK_EVERY", "FRESHDESK_UI_URL"):
        environment.setenv(name, "")
        environment.delenv(name)
    (tmp_path / ".env").write_bytes(written)
    assert load_env_file() is None
    assert os.environ["FRESHDESK_EVERY"] == meant


@pytest.mark.parametrize("written", ["FRESHDESK_EVERY=30\n".encode("utf-16"), b"# \xfc\n", b"A=1\x00\n"])
def test_a_file_of_settings_that_is_no_text_is_refused_in_a_sentence(tmp_path: Path, written: bytes) -> None:
    (tmp_path / ".env").write_bytes(written)
    assert load_env_file() == f"{tmp_path / '.env'} is not text in UTF-8: save it anew in that encoding"


def test_a_variable_that_is_no_setting_is_said_to_be_none(environment: pytest.MonkeyPatch) -> None:
    """Misspelt, a budget would limit nothing, and nobody would know."""
    environment.setenv("FRESHDESK_DAYCREDITS", "5000")
    environment.setenv("freshdesk_run_credits", "5000")
    environment.setenv("FRESHDESK_COLOUR", "green")
    environment.setenv("FRESHDESK_RESERVE", "0.2")
    assert without_effect() == [
        "FRESHDESK_COLOUR has no effect, for it is no setting: `freshdesk-assets settings` shows all",
        "FRESHDESK_DAYCREDITS has no effect, for it is no setting: FRESHDESK_DAY_CREDITS is one",
        "freshdesk_run_credits has no effect, for it is no setting: FRESHDESK_RUN_CREDITS is one",
    ]


def test_doctor_and_sync_say_the_same_of_a_place_and_make_nothing(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the doctor finds right must not fail in the sync, nor the other way round."""
    environment.setenv("FRESHDESK_API_KEY", SECRET)
    environment.setenv("FRESHDESK_DUCKDB", str(tmp_path / "nowhere" / "replica.duckdb"))
    environment.setenv("FRESHDESK_PUBLISHED", "/dev/null")
    environment.delenv("DAGSTER_HOME", raising=False)
    said = []
    with serving(lambda request: Reply(status=401)) as url:
        environment.setenv("FRESHDESK_DOMAIN", url)
        for command in ("doctor", "sync", "plan"):
            run = [sys.executable, "-m", "freshdesk_assets.cli", command]
            ended = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert ended.returncode in (1, 2)
            said.append(" ".join((ended.stdout + ended.stderr).split()))
    for sentence in (
        f"{tmp_path / 'nowhere'} is not a folder: create it, or set FRESHDESK_DUCKDB to a file in another",
        "/dev/null is not a regular file: set FRESHDESK_PUBLISHED to another",
    ):
        assert all(sentence in each for each in said), said
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "lost").symlink_to(tmp_path / "gone" / "replica.duckdb")
    for name, why in {"folder": "is a folder, not a file", "lost": "gone is not a folder"}.items():
        file = DuckDBFile(database=str(tmp_path / name), published="off")
        (said,) = complaints(file)
        assert why in said
        with pytest.raises(SettingError, match=why):
            ensure_writable(file)
    assert list(complaints(DuckDBFile(database=str(tmp_path / "replica.duckdb")))) == []


def test_what_no_longer_means_anything_is_said_to(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else its owner would believe that calls are still saved."""
    environment.setenv("FRESHDESK_SKIP_UNTOUCHED", "true")
    environment.setenv("FRESHDESK_API_KEY", SECRET)
    command = [sys.executable, "-m", "freshdesk_assets.cli", "doctor"]
    with serving(lambda request: Reply(status=401)) as url:
        environment.setenv("FRESHDESK_DOMAIN", url)
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stderr
    assert told.count("FRESHDESK_SKIP_UNTOUCHED has no effect any more") == 1


def test_dagsters_own_processes_find_the_mode_of_files_in_env_too(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They read no settings, and not `.env`. What they cannot make sense of is for this user alone."""
    assert file_mode() == "0600"
    (tmp_path / ".env").write_text("FRESHDESK_FILE_MODE='640'\n")
    assert file_mode() == "0640"
    environment.setenv("FRESHDESK_FILE_MODE", "0644")
    assert file_mode() == "0644"
    environment.setenv("FRESHDESK_FILE_MODE", "everybody")
    assert file_mode() == "0600"
    environment.delenv("FRESHDESK_FILE_MODE")
    (tmp_path / ".env").write_bytes(b"FRESHDESK_FILE_MODE=\xff\xfe")
    assert file_mode() == "0600"
