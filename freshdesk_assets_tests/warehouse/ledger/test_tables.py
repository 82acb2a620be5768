"""What was read is remembered in the same transaction as the rows, and decides what is read next."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from freshdesk_assets.schema.column import integer, text, timestamp
from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.schema.sync import PerParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.ledger.coverage import covered
from freshdesk_assets.warehouse.ledger.parents import SAME_MOMENT, Asked, pending
from freshdesk_assets.warehouse.ledger.tables import LEDGER, META, ensure_ledger
from freshdesk_assets_tests.library import BOOKS, ID, LOANS, SHELVES, SPECIMENS, UPDATED_AT, declared
from freshdesk_assets_tests.warehouse.library import NOON, Library, at, later, page

LATE = later(10_000)
"""A time of reading long after the versions of the rows: nothing need be read again."""


def intervals(library: Library, table: Table, listing: str = "all") -> list[tuple[datetime, datetime]]:
    with library.warehouse.open() as connection:
        return covered(connection, table, listing)


def cover(library: Library, *bounds: tuple[float, float], listing: str = "all") -> None:
    pages = (page(listing=listing, covered_from=later(a), covered_to=later(b)) for a, b in bounds)
    library.land(SPECIMENS, *pages)


def due(library: Library, table: Table, parent: Table, **asked: Any) -> list[int]:
    with library.warehouse.open() as connection:
        return [each.id for each in pending(connection, table, Asked(source=parent, **asked)).parents]


def put_shelves(library: Library, minutes: Iterable[float], label: str = "full", start: int = 1) -> None:
    rows = ({"id": start + n, "label": label, "updated_at": at(m)} for n, m in enumerate(minutes))
    library.land(SHELVES, page(*rows))


def read(library: Library, table: Table, *reads: tuple[int, float | None], moment: datetime = LATE) -> None:
    parents = tuple(
        ParentRead(id=id_, version=None if version is None else later(version)) for id_, version in reads
    )
    library.land(table, page(parents=parents), moment=moment)


@pytest.mark.parametrize(
    ("bounds", "joined"),
    [
        ([(0, 1)], [(0, 1)]),
        ([(0, 1), (2, 3)], [(0, 1), (2, 3)]),
        ([(0, 1), (1, 2), (2, 3)], [(0, 3)]),
        ([(0, 5), (1, 2)], [(0, 5)]),
        ([(0, 2), (1, 3), (6, 7)], [(0, 3), (6, 7)]),
        ([(0, 1), (2, 3), (4, 5), (0.5, 4.5)], [(0, 5)]),
    ],
)
def test_intervals_that_touch_are_one_in_whatever_order_they_come(
    library: Library, bounds: list[tuple[float, float]], joined: list[tuple[float, float]]
) -> None:
    """A backfill fills in before, between and over what is covered."""
    orders = list(enumerate(permutations(bounds)))
    pages = [
        page(listing=f"order {number}", covered_from=later(start), covered_to=later(end))
        for number, order in orders
        for start, end in order
    ]
    library.land(SPECIMENS, *pages)
    with library.warehouse.open() as connection:
        for number, _ in orders:
            found = covered(connection, SPECIMENS, f"order {number}")
            assert found == [(later(start), later(end)) for start, end in joined]


def test_coverage_is_told_apart_by_table_and_listing(library: Library) -> None:
    cover(library, (0, 1))
    cover(library, (1, 2), listing="spam")
    library.land(SHELVES, page(covered_from=later(5), covered_to=later(6)))
    assert intervals(library, SPECIMENS) == [(later(0), later(1))]
    assert intervals(library, SPECIMENS, "spam") == [(later(1), later(2))]
    assert intervals(library, SHELVES) == [(later(5), later(6))]


def test_coverage_is_kept_in_utc_to_the_microsecond(library: Library) -> None:
    start = NOON.replace(microsecond=1)
    library.land(SPECIMENS, page(covered_from=start, covered_to=later(1)))
    ((found, _),) = intervals(library, SPECIMENS)
    assert (found, found.utcoffset()) == (start, timedelta(0))


def test_parents_never_read_or_changed_since_are_pending_oldest_change_first(library: Library) -> None:
    library.shape(BOOKS)
    put_shelves(library, [3, 1, 2, 0])
    assert due(library, BOOKS, SHELVES) == [4, 2, 3, 1]
    read(library, BOOKS, (1, 3), (2, 1), (3, 1.5))
    assert due(library, BOOKS, SHELVES) == [4, 3]
    library.land(SHELVES, page({"id": 2, "updated_at": at(9)}))
    assert due(library, BOOKS, SHELVES) == [4, 3, 2]


def test_pending_is_bounded_by_window_and_number_and_counts_all(library: Library) -> None:
    library.shape(BOOKS)
    put_shelves(library, range(10))
    with library.warehouse.open() as connection:
        found = pending(connection, BOOKS, Asked(source=SHELVES, start=later(2), end=later(8)), limit=3)
    assert [(each.id, each.version) for each in found.parents] == [
        (3, later(2)),
        (4, later(3)),
        (5, later(4)),
    ]
    assert found.total == 6


def test_a_parent_without_a_version_is_read_once(library: Library) -> None:
    library.shape(BOOKS)
    library.land(SHELVES, page({"id": 1}))
    assert due(library, BOOKS, SHELVES) == [1]
    read(library, BOOKS, (1, None))
    assert due(library, BOOKS, SHELVES) == []


def test_a_parent_that_is_gone_is_not_read(library: Library) -> None:
    library.shape(BOOKS)
    put_shelves(library, [0, 0])
    library.land(BOOKS, page(parents=(ParentRead(id=1, version=later(0), gone=True),)))
    assert due(library, BOOKS, SHELVES) == [2]


def test_a_list_read_in_the_second_of_its_parents_change_is_read_once_more(library: Library) -> None:
    """Versions are told to the second: what changes again in the same one has no new version."""
    library.shape(BOOKS)
    put_shelves(library, [0])
    read(library, BOOKS, (1, 0), moment=NOON + timedelta(seconds=SAME_MOMENT))
    assert due(library, BOOKS, SHELVES) == [1]
    read(library, BOOKS, (1, 0), moment=NOON + timedelta(seconds=SAME_MOMENT + 1))
    assert due(library, BOOKS, SHELVES) == []


def test_what_settles_waits_and_what_is_stale_does_not(library: Library) -> None:
    """An agent's time of change moves with every activity: it is not the version that counts there."""
    library.shape(BOOKS)
    put_shelves(library, [0, 0])
    read(library, BOOKS, (1, 0), (2, 0), moment=later(30))
    library.land(SHELVES, page({"id": 1, "updated_at": at(31)}))
    assert due(library, BOOKS, SHELVES, read_before=later(30)) == []
    assert due(library, BOOKS, SHELVES, read_before=later(31)) == [2, 1]
    stale = "p.updated_at > r.read_at"
    assert due(library, BOOKS, SHELVES, read_before=later(30), stale=stale) == [1]


def test_a_row_call_counts_as_read_at_the_version_it_was_stored_with(library: Library) -> None:
    """The row's own call may show a newer version than the list did, and that is the one that was read."""
    readers = declared("readers", columns=(ID, text("name", "Name."), UPDATED_AT))
    library.land(readers, page({"id": 1, "updated_at": at(0)}, {"id": 2, "updated_at": at(0)}))
    called = page(
        {"id": 1, "updated_at": at(5)}, listing="row_call", parents=(ParentRead(id=1), ParentRead(id=2))
    )
    library.land(readers, called, moment=LATE)
    assert library.query("select parent_id, version from freshdesk_meta.parents_read order by 1") == [
        (1, later(5)),
        (2, later(0)),
    ]
    assert due(library, readers, readers) == []


def test_names_that_parent_and_ledger_share_are_not_confused(library: Library) -> None:
    """A parent may well have columns named as those of the ledger are, or as the alias of a query."""
    shelves = declared(
        "shelves",
        columns=(
            ID,
            integer("version", "Version."),
            text("table_name", "Name of the table."),
            integer("parent_id", "Room."),
            timestamp("read_at", "When it was read."),
            integer("gone", "Gone."),
            UPDATED_AT,
        ),
        version=("updated_at", "read_at"),
    )
    books = declared(
        "books",
        path="shelves/{id}/books",
        sync=PerParent("shelves", "parent_id"),
        columns=(ID, integer("parent_id", "Shelf."), integer("version", "Version."), UPDATED_AT),
    )
    library.shape(books)
    library.land(
        shelves,
        page(
            {"id": 1, "version": 1, "table_name": "x", "parent_id": 1, "gone": 0, "updated_at": at(2)},
            {"id": 2, "version": 9, "updated_at": at(1), "read_at": at(8)},
            {"id": 3, "version": 10, "updated_at": at(7)},
        ),
    )
    assert due(library, books, shelves, start=later(0), end=later(9)) == [1, 3, 2]
    read_again = page(
        {"id": 1, "parent_id": 1, "updated_at": at(0)}, parents=(ParentRead(id=1, version=later(2)),)
    )
    library.land(books, read_again, moment=LATE)
    assert due(library, books, shelves, start=later(0), end=later(9)) == [3, 2]


def test_the_ledger_says_what_it_is_and_is_made_once(library: Library) -> None:
    library.shape(SHELVES, BOOKS, LOANS)
    comments = library.query(f"select table_name, comment from duckdb_tables() where schema_name = '{META}'")
    assert dict(comments) == {name: doc for name, (doc, _) in LEDGER.items()}
    with library.warehouse.open() as connection:
        before = connection.execute("select count(*) from duckdb_tables()").fetchall()
        ensure_ledger(connection)
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == before
