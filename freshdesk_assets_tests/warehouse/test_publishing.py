"""The copy for analysts is whole, changes only if something changed, and stays usable while it is open."""

import os
import time
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import bigint, text
from freshdesk_assets.warehouse.block_copy import copy_blocks
from freshdesk_assets.warehouse.derived.references import store_references
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.publishing import publish
from freshdesk_assets.warehouse.shape import ensure_shape
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.programs import begun, line, printed

BOOKS = declared(
    "books", text("title", "Title."), bigint("next_id", "Book that follows.", references="books.id")
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


def many(warehouse: Warehouse, texts: str = "repeat('x', 200) || n", count: int = 200_000) -> None:
    """Many books, of which the file is full."""
    with warehouse.open() as connection:
        connection.execute(
            "insert into freshdesk.books (id, title, _synced_at)"
            f" select n, {texts}, now() from range(2, {count}) t(n)"
        )


def leave_a_log(target: Path) -> None:
    """What an analyst leaves who opened the copy to write, as DuckDB does by default, and was cut off."""
    printed("leave_a_log", target)
    assert log_of(target).exists()


def log_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.wal")


@pytest.mark.parametrize("compact", [False, True])
def test_the_copy_has_everything_the_file_has(warehouse: Warehouse, tmp_path: Path, compact: bool) -> None:
    """Views are read under the copy's own name, and say what they are."""
    target = tmp_path / "for_analysts.duckdb"
    made = publish(warehouse, target, compact=compact)
    assert (made.anew, made.compact) == (True, compact)
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


def test_the_night_makes_compact_what_the_day_copied(warehouse: Warehouse, tmp_path: Path) -> None:
    """Once, and the day leaves it alone for as long as nothing changed."""
    target = tmp_path / "published.duckdb"
    assert not publish(warehouse, target).compact
    made = publish(warehouse, target, compact=True)
    assert (made.anew, made.compact) == (True, True)
    for compact in (False, True):
        again = publish(warehouse, target, compact=compact)
        assert (again.anew, again.compact, again.published_at) == (False, True, made.published_at)
    shelve(warehouse, 2, "Ship")
    assert not publish(warehouse, target).compact
    assert titles(target) == ["Sea", "Ship"]


def test_a_file_that_is_mostly_empty_is_copied_without_what_is(warehouse: Warehouse, tmp_path: Path) -> None:
    """At any time of the day: the copy would be many times as large as what is in it."""
    target = tmp_path / "published.duckdb"
    with warehouse.open() as connection:
        connection.execute("create table reading.mine as select random() as one from range(3000000)")
    many(warehouse)
    assert not publish(warehouse, target).compact
    with warehouse.open() as connection:
        connection.execute("drop table reading.mine")
    made = publish(warehouse, target)
    assert (made.compact, made.bytes < warehouse.path.stat().st_size / 2) == (True, True)
    assert len(titles(target)) == 199_999


def test_what_is_in_the_log_only_is_in_the_copy(warehouse: Warehouse, tmp_path: Path) -> None:
    """Batches are landed without a checkpoint, and a killed run leaves them there."""
    target = tmp_path / "published.duckdb"
    with warehouse.open(checkpoint=False) as connection:
        connection.execute("insert into freshdesk.books (id, title, _synced_at) values (2, 'Ship', now())")
    assert log_of(warehouse.path).stat().st_size
    assert not publish(warehouse, target).compact
    assert titles(target) == ["Sea", "Ship"]


def test_a_copy_that_was_made_the_replica_is_published(warehouse: Warehouse, tmp_path: Path) -> None:
    """It says of itself already that it is a copy, of another state."""
    target = tmp_path / "published.duckdb"
    publish(warehouse, target)
    os.replace(target, warehouse.path)
    for compact in (False, True):
        shelve(warehouse, 2 + compact, "Ship")
        assert publish(warehouse, target, compact=compact).compact is compact
        assert not publish(warehouse, target).anew


def test_nobody_can_write_the_file_while_its_blocks_are_copied_nor_after(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """A process that opens and closes a file loses its locks on it, DuckDB's too.

    If this process read the bytes, another could write the file after the first close, while we still have it
    open.
    """
    many(warehouse, texts="hash(n)::varchar || hash(-n)::varchar")
    done = tmp_path / "done"
    with warehouse.open() as connection, begun("try_to_open", warehouse.path, done) as process:
        assert line(process) == "begun"
        for number in range(3):
            copy_blocks(warehouse.path, tmp_path / f"copy_{number}")
        time.sleep(0.2)
        done.touch()
        opened, refused = line(process).split()
        assert (opened, int(refused) > 10) == ("0", True)
        assert connection.execute("select count(*) from freshdesk.books").fetchone() == (199_999,)
    assert (tmp_path / "copy_2").read_bytes()[12_288:] == warehouse.path.read_bytes()[12_288:]


def test_the_log_that_somebody_left_beside_the_old_copy_goes_with_it(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """DuckDB opens no file beside which the log of another lies."""
    target = tmp_path / "published.duckdb"
    publish(warehouse, target)
    leave_a_log(target)
    shelve(warehouse, 2, "Ship")
    assert publish(warehouse, target).anew
    assert not log_of(target).exists()
    assert titles(target) == ["Sea", "Ship"]


def test_a_copy_beside_which_a_log_of_another_lies_is_replaced(warehouse: Warehouse, tmp_path: Path) -> None:
    """Of an analyst who had the old copy open to write, and wrote after the new one was there."""
    target, old = tmp_path / "published.duckdb", tmp_path / "old.duckdb"
    publish(warehouse, target)
    old.write_bytes(target.read_bytes())
    shelve(warehouse, 2, "Ship")
    publish(warehouse, target)
    leave_a_log(old)
    os.replace(log_of(old), log_of(target))
    publish(warehouse, target)
    assert titles(target) == ["Sea", "Ship"]


@pytest.mark.parametrize("compact", [False, True])
def test_a_failure_names_its_own_cause(warehouse: Warehouse, tmp_path: Path, compact: bool) -> None:
    """Not what the clean-up met: a transaction that is aborted, a name that is still in use."""
    target = tmp_path / "published.duckdb"
    publish(warehouse, target)
    many(warehouse, texts="hash(n)::varchar || hash(-n)::varchar")
    how = ("--compact",) if compact else ()
    said = printed("publish_copy", warehouse.path, target, "--largest", 1_000_000, *how)
    assert f"{target} could not be written, and is as it was" in said
    assert "File too large" in said
    assert titles(target) == ["Sea"]
    assert [file.name for file in tmp_path.iterdir() if "unfinished" in file.name] == []
    assert publish(warehouse, target, compact=compact).compact is compact


def test_texts_too_large_to_make_a_compact_copy_of_are_copied_as_they_are(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Pasted logs and pictures as text: every run after the first of them once failed.

    In words that hid why: `Current transaction is aborted (please ROLLBACK)`.
    """
    said: list[str] = []
    with warehouse.open() as connection:
        connection.execute(
            "insert into freshdesk.books (id, title, _synced_at)"
            " select n, repeat(hash(n)::varchar, 500000), now() from range(2, 12) t(n)"
        )
    small = Warehouse(warehouse.path, memory_limit="40MB", report=said.append)
    target = tmp_path / "published.duckdb"
    made = publish(small, target, compact=True)
    assert (made.anew, made.compact) == (True, False)
    assert len(titles(target)) == 11
    assert len(said) == 1
    assert "could not be made from its rows in 38.1 MiB: Out of Memory Error" in said[0]
    assert "set FRESHDESK_MEMORY to more" in said[0]
    again = publish(small, target, compact=True)
    assert (again.anew, again.published_at) == (False, made.published_at)


def test_killed_at_any_moment_the_old_copy_stands(warehouse: Warehouse, tmp_path: Path) -> None:
    """And what was left half written is removed by the next publication."""
    target = tmp_path / "published.duckdb"
    publish(warehouse, target)
    many(warehouse)
    for delay in (0.05, 0.15, 0.3):
        with begun("publish_copy", warehouse.path, target) as process:
            assert line(process) == "begun"
            time.sleep(delay)
        assert len(titles(target)) in (1, 199_999)
    publish(warehouse, target)
    assert len(titles(target)) == 199_999
    assert [file.name for file in tmp_path.iterdir() if "unfinished" in file.name] == []
