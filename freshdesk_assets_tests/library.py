"""Invented tables of a library, to test the engine with: it must not depend on Freshdesk's."""

from typing import Any

from freshdesk_assets.schema.column import (
    Column,
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
from freshdesk_assets.schema.sync import FullList, Keyset, PerParent
from freshdesk_assets.schema.table import Table

ID = bigint("id", "Its id.", required=True)
UPDATED_AT = timestamp("updated_at", "When it last changed.")


def declared(name: str, *columns: Column, **different: Any) -> Table:
    """A table read by its time of change, with an id and these columns; `different` replaces any of it."""
    return Table(
        **{
            "name": name,
            "doc": f"One row for each of the {name}.",
            "path": name,
            "group": "library",
            "docs": name,
            "sync": Keyset("updated_since"),
            "columns": (ID, *columns, UPDATED_AT),
            **different,
        }
    )


SPECIMENS = declared(
    "specimens",
    bigint("count", "How many."),
    integer("room", "Room."),
    boolean("open", "Whether it is open."),
    double("weight", "Weight."),
    text("title", "Title."),
    timestamp("bought_at", "When it was bought."),
    date("printed_on", "When it was printed."),
    json("form", "Form."),
    bigints("pages", "Pages."),
    texts("authors", "Authors."),
    timestamp("lent_at", "When it was lent.", path="stats.lent_at"),
    bigint("loans", "How often it was lent.", path="stats.loans.total"),
)
"""A column of each type, and two that lie inside an object."""

SHELVES = declared(
    "shelves",
    text("label", "Label."),
    integer("default", "Its place, if none is given."),
    text("order", "Order it is in."),
    text("group", "Group of rooms."),
    text("select", "Who selected it."),
    sync=FullList(),
)
"""Columns named as SQL's own words, read as a full list."""

BOOKS = declared(
    "books",
    bigint("shelf_id", "Shelf it stands on.", references="shelves.id"),
    text("title", "Title."),
    timestamp("created_at", "When it came."),
    path="shelves/{id}/books",
    sync=PerParent("shelves", "shelf_id"),
    window="created_at",
)
"""Asked for a shelf at a time, and shown by the day they came."""

LOANS = declared(
    "loans",
    path="books/{id}/loans",
    sync=PerParent("books", "book_id"),
    key=("book_id", "reader"),
    columns=(
        bigint("book_id", "Book that was lent.", required=True, references="books.id"),
        text("reader", "Who has it.", required=True),
        UPDATED_AT,
    ),
)
MEMBERS = declared(
    "members",
    text("standing", "Whether in good standing."),
    texts("interests", "What they read."),
    json("fields", "The library's own fields."),
    text("address", "Address.", pii=True),
    history=("standing", "interests", "fields"),
)
"""Some of their columns have a history."""
