"""Views: created from files, kept current with the tables and the account's fields under them.

It has over 300 lines because a list of odd keys is part of it, which only these views can show.
"""

from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.schema.catalog import Catalog, SourceLine
from freshdesk_assets.schema.child import Child, Fields, Rows
from freshdesk_assets.schema.column import (
    DeclarationError,
    bigint,
    boolean,
    date,
    double,
    json,
    text,
)
from freshdesk_assets.schema.view import Family, SqlView, ViewColumn
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.views import drop_undeclared, ensure_views
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.places import VIEW_COLUMNS, place, reading

BOOKS = declared("books", text("title", "Title."), json("own", "The library's own fields."))
KINDS = declared("kinds", text("name", "Key."), text("label", "Label."), text("sql_type", "Type."))
OWN = Child(
    name="book_own",
    doc="One row per own field of a book.",
    parent="books",
    by="book_id",
    cut=Rows(
        "select p.id as book_id, e.key as name, e.value,"
        " case when e.type in ('BIGINT', 'UBIGINT') then e.value end as whole,"
        " case when e.type = 'BOOLEAN' then e.value end as truth,"
        " case when e.type in ('BIGINT', 'UBIGINT', 'DOUBLE') then e.value end as number,"
        " case when e.type = 'VARCHAR' then e.value end as day"
        " from parents p, json_each(p.own) e where e.type <> 'NULL'",
        reads=("own",),
    ),
    columns=(
        text("name", "Key.", required=True),
        json("value", "Value."),
        bigint("whole", "Whole number."),
        boolean("truth", "True or false."),
        double("number", "Number."),
        date("day", "Day."),
    ),
    key=("name",),
    fields=Fields(
        "select name, label, sql_type as type, _deleted_at as removed_at from freshdesk.kinds",
        tables=("kinds",),
        typed={"BOOLEAN": "truth", "BIGINT": "whole", "DOUBLE": "number", "DATE": "day"},
    ),
)
CATALOG = Catalog([BOOKS, KINDS], [OWN])


def view(name: str, sql: str, *columns: str, family: Family | None = None, doc: str = "Books.") -> SqlView:
    documented = tuple(ViewColumn(name=column, doc=f"The {column}.") for column in columns)
    return SqlView(
        schema="reading",
        name=name,
        doc=doc,
        columns=documented,
        family=family,
        sql=sql,
        reads=frozenset({("freshdesk", "books")}),
        place=SourceLine(Path(f"{name}.sql"), 1),
    )


TITLES = view("Titles", "select books.id, books.title as Title from freshdesk.books", "id", "Title")
WIDE = view(
    "books_wide",
    "select books.id, books.own, books.title from freshdesk.books",
    "id",
    "title",
    family=Family(prefix="own_", child="book_own", doc="One column each."),
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(place(tmp_path / "replica.duckdb"))


def ensure(warehouse: Warehouse, *views: SqlView) -> dict[tuple[str, str], bool]:
    with warehouse.open() as connection:
        return ensure_views(connection, views, CATALOG)


def read(warehouse: Warehouse, sql: str) -> list[Any]:
    """As an analyst does: the file opened on its own, under its own name."""
    with reading(warehouse.place, "replica") as connection:
        return connection.execute(sql).fetchall()


def shelve(warehouse: Warehouse, *books: tuple[int, str], kinds: dict[str, tuple[str, str | None]]) -> None:
    """Books with their own fields, and what is known of those fields."""
    now = datetime.now(UTC)
    ensure(warehouse)
    with warehouse.open() as connection:
        connection.execute("delete from freshdesk.books")
        connection.execute("update freshdesk.kinds set _deleted_at = ?", [now])
        for number, own in books:
            connection.execute(
                "insert into freshdesk.books (id, own, _synced_at) values (?, ?, ?)", [number, own, now]
            )
        for name, (label, type_) in kinds.items():
            connection.execute("delete from freshdesk.kinds where name = ?", [name])
            connection.execute(
                "insert into freshdesk.kinds (id, name, label, sql_type) values (1, ?, ?, ?)",
                [name, label, type_],
            )
        derive(connection, OWN, BOOKS)


def own_columns(warehouse: Warehouse) -> dict[str, str]:
    ensure(warehouse, WIDE)
    found = read(warehouse, "describe reading.books_wide")
    return {name: type_ for name, type_, *_ in found if name.startswith("own_")}


def test_views_can_be_read_whoever_opens_the_file(warehouse: Warehouse) -> None:
    """They are created while the file has another name than the one analysts open it under."""
    assert ensure(warehouse, TITLES) == {("reading", "Titles"): True}
    assert read(warehouse, "from reading.titles") == []
    with reading(warehouse.place, "elsewhere") as connection:
        assert connection.execute("select Title from elsewhere.reading.Titles").fetchall() == []


def test_views_and_their_columns_are_commented(warehouse: Warehouse) -> None:
    ensure(warehouse, TITLES)
    assert read(warehouse, "select comment from duckdb_views() where schema_name = 'reading'") == [
        ("Books.",)
    ]
    comments = read(
        warehouse, f"select column_name, comment from {VIEW_COLUMNS} where schema_name = 'reading'"
    )
    assert comments == [("id", "The id."), ("Title", "The Title.")]


def test_a_view_is_created_once_and_again_when_it_says_something_else(warehouse: Warehouse) -> None:
    ensure(warehouse, TITLES)
    assert ensure(warehouse, TITLES) == {TITLES.id: False}
    described = view("Titles", TITLES.sql, "id", "Title", doc="Books, by title.")
    assert ensure(warehouse, described) == {TITLES.id: True}
    assert read(warehouse, "select comment from duckdb_views() where schema_name = 'reading'") == [
        ("Books, by title.",)
    ]


def test_a_view_that_somebody_dropped_is_created_again(warehouse: Warehouse) -> None:
    ensure(warehouse, TITLES)
    with warehouse.open() as connection:
        connection.execute("drop view reading.titles")
    assert ensure(warehouse, TITLES) == {TITLES.id: True}


@pytest.mark.file_only("DuckLake widens types, and changes none otherwise")
def test_a_view_follows_a_column_that_changes_its_type(warehouse: Warehouse) -> None:
    """DuckDB refuses to read a view whose columns are no longer of the types they were."""
    ensure(warehouse, TITLES)
    with warehouse.open() as connection:
        connection.execute("alter table freshdesk.books alter title type integer")
        connection.execute("alter table freshdesk.books alter title type varchar")
        connection.execute("alter table freshdesk.books alter id type hugeint")
    ensure(warehouse, TITLES)
    assert read(warehouse, "from reading.titles") == []


def test_a_view_whose_file_is_gone_is_dropped_and_others_are_left(warehouse: Warehouse) -> None:
    """Somebody's own view in the same schema is not ours to drop."""
    ensure(warehouse, TITLES, WIDE)
    with warehouse.open() as connection:
        connection.execute("create view reading.mine as select 1 as one")
        assert drop_undeclared(connection, [WIDE]) == [TITLES.id]
    left = read(warehouse, "select view_name from duckdb_views() where schema_name = 'reading' order by 1")
    assert left == [("books_wide",), ("mine",)]


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (view("Titles", "select books.id from freshdesk.books", "id", "title"), "differ in title"),
        (view("Titles", "select books.id, books.own from freshdesk.books", "id"), "differ in own"),
        (view("Titles", "select books.name as id from freshdesk.books", "id"), "name"),
        (view("Titles", "select 1 as id", "id", family=WIDE.family), "does not select own"),
    ],
)
def test_a_view_that_does_not_hold_is_named_and_nothing_is_changed(
    warehouse: Warehouse, broken: SqlView, complaint: str
) -> None:
    ensure(warehouse, TITLES)
    with pytest.raises(DeclarationError, match=r"reading\.Titles") as refused:
        ensure(warehouse, broken)
    assert complaint in str(refused.value)
    assert read(warehouse, "from reading.titles") == []


def test_a_column_per_field_as_it_is_declared(warehouse: Warehouse) -> None:
    shelve(
        warehouse,
        (1, '{"own_pages": 12, "price": "3.5", "lent": true, "bought": "2020-02-29", "note": "x"}'),
        kinds={
            "own_pages": ("Pages", "BIGINT"),
            "price": ("Price", "DOUBLE"),
            "lent": ("Lent?", "BOOLEAN"),
            "bought": ("Bought", "DATE"),
            "note": ("Note", "VARCHAR"),
            "empty": ("Never filled", "DATE"),
        },
    )
    assert own_columns(warehouse) == {
        "own_bought": "DATE",
        "own_empty": "DATE",
        "own_lent": "BOOLEAN",
        "own_note": "VARCHAR",
        "own_pages": "BIGINT",
        "own_price": "DOUBLE",
    }
    row = read(
        warehouse,
        "select own_bought::varchar, own_lent, own_note, own_pages, own_price from reading.books_wide",
    )
    assert row == [("2020-02-29", True, "x", 12, 3.5)]


def test_a_field_that_nobody_describes_has_the_type_of_its_values(warehouse: Warehouse) -> None:
    """A key that may not read the fields still gets columns; digits in text stay text, zeros and all."""
    shelve(
        warehouse,
        (1, '{"a": 1, "b": 1.5, "c": false, "d": "2020-01-01", "e": "0017", "f": [1], "g": 1, "h": null}'),
        (2, '{"a": 2, "b": 2, "c": null, "d": "2020-01-02", "e": "18", "f": {"x": 1}, "g": "one"}'),
        kinds={},
    )
    assert own_columns(warehouse) == {
        "own_a": "BIGINT",
        "own_b": "DOUBLE",
        "own_c": "BOOLEAN",
        "own_d": "DATE",
        "own_e": "VARCHAR",
        "own_f": "VARCHAR",
        "own_g": "VARCHAR",
    }
    assert read(warehouse, "select own_e, own_f, own_g from reading.books_wide order by id") == [
        ("0017", "[1]", "1"),
        ("18", '{"x":1}', "one"),
    ]


def test_a_value_that_is_not_of_the_declared_type_is_not_lost(warehouse: Warehouse) -> None:
    shelve(warehouse, (1, '{"pages": 12}'), (2, '{"pages": "a dozen"}'), kinds={"pages": ("Pages", "BIGINT")})
    assert own_columns(warehouse) == {"own_pages": "VARCHAR"}
    assert read(warehouse, "select own_pages from reading.books_wide order by id") == [("12",), ("a dozen",)]
    said = read(warehouse, f"select comment from {VIEW_COLUMNS} where column_name = 'own_pages'")
    assert said == [("Pages. Text, because 1 of its values are not BIGINT.",)]


def test_columns_follow_the_administrator(warehouse: Warehouse) -> None:
    """Added, it appears; renamed, its comment does; removed, it stays while rows have it, and says so."""
    shelve(warehouse, (1, '{"a": 1}'), kinds={"a": ("Old name", "BIGINT"), "b": ("Gone soon", "DATE")})
    assert own_columns(warehouse) == {"own_a": "BIGINT", "own_b": "DATE"}
    shelve(warehouse, (1, '{"a": 1}'), kinds={"a": ("New name", "BIGINT"), "c": ("Added", "BOOLEAN")})
    assert own_columns(warehouse).keys() >= {"own_a", "own_c"}
    said = dict(
        read(warehouse, f"select column_name, comment from {VIEW_COLUMNS} where schema_name = 'reading'")
    )
    assert said["own_a"] == "New name."
    assert "Removed in Freshdesk; found so on " in said["own_b"]


def test_names_that_sql_confuses_stay_apart(warehouse: Warehouse) -> None:
    """Keys differ in case, are words of SQL, or hold any character."""
    keys = '{"Select": 1, "select": 2, "a \\"b\\" c": 3, "ü.$": 4}'
    shelve(warehouse, (1, keys), kinds={})
    columns = own_columns(warehouse)
    assert len(columns) == 4
    chosen = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
    assert sorted(read(warehouse, f"select {chosen} from reading.books_wide")[0]) == [1, 2, 3, 4]


KEYS = (
    "",
    " ",
    "\t",
    "id",
    "title",
    "own_",
    "own",
    "*",
    "a*",
    "**",
    "$",
    "$.a",
    "/",
    "/a",
    "~",
    "~1",
    "a/b",
    "100 %",
    "%s",
    "{}",
    "$1",
    "?",
    "it's",
    'a "b" c',
    "back\\slash",
    "two\nlines",
    ";--",
    "[0]",
    "0",
    "#",
    "😀",
    "é",
    "e\u0301",
    "É",
    "Upper",
    "UPPER",
    "select",
    "x" * 63 + "a",
    "x" * 63 + "b",
    "y" * 5000,
)
"""Keys of fields as nobody would choose them, but as imports and apps have made them."""


def test_a_field_may_have_any_key_the_empty_one_included(warehouse: Warehouse) -> None:
    """The empty key broke every view of the schema: a path cannot name it, nor one with an asterisk."""
    values = dict(zip(KEYS, range(len(KEYS)), strict=True))
    shelve(warehouse, (1, dumps(values)), (2, dumps(dict.fromkeys(KEYS))), kinds={"": ("", "BIGINT")})
    columns = own_columns(warehouse)
    assert set(columns.values()) == {"BIGINT"}
    chosen = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
    full, empty = read(warehouse, f"select {chosen} from reading.books_wide order by id")
    assert (sorted(full), set(empty)) == (list(range(len(KEYS))), {None})
    said = read(warehouse, f"select comment from {VIEW_COLUMNS} where column_name = 'own_' order by 1")
    assert said == [('A field without a name. Its key is "".',)]


def test_hundreds_of_fields_are_read_in_little_memory(warehouse: Warehouse) -> None:
    """Each was read on its own, from the whole object: 2,000 rows of 500 fields took more than 18 GB."""
    own = dumps({f"field_{number}": f"{number} pages" for number in range(100)})
    shelve(warehouse, (1, own), kinds={})
    assert len(own_columns(warehouse)) == 100
    assert ensure(warehouse, WIDE) == {WIDE.id: False}
    with warehouse.open() as connection:
        connection.execute(
            "insert into freshdesk.books (id, own) select i, ? from range(2, 2001) r(i)", [own]
        )
    with reading(warehouse.place, "replica") as connection:
        connection.execute("set memory_limit = '256MB'")
        connection.execute("create temp table wide as from reading.books_wide")
        found = connection.execute("select count(*), max(own_field_99) from wide").fetchone()
    assert found == (2000, "99 pages")
