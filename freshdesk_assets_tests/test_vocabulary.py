"""What a declaration without contradictions says, and what is read off it."""

from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets.schema.catalog import Catalog, upstream
from freshdesk_assets.schema.column import (
    Type,
    bigint,
    bigints,
    boolean,
    date,
    double,
    integer,
    json,
    text,
    texts,
    timestamp,
)
from freshdesk_assets.schema.endpoint import RowCall, SubLimit
from freshdesk_assets.schema.table import REPLICA_COLUMNS
from freshdesk_assets_tests.library import BOOKS, ID, SHELVES, UPDATED_AT, declared


def test_parents_come_before_what_is_read_per_parent() -> None:
    """Reading down the catalog reads every parent before its children, whatever the order of the files."""
    catalog = Catalog((BOOKS, SHELVES))
    assert [table.name for table in catalog] == ["shelves", "books"]
    assert upstream(catalog["books"]) == {"shelves"}
    assert upstream(catalog["shelves"]) == frozenset()
    assert len(catalog) == 2


def test_tables_may_refer_to_each_other() -> None:
    """A reference is no order: groups name their agents and agents their groups."""
    shelves = declared("shelves", bigints("room_ids", "Rooms.", references="rooms.id"))
    rooms = declared("rooms", bigint("shelf_id", "Shelf.", references="shelves.id"))
    assert len(Catalog((shelves, rooms))) == 2


def test_a_column_stands_where_its_name_says_unless_told() -> None:
    """Most columns are the payload's own keys; a path is for what lies inside an object."""
    assert text("title", "Title.").steps == ("title",)
    assert text("cover_title", "Title.", path="cover.title").steps == ("cover", "title")


def test_a_reference_is_a_table_and_a_column() -> None:
    """Readers of a declaration join on it."""
    assert bigint("shelf_id", "Shelf.", references="shelves.id").targets == (("shelves", "id"),)
    assert bigint("shelf_id", "Shelf.").targets == ()


@pytest.mark.parametrize(
    ("constructor", "expected"),
    [
        (bigint, Type.BIGINT),
        (integer, Type.INTEGER),
        (boolean, Type.BOOLEAN),
        (double, Type.DOUBLE),
        (text, Type.VARCHAR),
        (timestamp, Type.TIMESTAMPTZ),
        (date, Type.DATE),
        (json, Type.JSON),
        (bigints, Type.BIGINTS),
        (texts, Type.VARCHARS),
    ],
)
def test_each_word_of_the_vocabulary_has_its_type(constructor: Any, expected: Type) -> None:
    """The declarations name no SQL type, so the words must."""
    assert constructor("title", "Title.").type is expected


def test_a_table_finds_its_columns() -> None:
    """A wrong name fails with both names in the message."""
    tags = texts("tags", "Tags.", detail=True)
    table = declared("shelves", tags, row_call=RowCall("shelves/{id}", every=timedelta(hours=1)))
    assert table.column("tags") is tags
    assert table.detail == {"tags"}
    assert table.stored == (ID, tags, UPDATED_AT, *REPLICA_COLUMNS)
    assert table.url.endswith("#shelves")
    with pytest.raises(KeyError, match="table shelves has no column 'title'"):
        table.column("title")


def test_a_sub_limit_goes_by_the_largest_total_reached() -> None:
    """Between two plans the smaller one's calls are allowed, and below all of them the least."""
    limit = SubLimit("shelves list", ((100, 10), (400, 40)))
    assert [limit.allowed(total) for total in (50, 100, 399, 400, 9000)] == [10, 10, 10, 40, 40]
