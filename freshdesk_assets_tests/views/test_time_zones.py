"""What views say does not depend on the time zone of the reader's session."""

import duckdb
import pytest

from freshdesk_assets.queries import declared_queries
from freshdesk_assets.views import declared_views

ZONES = ("UTC", "America/Los_Angeles", "Asia/Tokyo")

GROUPED = [query for queries in declared_queries().values() for query in queries if "date_trunc" in query.sql]


def in_each_zone(replica: duckdb.DuckDBPyConnection, sql: str) -> list[list[str]]:
    """The rows of a query in a session of each zone, times as the moments that they are."""
    found = []
    for zone in ZONES:
        replica.execute(f"set timezone = '{zone}'")
        rows = replica.execute(sql).fetchall()
        # Moments are equal in all zones, and written alike only in one.
        replica.execute("set timezone = 'UTC'")
        found.append(sorted(str([_moment(value) for value in row]) for row in rows))
    return found


def _moment(value: object) -> object:
    zone = getattr(value, "tzinfo", None)
    return value.timestamp() if zone else value  # type: ignore[attr-defined]


@pytest.mark.parametrize("schema", sorted({view.schema for view in declared_views()}))
def test_views_have_the_same_rows_in_every_session(replica: duckdb.DuckDBPyConnection, schema: str) -> None:
    for view in declared_views():
        if view.schema == schema:
            here, *elsewhere = in_each_zone(replica, f'from {schema}."{view.name}"')
            assert elsewhere == [here, here], view.name


def test_queries_count_by_days_in_utc_in_every_session(replica: duckdb.DuckDBPyConnection) -> None:
    """A ticket of the evening in Los Angeles is of the next day there, and must not move with the reader."""
    assert GROUPED
    for query in GROUPED:
        here, *elsewhere = in_each_zone(replica, query.sql)
        assert elsewhere == [here, here], query.question
