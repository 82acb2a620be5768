"""What was spent is a table like any other: to be summed by day, by run and by table."""

from datetime import UTC, date, datetime, timedelta

from freshdesk_assets.warehouse.credits import (
    PLAN,
    Spent,
    Standing,
    credits_of_day,
    record_credits,
    record_finished,
    record_left_open,
    standings,
)
from freshdesk_assets.warehouse.ledger import ensure_ledger
from freshdesk_assets_tests.warehouse.library import SHELVES, Library

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_run_has_one_row_per_table_and_day(library: Library) -> None:
    """Told every few seconds, a first read of days would else leave thousands of rows."""
    with library.warehouse.open() as connection:
        ensure_ledger(connection)
        for moment in (NOON, NOON, NOON + timedelta(days=1)):
            spent = Spent(table="shelves", run_id="first", calls=2, credits=10, waited=0.5)
            record_credits(connection, spent, moment)
        record_credits(connection, Spent(table="shelves", run_id="second", calls=1, credits=5), NOON)
        for _ in range(2):
            record_credits(connection, Spent(purpose=PLAN, calls=3, credits=3), NOON)
        record_credits(connection, Spent(purpose=PLAN, calls=0, credits=0), NOON + timedelta(days=2))
        assert credits_of_day(connection, date(2026, 3, 1)) == 20 + 5 + 6
        assert credits_of_day(connection, date(2026, 3, 3)) == 0
    rows = library.query(
        "select table_name, run_id, day, calls, credits from freshdesk_meta.credits order by all"
    )
    assert rows == [
        ("shelves", "first", date(2026, 3, 1), 4, 20),
        ("shelves", "first", date(2026, 3, 2), 2, 10),
        ("shelves", "second", date(2026, 3, 1), 1, 5),
        (None, None, date(2026, 3, 1), 6, 6),
    ]


def test_what_was_left_open_is_remembered_until_it_is_finished(library: Library) -> None:
    """And the most that was not enough for a list, whatever part of it a later run tried."""
    table = SHELVES
    with library.warehouse.open() as connection:
        ensure_ledger(connection)
        record_finished(connection, table, NOON)
        record_left_open(connection, table, "its list", 40)
        record_left_open(connection, table, "its list", 10)
        record_left_open(connection, table, "its list", None)
        left = Standing(finished_at=NOON, left_open="its list", needs_more_than=40)
        assert standings(connection) == {"shelves": left}
        record_left_open(connection, table, "3 shelves to be asked", 0)
        assert standings(connection)["shelves"].needs_more_than is None
        record_finished(connection, table, NOON + timedelta(hours=1))
        assert standings(connection) == {"shelves": Standing(finished_at=NOON + timedelta(hours=1))}
