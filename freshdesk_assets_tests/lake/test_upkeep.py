"""Upkeep makes a lake quick to read and small, and changes nothing of what anybody reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.keeping import keep_lake, purge_lake
from freshdesk_assets_tests.lake.shelf import add, begin, files, numbers
from freshdesk_assets_tests.lake.words import held
from freshdesk_assets_tests.places import reading

KINDS = pytest.mark.parametrize("kind", ["postgres", "sqlite"])

WORD = "Quxövil of the shelf"


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> Warehouse:
    """A shelf whose catalogue is of that kind."""
    monkeypatch.setenv("FRESHDESK_TEST_SHELF", kind)
    return begin(tmp_path)


@contextmanager
def reader(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """An analyst in the middle of a question: a transaction, whose snapshot stays."""
    with reading(warehouse.place, "lake") as connection:
        connection.execute("begin")
        assert count(connection) > 0
        yield connection


def count(connection: duckdb.DuckDBPyConnection, where: str = "true") -> int:
    """How many rows a reader sees."""
    found = connection.execute(f"select count(*) from lake.main.books where {where}").fetchone()
    assert found is not None
    return int(found[0])


def do(warehouse: Warehouse, *statements: str) -> None:
    """Run statements, each in a commit of its own."""
    for statement in statements:
        with warehouse.open() as connection:
            connection.execute(statement)


@pytest.mark.parametrize("kind", ["postgres"])
def test_deleted_rows_stay_deleted_through_compaction_while_somebody_reads(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """In DuckLake of 1.5.5 rows came back where files and inlined deletions met (duckdb/ducklake#1084)."""
    books = "replica.main.books"
    for number in range(1000, 1020):
        add(warehouse, number)
    do(warehouse, f"delete from {books} where id % 2 = 0", f"update {books} set id = -id where id % 3 = 0")
    assert numbers(warehouse) == (510, 510)
    with reader(warehouse) as analyst:
        do(warehouse, f"delete from {books} where id < -500", f"insert into {books} values (5000)")
        after = numbers(warehouse)
        assert after == (510 - 87 + 1, 510 - 87 + 1)
        before = len(files(tmp_path))
        for _ in range(2):
            keep_lake(warehouse, timedelta(days=7), pytest.fail)
            assert numbers(warehouse) == after
            assert count(analyst) == 510, "whoever reads sees what was there"
            assert count(analyst, "id % 2 = 0 and id <> 0") == 0
        do(warehouse, f"delete from {books} where id > 1000")
        assert numbers(warehouse) == (after[0] - 8, after[1] - 8)
        assert count(analyst) == 510
    keep_lake(warehouse, timedelta(days=7), pytest.fail)
    assert numbers(warehouse) == (after[0] - 8, after[1] - 8)
    assert len(files(tmp_path)) > before, "what the snapshots of a week need is kept"


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sqlite"])
def test_over_sqlite_who_reads_in_a_transaction_keeps_a_commit_out(warehouse: Warehouse) -> None:
    """Its catalogue has no snapshots of its own. The batch is not stored, says so, and is no loss."""
    with reader(warehouse) as analyst:
        with pytest.raises(WarehouseError, match=r"another process kept .* for too long: nothing of this"):
            add(warehouse, 1000)
        assert count(analyst) == 1000
    add(warehouse, 1000)
    assert numbers(warehouse) == (1001, 1001)


@KINDS
def test_a_snapshot_of_before_compaction_is_read_as_it_was(warehouse: Warehouse) -> None:
    """Files are merged, and rows of several snapshots stand in one."""
    for number in range(1000, 1010):
        add(warehouse, number)
    do(warehouse, "delete from replica.main.books where id % 2 = 0")
    with warehouse.open() as connection:
        (snapshot,) = connection.execute("from replica.current_snapshot()").fetchone() or (None,)
    do(
        warehouse,
        "delete from replica.main.books where id > 500",
        "insert into replica.main.books values (7)",
    )
    for _ in range(2):
        keep_lake(warehouse, timedelta(days=7), pytest.fail)
        assert numbers(warehouse) == (251, 250)
        with reading(warehouse.place, "lake") as connection:
            asked = f"select count(*), max(id) from lake.main.books at (version => {snapshot})"
            assert connection.execute(asked).fetchall() == [(505, 1009)]


@KINDS
def test_old_snapshots_go_and_those_that_are_kept_can_be_read(warehouse: Warehouse) -> None:
    """A reader may ask what was there days ago; nobody asks for what was there a year ago."""
    add(warehouse, 1000)
    with warehouse.open() as connection:
        (snapshot,) = connection.execute("from replica.current_snapshot()").fetchone() or (None,)
    do(warehouse, "delete from replica.main.books where id < 500")
    keep_lake(warehouse, timedelta(days=7), pytest.fail)
    at = f"select count(*) from lake.main.books at (version => {snapshot})"
    with reading(warehouse.place, "lake") as connection:
        assert connection.execute(at).fetchall() == [(1001,)]
    keep_lake(warehouse, timedelta(0), pytest.fail)
    with reading(warehouse.place, "lake") as connection:
        with pytest.raises(duckdb.Error, match=r"snapshot|version"):
            connection.execute(at)
        assert count(connection) == 501


@KINDS
def test_what_is_purged_is_in_no_file_and_not_in_the_catalogue(warehouse: Warehouse, tmp_path: Path) -> None:
    """DuckLake keeps deleted rows in its files, and least and greatest values of each in its catalogue."""
    do(
        warehouse,
        "create table replica.main.words as select range as id, 'plain' as said from range(100)",
        f"insert into replica.main.words values (1000, '{WORD}'), (1001, 'Zz {WORD}')",
        "insert into replica.main.words select range, 'more' from range(200, 300)",
    )
    assert held(warehouse.place, tmp_path, {WORD}), "it is found where it is"
    do(
        warehouse,
        "update replica.main.words set said = 'forgotten' where id = 1000",
        "delete from replica.main.words where id = 1001",
    )
    assert held(warehouse.place, tmp_path, {WORD}), "what was changed is there still"
    purge_lake(warehouse)
    assert held(warehouse.place, tmp_path, {WORD}) == set()
    with reading(warehouse.place, "lake") as connection:
        assert connection.execute(
            "select count(*), count(*) filter (said = 'forgotten') from lake.main.words"
        ).fetchall() == [(201, 1)]
    assert numbers(warehouse) == (1000, 1000)
