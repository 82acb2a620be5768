"""A row of which another table tells waits longer for its own call, unless it tells something else."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from freshdesk_assets.schema.column import bigint, bigints
from freshdesk_assets.schema.endpoint import RowCall, Told
from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.schema.sync import EachParent, FullList
from freshdesk_assets.warehouse.ledger.parents import Asked, pending
from freshdesk_assets.warehouse.ledger.spared import Spared
from freshdesk_assets_tests.library import SHELVES, UPDATED_AT, declared
from freshdesk_assets_tests.warehouse.library import Library, at, later, page

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

TOLD = Told(by="regulars", column="reader_id", same=("cards",), within=2 * DAY, every=7 * DAY)

READERS = declared(
    "readers",
    bigints("cards", "Cards.", detail=True),
    sync=FullList(),
    row_call=RowCall("readers/{id}", every=20 * HOUR, told=TOLD),
)

REGULARS = declared(
    "regulars",
    path="shelves/{id}/regulars",
    sync=EachParent(parent="shelves", column="shelf_id"),
    key=("shelf_id", "reader_id"),
    columns=(
        bigint("shelf_id", "Shelf.", required=True, references="shelves.id"),
        bigint("reader_id", "Reader.", required=True, references="readers.id"),
        bigints("cards", "Cards."),
        UPDATED_AT,
    ),
)

FIRST = later(0)


@pytest.fixture
def read(library: Library) -> Library:
    """Readers 1 and 2, who were asked for; a shelf tells of the first."""
    library.shape(SHELVES, READERS, REGULARS)
    for number in (1, 2):
        library.land(READERS, page({"id": number, "updated_at": at(0)}))
        call(library, number, [10, 11], FIRST)
    tell(library, [11, 10], FIRST)
    return library


def call(
    library: Library, number: int, cards: list[int], moment: datetime, *, asked: datetime | None = None
) -> None:
    """What a reader's own call sends; `asked` is the time by our clock, if that is another."""
    read = ParentRead(id=number, at=moment, asked=asked or moment)
    row = {"id": number, "cards": cards, "updated_at": at(0)}
    library.land(READERS, page(row, listing="row_call", parents=(read,)), moment=moment)


def tell(
    library: Library,
    cards: list[int] | None,
    moment: datetime,
    *,
    shelf: int = 1,
    landed: datetime | None = None,
) -> None:
    """What the list of a shelf sends: the first reader with these cards, or nobody.

    `landed` is the time by our clock, if that is another.
    """
    rows = [] if cards is None else [{"shelf_id": shelf, "reader_id": 1, "cards": cards, "updated_at": at(0)}]
    asked = ParentRead(id=shelf, version=FIRST, at=moment, asked=moment)
    library.land(REGULARS, page(*rows, parents=(asked,)), moment=landed or moment)


def due(library: Library, now: datetime, told: Told = TOLD) -> list[int]:
    """The readers who are to be asked for."""
    spared = Spared(
        by=REGULARS,
        told=told,
        read_before=now - told.every,
        told_from=now - told.within,
        told_to=now + HOUR,
    )
    asked = Asked(source=READERS, read_before=now - 20 * HOUR, read_after=now + HOUR, spared=spared)
    with library.warehouse.open() as connection:
        return [each.id for each in pending(connection, READERS, asked).parents]


def test_who_is_told_of_waits_a_week_and_the_others_a_day(read: Library) -> None:
    """A list counts for two days after it was read; the order of what it tells means nothing."""
    assert due(read, FIRST + HOUR) == []
    assert due(read, FIRST + DAY) == [2]
    assert due(read, FIRST + 3 * DAY) == [1, 2]
    tell(read, [10, 11], FIRST + 3 * DAY)
    assert due(read, FIRST + 3 * DAY) == [2]
    tell(read, [10, 11], FIRST + 8 * DAY)
    assert due(read, FIRST + 8 * DAY) == [1, 2]


def test_who_is_told_something_else_of_is_asked_for_at_once_and_once(read: Library) -> None:
    """A list that goes on to tell something else than the call costs no call at each sync, but one a day."""
    tell(read, [10, 12], FIRST + HOUR)
    assert due(read, FIRST + 2 * HOUR) == [1]
    call(read, 1, [10, 13], FIRST + 2 * HOUR)
    tell(read, [10, 12], FIRST + 3 * HOUR)
    assert due(read, FIRST + 4 * HOUR) == []
    assert due(read, FIRST + DAY) == [1, 2]


@pytest.mark.parametrize("wrong", [30 * DAY, -30 * DAY])
def test_what_a_wrong_clock_hid_is_seen_within_a_day(read: Library, wrong: timedelta) -> None:
    """The call, or the list, was dated so that what the list tells looks older than the call."""
    if wrong > timedelta(0):
        call(read, 1, [10, 11], FIRST + HOUR, asked=FIRST + wrong)
        tell(read, [10, 12], FIRST + 2 * HOUR)
    else:
        call(read, 1, [10, 11], FIRST + 2 * HOUR)
        tell(read, [10, 12], FIRST + 3 * HOUR, landed=FIRST + wrong)
    assert due(read, FIRST + 4 * HOUR) == []
    assert due(read, FIRST + DAY) == [1, 2]


def test_who_is_in_no_list_any_more_is_asked_for_daily(read: Library) -> None:
    """One list that tells of them is enough, and one whose shelf is gone tells of nobody."""
    tell(read, [10, 11], FIRST, shelf=2)
    tell(read, None, FIRST + HOUR)
    assert due(read, FIRST + DAY) == [2]
    tell(read, None, FIRST + 2 * HOUR, shelf=2)
    assert due(read, FIRST + DAY) == [1, 2]


def test_a_list_that_a_wrong_clock_dated_ahead_tells_of_nobody(read: Library) -> None:
    tell(read, [10, 11], FIRST + 30 * DAY)
    assert due(read, FIRST + DAY) == [1, 2]


def test_further_conditions_of_the_declaration_count(read: Library) -> None:
    """What else is to be told must be there, and may ask for the call too; null is no."""
    assert due(read, FIRST + DAY, replace(TOLD, where="p.id = 1")) == [2]
    assert due(read, FIRST + DAY, replace(TOLD, where="p.id > 1")) == [1, 2]
    assert due(read, FIRST + DAY, replace(TOLD, where="null::boolean")) == [1, 2]
    assert due(read, FIRST + HOUR, replace(TOLD, stale="p.id = 2 and r.read_at is not null")) == [2]
