"""A declaration that contradicts itself fails where it is made, with one sentence that names it.

It has over 300 lines because each contradiction stands beside its sentence.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import (
    Column,
    DeclarationError,
    Type,
    bigint,
    integer,
    json,
    text,
    texts,
    timestamp,
)
from freshdesk_assets.schema.endpoint import Existence, Fallback, Listing, RowCall, Told
from freshdesk_assets.schema.sync import (
    Branch,
    ChangedSince,
    DayFiles,
    EachParent,
    FullList,
    Keyset,
    ListChanges,
    LookBack,
    PerParent,
)
from freshdesk_assets.schema.table import Table

ID = bigint("id", "Shelf's id.", required=True)
UPDATED_AT = timestamp("updated_at", "When it last changed.")
FILES = DayFiles(parameter="day", link_at="url", ends_at="ends", fingerprint="id", days=30)
SHELF = {
    "name": "shelves",
    "doc": "One row per shelf.",
    "path": "shelves",
    "group": "library",
    "docs": "shelves",
}


def shelves(**different: Any) -> Table:
    """A table without contradictions, but for what is different."""
    return Table(**{**SHELF, "sync": FullList(), "columns": (ID, UPDATED_AT), **different})


BOOK = (ID, bigint("shelf_id", "Shelf it stands on.", references="shelves.id"), UPDATED_AT)


def books(**different: Any) -> Table:
    """A table read per shelf, but for what is different."""
    declared = {
        "name": "books",
        "doc": "One row per book.",
        "path": "shelves/{id}/books",
        "sync": PerParent("shelves", "shelf_id"),
        "columns": BOOK,
        "group": "library",
        "docs": "books",
    }
    return Table(**{**declared, **different})


def by_changes(**different: Any) -> EachParent:
    """Books that are asked for what changed on their shelf, but for what is different."""
    given = {"since": "since", "cursor": "updated_at", "count": "shelves/{id}/count", "count_at": "count"}
    return EachParent(parent="shelves", column="shelf_id", changes=ListChanges(**{**given, **different}))


def told_of(**different: Any) -> RowCall:
    """A shelf's own call, of whose tags books tell, but for what is different."""
    given = {"by": "books", "column": "shelf_id", "same": ("tags",), **LONG, **different}
    return RowCall("shelves/{id}", every=timedelta(hours=20), told=Told(**given))


LONG = {"within": timedelta(days=2), "every": timedelta(days=7)}
BELOW = (Branch(parent="books", path="books/{id}/books", column="book_id"),)


def library(told: Mapping[str, Any], **different: Any) -> tuple[Table, Table]:
    """Shelves of whose tags books tell, and books, which are otherwise than declared to."""
    return (
        shelves(columns=(ID, UPDATED_AT, TAGS), row_call=told_of(**told)),
        books(columns=(*BOOK, texts("tags", "Tags.")), **different),
    )


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"name": "Title"}, "column 'Title': a name is lower case words joined by underscores"),
        ({"name": "page count"}, "column 'page count': a name is lower case words joined by underscores"),
        ({"doc": "Title"}, "column title: its description is one line that ends in a full stop"),
        ({"doc": "Title,\nin print."}, "column title: its description is one line that ends in a full stop"),
        ({"doc": " Title."}, "column title: its description is one line that ends in a full stop"),
        (
            {"doc": "This field contains the title."},
            "column title: its description is a fragment, not 'This field ...'",
        ),
        ({"references": "shelves"}, "column title: references 'shelves', which is not table.column"),
        ({"path": "cover..title"}, "column title: path 'cover..title' has an empty step"),
    ],
)
def test_a_column_that_contradicts_itself_says_so(declared: dict[str, Any], sentence: str) -> None:
    """The reader of the message has a declaration to mend, so it names the column and the rule."""
    with pytest.raises(DeclarationError) as caught:
        Column(**{"name": "title", "type": Type.VARCHAR, "doc": "Title.", **declared})
    assert str(caught.value) == sentence


TITLE = text("title", "Title.")
TAGS = texts("tags", "Tags.", detail=True)


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"name": "Shelves"}, "table Shelves: a name is lower case words joined by underscores"),
        ({"doc": "One row per shelf"}, "table shelves: its description is one line that ends in a full stop"),
        ({"key": ()}, "table shelves: it has no key"),
        (
            {"existence": Existence("shelves/{id}")},
            (
                "table shelves: its rows are asked for one by one,"
                " so its key must be id, and its lists bounded by time or read per parent each time"
            ),
        ),
        (
            {"sync": Keyset("updated_since"), "existence": Existence("shelves")},
            "table shelves: its rows are asked for at shelves, which names no column in braces",
        ),
        (
            {
                "sync": Keyset("updated_since"),
                "existence": Existence("shelves/{id}", archived="cellar/{id}", flag="in_cellar"),
            },
            "table shelves: it has an archive, so it needs a column to say so and rows asked for by id",
        ),
        (
            {"belongs_to": "id"},
            "table shelves: it belongs to id, which is not a column that refers to a table",
        ),
        (
            {"columns": (ID, UPDATED_AT, text("_title", "Title."))},
            "table shelves: _title begins with an underscore, as only the replica's own columns do",
        ),
        ({"columns": (ID, UPDATED_AT, TITLE, TITLE)}, "table shelves: column title is declared twice"),
        (
            {"columns": (ID, UPDATED_AT, TITLE, text("caption", "Title again.", path="title"))},
            "table shelves: two columns read title",
        ),
        (
            {
                "columns": (
                    ID,
                    UPDATED_AT,
                    json("place", "Place."),
                    integer("floor", "Floor.", path="place.floor"),
                )
            },
            "table shelves: place.floor lies inside place, which is already a column",
        ),
        ({"key": ("isbn",)}, "table shelves: its key names isbn, which is not a column"),
        ({"version": ("edited_at",)}, "table shelves: its version names edited_at, which is not a column"),
        ({"window": "opened_at"}, "table shelves: its window names opened_at, which is not a column"),
        (
            {"columns": (bigint("id", "Shelf's id."), UPDATED_AT)},
            "table shelves: key column id is not required",
        ),
        (
            {"columns": (ID, UPDATED_AT, TITLE), "version": ("title",)},
            "table shelves: title orders its rows but is not a timestamp",
        ),
        (
            {"columns": (ID, UPDATED_AT, TITLE), "window": "title"},
            "table shelves: title orders its rows but is not a timestamp",
        ),
        (
            {"sync": Keyset("since", cursor="opened_at")},
            "table shelves: its sync compares opened_at, which is not a column",
        ),
        (
            {"sync": LookBack("after", "opened_at", 3)},
            "table shelves: its sync compares opened_at, which is not a column",
        ),
        ({"path": "rooms/{id}/shelves"}, "table shelves: its path has {id}, but it is not read per parent"),
        (
            {"sync": replace(FILES, fingerprint="title"), "rows_at": "rows"},
            "table shelves: a fingerprint is written into title, which is not its key",
        ),
        (
            {"sync": FILES},
            "table shelves: its files are kept for no day, or nothing says where their rows are",
        ),
        (
            {"sync": replace(FILES, days=0), "rows_at": "rows"},
            "table shelves: its files are kept for no day, or nothing says where their rows are",
        ),
        (
            {"sync": ChangedSince(())},
            "table shelves: it is read by changes, but no parameter says since when",
        ),
        (
            {
                "columns": (ID, UPDATED_AT, TAGS, bigint("room", "Room.", required=True)),
                "key": ("id", "room"),
                "row_call": RowCall("shelves/{id}"),
            },
            "table shelves: its rows have calls of their own, so its key must be id",
        ),
        (
            {"columns": (ID, UPDATED_AT, TAGS)},
            "table shelves: tags is a detail, but there is no row call to read it from",
        ),
        ({"row_call": RowCall("shelves/{id}")}, "table shelves: it has a row call, but no column needs it"),
        (
            {"columns": (ID, UPDATED_AT, TAGS), "row_call": RowCall("shelves")},
            "table shelves: the path of its row call, shelves, has no {id}",
        ),
        (
            {"fallback": Fallback("old/shelves", row_call=RowCall("old/shelves"))},
            "table shelves: the path of its row call, old/shelves, has no {id}",
        ),
        (
            {"columns": (ID, UPDATED_AT, TAGS), "row_call": told_of(same=("title",))},
            "table shelves: books is to tell its title, which is no detail of it",
        ),
        (
            {"columns": (ID, UPDATED_AT, TAGS), "row_call": told_of(same=())},
            "table shelves: books tells nothing of its rows: give the columns that are the same",
        ),
        (
            {"columns": (ID, UPDATED_AT, TAGS), "row_call": told_of(every=timedelta(hours=1))},
            "table shelves: books spares it no call: where nothing tells of a row, it is asked no more often",
        ),
        ({"listings": (Listing(), Listing())}, "table shelves: two of its listings have the same name"),
        (
            {"listings": (Listing(name="lent", defaults={"lent": True}),)},
            "table shelves: listing lent gives a default for lent, which is not a column",
        ),
        (
            {"fallback": Fallback("old/shelves", RowCall("old/shelves/{id}"), ("tags",))},
            "table shelves: its fallback calls tags a detail, which is not a column",
        ),
        (
            {"fallback": Fallback("old/shelves", detail=("title",))},
            "table shelves: title is a detail of its fallback, which has no row call",
        ),
        (
            {"sync": Keyset("updated_since"), "never_empty": True},
            "table shelves: it is never empty, which says nothing of a list that is not read whole",
        ),
        (
            {"sync": LookBack("lent_after", "updated_at", 0)},
            "table shelves: it looks back 0 days, which is not back",
        ),
        (
            {"sync": Keyset("updated_since", "title"), "columns": (ID, UPDATED_AT, TITLE)},
            "table shelves: its sync compares title, which is not a timestamp",
        ),
    ],
)
def test_a_table_that_contradicts_itself_says_so(declared: dict[str, Any], sentence: str) -> None:
    """Importing the declaration fails, before a credit is spent on it."""
    with pytest.raises(DeclarationError) as caught:
        shelves(**declared)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"path": "books"}, "table books: it is read per parent, but its path has no {id}"),
        (
            {"sync": by_changes(cursor="lent_at")},
            "table books: its lists are asked for changes by lent_at, which is no version of it",
        ),
        (
            {"sync": by_changes(count="shelves/count")},
            "table books: its lists are counted by a path without {id}, or each in several variants",
        ),
        (
            {"sync": EachParent(parent="shelves", column="shelf_id", every=timedelta(0))},
            "table books: its lists are read again every 0:00:00, which is no time",
        ),
        (
            {"sync": EachParent(parent="shelves", column="shelf_id", worth="count(*) > 1", below=BELOW)},
            "table books: whether its lists are worth their calls is said of one branch, and it has several",
        ),
        (
            {"sync": PerParent("shelves", "room_id")},
            "table books: it is read per parent by room_id, which is not a column",
        ),
    ],
)
def test_a_table_read_per_parent_that_contradicts_itself_says_so(
    declared: dict[str, Any], sentence: str
) -> None:
    """One list per parent needs to know where the list stands and whose row it is."""
    with pytest.raises(DeclarationError) as caught:
        books(**declared)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ((shelves(), shelves()), "table shelves is declared twice"),
        (
            (books(sync=FullList(), path="books"),),
            "table books: shelf_id refers to shelves, which is not a table",
        ),
        (
            (
                shelves(),
                shelves(
                    name="rooms",
                    columns=(ID, UPDATED_AT, text("label", "Label.", references="shelves.label")),
                ),
            ),
            "table rooms: label refers to shelves.label, which is not a column",
        ),
        (
            (books(columns=(ID, bigint("shelf_id", "Shelf it stands on."), UPDATED_AT)),),
            "table books: its parent shelves is not a table",
        ),
        (
            (
                shelves(columns=(ID, UPDATED_AT, bigint("room", "Room.", required=True)), key=("id", "room")),
                books(),
            ),
            "table books: its parent shelves is not keyed by id",
        ),
        (
            (
                books(
                    sync=PerParent("books", "shelf_id"),
                    columns=(ID, bigint("shelf_id", "Shelf."), UPDATED_AT),
                ),
            ),
            "tables are each other's parents: ['books', 'books']",
        ),
        (
            library({"after": ("rooms",)}),
            "table shelves: it is read after rooms, which is not a table",
        ),
        (
            library({}, sync=FullList(), path="books"),
            "table shelves: books tells of its rows, but is not read from one list per parent",
        ),
        (
            library({"column": "id"}),
            "table shelves: books.id does not refer to it, whose rows it tells of",
        ),
        (
            (library({})[0], books()),
            "table shelves: books has no tags of the same type to tell of",
        ),
    ],
)
def test_tables_that_contradict_each_other_say_so(tables: tuple[Table, ...], sentence: str) -> None:
    """What one declaration says of another can only be checked with all of them at hand."""
    with pytest.raises(DeclarationError) as caught:
        Catalog(tables)
    assert str(caught.value) == sentence
