"""A list is counted for a few calls, and what reading it costs is known before it is read."""

from dataclasses import replace
from datetime import datetime

import pytest

from freshdesk_assets.extract.sizing import Size, size_changes, size_keyset, size_whole
from freshdesk_assets.schema.endpoint import Listing
from freshdesk_assets.schema.sync import ChangedSince, Keyset
from freshdesk_assets_tests.extract.bookshop import (
    BOOKS,
    LISTED,
    NOON,
    Shop,
    book,
    open_shop,
    reading,
    seconds,
)

ALL = Listing()


def measured(shop: Shop, sync: Keyset, start: datetime, end: datetime | None) -> tuple[Size, int, int]:
    """The size of the shop's list, how many calls that took, and how many it then takes to read it."""
    books = replace(BOOKS, sync=sync)
    shop.asked.clear()
    with reading(shop) as reader:
        size = size_keyset(reader, books, sync, ALL, start, end)
        asked = len(shop.asked)
        for _ in reader.read_keyset(books, sync, ALL, start, end):
            pass
    return size, asked, len(shop.asked) - asked


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250, 1999])
def test_a_list_by_time_is_counted_to_the_row(count: int) -> None:
    with open_shop(Shop([book(number, NOON + seconds(number)) for number in range(count)])) as shop:
        size, asked, calls = measured(shop, Keyset("updated_since"), NOON, None)
    assert size.rows == count
    # A full page costs a call more as long as no Link was seen.
    assert size.calls == calls - (count == 100)
    assert asked <= 9


def test_rows_that_share_their_second_cost_more_calls_and_are_counted_once() -> None:
    """A bulk update: each page begins anew with the whole second that the one before it ended in."""
    books = [book(number, NOON + seconds(number // 40)) for number in range(1500)]
    with open_shop(Shop(books)) as shop:
        size, _, calls = measured(shop, Keyset("updated_since"), NOON, None)
    assert size.rows == 1500
    assert calls > 15
    assert size.calls == pytest.approx(calls, rel=0.1)


@pytest.mark.parametrize("count", [301, 650, 1000])
def test_beyond_the_last_page_it_counts_on_from_the_time_of_the_last_row(count: int) -> None:
    """Freshdesk answers no page beyond the 300th, and accounts have more than 30,000 tickets."""
    with open_shop(Shop([book(number, NOON + seconds(number)) for number in range(count)])) as shop:
        size, _, calls = measured(shop, Keyset("updated_since", last_page=3), NOON, None)
    assert size.rows == count
    assert abs(size.calls - calls) <= 1


def test_a_window_is_counted_up_to_its_end() -> None:
    """A backfill of a week of a long history costs the calls of that week."""
    with open_shop(Shop([book(number, NOON + seconds(number)) for number in range(3000)])) as shop:
        size, asked, calls = measured(shop, Keyset("updated_since"), NOON + seconds(50), NOON + seconds(700))
    assert size.rows == 650
    assert abs(size.calls - calls) <= 1
    assert asked <= 6


@pytest.mark.parametrize("count", [0, 100, 101, 198, 199, 1234])
def test_lists_by_page_number_are_counted_with_the_pages_that_overlap(count: int) -> None:
    with open_shop(Shop([book(number) for number in range(count)])) as shop, reading(shop) as reader:
        size = size_whole(reader, LISTED, ALL)
        asked = len(shop.asked)
        for _ in reader.read_full(LISTED):
            pass
        assert size.rows == count
        assert size.calls == len(shop.asked) - asked - (count == 100)
        shop.asked.clear()
        assert size_whole(reader, LISTED, ALL, rows=count).rows == count
        assert len(shop.asked) == 1, "who knows how many there were looks there first"


def test_changes_are_counted_by_the_parameter_that_the_account_accepts() -> None:
    sync = ChangedSince(("updated_since",))
    books = replace(BOOKS, sync=sync)
    shop = Shop([book(number, NOON + seconds(number)) for number in range(150)])
    with open_shop(shop), reading(shop) as reader:
        assert size_changes(reader, books, sync, ALL, NOON + seconds(100)).rows == 50
        assert size_changes(reader, books, sync, ALL, None).rows == 150
