"""Child tables: what an element becomes, and that parent and children agree after every derivation.

It has over 300 lines because each way to cut a row is tried on the same parents.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.schema.child import Child, Elements, Entries, Pooled, Rows
from freshdesk_assets.schema.column import bigint, bigints, boolean, date, text, texts
from freshdesk_assets.schema.column import json as json_column
from freshdesk_assets.warehouse.derived.children import Derived, derive
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.shape import ensure_shape
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.places import place, reading

NOW = datetime(2026, 3, 1, tzinfo=UTC)

BOOKS = declared(
    "books",
    texts("words", "Words it is found by."),
    bigints("reader_ids", "Who has read it."),
    texts("to_names", "Whom it was lent to."),
    texts("cc_names", "Who was told."),
    json_column("copies", "Its copies."),
    json_column("shelf", "Where it stands."),
)
WORDS = Child(
    name="book_words",
    doc="One row per word of a book.",
    parent="books",
    by="book_id",
    cut=Elements("words"),
    columns=(text("word", "Word.", path="value", required=True),),
    key=("word",),
)
READERS = Child(
    name="book_readers",
    doc="One row per reader of a book.",
    parent="books",
    by="book_id",
    cut=Elements("reader_ids"),
    columns=(bigint("reader_id", "Reader.", path="value", required=True),),
    key=("reader_id",),
)
COPIES = Child(
    name="book_copies",
    doc="One row per copy of a book.",
    parent="books",
    by="book_id",
    cut=Elements("copies"),
    columns=(
        bigint("number", "Number of the copy.", path="value.number|value", required=True),
        text("state", "State it is in.", path="value.state"),
        boolean("lent", "Whether it is lent.", path="value.lent"),
        date("bought_on", "When it was bought.", path="value.bought.on"),
    ),
    key=("number",),
)
NAMES = Child(
    name="book_names",
    doc="One row per name.",
    parent="books",
    by="book_id",
    cut=Pooled("name", {"is_lent_to": "to_names", "is_told": "cc_names"}),
    columns=(text("name", "Name.", required=True),),
    key=("name",),
)
PLACES = Child(
    name="book_places",
    doc="One row per shelf a book stands on.",
    parent="books",
    by="book_id",
    cut=Entries("shelf", at="by room"),
    columns=(
        text("room", "Room.", path="key", required=True),
        bigint("place", "Place.", path="value.place"),
    ),
    key=("room",),
)
LONGEST = Child(
    name="book_longest",
    doc="The longest word of a book.",
    parent="books",
    by="book_id",
    cut=Rows(
        "select p.id as book_id, max(len(w.word)) as length from parents p,"
        " (select unnest(words) as word, id from parents) w where w.id = p.id group by p.id",
        reads=("words",),
    ),
    columns=(bigint("length", "Letters in it."),),
    key=(),
)


class Library:
    """Books in a file, changed by hand as `land` would change them."""

    def __init__(self, path: Path) -> None:
        self.warehouse = Warehouse(place(path))
        self.moment = NOW

    def shelve(self, number: int, **cells: Any) -> None:
        """Write a book anew."""
        self.moment += timedelta(seconds=1)
        values = {name: json.dumps(v) if name in ("copies", "shelf") else v for name, v in cells.items()}
        with self.warehouse.open() as connection:
            ensure_shape(connection, BOOKS)
            connection.execute("delete from freshdesk.books where id = ?", [number])
            names = ["id", *values, "_synced_at"]
            connection.execute(
                f"insert into freshdesk.books ({', '.join(names)}) values ({', '.join('?' * len(names))})",
                [number, *values.values(), self.moment],
            )

    def lose(self, number: int, *, gone: bool = True) -> None:
        """Mark a book as no more there, or as there again."""
        self.moment += timedelta(seconds=1)
        with self.warehouse.open() as connection:
            connection.execute(
                "update freshdesk.books set _deleted_at = ?, _synced_at = ? where id = ?",
                [self.moment if gone else None, self.moment, number],
            )

    def derive(self, child: Child, *, whole: bool = False) -> Derived:
        with self.warehouse.open() as connection:
            return derive(connection, child, BOOKS, whole=whole)

    def rows(self, child: Child, columns: str = "* exclude (_synced_at, _deleted_at)") -> list[Any]:
        with reading(self.warehouse.place, "replica") as connection:
            return connection.execute(
                f"select {columns} from replica.freshdesk.{child.name} order by all"
            ).fetchall()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "replica.duckdb")


def test_a_list_becomes_a_row_per_element(library: Library) -> None:
    """Nulls are nothing, of two equal elements the first counts, and each keeps its place in the list."""
    library.shelve(1, words=["sea", None, "ship", "sea"])
    library.shelve(2, words=[])
    library.shelve(3, words=None)
    library.derive(WORDS)
    assert library.rows(WORDS) == [(1, "sea", 0), (1, "ship", 2)]


def test_elements_in_two_shapes_come_to_the_same(library: Library) -> None:
    """Freshdesk sends other_companies as bare ids here and as objects there."""
    library.shelve(
        1,
        copies=[
            {"number": 7, "state": "worn", "lent": True, "bought": {"on": "2020-02-29"}, "new": 1},
            8,
            {"number": "9", "state": 5, "lent": "yes", "bought": "long ago"},
        ],
    )
    library.derive(COPIES)
    bought = datetime(2020, 2, 29).date()
    assert library.rows(COPIES) == [
        (1, 7, "worn", True, bought, 0),
        (1, 8, None, None, None, 1),
        (1, 9, "5", None, None, 2),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "text",
        5,
        {"number": 1},
        [[1, 2], None, 1.5, "x", {"number": 2.5}, {"number": 2**70}, {}],
        [{"number": None, "state": ["a"]}],
    ],
)
def test_odd_elements_are_never_fatal(library: Library, odd: Any) -> None:
    """What is no element with a key stays in the parent's column, and is counted."""
    library.shelve(1, copies=odd)
    library.shelve(2, copies=[{"number": 3}])
    done = library.derive(COPIES)
    assert library.rows(COPIES, "book_id, number") == [(2, 3)]
    assert done.left_out == (len([each for each in odd if each is not None]) if isinstance(odd, list) else 0)


def test_an_object_becomes_a_row_per_key(library: Library) -> None:
    library.shelve(1, shelf={"by room": {"hall": {"place": 3}, "attic": None, 'the "den"': 4}})
    library.derive(PLACES)
    assert library.rows(PLACES) == [(1, "hall", 3, 0), (1, 'the "den"', None, 2)]


def test_a_key_sent_twice_counts_once(library: Library) -> None:
    """JSON allows it, and DuckDB's maps do not."""
    library.shelve(1)
    with library.warehouse.open() as connection:
        twice = '{"by room": {"hall": {"place": 1}, "hall": {"place": 2}}}'
        connection.execute("update freshdesk.books set shelf = ?", [twice])
    library.derive(PLACES)
    assert library.rows(PLACES, "room, place") == [("hall", 1)]


def test_lists_are_pooled_with_a_mark_for_each(library: Library) -> None:
    library.shelve(1, to_names=["Ada", None, "Ada"], cc_names=["Bob", "Ada"])
    library.shelve(2, to_names=None, cc_names=[])
    library.derive(NAMES)
    assert library.rows(NAMES) == [(1, "Ada", True, True), (1, "Bob", False, True)]


def test_a_query_of_the_declaration_is_cut_like_the_others(library: Library) -> None:
    library.shelve(1, words=["sea", "ship"])
    library.derive(LONGEST)
    assert library.rows(LONGEST) == [(1, 4)]


def test_only_what_changed_is_cut_and_written(library: Library) -> None:
    """Of 100,000 tickets some 2,000 change in a day."""
    for number in range(1, 6):
        library.shelve(number, reader_ids=[number, 100])
    assert library.derive(READERS).written == 10
    before = dict(library.rows(READERS, "(book_id, reader_id), _synced_at"))
    library.shelve(3, reader_ids=[3, 101])
    done = library.derive(READERS)
    assert (done.parents, done.written, done.removed, done.rows) == (1, 1, 1, 10)
    after = dict(library.rows(READERS, "(book_id, reader_id), _synced_at"))
    assert {key for key in after if before.get(key) != after[key]} == {(3, 101)}
    assert library.derive(READERS).parents == 0


def test_children_follow_their_parents_deletion_and_return(library: Library) -> None:
    library.shelve(1, words=["sea"])
    library.derive(WORDS)
    library.lose(1)
    library.derive(WORDS)
    assert library.rows(WORDS, "word, _deleted_at") == [("sea", library.moment)]
    library.lose(1, gone=False)
    library.derive(WORDS)
    assert library.rows(WORDS, "word, _deleted_at") == [("sea", None)]


def test_a_crash_between_parent_and_child_is_mended_by_the_next_run(library: Library) -> None:
    """The child's rows and how far they go are one transaction."""
    library.shelve(1, words=["sea"])
    library.derive(WORDS)
    library.shelve(1, words=["ship"])
    with suppress(KeyboardInterrupt), library.warehouse.open() as connection:
        derive(connection, WORDS, BOOKS)
        raise KeyboardInterrupt
    assert library.rows(WORDS, "word") == [("sea",)]
    library.derive(WORDS)
    assert library.rows(WORDS, "word") == [("ship",)]


def test_a_child_declared_otherwise_is_cut_anew(library: Library) -> None:
    """A column that is added must be filled in all rows, not only in those of tomorrow."""
    library.shelve(1, copies=[{"number": 7, "price": 3}])
    library.derive(COPIES)
    columns = (*COPIES.columns, bigint("price", "Price.", path="value.price"))
    dearer = Child(
        name=COPIES.name,
        doc=COPIES.doc,
        parent="books",
        by="book_id",
        cut=COPIES.cut,
        columns=columns,
        key=COPIES.key,
    )
    assert library.derive(dearer).parents == 1
    assert library.rows(dearer, "number, price") == [(7, 3)]


def reworded(child: Child) -> Child:
    """The same child table in other words."""
    columns = tuple(replace(column, doc=f"Said better: {column.doc}") for column in child.columns)
    return replace(child, doc=f"Said better: {child.doc}", columns=columns)


def test_better_words_cut_nothing_again(library: Library) -> None:
    """A sentence mended in a declaration would cost every user a cut of every row; its comment is renewed."""
    library.shelve(1, words=["1"])
    library.derive(WORDS)
    assert library.derive(reworded(WORDS)).parents == 0
    with library.warehouse.open() as connection:
        comments = (
            "select comment from duckdb_columns() where table_name = 'book_words' and column_name = 'word'"
        )
        assert connection.execute(comments).fetchall() == [("Said better: Word.",)]
    numbers = replace(WORDS, columns=(bigint("word", "Word.", path="value", required=True),))
    assert library.derive(numbers).parents == 1
    assert library.rows(numbers, "word") == [(1,)]


def test_a_file_of_an_earlier_version_is_not_cut_again(library: Library) -> None:
    """It has a fingerprint of the words too, which the next derivation replaces."""
    library.shelve(1, words=["sea"])
    library.derive(WORDS)
    with library.warehouse.open() as connection:
        earlier = hashlib.sha256(repr(WORDS).encode()).hexdigest()
        connection.execute("update freshdesk_meta.derived set cut = ?", [earlier])
    assert library.derive(WORDS).parents == 0
    assert library.derive(reworded(WORDS)).parents == 0


def test_on_demand_all_is_cut_anew(library: Library) -> None:
    """For a table that is doubted, or was changed by hand. Rows that are right keep their time."""
    library.shelve(1, words=["sea"])
    library.shelve(2, words=["ship"])
    library.derive(WORDS)
    with library.warehouse.open() as connection:
        connection.execute("update freshdesk.book_words set word = 'land' where book_id = 1")
        connection.execute("insert into freshdesk.book_words (book_id, word) values (9, 'nothing')")
    assert library.derive(WORDS).written == 0
    done = library.derive(WORDS, whole=True)
    assert (done.written, done.removed) == (1, 2)
    assert library.rows(WORDS, "book_id, word") == [(1, "sea"), (2, "ship")]
