"""`freshdesk-assets export`: Parquet files, read back with plain DuckDB, are the replica row for row."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.cli import main
from freshdesk_assets.schema.names import META
from freshdesk_assets.schema.personal import Treatment
from freshdesk_assets.warehouse.exporting.types import as_written, loadable
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.planted import plant


@dataclass(frozen=True)
class Stored:
    """A replica of the test's own."""

    path: Path

    def query(self, sql: str) -> list[Any]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.path)) as connection:
            yield connection


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session elsewhere in the world, on which no time may depend; the replica itself is exported."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("FRESHDESK_PUBLISHED", "off")


@pytest.fixture
def stored(acme: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """A copy of the replica that others only read."""
    path = tmp_path / "replica.duckdb"
    shutil.copyfile(acme.path, path)
    monkeypatch.setenv("FRESHDESK_DUCKDB", str(path))
    monkeypatch.chdir(tmp_path)
    return Stored(path)


@pytest.fixture
def changing(account: Callable[..., Any]) -> Iterator[Account]:
    """An account that changes while it is replicated."""
    with account(60) as made:
        made.views = views_over(made.catalog)
        yield made


def exported(folder: Path, *options: str) -> dict[str, Any]:
    """What the manifest says after an export."""
    assert main(["export", str(folder), *options]) == 0
    return manifest(folder)


def manifest(folder: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return said


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*.parquet")}


def named(said: dict[str, Any]) -> set[str]:
    return {part["file"] for table in said["tables"] for part in table["files"]}


def differing(replica: Path, folder: Path) -> list[str]:
    """The tables and views whose rows are not those of the replica, of all that the manifest names."""
    found, said = [], manifest(folder)
    described = {
        table["folder"]: table for table in json.loads((folder / "schema.json").read_text())["tables"]
    }
    with duckdb.connect(str(replica), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for table in said["tables"]:
            place = f'"{table["schema"]}"."{table["name"]}"'
            # Whatever the moment makes of it may be another by now.
            sql = connection.execute(
                "select sql from duckdb_views() where schema_name = ? and view_name = ?",
                [table["schema"], table["name"]],
            ).fetchone()
            read = f"read_parquet('{folder}/{table['folder']}/**/*.parquet', hive_partitioning = true)"
            columns = described[table["folder"]]["columns"]
            theirs = ", ".join(
                f'"{column["in_replica"]}"' + ("::varchar" if column["type"] == "JSON" else "")
                for column in columns
            )
            ours = ", ".join(f'"{column["name"]}"' for column in columns)
            one, other = f"select {theirs} from {place}", f"select {ours} from {read}"
            counts = connection.execute(
                f"select (select count(*) from {place}), (select count(*) from {read}),"
                f" (select count(*) from ({one} except all {other}))"
            ).fetchone()
            assert counts is not None
            if counts[0] != counts[1] or counts[1] != table["rows"] or (counts[2] and not moving(sql)):
                found.append(f"{table['folder']}: {counts}, {table['rows']}")
    return found


def moving(sql: tuple[str] | None) -> bool:
    """Whether a view's values move with the clock."""
    return bool(sql) and any(word in sql[0].lower() for word in ("now()", "current_", "clock"))  # type: ignore[index]


@pytest.mark.long
def test_every_table_and_view_is_there_row_for_row_after_changes_and_deletions_too(
    changing: Account, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    changing.sync(derive=True)
    first = exported(folder)
    assert differing(changing.path, folder) == []
    assert files(folder) == named(first)
    places = {(table["schema"], table["name"]) for table in first["tables"]}
    every = changing.query(
        "select schema_name, table_name from duckdb_tables() where schema_name <> 'freshdesk_meta'"
        " union select schema_name, view_name from duckdb_views()"
        f" where not internal and schema_name <> '{META}'"
    )
    assert places == set(every)
    assert len(places) > 150
    assert files(folder) == named(first)

    changing.world.day_of_changes(random.Random(3))
    changing.world.clock.advance(timedelta(hours=30))
    changing.sync(derive=True)
    changing.reconcile()
    with changing.writing() as connection:
        # What somebody removes by hand is gone from the export too, and its partition with the last row.
        connection.execute("delete from freshdesk.conversations where created_at < '2100-01-01'")
    second = exported(folder)
    assert differing(changing.path, folder) == []
    assert files(folder) == named(second)
    assert named(first) & named(second), "what did not change is not written again"
    assert [part["value"] for part in of(second, "freshdesk/conversations")["files"]] == [
        "__HIVE_DEFAULT_PARTITION__"
    ]


def of(said: dict[str, Any], folder: str) -> dict[str, Any]:
    (found,) = (table for table in said["tables"] if table["folder"] == folder)
    return dict(found)


def test_what_did_not_change_is_not_written_again(stored: Stored, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    before = exported(folder, "--schema", "freshdesk", "--by", "day")
    kept = {name: (folder / name).stat().st_ino for name in files(folder)}
    with stored.writing() as connection:
        # No column of ours tells of it: only the values do.
        connection.execute(
            "update freshdesk.tickets set subject = 'Other'"
            " where id = (select max(id) from freshdesk.tickets)"
        )
        connection.execute("update freshdesk.contacts set updated_at = null where id = (select min(id) from"
                           " freshdesk.contacts)")  # fmt: skip
    after = exported(folder, "--schema", "freshdesk", "--by", "day")
    gone, come = named(before) - named(after), named(after) - named(before)
    assert {name.split("/")[1] for name in come} == {"tickets", "contacts"}
    assert sum(name.startswith("freshdesk/tickets/") for name in come) == 1
    assert any("partition_day=__HIVE_DEFAULT_PARTITION__" in name for name in come)
    assert gone
    assert not gone & files(folder)
    assert all((folder / name).stat().st_ino == kept[name] for name in named(before) & named(after))
    assert differing(stored.path, folder) == []
    # A file that somebody removed is written again, and `--whole` writes all again.
    lost = next(iter(named(after)))
    (folder / lost).unlink()
    assert not (folder / lost).exists()
    exported(folder, "--schema", "freshdesk", "--by", "day")
    assert differing(stored.path, folder) == []
    whole = exported(folder, "--schema", "freshdesk", "--by", "day", "--whole")
    assert all((folder / name).stat().st_ino != kept.get(name) for name in named(whole))
    assert files(folder) == named(whole)


def test_partitions_are_days_or_months_in_utc_of_the_declared_column(stored: Stored, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    for by in ("day", "month"):
        exported(folder, "--tables", "tickets,tickets_history", "contacts", "--by", by)
        read = f"read_parquet('{folder}/freshdesk/tickets/**/*.parquet', hive_partitioning = true)"
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            found = connection.execute(
                f"select count(*), count(*) filter (partition_{by} is distinct from"
                f" date_trunc('{by}', updated_at)::date), count(distinct partition_{by}) from {read}"
            ).fetchone()
        assert found is not None
        assert found[:2] == (stored.query("select count(*) from freshdesk.tickets")[0][0], 0)
        assert found[2] > 1
        assert files(folder) == named(manifest(folder)), "partitions of before are removed"
    (day,) = stored.query("select (max(updated_at) at time zone 'UTC')::date from freshdesk.tickets")[0]
    said = exported(folder, "--tables", "tickets", "--since", str(day))
    (count,) = stored.query(
        f"select count(*) from freshdesk.tickets where updated_at >= timestamptz '{day} 00:00:00+00'"
    )[0]
    assert of(said, "freshdesk/tickets")["rows"] == count > 0
    assert {table["folder"] for table in said["tables"]} == {"freshdesk/tickets"}


def test_the_schema_says_what_every_column_is(stored: Stored, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    exported(folder)
    said = json.loads((folder / "schema.json").read_text())
    assert said["format"] == 1
    tickets = of(said, "freshdesk/tickets")
    assert tickets["key"] == ["id"]
    assert tickets["doc"].startswith("One row per ticket")
    assert tickets["partition"] == {
        "column": "partition_month", "type": "DATE", "of": "updated_at", "by": "month",
    }  # fmt: skip
    columns = {column["name"]: column for column in tickets["columns"]}
    assert columns["company_id"]["references"] == "companies.id"
    assert columns["subject"]["personal"]
    assert not columns["id"]["personal"]
    assert all(column["doc"] for column in tickets["columns"])
    named_there = {column["name"]: column for column in of(said, "relations/tickets")["columns"]}
    assert named_there["subject"]["personal"]
    # Parquet has what is said of it.
    kinds = {"INT64", "INT32", "BYTE_ARRAY", "BOOLEAN", "DOUBLE"}
    with duckdb.connect() as connection:
        for table in said["tables"]:
            (file, *_) = (folder / table["folder"]).rglob("*.parquet")
            found = dict(
                connection.execute(
                    f"select name, type from parquet_schema('{file}') where type in {tuple(kinds)}"
                ).fetchall()
            )
            for column in table["columns"]:
                if not column["parquet"].startswith("LIST"):
                    assert found[column["name"]] == column["parquet"].split(" ")[0], (table, column)
            stamps = connection.execute(
                f"select name, logical_type from parquet_schema('{file}') "
                " where logical_type like '%Timestamp%'"
            ).fetchall()
            assert all("isAdjustedToUTC=1" in kind.replace("true", "1") for _, kind in stamps)
            assert not connection.execute(
                f"select 1 from parquet_schema('{file}') where logical_type like '%Json%'"
            ).fetchall()


def test_texts_of_megabytes_and_empty_tables_are_exported(stored: Stored, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    with stored.writing() as connection:
        connection.execute(
            "update freshdesk.tickets set description = repeat('ä\"\n', 3000000) where id % 5 = 0"
        )
        connection.execute("delete from freshdesk.contacts")
        connection.execute("delete from freshdesk.ticket_tags")
    exported(folder, "--schema", "freshdesk")
    assert differing(stored.path, folder) == []
    empty = [table for table in manifest(folder)["tables"] if not table["rows"]]
    assert {"freshdesk/contacts", "freshdesk/ticket_tags"} <= {table["folder"] for table in empty}
    assert all(len(table["files"]) == 1 for table in empty), "a loader takes no file for no table"


@pytest.mark.long
def test_what_a_policy_hashed_is_hashed_in_the_files(
    changing: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRESHDESK_PII_KEY", "a key that is long enough to be one")
    folder = tmp_path / "export"
    planted = plant(changing.world)
    changing.decide(pii=Treatment.HASH)
    changing.sync(derive=True)
    exported(folder)
    assert differing(changing.path, folder) == []
    words = [word for word in planted.words if not word.lower().endswith(("company", "domain", "industry"))]
    assert words
    with duckdb.connect() as connection:
        for file in folder.rglob("*.parquet"):
            text = str(connection.execute(f"select * from read_parquet('{file}')").fetchall())
            assert not [word for word in words if word in text], file
    assert not [word for word in words if word in (folder / "schema.json").read_text()]


@pytest.mark.parametrize("step", ["moving", "removing"])
def test_an_export_that_is_killed_leaves_one_that_is_whole(step: str, stored: Stored, tmp_path: Path) -> None:
    """All files that the manifest names are there, and of one moment; the next export tidies up."""
    folder = tmp_path / "export"
    before = exported(folder, "--schema", "freshdesk")
    with stored.writing() as connection:
        connection.execute("update freshdesk.tickets set subject = 'Other'")
        connection.execute("delete from freshdesk.contacts where id % 2 = 0")
        connection.execute("delete from freshdesk.agents")
    killed(["-m", "freshdesk_assets_tests.programs.export_slowly", str(folder), step])
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


def killed(arguments: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, *arguments],
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


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("HUGEINT", "170141183460469231731687303715884105::hugeint"),
        ("UBIGINT", "18446744073709551615::ubigint"),
        ("MAP(VARCHAR, INTEGER)", "map {'a': 1}"),
        ("TIMESTAMP_NS", "timestamp_ns '2026-01-01 00:00:00'"),
        ("INTERVAL", "interval 3 days"),
        ("JSON[]", "['1'::json]"),
        ("DECIMAL(18,3)", "1.234::decimal(18, 3)"),
    ],
)
def test_types_that_parquet_or_warehouses_lack_lose_nothing(type_: str, value: str, tmp_path: Path) -> None:
    written, _ = as_written("v", type_)
    file = tmp_path / "v.parquet"
    duckdb.execute(f"copy (select {written} as v from (select {value} as v)) to '{file}'")
    (found,) = duckdb.execute(f"select v::varchar from '{file}'").fetchone() or ("",)
    (right,) = duckdb.execute(f"select {written}::varchar from (select {value} as v)").fetchone() or ("",)
    (kind,) = duckdb.execute(f"select typeof(v) from '{file}'").fetchone() or ("",)
    assert found == right
    assert kind.partition("(")[0] in ("VARCHAR", "DECIMAL", "TIMESTAMP", "VARCHAR[]")


def test_names_that_a_warehouse_refuses_are_mended_and_stay_apart() -> None:
    found = loadable(
        ["Größe", "grö e", "_partition_x", "1st", "a" * 300, "id", "ID_", "partition_day"], ["partition_day"]
    )
    assert found["id"] == "id"
    assert found["_partition_x"] == "x__partition_x"
    assert found["1st"] == "x_1st"
    assert len({name.lower() for name in found.values()}) == len(found)
    assert found["partition_day"] != "partition_day"
    assert all(name.replace("_", "a").isascii() and len(name) <= 127 for name in found.values())
