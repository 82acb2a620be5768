"""What counts as read reaches no further than every clock allows, and a clock that is wrong is named."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from freshdesk_assets.extract.clocks import LAG, Clocks, proved
from freshdesk_assets.extract.reading import EPOCH
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import ChangedSince, LookBack
from freshdesk_assets_tests.extract.bookshop import BOOKS, BY_TIME, NOON, Shop, book, open_shop, reading

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CHANGES = ChangedSince(("updated_since",))
LAST_DAYS = LookBack("updated_since", "updated_at", 1)

KINDS = {
    "keyset": lambda reader: reader.read_keyset(BOOKS, BY_TIME, BOOKS.listings[0], EPOCH, None),
    "changes": lambda reader: reader.read_changes(replace(BOOKS, sync=CHANGES), CHANGES, {}),
    "days": lambda reader: reader.read_look_back(
        replace(BOOKS, sync=LAST_DAYS), LAST_DAYS, EPOCH, None, timedelta(0)
    ),
}


def edge(pages: Iterator[Page]) -> datetime | None:
    """How far the last page says that the list was read."""
    return list(pages)[-1].covered_to


def shop_of(now: datetime, newest: datetime, *, dated: bool = True) -> Shop:
    """Books whose newest changed then, and what the server says is the time."""
    return Shop([book(number, newest - MINUTE * (9 - number)) for number in range(10)], now=now, dated=dated)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ours", [NOON, NOON - 400 * DAY, NOON + 400 * DAY], ids=["right", "behind", "ahead"])
@pytest.mark.parametrize("date", [timedelta(0), DAY, -DAY, None], ids=["right", "ahead", "behind", "absent"])
def test_no_clock_that_is_wrong_makes_more_count_as_read(
    kind: str, ours: datetime, date: timedelta | None
) -> None:
    """One wrong clock, or none: a change that is made after the reply is asked for next time."""
    newest = NOON - 30 * MINUTE
    shop = shop_of(NOON + (date or timedelta(0)), newest, dated=date is not None)
    with time_machine.travel(ours, tick=False), open_shop(shop), reading(shop) as reader:
        reached = edge(KINDS[kind](reader))
    assert reached is not None
    if ours == NOON or not date or date < timedelta(0):
        assert reached <= NOON - LAG
    if ours == NOON and date == timedelta(0):
        assert reached == NOON - LAG
    if ours < NOON and date == timedelta(0):
        # Rows prove that it is later than this machine knows: the next read goes on from them.
        assert reached == newest - LAG


def test_a_date_that_nothing_confirms_does_not_count() -> None:
    """It may be that of a gateway; rows confirm what they were changed by."""
    assert proved(NOON + DAY, NOON - DAY, NOON) == NOON - DAY
    assert proved(NOON + MINUTE, NOON - DAY, NOON) == NOON
    assert proved(NOON + DAY, NOON + MINUTE, NOON) == NOON + MINUTE
    assert proved(NOON - DAY, NOON, NOON) == NOON - DAY
    assert proved(None, NOON - DAY, NOON) == NOON - DAY
    assert proved(None, NOON + DAY, NOON) == NOON


@pytest.mark.parametrize(
    ("said", "newest", "words"),
    [
        (DAY, None, "dated 1 day ahead of this machine's clock: one of the two is wrong"),
        (-90 * DAY, None, "dated 90 days behind this machine's clock: one of the two is wrong"),
        (2 * DAY, 2 * DAY, "dated 2 days ahead of .*: this machine's clock is wrong"),
        (-5 * DAY, -DAY, "changed up to 4 days after their own header Date"),
        (timedelta(hours=3), None, "dated 3 hours ahead"),
    ],
)
def test_a_clock_that_is_wrong_is_named_once(said: timedelta, newest: timedelta | None, words: str) -> None:
    """Rows are the third witness."""
    with time_machine.travel(NOON, tick=False):
        clocks = Clocks()
        clocks.note(NOON + said)
        clocks.note(NOON + said, None if newest is None else NOON + newest)
        (warning,) = clocks.warnings()
        assert clocks.warnings() == []
    assert re.search(words, warning)


def test_clocks_that_are_nearly_right_are_not_worth_a_word() -> None:
    """Machines differ by seconds, and replies take their time."""
    clocks = Clocks()
    clocks.note(datetime.now(UTC) + 9 * MINUTE, datetime.now(UTC) + 9 * MINUTE)
    clocks.note(None)
    assert clocks.warnings() == []
