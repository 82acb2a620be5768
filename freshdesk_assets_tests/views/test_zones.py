"""No view and no query depends on the time zone of whoever asks: their days are days of UTC."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from freshdesk_assets.queries import declared_queries
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets_tests.replica.account import Account

ZONES = ("UTC", "America/Los_Angeles", "Asia/Tokyo")


@pytest.fixture(scope="module")
def connection(
    acme: Account, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A replica, in one transaction: `now()` is one moment, whatever runs."""
    copy = shutil.copy(acme.path, tmp_path_factory.mktemp("zones") / acme.path.name)
    # One thread: where a query limits its rows, it finds the same ones each time.
    with duckdb.connect(copy, read_only=True, config={"threads": 1}) as made:
        made.begin()
        yield made


def in_utc(value: Any) -> Any:
    """A value with its moments in UTC, as deep as they are."""
    match value:
        case datetime() if value.tzinfo:
            return value.astimezone(UTC)
        case list() | tuple():
            return [in_utc(each) for each in value]
        case dict():
            return {name: in_utc(each) for name, each in value.items()}
    return value


def answers(connection: duckdb.DuckDBPyConnection, sql: str) -> list[list[str]]:
    """What a query finds in a session of each zone."""
    found = []
    for zone in ZONES:
        connection.execute(f"set timezone = '{zone}'")
        found.append(sorted(repr(in_utc(row)) for row in connection.execute(sql).fetchall()))
    return found


def test_views_find_the_same_in_every_zone(acme: Account, connection: duckdb.DuckDBPyConnection) -> None:
    for view in acme.views:
        here, *elsewhere = answers(connection, f'from {view.schema}."{view.name}"')
        assert all(each == here for each in elsewhere), view.id


def test_queries_find_the_same_in_every_zone(acme: Account, connection: duckdb.DuckDBPyConnection) -> None:
    stored = {(SCHEMA, each.name) for each in acme.catalog.everything} | {view.id for view in acme.views}
    for (schema, table), queries in declared_queries().items():
        if (schema, table) not in stored:
            continue
        for number, query in enumerate(queries, start=1):
            here, *elsewhere = answers(connection, query.sql)
            assert all(each == here for each in elsewhere), (schema, table, number)


def test_a_query_that_goes_by_the_session_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    """A test of the finder."""
    here, *elsewhere = answers(
        connection, "select created_at::date, count(*) from freshdesk.tickets group by all"
    )
    assert all(each != here for each in elsewhere)
