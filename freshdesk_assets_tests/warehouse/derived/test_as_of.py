"""What a view is as of is what the table of it is as of that waits longest."""

from datetime import timedelta
from pathlib import Path

from freshdesk_assets.schema.catalog import Catalog, SourceLine
from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, text, texts
from freshdesk_assets.schema.sync import PerParent
from freshdesk_assets.schema.view import Family, SqlView
from freshdesk_assets.warehouse.derived.as_of import as_of, record_made_of, tables_of
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.credits import record_finished
from freshdesk_assets_tests.library import ID, UPDATED_AT, declared
from freshdesk_assets_tests.places import place, reading
from freshdesk_assets_tests.warehouse.library import NOON

BOOKS = declared("books", columns=(ID, texts("genres", "Genres."), UPDATED_AT), history=("genres",))
SHELVES = declared("shelves")
LOANS = declared(
    "loans",
    path="books/{id}/loans",
    sync=PerParent("books", "book_id"),
    columns=(ID, bigint("book_id", "Book.", references="books.id"), UPDATED_AT),
)
GENRES = Child(
    name="book_genres",
    doc="One row per genre of a book.",
    parent="books",
    by="book_id",
    cut=Elements("genres"),
    columns=(text("genre", "Genre.", path="value", required=True),),
    key=("genre",),
)
CATALOG = Catalog([BOOKS, SHELVES, LOANS], [GENRES])


def view(schema: str, name: str, *reads: tuple[str, str], family: Family | None = None) -> SqlView:
    return SqlView(
        schema=schema,
        name=name,
        doc="Something.",
        columns=(),
        family=family,
        sql="",
        reads=frozenset(reads),
        place=SourceLine(Path("x.sql"), 1),
    )


VIEWS = [
    view("lent", "Out", ("freshdesk", "loans"), ("freshdesk", "shelves")),
    view("lent", "Often", ("lent", "out"), ("relations", "foreign_keys")),
    view("lent", "Wide", family=Family(prefix="g_", child="book_genres", doc="Genres.")),
]


def test_views_children_and_histories_are_made_of_what_their_rows_come_from() -> None:
    """Loans are read per book, so a list of books that is down leaves loans of new books out too."""
    made_of = {name: set(of) for (_, name), of in tables_of(CATALOG, VIEWS).items()}
    assert made_of["loans"] == {"loans", "books"}
    assert made_of["book_genres"] == made_of["books_history"] == made_of["Wide"] == {"books"}
    assert made_of["Out"] == made_of["Often"] == {"loans", "books", "shelves"}


def test_the_table_that_waits_longest_counts(tmp_path: Path) -> None:
    """And one that was never read is named."""
    warehouse = Warehouse(place(tmp_path / "replica.duckdb"))
    later = NOON + timedelta(hours=2)
    with warehouse.open() as connection:
        record_made_of(connection, tables_of(CATALOG, VIEWS))
        assert as_of(connection) == {}
        record_finished(connection, BOOKS, NOON)
        record_finished(connection, LOANS, later)
        record_made_of(connection, tables_of(CATALOG, VIEWS))
        found = as_of(connection)
    assert found["freshdesk", "loans"] == found["lent", "Often"] == NOON
    assert ("freshdesk", "shelves") not in found
    with reading(warehouse.place, "replica") as analyst:
        row = analyst.execute(
            "select oldest_table, never_read from freshdesk_meta.as_of where name = 'Often'"
        ).fetchone()
    assert row == ("books", "shelves")
