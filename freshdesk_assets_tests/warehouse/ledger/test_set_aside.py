"""A row whose own call is refused waits longer and longer, and is told of until it is answered."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.warehouse.derived.checks import Finding, check_refused
from freshdesk_assets.warehouse.ledger.parents import Asked, pending
from freshdesk_assets.warehouse.ledger.set_aside import answered_before
from freshdesk_assets_tests.library import BOOKS, SHELVES
from freshdesk_assets_tests.warehouse.library import Library, at, later, page

DAY = timedelta(days=1)
NOW = datetime.now(UTC)


def put_shelf(library: Library, number: int, minutes: float) -> None:
    library.land(SHELVES, page({"id": number, "updated_at": at(minutes)}))


def refuse(
    library: Library, number: int, minutes: float, moment: datetime, reason: str = "403 access_denied"
) -> None:
    refused = ParentRead(id=number, version=later(minutes), refused=reason)
    library.land(BOOKS, page(parents=(refused,)), moment=moment)


def answer(library: Library, number: int, minutes: float, *books: dict[str, Any]) -> None:
    read = ParentRead(id=number, version=later(minutes))
    library.land(BOOKS, page(*books, parents=(read,)), moment=later(10_000))


def due(library: Library, **asked: Any) -> list[int]:
    with library.warehouse.open() as connection:
        return [each.id for each in pending(connection, BOOKS, Asked(source=SHELVES, **asked)).parents]


def found(library: Library) -> Finding:
    with library.warehouse.open() as connection:
        return check_refused(connection, BOOKS)


def test_a_refused_row_waits_a_day_then_a_week_then_four(library: Library) -> None:
    """Rights are given meanwhile; but thousands of refused rows must not cost as many credits each night."""
    library.shape(BOOKS)
    put_shelf(library, 1, 0)
    put_shelf(library, 2, 1)
    assert due(library) == [1, 2]
    refuse(library, 1, 0, NOW - timedelta(hours=19))
    assert due(library) == [2]
    for wait in (DAY, 7 * DAY, 28 * DAY, 28 * DAY):
        ((waits,),) = library.query("select retry_at - asked_at from freshdesk_meta.set_aside")
        assert wait - timedelta(hours=4) <= waits <= wait
        with library.warehouse.open() as connection:
            connection.execute("update replica.freshdesk_meta.set_aside set retry_at = ?", [NOW])
        # Those that never were refused come first.
        assert due(library) == [2, 1]
        refuse(library, 1, 0, NOW)
        assert due(library) == [2]
    assert library.query("select tries, reason from freshdesk_meta.set_aside") == [(5, "403 access_denied")]


def test_a_new_version_or_a_backfill_asks_at_once(library: Library) -> None:
    """The change may be the one that lets it be read; and who reads again wants to know."""
    library.shape(BOOKS)
    put_shelf(library, 1, 0)
    refuse(library, 1, 0, NOW)
    assert due(library) == []
    assert due(library, asked_before=NOW + DAY) == [1]
    assert due(library, asked_before=NOW - DAY) == []
    put_shelf(library, 1, 5)
    assert due(library) == [1]
    refuse(library, 1, 5, NOW)
    assert due(library) == []


def test_where_a_version_means_nothing_a_new_one_asks_nothing(library: Library) -> None:
    """Agents change each time they do something."""
    library.shape(BOOKS)
    put_shelf(library, 1, 0)
    refuse(library, 1, 0, NOW)
    put_shelf(library, 1, 5)
    assert due(library, read_before=NOW) == []


def test_what_is_stored_of_a_refused_row_stays(library: Library) -> None:
    """It was read while it could be."""
    put_shelf(library, 1, 0)
    answer(library, 1, 0, {"id": 11, "shelf_id": 1, "updated_at": at(0)})
    put_shelf(library, 1, 5)
    refuse(library, 1, 5, NOW)
    assert library.living(BOOKS) == [11]
    assert library.query("select parent_id, version from freshdesk_meta.parents_read") == [(1, later(0))]


def test_the_check_tells_of_refused_rows_until_they_are_answered_or_gone(library: Library) -> None:
    """By ids, statuses and codes."""
    library.shape(BOOKS)
    assert found(library).count == 0
    for number in (1, 2, 3):
        put_shelf(library, number, number)
    refuse(library, 1, 1, NOW)
    refuse(library, 2, 2, NOW, reason="status 500")
    refuse(library, 3, 3, NOW, reason="status 500")
    told = found(library)
    assert (told.count, dict(told.counts)) == (3, {"403 access_denied": 1, "status 500": 2})
    assert told.examples == ({"id": 1}, {"id": 2}, {"id": 3})
    answer(library, 2, 2)
    assert found(library).examples == ({"id": 1}, {"id": 3})
    library.land(SHELVES, page({"id": 1, "updated_at": at(1)}, completes=True), moment=NOW)
    assert found(library).examples == ({"id": 1},)


def test_rows_that_were_answered_last_show_whether_such_calls_are_answered(library: Library) -> None:
    """Else the newest; never one that was refused."""
    library.shape(BOOKS)
    for number in range(1, 8):
        put_shelf(library, number, number)
    answer(library, 2, 2)
    refuse(library, 7, 7, NOW)
    with library.warehouse.open() as connection:
        asked = [id_ for id_, _ in answered_before(connection, BOOKS.name, SHELVES, [6])]
    assert asked == [2, 5, 4]
