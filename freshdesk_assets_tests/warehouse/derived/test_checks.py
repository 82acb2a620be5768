"""Checks and references: each finds what is wrong, and says it without customers' text."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, bigints, integer, text
from freshdesk_assets.warehouse.derived.acknowledged import amiss, amiss_in
from freshdesk_assets.warehouse.derived.checks import (
    Finding,
    check_accepted,
    check_key,
    check_query,
    check_row_count,
    check_shape,
    check_unknown_keys,
)
from freshdesk_assets.warehouse.derived.references import (
    awaited,
    count_references,
    references,
    said_of_orphans,
    store_references,
)
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.tables import ensure_ledger
from freshdesk_assets.warehouse.shape import ensure_shape
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.places import place

NOW = datetime(2026, 3, 1, tzinfo=UTC)


SHELVES = declared("shelves", text("name", "Name."))
VANS = declared("vans")
BOOKS = declared(
    "books",
    text("title", "Title.", pii=True),
    text("state", "State.", accepted=("new", "worn")),
    integer("stars", "Stars.", accepted=(1, 2, 3)),
    bigint("shelf_id", "Where it stands.", references="shelves.id", also="vans.id"),
    bigints("read_ids", "What it goes with.", references="books.id"),
)
PAGES = Child(
    name="book_pages",
    doc="One row per page.",
    parent="books",
    by="book_id",
    cut=Elements("read_ids"),
    columns=(bigint("page", "Page.", path="value", required=True),),
    key=("page",),
)
CATALOG = Catalog([SHELVES, VANS, BOOKS], [PAGES])


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(place(tmp_path / "replica.duckdb"))
    with made.open() as connection:
        for declared in CATALOG.everything:
            ensure_shape(connection, declared)
        ensure_ledger(connection)
    return made


def put(warehouse: Warehouse, name: str, *rows: dict[str, Any]) -> None:
    with warehouse.open() as connection:
        for row in rows:
            names = ", ".join(row)
            connection.execute(
                f"insert into freshdesk.{name} ({names}) values ({', '.join('?' * len(row))})",
                [*row.values()],
            )


def test_a_key_is_unique_and_not_null(warehouse: Warehouse) -> None:
    put(warehouse, "books", {"id": 1}, {"id": 2})
    with warehouse.open() as connection:
        assert check_key(connection, BOOKS) == Finding(counts={"null": 0, "duplicate": 0})
    put(warehouse, "books", {"id": 2}, {"id": None})
    put(warehouse, "book_pages", {"book_id": 1, "page": 7}, {"book_id": 1, "page": 7})
    with warehouse.open() as connection:
        found = check_key(connection, BOOKS)
        assert (found.count, found.counts) == (2, {"null": 1, "duplicate": 1})
        assert found.examples == ({"id": 2, "rows": 2},)
        assert found.said.startswith(
            "freshdesk.books: rows where id is null: 1; keys that several rows have: 1, like id 2 rows 2. A"
            " sync stores no such rows, so another program wrote them."
        )
        assert "`whole: true`" in check_key(connection, PAGES).said
        assert check_key(connection, PAGES).examples == ({"book_id": 1, "page": 7, "rows": 2},)


def test_a_column_of_somebody_elses_is_no_difference(warehouse: Warehouse) -> None:
    with warehouse.open() as connection:
        connection.execute("alter table freshdesk.books add column mine integer")
        assert check_shape(connection, BOOKS).count == 0


@pytest.mark.file_only("DuckLake widens types, and changes none otherwise")
def test_a_column_that_somebody_dropped_or_changed_is_named(warehouse: Warehouse) -> None:
    """A landing mends it; until then, views that read it fail."""
    with warehouse.open() as connection:
        connection.execute("alter table freshdesk.books drop column state")
        connection.execute("alter table freshdesk.books alter stars type varchar")
        found = check_shape(connection, BOOKS)
    assert found.count == 2
    assert found.said == "state is missing, declared VARCHAR; stars is VARCHAR, declared INTEGER"


def test_keys_without_a_column_are_named(warehouse: Warehouse) -> None:
    put(warehouse, "books", {"id": 1, "_extra": '{"new_idea": "secret"}'}, {"id": 2})
    with warehouse.open() as connection:
        found = check_unknown_keys(connection, BOOKS)
    assert found.counts == {"new_idea": 1}
    assert "new_idea (rows: 1). Their values are kept in _extra: nothing is lost" in found.said
    assert "secret" not in str(found)
    assert found.new == ("books.new_idea",)


def test_what_is_acknowledged_counts_for_nothing(warehouse: Warehouse) -> None:
    """A warning that comes at every sync for ever hides the next one."""
    put(warehouse, "books", {"id": 1, "_extra": '{"new_idea": 1, "newer": 2}', "state": "torn", "stars": 9})
    with warehouse.open() as connection:
        some = check_unknown_keys(connection, BOOKS, ["books.new_idea", "vans.newer"])
        codes = check_accepted(connection, BOOKS, ["books.state", "books.stars"])
    assert (some.count, some.acknowledged) == (1, ("books.new_idea",))
    assert "newer (rows: 1)" in some.said
    assert "new_idea" not in some.said
    assert (codes.count, codes.said) == (0, "")
    assert codes.acknowledged == ("books.state", "books.stars")


def test_what_is_acknowledged_and_is_not_there_is_said(warehouse: Warehouse) -> None:
    """A misspelt name acknowledges nothing. A column may be named: odd values are in `_extra` too."""
    put(warehouse, "books", {"id": 1, "_extra": '{"new_idea": 1}'})
    with warehouse.open() as connection:
        found = check_unknown_keys(connection, BOOKS, ["books.nwe_idea", "books.title", "vans.newer"])
    assert found.amiss == ("books.nwe_idea",)
    (said,) = amiss_in(found.amiss, found.new)
    assert said.startswith(
        "FRESHDESK_KNOWN names books.nwe_idea, but no row has such a key (did you mean books.new_idea?)"
    )
    assert "it takes a table and one of its keys" in said

    known = ["boks.x", "book_pages.page", "books.new_idea", "books.state"]
    of_no_table, of_no_column = amiss(CATALOG, known)
    assert "names boks.x, but there is no table boks (did you mean books?): it takes a table" in of_no_table
    assert "names book_pages.page, but nothing is warned of there by that name" in of_no_column


def test_values_beside_the_accepted_ones_are_counted_and_codes_named(warehouse: Warehouse) -> None:
    """A text may be a customer's words, a code is Freshdesk's."""
    put(
        warehouse,
        "books",
        {"id": 1, "state": "new", "stars": 3},
        {"id": 2, "state": "torn by Ada", "stars": 9},
        {"id": 3},
    )
    with warehouse.open() as connection:
        found = check_accepted(connection, BOOKS)
    assert found.counts == {"state": 1, "stars": 1}
    assert found.examples == ({"stars": 9},)
    assert "state (rows: 1), stars (rows: 1). They are stored as they were sent" in found.said
    assert "Ada" not in str(found)


def test_rows_are_held_to_the_list_they_were_read_from(warehouse: Warehouse) -> None:
    put(warehouse, "books", {"id": 1}, {"id": 2}, {"id": 3, "_deleted_at": NOW})
    with warehouse.open() as connection:
        assert check_row_count(connection, BOOKS) == Finding()
        connection.execute("insert into freshdesk_meta.listed values ('books', 2, ?)", [NOW])
        assert check_row_count(connection, BOOKS).said == ""
        connection.execute("delete from freshdesk_meta.listed")
        connection.execute("insert into freshdesk_meta.listed values ('books', 3, ?)", [NOW])
        found = check_row_count(connection, BOOKS)
    assert (found.count, found.counts, found.listed_at) == (1, {"in_freshdesk": 3, "stored": 2}, NOW)
    assert found.said.startswith(
        "freshdesk.books has 2 rows, and Freshdesk's list had 3 when it was read at 2026-03-01 00:00 UTC."
        " `freshdesk-assets sync --whole --select books` reads it again"
    )


def test_a_query_of_ones_own_shows_numbers_only(warehouse: Warehouse) -> None:
    put(warehouse, "books", {"id": 1, "title": "Ada's diary"}, {"id": 2, "title": "Bob's"})
    with warehouse.open() as connection:
        found = check_query(connection, "select id, title from freshdesk.books order by id")
        assert (found.count, found.examples) == (2, ({"id": 1}, {"id": 2}))
        assert found.said == "Rows at fault: 2, like id 1; id 2"
        assert check_query(connection, "select title from freshdesk.books").examples == ()


def test_every_reference_but_a_childs_to_its_parent_is_counted() -> None:
    assert [each.place for each in references(CATALOG)] == ["books.shelf_id", "books.read_ids"]


def test_an_orphan_is_an_id_without_a_row_in_any_place_it_may_be(warehouse: Warehouse) -> None:
    """A row that Freshdesk no longer has is still a row; who refers and is gone refers no more."""
    put(warehouse, "shelves", {"id": 1}, {"id": 2, "_deleted_at": NOW})
    put(warehouse, "vans", {"id": 3})
    put(
        warehouse,
        "books",
        {"id": 1, "shelf_id": 1, "read_ids": [1, 2, 99, 99, -1]},
        {"id": 2, "shelf_id": 2},
        {"id": 3, "shelf_id": 3},
        {"id": 4, "shelf_id": 4},
        {"id": 5},
        {"id": 6, "shelf_id": 6, "_deleted_at": NOW},
    )
    with warehouse.open() as connection:
        counted = count_references(connection, CATALOG, references(CATALOG))
        assert store_references(connection, CATALOG) == 2
        stored = connection.execute(
            "select from_column, to_table, also_to, orphans from relations.foreign_keys order by 1"
        ).fetchall()
    assert stored == [("read_ids", "books", None, 2), ("shelf_id", "shelves", "vans.id", 1)]
    shelves, read = counted["books.shelf_id"], counted["books.read_ids"]
    assert (shelves.references, shelves.orphans, shelves.examples) == (4, 1, (4,))
    assert (read.references, read.orphans, read.examples) == (4, 2, (99,))


def test_rows_that_may_still_be_read_are_not_told_as_lost(warehouse: Warehouse) -> None:
    """A sync of books alone reads no shelves; one whose budget is spent reads some."""
    put(warehouse, "books", {"id": 1, "shelf_id": 7})
    with warehouse.open() as connection:
        (shelf,) = [each for each in references(CATALOG) if each.place == "books.shelf_id"]
        found = count_references(connection, CATALOG, [shelf])[shelf.place]
        neither = awaited(connection, CATALOG, shelf)
        connection.execute(
            "insert into freshdesk_meta.read_state (table_name, unfinished, finished_at)"
            " values ('shelves', 'page 2 on', null), ('vans', null, now())"
        )
        one = awaited(connection, CATALOG, shelf)
        connection.execute("update freshdesk_meta.read_state set unfinished = null, finished_at = now()")
        none = awaited(connection, CATALOG, shelf)
    assert (neither, one, none) == ({"shelves": False, "vans": False}, {"shelves": True}, {})
    assert said_of_orphans(found, neither) == (
        "1 of 1 lead to no row that is stored. shelves is not read yet, vans is not read yet: they may still"
        " come"
    )
    assert said_of_orphans(found, one).endswith("shelves is not read to its end: they may still come")
    assert said_of_orphans(found, none).startswith("1 of 1 lead to no row that is stored, like 7. ")
