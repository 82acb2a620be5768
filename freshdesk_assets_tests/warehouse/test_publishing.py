"""The copy for analysts: whole or not at all, the same for as long as nothing changed, theirs while open."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import bigint, text, timestamp
from freshdesk_assets.schema.table import FullList, Table
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.publishing import publish
from freshdesk_assets.warehouse.references import store_references
from freshdesk_assets.warehouse.shape import ensure_shape

BOOKS = Table(
    name="books",
    doc="One row per book.",
    path="books",
    sync=FullList(),
    group="library",
    docs="books",
    columns=(
        bigint("id", "Number of the book.", required=True),
        text("title", "Title."),
        bigint("next_id", "Book that follows.", references="books.id"),
        timestamp("updated_at", "When it last changed."),
    ),
)
CATALOG = Catalog([BOOKS])


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "replica.duckdb", lock_wait=5)
    shelve(made, 1, "Sea")
    return made


def shelve(warehouse: Warehouse, number: int, title: str) -> None:
    with warehouse.open() as connection:
        ensure_shape(connection, BOOKS)
        connection.execute(
            "insert into freshdesk.books (id, title, _synced_at) values (?, ?, now())", [number, title]
        )
        connection.execute("create schema if not exists reading")
        connection.execute("create or replace view reading.titles as select books.title from freshdesk.books")
        store_references(connection, CATALOG)


def titles(target: Path) -> list[str]:
    with duckdb.connect(str(target), read_only=True) as connection:
        return [title for (title,) in connection.execute("from reading.titles order by 1").fetchall()]


def test_the_copy_has_everything_the_file_has(warehouse: Warehouse, tmp_path: Path) -> None:
    """Views are read under the copy's own name, and say what they are."""
    target = tmp_path / "for_analysts.duckdb"
    assert publish(warehouse, target).anew
    assert titles(target) == ["Sea"]
    with duckdb.connect(str(target), read_only=True) as connection:
        comments = connection.execute(
            "select count(*) from duckdb_columns()"
            " where schema_name <> 'reading' and not internal and comment is null"
        ).fetchone()
    assert comments == (0,)


def test_nothing_is_copied_for_as_long_as_nothing_changed(warehouse: Warehouse, tmp_path: Path) -> None:
    """Counting the references again, or reading a list that is as it was, is no change."""
    target = tmp_path / "published.duckdb"
    made = publish(warehouse, target)
    before = target.stat().st_ino
    with warehouse.open() as connection:
        store_references(connection, CATALOG)
    again = publish(warehouse, target)
    assert (again.anew, again.published_at) == (False, made.published_at)
    assert target.stat().st_ino == before


@pytest.mark.parametrize(
    "change",
    [
        "insert into freshdesk.books (id, _synced_at) values (2, now())",
        "delete from freshdesk.books",
        "update freshdesk.books set _deleted_at = now()",
        "create or replace view reading.titles as select upper(books.title) as title from freshdesk.books",
        "comment on table freshdesk.books is 'Something else.'",
        "create table reading.mine as select 1 as one",
        "alter table freshdesk.books add column mine integer",
    ],
)
def test_whatever_an_analyst_could_tell_apart_is_copied(
    warehouse: Warehouse, tmp_path: Path, change: str
) -> None:
    target = tmp_path / "published.duckdb"
    publish(warehouse, target)
    with warehouse.open() as connection:
        connection.execute(change)
    assert publish(warehouse, target).anew
    assert not publish(warehouse, target).anew


def test_a_change_in_a_table_of_somebody_elses_is_seen(warehouse: Warehouse, tmp_path: Path) -> None:
    """It has no time of ours by which to tell."""
    target = tmp_path / "published.duckdb"
    with warehouse.open() as connection:
        connection.execute("create table reading.mine as select 1 as one")
    publish(warehouse, target)
    with warehouse.open() as connection:
        connection.execute("update reading.mine set one = 2")
    assert publish(warehouse, target).anew


def test_whoever_has_the_old_copy_open_keeps_it(warehouse: Warehouse, tmp_path: Path) -> None:
    target = tmp_path / "published.duckdb"
    publish(warehouse, target)
    with duckdb.connect(str(target), read_only=True) as analyst:
        shelve(warehouse, 2, "Ship")
        assert publish(warehouse, target).anew
        assert analyst.execute("select count(*) from freshdesk.books").fetchone() == (1,)
    assert titles(target) == ["Sea", "Ship"]


def test_what_stands_there_and_is_no_copy_is_replaced(warehouse: Warehouse, tmp_path: Path) -> None:
    """A copy of an older release, or one that was damaged, says nothing of what it is."""
    target = tmp_path / "published.duckdb"
    target.write_bytes(b"no database")
    assert publish(warehouse, target).anew
    assert titles(target) == ["Sea"]


def test_a_folder_that_is_not_there_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="FRESHDESK_PUBLISHED"):
        publish(warehouse, tmp_path / "nowhere" / "published.duckdb")


KILLED = """
import sys
from pathlib import Path
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.publishing import publish
file, target = map(Path, sys.argv[1:])
print("begun", flush=True)
publish(Warehouse(file), target)
"""


def test_killed_at_any_moment_the_old_copy_stands(warehouse: Warehouse, tmp_path: Path) -> None:
    """And what was left half written is removed by the next publication."""
    target = tmp_path / "published.duckdb"
    publish(warehouse, target)
    with warehouse.open() as connection:
        connection.execute(
            "insert into freshdesk.books (id, title, _synced_at)"
            " select n, repeat('x', 200) || n, now() from range(2, 200000) t(n)"
        )
    for delay in (0.05, 0.15, 0.3):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(warehouse.path), str(target)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert len(titles(target)) in (1, 199_999)
    publish(warehouse, target)
    assert len(titles(target)) == 199_999
    assert [file.name for file in tmp_path.iterdir() if "unfinished" in file.name] == []
