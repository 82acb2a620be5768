"""A replica of an earlier version goes on in a lake: moved there, brought to this one's shape, synced."""

import lzma
import random
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.settings import PartitionLength
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.moving import move
from freshdesk_assets_tests.places import Place, reading
from freshdesk_assets_tests.replica.account import simulated_account
from freshdesk_assets_tests.replica.keeping import START, kept_world
from freshdesk_assets_tests.replica.test_upgrade import FLAGS, GROWN

FILE = Path(__file__).with_name("kept") / "children_and_views.xz"
"""The file of that name that replica/test_upgrade.py opens, copied by DuckDB 2.0.0 for older ones to read."""

Rows = dict[str, list[tuple[Any, ...]]]

Columns = dict[str, list[str]]


def columns(place: Place) -> Columns:
    """The columns of each table of a replica."""
    with reading(place, "replica") as connection:
        found = connection.execute(
            "select c.table_name, c.column_name from duckdb_columns() c"
            " join duckdb_tables() t on t.database_name = c.database_name and t.schema_name = c.schema_name"
            " and t.table_name = c.table_name"
            " where c.database_name = 'replica' and c.schema_name = 'freshdesk'"
            " order by c.table_name, c.column_index"
        ).fetchall()
    made: Columns = {}
    for table, column in found:
        made.setdefault(table, []).append(column)
    return made


def contents(place: Place, named: Columns) -> Rows:
    """What stands under these columns; a flag that has no value is at its default."""
    found: Rows = {}
    with reading(place, "replica") as connection:
        for table, names in named.items():
            held = [
                f'coalesce("{name}", {FLAGS[table, name]})' if (table, name) in FLAGS else f'"{name}"'
                for name in names
            ]
            asked = f"select {', '.join(held)} from replica.freshdesk.{table} order by all"
            found[table] = connection.execute(asked).fetchall()
    return found


@pytest.mark.long
def test_a_file_of_an_earlier_version_goes_on_in_a_lake_without_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read a second time, and nothing that Freshdesk has purged since is missed."""
    file = tmp_path / "replica.duckdb"
    file.write_bytes(lzma.decompress(FILE.read_bytes()))
    with simulated_account(tmp_path, monkeypatch, world=kept_world(), destination="sqlite") as acme:
        acme.decide(start_date=START, partitions=PartitionLength.MONTHLY)
        before = columns(file)
        stood = contents(file, before)
        assert sum(map(len, stood.values())) > 150
        moved = move(Warehouse(file), Warehouse(acme.place), lambda _: None)
        assert moved.rows >= sum(map(len, stood.values()))
        assert contents(acme.place, before) == stood
        acme.views = views_over(acme.catalog)
        acme.sync(derive=True)
        now = contents(acme.place, before)
        for name in GROWN & stood.keys():
            now[name] = [row for row in now[name] if row in stood[name]]
        assert now == stood
        assert acme.server.meter.calls["tickets/{id}/conversations"] == 0, "nothing is read a second time"
        acme.world.day_of_changes(random.Random(5))
        acme.sync(derive=True)
        assert acme.differences() + acme.child_differences() == []
