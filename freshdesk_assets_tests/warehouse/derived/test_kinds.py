"""Kinds of rows that only the account knows: each has a view, with a column for each of its fields."""

from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.schema.catalog import Catalog, SourceLine
from freshdesk_assets.schema.child import Child, Elements, Kinds
from freshdesk_assets.schema.column import DeclarationError, bigint, json, text
from freshdesk_assets.schema.view import KindViews, SqlView, ViewColumn
from freshdesk_assets.views.view_files import read_view
from freshdesk_assets.warehouse.derived.as_of import as_of, record_made_of, tables_of
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.views import drop_undeclared, ensure_views
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.places import VIEW_COLUMNS, place, reading

SHELVES = declared("shelves", text("name", "Name."), json("fields", "Fields of what stands there."))
THINGS = declared("things", bigint("shelf_id", "Shelf."), json("data", "Values."))
FIELDS = Child(
    name="shelf_fields",
    doc="One row per field.",
    parent="shelves",
    by="shelf_id",
    cut=Elements("fields"),
    columns=(
        text("name", "Key.", path="value.name"),
        text("label", "Label.", path="value.label"),
        text("type", "SQL type.", path="value.type"),
    ),
    key=("position",),
    kinds=Kinds(
        "select s.id as kind, s.name as kind_name, s.name as kind_label, s._deleted_at as kind_removed_at,"
        " f.name, f.label, f.type from freshdesk.shelves s"
        " left join freshdesk.shelf_fields f on f.shelf_id = s.id order by s.id, f.position",
        tables=("shelves", "shelf_fields"),
    ),
)
CATALOG = Catalog([SHELVES, THINGS], [FIELDS])
EACH = KindViews(by="shelf_id", prefix="thing_", values="data", child="shelf_fields")


def things(kinds: KindViews | None = EACH) -> SqlView:
    return SqlView(
        schema="reading",
        name="things",
        doc="One row per thing.",
        columns=tuple(ViewColumn(name=name, doc=f"The {name}.") for name in ("id", "shelf_id", "data")),
        family=None,
        sql="select things.id, things.shelf_id, things.data from freshdesk.things",
        reads=frozenset({("freshdesk", "things")}),
        place=SourceLine(Path("things.sql"), 1),
        kinds=kinds,
    )


OTHER = SqlView(
    schema="reading",
    name="thing_values",
    doc="Something else.",
    columns=(ViewColumn(name="id", doc="The id."),),
    family=None,
    sql="select things.id from freshdesk.things",
    reads=frozenset({("freshdesk", "things")}),
    place=SourceLine(Path("thing_values.sql"), 1),
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(place(tmp_path / "replica.duckdb"))


def shelve(
    warehouse: Warehouse,
    shelves: dict[int, tuple[str, dict[str, str | None]]],
    *rows: tuple[int, int, dict[str, Any]],
    views: tuple[SqlView, ...] = (things(), OTHER),
) -> dict[tuple[str, str], bool]:
    """Shelves by id, each with its fields and their types; and things by id, each with its shelf."""
    now = datetime.now(UTC)
    with warehouse.open() as connection:
        ensure_views(connection, (), CATALOG)
        connection.execute("delete from freshdesk.shelves")
        connection.execute("delete from freshdesk.things")
        for shelf, (name, fields) in shelves.items():
            listed = [{"name": key, "label": key.title(), "type": type_} for key, type_ in fields.items()]
            connection.execute(
                "insert into freshdesk.shelves (id, name, fields, _synced_at) values (?, ?, ?, ?)",
                [shelf, name, dumps(listed), now],
            )
        for number, shelf, data in rows:
            connection.execute(
                "insert into freshdesk.things (id, shelf_id, data, _synced_at) values (?, ?, ?, ?)",
                [number, shelf, dumps(data), now],
            )
        derive(connection, FIELDS, SHELVES)
        return ensure_views(connection, views, CATALOG)


def read(warehouse: Warehouse, sql: str) -> list[Any]:
    with reading(warehouse.place, "replica") as connection:
        return connection.execute(sql).fetchall()


def names(warehouse: Warehouse) -> list[str]:
    found = read(
        warehouse, "select view_name from duckdb_views() where schema_name = 'reading' order by view_name"
    )
    return [name for (name,) in found]


def shape(warehouse: Warehouse, name: str) -> dict[str, str]:
    return {column: type_ for column, type_, *_ in read(warehouse, f'describe reading."{name}"')}


def test_each_kind_has_a_view_of_its_rows_with_a_column_for_each_field(warehouse: Warehouse) -> None:
    fields: dict[str, str | None] = {
        "title": "VARCHAR", "pages": "BIGINT", "price": "DOUBLE", "lent": "BOOLEAN", "bought": "DATE",
    }  # fmt: skip
    book = {"title": "Emma ☕", "pages": 474, "price": 12.5, "lent": True, "bought": "2026-02-28"}
    shelve(
        warehouse,
        {1: ("book", fields), 2: ("map", {"place": "VARCHAR"})},
        (10, 1, book),
        (11, 1, {"title": None}),
        (20, 2, {"place": "Rome"}),
    )
    assert names(warehouse) == ["thing_book", "thing_map", "thing_values", "things"]
    assert shape(warehouse, "thing_book") == {"id": "BIGINT", "shelf_id": "BIGINT"} | fields
    found = read(warehouse, "select id, title, pages, price, lent, bought::varchar from reading.thing_book")
    assert sorted(found) == [
        (10, "Emma ☕", 474, 12.5, True, "2026-02-28"),
        (11, None, None, None, None, None),
    ]
    assert read(warehouse, "from reading.thing_map") == [(20, 2, "Rome")]


def test_a_view_of_a_kind_follows_what_the_account_makes_of_it(warehouse: Warehouse) -> None:
    """Made anew where something changed, and otherwise left as it is."""
    book: dict[str, str | None] = {"title": "VARCHAR"}
    shelves = {1: ("book", book)}
    assert shelve(warehouse, shelves, (10, 1, {"title": "Emma"}))["reading", "things"]
    assert not shelve(warehouse, shelves, (10, 1, {"title": "Emma"}))["reading", "things"]
    book["pages"] = "BIGINT"
    assert shelve(warehouse, shelves, (10, 1, {"title": "Emma", "pages": 474}))["reading", "things"]
    assert read(warehouse, "select pages from reading.thing_book") == [(474,)]
    assert shelve(warehouse, {1: ("novel", book)})["reading", "things"]
    assert names(warehouse) == ["thing_novel", "thing_values", "things"]
    assert shelve(warehouse, {})["reading", "things"]
    assert names(warehouse) == ["thing_values", "things"]


def test_values_that_do_not_fit_a_type_make_text_of_a_column(warehouse: Warehouse) -> None:
    """A value that is hidden is worse than one of another type. Values decide where no type is known."""
    fields: dict[str, str | None] = {"pages": "BIGINT", "ticket": None, "of": None, "blank": None}
    shelve(
        warehouse,
        {1: ("book", fields)},
        (10, 1, {"pages": 474, "ticket": 7, "of": "MAP-1", "left": [1]}),
        (11, 1, {"pages": "many", "ticket": 8, "of": "12"}),
    )
    assert shape(warehouse, "thing_book") == {
        "id": "BIGINT", "shelf_id": "BIGINT", "pages": "VARCHAR", "ticket": "BIGINT", "of": "VARCHAR",
        "blank": "VARCHAR", "left": "VARCHAR",
    }  # fmt: skip
    assert read(warehouse, 'select pages, ticket, of, "left" from reading.thing_book order by id') == [
        ("474", 7, "MAP-1", "[1]"),
        ("many", 8, "12", None),
    ]
    said = dict(
        read(
            warehouse,
            f"select column_name, comment from {VIEW_COLUMNS} where table_name = 'thing_book'",
        )
    )
    assert said["pages"] == "Pages. Text, because 1 of its values are not BIGINT."
    assert said["left"] == "left. Not among the fields that Freshdesk lists."


def test_names_that_are_odd_or_taken_are_made_fit(warehouse: Warehouse) -> None:
    """A kind may be called anything: what is declared keeps its name, and each kind has one of its own."""
    fields: dict[str, str | None] = {"id": "VARCHAR", 'say "x"': "VARCHAR", "ID": "VARCHAR", "": "VARCHAR"}
    row = {"id": "a", 'say "x"': "b", "ID": "c", "": "d"}
    shelve(
        warehouse,
        {1: ("values", {}), 2: ("Über Map!", fields), 3: ("über-map", {}), 4: ("☕", {})},
        (20, 2, row),
    )
    assert names(warehouse) == [
        "thing_4", "thing_values", "thing_values_", "thing_über_map", "thing_über_map_", "things",
    ]  # fmt: skip
    assert list(shape(warehouse, "thing_über_map")) == ["id", "shelf_id", "id_", 'say "x"', "ID__", "_"]
    assert read(warehouse, "from reading.thing_über_map") == [(20, 2, "a", "b", "c", "d")]


def test_a_table_of_somebodys_own_keeps_its_name(warehouse: Warehouse) -> None:
    shelve(warehouse, {})
    with warehouse.open() as connection:
        connection.execute("create table reading.thing_book as select 1 as mine")
    shelve(warehouse, {1: ("book", {"title": "VARCHAR"})})
    assert read(warehouse, "from reading.thing_book") == [(1,)]
    assert "thing_book_" in names(warehouse)


def test_a_declared_view_takes_its_name_from_a_kind(warehouse: Warehouse) -> None:
    """A later version may declare a view that an account has a kind of that name for."""
    shelve(warehouse, {1: ("values", {"title": "VARCHAR"})}, views=(things(),))
    assert names(warehouse) == ["thing_values", "things"]
    shelve(warehouse, {1: ("values", {"title": "VARCHAR"})})
    assert names(warehouse) == ["thing_values", "thing_values_", "things"]
    assert shape(warehouse, "thing_values") == {"id": "BIGINT"}
    shelve(warehouse, {})
    assert names(warehouse) == ["thing_values", "things"]


def test_a_kind_that_is_gone_keeps_its_view_while_its_rows_are_stored(warehouse: Warehouse) -> None:
    shelve(warehouse, {1: ("book", {"title": "VARCHAR"})}, (10, 1, {"title": "Emma"}))
    with warehouse.open() as connection:
        connection.execute("update freshdesk.shelves set _deleted_at = '2026-03-01 12:00:00+00'")
        derive(connection, FIELDS, SHELVES)
        ensure_views(connection, (things(), OTHER), CATALOG)
    assert read(warehouse, "select title from reading.thing_book") == [("Emma",)]
    ((said,),) = read(warehouse, "select comment from duckdb_views() where view_name = 'thing_book'")
    assert said == "One row per thing. Here those of book. Removed in Freshdesk; found so on 2026-03-01."


def test_views_of_kinds_go_with_the_view_beside_which_they_stand(warehouse: Warehouse) -> None:
    shelve(warehouse, {1: ("book", {"title": "VARCHAR"})})
    with warehouse.open() as connection:
        drop_undeclared(connection, [OTHER])
    assert names(warehouse) == ["thing_values"]


def test_a_view_of_a_kind_is_as_of_when_the_view_beside_it_is(warehouse: Warehouse) -> None:
    shelve(warehouse, {1: ("book", {"title": "VARCHAR"})})
    read_at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with warehouse.open() as connection:
        record_made_of(connection, tables_of(CATALOG, [things()]))
        for name in ("shelves", "things"):
            connection.execute(
                f"insert into {ledger(connection, 'read_state')} (table_name, finished_at) values (?, ?)",
                [name, read_at],
            )
        found = as_of(connection)
    assert found["reading", "thing_book"] == found["reading", "things"] == read_at


def test_a_header_says_that_kinds_have_views(tmp_path: Path) -> None:
    folder = tmp_path / "reading"
    folder.mkdir()
    file = folder / "things.sql"
    said = (
        "-- One row per thing.\n--\n-- Each {by} has a view thing_*, with a column for each field in data."
        " <- shelf_fields\n--\n"
    )
    columns = "-- shelf_id: Shelf.\n-- data: Values.\n\nselect t.shelf_id, t.data from freshdesk.things t\n"
    file.write_text(said.format(by="shelf_id") + columns, encoding="utf-8")
    view = read_view(file)
    assert view.kinds == EACH
    assert view.doc.endswith("Each shelf_id has a view thing_*, with a column for each field in data.")
    file.write_text(said.format(by="shelf") + columns, encoding="utf-8")
    with pytest.raises(DeclarationError, match="its kinds are told by shelf, which is not a column of it"):
        read_view(file)
