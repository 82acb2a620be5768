"""A table grows into its declaration: nothing is dropped, and nothing is done twice."""

from datetime import UTC, datetime
from typing import Any

import pytest

from freshdesk_assets.schema.column import Column, bigint, integer, text, texts, timestamp
from freshdesk_assets.schema.column import json as json_column
from freshdesk_assets.schema.table import REPLICA_COLUMNS, Table
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Landed, Spool
from freshdesk_assets.warehouse.ledger.tables import LEDGER
from freshdesk_assets.warehouse.shape import column_comment, ensure_shape, table_comment, undeclared
from freshdesk_assets_tests.library import BOOKS, ID, SHELVES, SPECIMENS, UPDATED_AT, declared
from freshdesk_assets_tests.warehouse.library import NOON, Library, page


def authors(*columns: Column, **different: Any) -> Table:
    return declared("authors", columns=(ID, *columns, UPDATED_AT), **different)


def described(library: Library, table: Table) -> dict[str, tuple[str, str | None]]:
    return {
        name: (type_, comment)
        for name, type_, comment in library.query(
            "select column_name, data_type, comment from duckdb_columns()"
            f" where database_name = 'file' and table_name = '{table.name}' order by column_index"
        )
    }


@pytest.mark.parametrize("table", [SPECIMENS, SHELVES, BOOKS], ids=lambda table: table.name)
def test_a_table_is_created_as_declared_and_says_what_it_holds(library: Library, table: Table) -> None:
    library.shape(table)
    expected = {column.name: (str(column.type), column_comment(column)) for column in table.stored}
    assert described(library, table) == expected
    assert list(expected)[-3:] == [column.name for column in REPLICA_COLUMNS]
    comments = library.query(f"select comment from duckdb_tables() where table_name = '{table.name}'")
    assert comments == [(table_comment(table),)]


def test_comments_say_what_a_value_refers_to_and_whom_it_is_about() -> None:
    column = bigint("author_id", "Who wrote it.", references="authors.id", pii=True)
    assert column_comment(column) == "Who wrote it. → authors.id. Personal data."
    assert table_comment(BOOKS).startswith("One row for each of the books. From Freshdesk: read once per")
    assert "/api/v2/shelves" in table_comment(SHELVES)


def test_a_new_column_appears_beside_the_rows(library: Library) -> None:
    library.land(authors(), page({"id": 1}))
    grown = authors(text("name", "It's the name."), texts("default", "Keyword."))
    library.land(grown, page({"id": 2, "name": "Jane"}))
    library.shape(grown)
    assert library.rows(grown, 'id, name, "default"') == [(1, None, None), (2, "Jane", None)]
    assert described(library, grown)["name"] == ("VARCHAR", "It's the name.")


def test_a_column_that_is_no_longer_declared_stays(library: Library) -> None:
    library.land(authors(text("name", "Name.")), page({"id": 1, "name": "Jane"}))
    library.land(authors(), page({"id": 2}))
    assert library.rows(authors(), "id, name") == [(1, "Jane"), (2, None)]


def test_a_description_that_changed_is_written(library: Library) -> None:
    library.shape(authors(text("name", "Name.")))
    changed = authors(text("name", "Full name.", pii=True), doc="One row per author.")
    library.shape(changed)
    assert described(library, changed)["name"] == ("VARCHAR", "Full name. Personal data.")
    (comment,) = library.query("select comment from duckdb_tables() where table_name = 'authors'")[0]
    assert comment.startswith("One row per author.")


@pytest.mark.parametrize(
    ("was", "now", "sent", "kept", "held"),
    [
        (text, bigint, ["12", "1.5", "abc", ""], "VARCHAR", [12, None, None, None]),
        (bigint, text, [12, 2**53 + 1], "BIGINT", ["12", str(2**53 + 1)]),
        (bigint, integer, [12, 2**40], "BIGINT", [12, None]),
        (text, json_column, ["Jane", '"'], "VARCHAR", ['"Jane"', '"\\""']),
        (json_column, text, ["Jane", 5, {"a": 1}], "JSON", ["Jane", "5", '{"a":1}']),
        (json_column, bigint, [5, "6", 1.5, "abc", [1]], "JSON", [5, 6, None, None, None]),
        (
            text,
            timestamp,
            ["2024-01-01T00:00:00Z", "soon"],
            "VARCHAR",
            [datetime(2024, 1, 1, tzinfo=UTC), None],
        ),
        (texts, json_column, [["a", "b"]], "VARCHAR[]", ['["a","b"]']),
    ],
)
def test_a_column_of_another_type_is_kept_beside_the_new_one(
    library: Library, was: Any, now: Any, sent: list[Any], kept: str, held: list[Any]
) -> None:
    """A wrong type is mended without losing what is stored; what reads as the new type is copied."""
    before, after = authors(was("name", "Name.")), authors(now("name", "Name."))
    library.land(before, page(*({"id": id_, "name": value} for id_, value in enumerate(sent))))
    old_values = library.query("select name from file.freshdesk.authors order by id")
    library.shape(after)
    old = f"name_was_{kept.lower().replace('[]', '')}"
    assert library.query(f'select "{old}" from file.freshdesk.authors order by id') == old_values
    assert [
        value for (value,) in library.query("select name from file.freshdesk.authors order by id")
    ] == held
    assert described(library, after)[old][0] == kept


def test_the_values_kept_beside_survive_later_versions_of_their_rows(library: Library) -> None:
    library.land(authors(text("name", "Name.")), page({"id": 1, "name": "Jane"}))
    library.land(authors(bigint("name", "Name.")), page({"id": 1, "name": 7}))
    assert library.row(authors(), "name, name_was_varchar") == {"name": 7, "name_was_varchar": "Jane"}


def test_a_type_may_change_to_and_fro(library: Library) -> None:
    """Each time what stood is kept under a name of its own."""
    for number, type_ in enumerate((text, bigint, text, bigint, text)):
        library.land(authors(type_("name", "Name.")), page({"id": number, "name": str(number)}))
    names = [name for name in described(library, authors()) if name.startswith("name_")]
    assert names == [
        "name_was_varchar",
        "name_was_bigint",
        "name_was_varchar_before",
        "name_was_bigint_before",
    ]
    assert library.query("select name from file.freshdesk.authors order by id") == [
        (str(n),) for n in range(5)
    ]


def test_names_that_differ_by_case_are_one_to_duckdb(library: Library) -> None:
    library.shape(authors())
    with library.warehouse.open() as connection:
        connection.execute('alter table freshdesk.authors add column "Name" varchar')
    grown = authors(text("name", "Name."))
    library.land(grown, page({"id": 1, "name": "Jane"}))
    library.shape(grown)
    assert library.rows(grown, "id, name") == [(1, "Jane")]
    assert described(library, grown)["Name"] == ("VARCHAR", "Name.")


def test_what_is_not_declared_is_named(library: Library) -> None:
    library.shape(authors(text("name", "Name."), text("town", "Town.")))
    with library.warehouse.open() as connection:
        assert undeclared(connection, authors(text("name", "Name."))) == ["town"]


def test_a_second_run_does_nothing(library: Library) -> None:
    """Comments written again on each load would be a change of the file each time."""
    library.shape(SPECIMENS)
    statements = []

    class Watched:
        def __init__(self, connection: Any) -> None:
            self.connection = connection

        def execute(self, statement: str, *values: Any) -> Any:
            statements.append(statement.split()[0])
            return self.connection.execute(statement, *values)

    with library.warehouse.open() as connection:
        ensure_shape(Watched(connection), SPECIMENS)  # type: ignore[arg-type]
    assert set(statements) <= {"describe", "select", "create"}, "create is told `if not exists`"
    tables = "select count(*) from duckdb_tables() where database_name = 'file'"
    assert library.query(tables) == [(1 + len(LEDGER),)]


def test_the_last_batch_of_a_table_brings_its_comments(library: Library) -> None:
    """Looking for them with each batch would take as long as to read a thousand rows."""
    with Spool(library.spools, SPECIMENS) as spool:
        library.land_from(spool, page({"id": 1}))
        assert described(library, SPECIMENS)["title"] == ("VARCHAR", None)
        spool.add(page({"id": 2}))
        with library.warehouse.open() as connection:
            land(connection, spool.take_last(Landed()), NOON)
    assert described(library, SPECIMENS)["title"] == ("VARCHAR", "Title.")
