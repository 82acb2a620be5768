"""`freshdesk-assets query` and `tables` read what is stored, and can do nothing else."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.cli import main
from freshdesk_assets.warehouse.asking import reading

SHELVES = """
create schema library;
create schema freshdesk_meta;
create table library.shelves (id bigint, opened_at timestamptz, tags varchar[], width decimal(5, 2));
insert into library.shelves values
  (1, timestamptz '2026-03-01 23:30:00+00', ['oak', 'tall'], 1.25),
  (2, null, null, null);
comment on table library.shelves is 'One row per shelf. Of [oak] or not.';
comment on column library.shelves.opened_at is 'When it was put up.';
create view library.tall as select shelves.id from library.shelves where list_contains(shelves.tags, 'tall');
create table freshdesk_meta.as_of as
  select 'library' as schema_name, 'shelves' as name, timestamptz '2026-03-02 06:05:00+00' as as_of;
"""

HOLDER = (
    "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.readline()"
)


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A replica, its settings, no account and a session elsewhere in the world."""
    path = tmp_path / "replica.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(SHELVES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRESHDESK_DUCKDB", str(path))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    for name in ("FRESHDESK_DOMAIN", "FRESHDESK_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return path


def test_a_query_is_answered_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select shelves.id, shelves.opened_at from library.shelves"]) == 0
    assert "2026-03-01 23:30:00+00" in capsys.readouterr().out


def test_csv_and_json_have_every_row_and_column_with_times_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    asked = "select *, shelves.id, shelves.opened_at::date as day from library.shelves order by shelves.id"
    assert main(["query", asked, "--format", "json"]) == 0
    shelf, empty = json.loads(capsys.readouterr().out)
    assert shelf == {
        "id": 1,
        "opened_at": "2026-03-01T23:30:00Z",
        "tags": ["oak", "tall"],
        "width": 1.25,
        "id_1": 1,
        "day": "2026-03-01",
    }
    assert empty["opened_at"] is None
    assert main(["query", asked, "--format", "csv"]) == 0
    _, shelf_row, empty_row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert shelf_row == ["1", "2026-03-01T23:30:00Z", '["oak", "tall"]', "1.25", "1", "2026-03-01"]
    assert empty_row == ["2", "", "", "", "2", ""]


def test_an_answer_without_rows_is_still_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select 1 as one where false", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_query_may_come_from_a_file_or_the_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Q.sql").write_text("-- How many?\nselect count(*) as n from library.shelves;\n")
    for arguments in (["--file", "Q.sql"], ["--file", "-"], ["-"]):
        monkeypatch.setattr("sys.stdin", io.StringIO("select count(*) as n from library.shelves"))
        assert main(["query", *arguments, "--format", "csv"]) == 0
        assert capsys.readouterr().out == "n\n2\n"
    assert main(["query", "--file", "none.sql"]) == 1
    assert "none.sql cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("shape", ["table", "csv"])
def test_a_wrong_query_is_told_with_the_place(shape: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select\n  shelves.colour\nfrom library.shelves", "--format", shape]) == 1
    said = capsys.readouterr().err
    assert "LINE 2:" in said
    assert "^" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "sql",
    [
        "insert into library.shelves values (3, null, null, null)",
        "create table library.books (id int)",
        "drop table library.shelves",
        "attach 'other.duckdb'",
        "copy library.shelves to 'out.csv'",
        "export database 'out'",
        "select * from read_text('replica.duckdb')",
        "select * from glob('*')",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set timezone = 'Asia/Tokyo'",
        "select 1; select 2",
        "",
    ],
)
@pytest.mark.parametrize("shape", ["table", "json"])
def test_nothing_else_can_be_done(
    sql: str, shape: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = file.read_bytes()
    assert main(["query", sql, "--format", shape]) == 1
    said = capsys.readouterr()
    assert said.err
    assert not said.out
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_the_published_copy_is_asked_where_there_is_one(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(file.with_stem("replica_published"))) as connection:
        connection.execute("create table copied as select 7 as n")
    assert main(["query", "select copied.n from copied", "--format", "csv"]) == 0
    assert capsys.readouterr().out == "n\n7\n"


def test_without_a_file_a_sync_comes_first(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.unlink()
    for arguments in (["query", "select 1"], ["tables"]):
        assert main(arguments) == 1
        assert "Run freshdesk-assets sync first" in capsys.readouterr().err
    assert not file.exists()


def test_a_file_in_use_is_waited_for(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == "open\n"
        monkeypatch.setenv("FRESHDESK_LOCK_WAIT", "0")
        assert main(["query", "select 1"]) == 1
        assert f"process {holder.pid}" in capsys.readouterr().err
        waits: list[str] = []

        def close(said: str) -> None:
            waits.append(said)
            holder.communicate("\n")

        with reading(file, lock_wait=60, report=close) as connection:
            assert connection.execute("select count(*) from library.shelves").fetchall() == [(2,)]
        assert len(waits) == 1


def test_tables_lists_what_there_is_and_the_columns_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables"]) == 0
    shelves, tall = [line.split() for line in capsys.readouterr().out.splitlines() if "library." in line]
    assert shelves == ["library.shelves", "2", "2026-03-02", "06:05", "One", "row", "per", "shelf."]
    assert tall == ["library.tall", "view"]
    assert main(["tables", "library.shelves"]) == 0
    said = capsys.readouterr().out
    assert "Of [oak] or not." in said
    assert "When it was put up." in said
    assert main(["tables", "freshdesk_meta"]) == 0
    assert "freshdesk_meta.as_of" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "said"), [("garden", "The schemas are: library"), ("library.books", "has: shelves, tall")]
)
def test_a_name_that_is_not_there_is_answered_with_those_that_are(
    name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tables", name]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", ["query", "tables"])
def test_neither_loads_dagster(command: str, file: Path) -> None:
    """Dagster alone takes a second."""
    asked = ["query", "select 1"] if command == "query" else ["tables"]
    run = (
        f"import sys; from freshdesk_assets.cli import main; main({asked!r}); print('dagster' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")
