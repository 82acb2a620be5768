"""The dictionary's queries are about their tables, are written like our SQL, and find rows in the demo."""

import re
import runpy
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from freshdesk_assets.chosen import views_over
from freshdesk_assets.queries import declared_queries, read_queries
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.query import Query
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.derived.as_of import record_made_of, tables_of
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.references import store_references
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.replica.account import Account, simulated_account

DEMO = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "demo.py"))
QUERIES = [query for queries in declared_queries().values() for query in queries]
PARSED = [(query, sqlglot.parse_one(query.sql, dialect="duckdb")) for query in QUERIES]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """The demo's account, two days before now, with every table, those by choice too."""
    with (
        pytest.MonkeyPatch.context() as environment,
        simulated_account(
            tmp_path_factory.mktemp("demo"),
            environment,
            tickets=DEMO["TICKETS"],
            days=DEMO["DAYS"],
            custom_objects=True,
            files=True,
            ticket_activities=True,
        ) as made,
    ):
        made.catalog = declared_tables()
        yield made


def test_every_query_answers_on_the_demo(demo: Account) -> None:
    """A newcomer runs them first. A query that says it is empty until something changes is empty until then.

    This is one test, so that the account is replicated once.
    """
    replicate(demo)
    until_then = [query for query in QUERIES if query.nothing]
    assert unanswered(demo, QUERIES) == [named(query) for query in until_then]
    happen(demo)
    replicate(demo, select=["contacts", "solution_articles", "tickets"])
    assert unanswered(demo, until_then) == []


def test_queries_that_may_find_nothing_are_few() -> None:
    assert sum(bool(query.nothing) for query in QUERIES) * 20 < len(QUERIES)


def test_queries_are_about_their_table() -> None:
    """They name every table with its schema, and their own table is among them."""
    for query, parsed in PARSED:
        defined = {cte.alias for cte in parsed.find_all(exp.CTE)}
        read = {(table.db, table.name) for table in parsed.find_all(exp.Table) if table.name}
        assert (query.schema, query.table) in read, named(query)
        assert {name for schema, name in read if not schema} <= defined, named(query)


def test_queries_name_each_column_and_its_table() -> None:
    """Who copies a part into another query sees which table each column is of."""
    for query, parsed in PARSED:
        stars = [each for select in parsed.find_all(exp.Select) for each in select.find_all(exp.Star)]
        assert all(isinstance(star.parent, exp.Count) for star in stars), named(query)
        aliases = {alias.alias for alias in parsed.find_all(exp.Alias)}
        assert {column.name for column in parsed.find_all(exp.Column) if not column.table} <= aliases, named(
            query
        )


def test_queries_are_written_in_lower_case() -> None:
    for query in QUERIES:
        plain = re.sub(r"'[^']*'", "", query.sql)
        assert plain == plain.lower(), named(query)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- One?\nselect 1;\n", "it has 1 queries; write 2 or 3"),
        ("-- One?\nselect 1;\n-- Two?\nselect 2\n", "its last query does not end with a semicolon"),
        ("-- One?\nselect 1;\nselect 2;\n", "the query that begins with 'select 2' has no comment"),
        ("-- One?\nselect 1;\n-- Two\nselect 2;\n", "the query that begins with 'select 2' has no comment"),
        ("-- One?\nselect 1;\n-- Two?\n-- Empty at night\nselect 2;\n", "does not end in a full stop"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "shelves.sql"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=said):
        read_queries(file)


def replicate(demo: Account, **options: Any) -> None:
    """Bring the tables up to date by a run; derive the rest directly, which is faster."""
    demo.sync(**options)
    with Warehouse(demo.path).open() as connection:
        for child in demo.catalog.children:
            derive(connection, child, demo.catalog[child.parent])
        ensure_views(connection, views_over(demo.catalog), demo.catalog)
        record_made_of(connection, tables_of(demo.catalog, views_over(demo.catalog)))
        store_references(connection, demo.catalog)


def happen(demo: Account) -> None:
    """An hour: a ticket is reopened, one moves to a group, a contact leaves a company, an article is read."""
    there = "spam is not true and deleted is not true"
    ((reopened,),) = demo.query(f"select min(id) from freshdesk.tickets where status = 4 and {there}")
    ((moved, group_id),) = demo.query(
        f"select min(id), max(group_id) from freshdesk.tickets where group_id = "
        f"(select min(id) from freshdesk.groups) and status = 2 and {there}"
    )
    ((elsewhere,),) = demo.query(f"select max(id) from freshdesk.groups where id <> {group_id}")
    ((leaving,),) = demo.query("select min(id) from freshdesk.contacts where company_id > 0 and not deleted")
    demo.world.clock.advance(timedelta(hours=1))
    demo.world.read_article(next(iter(demo.world.truth("solution_articles"))), hits=3)
    demo.world.set_status(reopened, 2)
    demo.world.assign(moved, agent_id=None, group_id=elsewhere)
    demo.world.update_contact(leaving, company_id=None)


def unanswered(demo: Account, queries: Iterable[Query]) -> list[str]:
    """The queries that return no row, run as an analyst runs them: on the file, read only."""
    with duckdb.connect(str(demo.path), read_only=True) as connection:
        return [named(query) for query in queries if not connection.execute(query.sql).fetchall()]


def named(query: Query) -> str:
    """A query as a failing test shows it."""
    return f"{query.schema}.{query.table}: {query.question}"
