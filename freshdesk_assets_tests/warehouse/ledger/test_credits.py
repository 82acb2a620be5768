"""What was spent is a table like any other: to be summed by day, by run and by table."""

from datetime import UTC, date, datetime, timedelta

from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.warehouse.ledger.credits import (
    PLAN,
    CallsMade,
    ReadState,
    credits_of_day,
    read_states,
    record_credits,
    record_finished,
    record_unfinished,
)
from freshdesk_assets.warehouse.ledger.parents import Asked, earliest_pending
from freshdesk_assets.warehouse.ledger.tables import ensure_ledger
from freshdesk_assets.warehouse.notes import forget
from freshdesk_assets_tests.library import BOOKS, SHELVES
from freshdesk_assets_tests.warehouse.library import Library, at, later, page

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_run_has_one_row_per_table_and_day(library: Library) -> None:
    """Credits are recorded every few seconds: else a first sync of days would leave thousands of rows."""
    with library.warehouse.open() as connection:
        ensure_ledger(connection)
        for moment in (NOON, NOON, NOON + timedelta(days=1)):
            spent = CallsMade(table="shelves", run_id="first", calls=2, credits=10, waited=0.5)
            record_credits(connection, spent, moment)
        record_credits(connection, CallsMade(table="shelves", run_id="second", calls=1, credits=5), NOON)
        for _ in range(2):
            record_credits(connection, CallsMade(purpose=PLAN, calls=3, credits=3), NOON)
        record_credits(connection, CallsMade(purpose=PLAN, calls=0, credits=0), NOON + timedelta(days=2))
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


def test_what_is_unfinished_is_remembered_until_it_is_finished(library: Library) -> None:
    """And the most that was not enough for a list, whatever part of it a later run tried."""
    table = SHELVES
    with library.warehouse.open() as connection:
        ensure_ledger(connection)
        record_finished(connection, table, NOON)
        record_unfinished(connection, table, "its list", 40)
        record_unfinished(connection, table, "its list", 10)
        record_unfinished(connection, table, "its list", None)
        left = ReadState(finished_at=NOON, unfinished="its list", needs_more_than=40)
        assert read_states(connection) == {"shelves": left}
        record_unfinished(connection, table, "3 shelves to be asked", 0)
        assert read_states(connection)["shelves"].needs_more_than is None
        record_finished(connection, table, NOON + timedelta(hours=1))
        assert read_states(connection) == {"shelves": ReadState(finished_at=NOON + timedelta(hours=1))}


def test_the_first_parent_still_to_be_read_is_known_once_its_table_was_begun(library: Library) -> None:
    """A run that ran out of credits, or of rights, leaves it in a partition that counts as materialized.

    A table that was never begun does not count: the key may not be allowed to read it, and every sync would
    begin there.
    """
    library.shape(BOOKS)
    library.land(SHELVES, page(*({"id": number, "updated_at": at(number)} for number in range(1, 6))))

    def earliest(since: datetime | None = None) -> datetime | None:
        with library.warehouse.open() as connection:
            return earliest_pending(connection, BOOKS, Asked(source=SHELVES, start=since))

    assert earliest() is None
    with library.warehouse.open() as connection:
        record_unfinished(connection, BOOKS, "5 shelves to be asked", 0)
    assert earliest() == later(1)
    assert earliest(since=later(3)) == later(3)
    library.land(BOOKS, page(parents=(ParentRead(id=1, version=later(1), at=later(99)),)))
    assert earliest() == later(2)
    others = tuple(ParentRead(id=number, version=later(number), at=later(99)) for number in range(2, 6))
    library.land(BOOKS, page(parents=others))
    assert earliest() is None


def test_a_file_of_an_earlier_version_has_its_states_under_the_new_name_and_is_read_by_the_old(
    library: Library,
) -> None:
    """A dashboard that queries `freshdesk_meta.standing` works for one more version."""
    with library.warehouse.open() as connection:
        connection.execute("create schema freshdesk_meta")
        connection.execute(
            "create table freshdesk_meta.standing (table_name varchar, finished_at timestamptz,"
            " left_open varchar, needs_more_than bigint)"
        )
        connection.execute("insert into freshdesk_meta.standing values ('books', ?, 'its list', 40)", [NOON])
    with library.warehouse.open() as connection:
        record_finished(connection, SHELVES, NOON)
        left = ReadState(finished_at=NOON, unfinished="its list", needs_more_than=40)
        assert read_states(connection) == {"books": left, SHELVES.name: ReadState(finished_at=NOON)}
    for _ in range(2):
        forget(library.warehouse.destination.name)
        with library.warehouse.open() as connection:
            ensure_ledger(connection)
    assert library.query(
        "select table_name, finished_at, left_open, needs_more_than from file.freshdesk_meta.standing"
        " order by table_name"
    ) == [("books", NOON, "its list", 40), (SHELVES.name, NOON, None, None)]
