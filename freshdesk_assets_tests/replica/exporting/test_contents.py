"""What is exported is the replica row for row, described, and as the policy on personal data left it."""

import json
import random
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.schema.names import META
from freshdesk_assets.schema.personal import Treatment
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.exporting.reading_back import (
    Stored,
    differing,
    exported,
    files,
    manifest,
    named,
    of,
)
from freshdesk_assets_tests.replica.planted import plant


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
