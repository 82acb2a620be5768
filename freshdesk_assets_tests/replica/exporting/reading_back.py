"""From the folder of an export to what is in it, and whether that is what the replica has."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from freshdesk_assets.cli import main
from freshdesk_assets.warehouse.destinations.destination import Destination
from freshdesk_assets_tests.places import reading


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


def differing(replica: Path | Destination, folder: Path) -> list[str]:
    """The tables and views whose rows are not those of the replica, of all that the manifest names."""
    found, said = [], manifest(folder)
    described = {
        table["folder"]: table for table in json.loads((folder / "schema.json").read_text())["tables"]
    }
    with reading(replica, "replica") as connection:
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


def of(said: dict[str, Any], folder: str) -> dict[str, Any]:
    (found,) = (table for table in said["tables"] if table["folder"] == folder)
    return dict(found)
