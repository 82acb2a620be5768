"""A replica is carried from the file to a lake and back, and nothing of it is lost or asked for again."""

from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.moving import move
from freshdesk_assets_tests.places import place
from freshdesk_assets_tests.replica.account import simulated_account


def shape_of(warehouse: Warehouse) -> tuple[list[Any], list[Any]]:
    """Every column with its type and comment, and every view with its own; a lake's ledger keeps comments."""
    with warehouse.open() as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name, data_type, comment from duckdb_columns()"
            " where database_name = 'replica' order by all"
        ).fetchall()
        views = connection.execute(
            "select schema_name, view_name, comment from duckdb_views()"
            " where database_name = 'replica' and not internal order by all"
        ).fetchall()
    return columns, views


@pytest.mark.long
def test_a_replica_goes_to_a_lake_and_comes_back_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ledgers and comments too: the next sync reads only what changed, and a file again has all it had."""
    with simulated_account(tmp_path, monkeypatch, tickets=60) as acme:
        acme.views = views_over(acme.catalog)
        acme.sync(derive=True)
        calls = acme.server.meter.credits
        file, lake = Warehouse(acme.path), Warehouse(place(tmp_path / "lake", "postgres"))
        there = move(file, lake, print)
        home = Warehouse(tmp_path / "home.duckdb")
        back = move(lake, home, print)
        assert acme.server.meter.credits == calls
        assert (there.tables, there.views) == (back.tables, back.views)
        assert shape_of(home) == shape_of(file)
        assert acme.differences() == []
        acme.path.unlink()
        home.path.rename(acme.path)
        assert acme.differences() == []
        assert acme.child_differences() == []


def test_nothing_is_moved_onto_something(tmp_path: Path) -> None:
    """What is there may be another account's."""
    source, target = Warehouse(tmp_path / "one.duckdb"), Warehouse(place(tmp_path / "lake", "postgres"))
    for each in (source, target):
        with each.open() as connection:
            connection.execute("create table replica.main.shelves as select 1 as id")
    with pytest.raises(WarehouseError, match="has 1 tables already"):
        move(source, target, print)
    with pytest.raises(WarehouseError, match="is where the replica is"):
        move(source, Warehouse(tmp_path / "one.duckdb"), print)
    with pytest.raises(WarehouseError, match="there is no replica"):
        move(Warehouse(tmp_path / "none.duckdb"), target, print)


def test_rows_that_arrive_otherwise_are_not_kept(tmp_path: Path) -> None:
    """A lake stores what Parquet can: a type that comes back otherwise must be seen before it is believed."""
    source, target = Warehouse(tmp_path / "one.duckdb"), Warehouse(place(tmp_path / "lake", "postgres"))
    with source.open() as connection:
        connection.execute(
            "create table replica.main.books (id bigint not null, title varchar, tags varchar[])"
        )
        connection.execute("insert into replica.main.books values (1, 'half', ['a', null]), (2, null, [])")
    done = move(source, target, print)
    assert (done.tables, done.rows) == (1, 2)
    with target.open() as connection:
        assert connection.execute("from replica.main.books order by id").fetchall() == [
            (1, "half", ["a", None]),
            (2, None, []),
        ]
