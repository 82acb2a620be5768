"""A lake with one table of numbers, small enough to be broken in many ways."""

import os
from collections.abc import Callable
from pathlib import Path

from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.places import place, reading


def shelf(folder: Path, lock_wait: float = 20.0) -> Warehouse:
    """The lake of a folder, in Postgres, or as FRESHDESK_TEST_SHELF says."""
    kind = os.environ.get("FRESHDESK_TEST_SHELF", "postgres")
    return Warehouse(place(folder / "shelf.duckdb", kind), lock_wait=lock_wait)


def begin(folder: Path) -> Warehouse:
    """The lake with a table, in which are the numbers below 1,000."""
    made = shelf(folder)
    with made.open() as connection:
        connection.execute("create table replica.main.books as select range as id from range(1000)")
    return made


def add(warehouse: Warehouse, number: int, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Store one more number, in a commit of its own; before that, do what happens `meanwhile`."""
    with warehouse.open() as connection:
        connection.execute(f"insert into replica.main.books values ({number})")
        meanwhile()


def numbers(warehouse: Warehouse) -> tuple[int, int]:
    """How many numbers there are, and how many of them differ: what plain duckdb reads."""
    with reading(warehouse.place, "lake") as connection:
        found = connection.execute("select count(*), count(distinct id) from lake.main.books").fetchone()
    assert found is not None
    return found


def files(folder: Path) -> set[Path]:
    """The Parquet files of the lake's folder."""
    return set(folder.rglob("*.parquet"))
