"""The folder of an export is whole whenever an export is killed, and is refused where it is none."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.cli import main
from freshdesk_assets_tests.programs import FOUND, command
from freshdesk_assets_tests.replica.exporting.reading_back import (
    Stored,
    differing,
    exported,
    files,
    manifest,
    named,
)


@pytest.mark.parametrize("step", ["moving", "removing"])
def test_an_export_that_is_killed_leaves_one_that_is_whole(step: str, stored: Stored, tmp_path: Path) -> None:
    """All files that the manifest names are there, and of one moment; the next export tidies up."""
    folder = tmp_path / "export"
    before = exported(folder, "--schema", "freshdesk")
    with stored.writing() as connection:
        connection.execute("update freshdesk.tickets set subject = 'Other'")
        connection.execute("delete from freshdesk.contacts where id % 2 = 0")
        connection.execute("delete from freshdesk.agents")
    killed("export_slowly", str(folder), step)
    after = manifest(folder)
    assert (after == before) is (step == "moving")
    for table in after["tables"]:
        for part in table["files"]:
            assert (folder / part["file"]).stat().st_size == part["bytes"]
        paths = [str(folder / part["file"]) for part in table["files"]]
        (count,) = duckdb.execute("select count(*) from read_parquet(?)", [paths]).fetchone() or (0,)
        assert count == table["rows"]
    assert files(folder) > named(after)
    last = exported(folder, "--schema", "freshdesk")
    assert files(folder) == named(last)
    assert not (folder / ".unfinished").exists()
    assert differing(stored.path, folder) == []


def killed(*arguments: str) -> None:
    with subprocess.Popen(
        command(*arguments),
        env={**os.environ, **FOUND},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        process.send_signal(signal.SIGKILL)


def test_an_export_that_is_killed_while_it_writes_changes_nothing(stored: Stored, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    before = exported(folder)
    there = files(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "freshdesk_assets.cli", "export", str(folder), "--whole"]
    )
    while len(list((folder / ".unfinished").glob("*.parquet"))) < 5:
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert manifest(folder) == before
    assert {name for name in files(folder) if not name.startswith(".unfinished")} == there
    exported(folder)
    assert differing(stored.path, folder) == []
    assert files(folder) == named(manifest(folder))


def test_files_have_the_mode_that_is_set(
    stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRESHDESK_FILE_MODE", "0640")
    for mode, folders in (("0600", 0o700), ("0640", 0o750)):
        monkeypatch.setenv("FRESHDESK_FILE_MODE", mode)
        folder = tmp_path / mode
        exported(folder, "--tables", "tickets")
        found = {path.relative_to(folder).name: path.stat().st_mode & 0o777 for path in folder.rglob("*")}
        assert {bits for name, bits in found.items() if "." in name} == {int(mode, 8)}
        assert {bits for name, bits in found.items() if "." not in name} == {folders}


def test_a_folder_of_something_else_is_refused(
    stored: Stored, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    assert main(["export", str(folder)]) == 1
    assert "holds notes.txt and is no export" in capsys.readouterr().err
    assert [each.name for each in folder.iterdir()] == ["notes.txt"]
    assert main(["export", str(folder / "notes.txt")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert main(["export", "s3://bucket/replica"]) == 2
    assert "docs/export.md" in capsys.readouterr().err
    # Beside the files of an export, those of others stay.
    (folder / "notes.txt").unlink()
    exported(folder, "--tables", "tickets")
    (folder / "freshdesk" / "tickets" / "notes.txt").write_text("mine")
    exported(folder, "--tables", "contacts")
    assert (folder / "freshdesk" / "tickets" / "notes.txt").exists()


def test_what_is_wrong_is_said_in_a_sentence(
    stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "export"
    aside = stored.path.rename(stored.path.with_suffix(".aside"))
    assert main(["export", str(folder)]) == 1
    assert "Run freshdesk-assets sync first" in capsys.readouterr().err
    assert not folder.exists()
    aside.rename(stored.path)
    assert main(["export", str(folder), "--tables", "ticket"]) == 1
    assert "there is no table or view ticket to export: did you mean tickets?" in capsys.readouterr().err
    assert main(["export", str(folder), "--schema", "freshdesc"]) == 1
    assert "did you mean freshdesk?" in capsys.readouterr().err
    exported(folder, "--schema", "freshdesk")
    before = manifest(folder)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000));"
        "from freshdesk_assets.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "export", str(folder), "--whole"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "there is no room for" in done.stderr
    assert "Traceback" not in done.stderr
    assert manifest(folder) == before
    assert named(before) == files(folder)
    shutil.rmtree(folder)
