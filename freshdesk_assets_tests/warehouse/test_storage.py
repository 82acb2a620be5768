"""The copy for analysts can be opened by older tools, whatever the file was written by."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.publishing import publish
from freshdesk_assets.warehouse.shape import ensure_shape
from freshdesk_assets_tests.library import SHELVES


def written_for(file: Path) -> str:
    """The oldest DuckDB that can open the file."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as file (read_only)")
        (found,) = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'file'"
        ).fetchall()
    return str(found[0])


def shelve(warehouse: Warehouse, number: int) -> None:
    with warehouse.open() as connection:
        ensure_shape(connection, SHELVES)
        connection.execute("insert into freshdesk.shelves (id, _synced_at) values (?, now())", [number])


@pytest.mark.parametrize("compact", [False, True])
def test_a_copy_is_for_the_oldest_tools_unless_the_setting_says_more(tmp_path: Path, compact: bool) -> None:
    warehouse, target = Warehouse(tmp_path / "replica.duckdb"), tmp_path / "published.duckdb"
    shelve(warehouse, 1)
    assert publish(warehouse, target, compact=compact).compact is compact
    assert written_for(target) == "v1.4.0+"
    later = replace(warehouse, storage="v1.5.0")
    assert publish(later, target, compact=True).anew
    assert written_for(target) == "v1.5.0+"
    assert not publish(later, target).anew


def test_of_a_file_that_only_the_newest_can_open_all_can_open_the_copy(tmp_path: Path) -> None:
    """DuckDB 2.0.0 writes such files by default: so did this replica once. It is copied by its rows."""
    if duckdb.__version__ < "2":
        pytest.skip("this DuckDB makes no such files")
    file, target = tmp_path / "replica.duckdb", tmp_path / "published.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as made (storage_version 'v2.0.0')")
    warehouse = Warehouse(file)
    shelve(warehouse, 1)
    made = publish(warehouse, target)
    assert (made.anew, made.compact) == (True, True)
    assert (written_for(file), written_for(target)) == ("v2.0.0+", "v1.4.0+")
    assert not publish(warehouse, target).anew
    shelve(warehouse, 2)
    assert publish(warehouse, target).anew
    assert written_for(target) == "v1.4.0+"
    target.replace(file)
    shelve(warehouse, 3)
    assert not publish(warehouse, target).compact
