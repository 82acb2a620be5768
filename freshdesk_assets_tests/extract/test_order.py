"""A list that should come in the order of a time and does not: no row is lost, and none is claimed unread."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from freshdesk_assets.extract.clocks import LAG
from freshdesk_assets.extract.offsets import LastPage
from freshdesk_assets.extract.order import ASKED_AGAIN
from freshdesk_assets_tests.extract.bookshop import (
    BOOKS,
    BY_TIME,
    EPOCH,
    NOON,
    Book,
    Shop,
    book,
    decoded,
    moment_of,
    open_shop,
    reading,
    seconds,
    stamp,
)

LISTED = BOOKS.listings[0]


def shown(times: dict[int, datetime]) -> Callable[[Book], Book]:
    """Shows some books with other times than those they are listed and found by."""
    return lambda each: {**each, "updated_at": stamp(times[each["id"]])} if each["id"] in times else each


def ids(rows: list[Book]) -> set[int]:
    return {row["id"] for row in rows}


def test_a_page_out_of_order_is_asked_for_again() -> None:
    """A row changed between Freshdesk's query and its reply: the next reply is well."""
    shop = Shop([book(number, NOON + seconds(number)) for number in range(250)])
    odd = {10: NOON + timedelta(hours=1)}

    def once() -> None:
        shop.disturb = shown({} if shop.asked else odd)

    shop.before = once
    with open_shop(shop), reading(shop) as reader:
        rows = decoded(list(reader.read_keyset(BOOKS, BY_TIME, LISTED, EPOCH, None)))
    assert ids(rows) == set(range(250))
    assert len(shop.asked) == 4
    assert all("page" not in query for query in shop.asked)


def test_a_row_that_stays_out_of_order_costs_a_few_calls_and_no_row() -> None:
    """What stays so is read on by page number until order is back, and from there on by time."""
    shop = Shop([book(number, NOON + seconds(number)) for number in range(600)])
    shop.disturb = shown({10: NOON + seconds(150), 320: NOON - timedelta(days=3)})
    with open_shop(shop), reading(shop) as reader:
        pages = list(reader.read_keyset(BOOKS, BY_TIME, LISTED, EPOCH, None))
    assert ids(decoded(pages)) == set(range(600))
    assert pages[-1].covered_to == shop.now - LAG
    assert len(shop.asked) <= 7 + ASKED_AGAIN
    assert 2 <= sum("page" in query for query in shop.asked) <= 4


def test_a_list_in_no_order_at_all_is_read_to_its_end_before_any_of_it_counts() -> None:
    """An account that ignores the order: only the whole list shows that nothing earlier comes."""
    shop = Shop([book(number, NOON + seconds(number)) for number in range(450)])
    random.Random(1).shuffle(shop.books)
    with open_shop(shop), reading(shop) as reader:
        pages = list(reader.read_keyset(BOOKS, BY_TIME, LISTED, NOON, NOON + seconds(300)))
        assert ids(decoded(pages)) == set(range(450))
        assert {page.covered_to for page in pages[:-1]} == {NOON}
        assert pages[-1].covered_to == NOON + seconds(300)
        with pytest.raises(LastPage, match="come in no order, and Freshdesk answers no page beyond 3"):
            list(reader.read_keyset(BOOKS, replace(BY_TIME, last_page=3), LISTED, NOON, None))


def test_a_list_with_odd_rows_goes_on_beyond_the_last_page() -> None:
    """One row with a time to come would else end the reading of a large account for good."""
    shop = Shop([book(number, NOON + seconds(number)) for number in range(2000)])
    shop.disturb = shown({10: NOON + timedelta(hours=9)})
    with open_shop(shop), reading(shop) as reader:
        pages = list(reader.read_keyset(BOOKS, replace(BY_TIME, last_page=5), LISTED, EPOCH, None))
    assert ids(decoded(pages)) == set(range(2000))
    assert max(int(query.get("page", 1)) for query in shop.asked) <= 5
    assert pages[-1].covered_to == shop.now - LAG


def test_a_row_that_changed_while_its_page_was_sent_is_no_place_to_go_on_from() -> None:
    """As the last of its page it shows the present, and the page is in order all the same."""
    shop = Shop([book(number, NOON + seconds(number)) for number in range(250)])
    shop.disturb = shown({99: shop.now})
    with open_shop(shop), reading(shop) as reader:
        rows = decoded(list(reader.read_keyset(BOOKS, BY_TIME, LISTED, EPOCH, NOON + seconds(240))))
    assert ids(rows) >= set(range(240))


@pytest.mark.parametrize("late", [1, 30, 90, 100_000])
@pytest.mark.parametrize("end", [None, NOON + seconds(150)])
def test_the_last_row_of_a_page_with_a_later_time_than_its_place_hides_no_other(
    late: int, end: datetime | None
) -> None:
    """Its page is in order all the same, and a list asked for from its time lacks what lies between."""
    shop = Shop([book(number, NOON + seconds(number)) for number in range(250)])
    shop.disturb = shown({99: NOON + seconds(99 + late)})
    with open_shop(shop), reading(shop) as reader:
        pages = list(reader.read_keyset(BOOKS, BY_TIME, LISTED, EPOCH, end))
    assert ids(decoded(pages)) >= set(range(250 if end is None else 150))
    assert len(shop.asked) <= 4 + ASKED_AGAIN


def test_the_row_that_a_page_goes_on_from_costs_nothing_where_all_is_well() -> None:
    """Each call brings 99 new rows: the overlap is the row that must be there."""
    shop = Shop([book(number, NOON + seconds(number)) for number in range(1000)])
    with open_shop(shop), reading(shop) as reader:
        list(reader.read_keyset(BOOKS, BY_TIME, LISTED, EPOCH, None))
        assert len(shop.asked) == 11
        # An account whose parameter leaves out the second that it names shows no such row ever.
        shop.asked.clear()
        shop.after = True
        list(reader.read_keyset(BOOKS, BY_TIME, LISTED, EPOCH, None))
        assert len(shop.asked) <= 11 + ASKED_AGAIN


@pytest.mark.parametrize("seed", range(150))
def test_no_row_is_lost_and_none_is_claimed_unread_in_whatever_order_they_come(seed: int) -> None:
    """Odd times for good or for a moment, none at all, any order, crowded seconds, small and moving lists."""
    rng = random.Random(seed)
    moment, shop = NOON, Shop()
    for number in range(rng.choice((0, 3, 99, 100, 101, 250, 420, 700))):
        moment += seconds(rng.choice((0, 1, 60)) if rng.random() < 0.9 else 0)
        shop.books.append(book(number, moment))
    shop.now = moment + seconds(rng.choice((0, 60, 86_400)))
    shop.dated = rng.random() < 0.8
    truth = {each["id"]: moment_of(each["updated_at"]) for each in shop.books}
    if shuffled := rng.random() < 0.3:
        rng.shuffle(shop.books)
    count = 0 if shuffled else rng.choice((0, 1, 3, 8))
    odd: dict[int, datetime] = {}
    for place in rng.sample(range(len(truth)), k=min(count, len(truth) // 20)):
        # Several late ones at the end of a page are told from the others by nothing.
        odd[place] = truth[place] - seconds(rng.choice((1, 50, 9000)))
        if not any(abs(place - each) < 100 for each in odd if each != place):
            odd[place] = rng.choice((odd[place], truth[place] + seconds(rng.choice((1, 50, 9000)))))
    lasting, chance = rng.random() < 0.6, rng.random()
    nameless = {number for number in truth if rng.random() < rng.choice((0, 0.02))}

    def before() -> None:
        now = odd if lasting or rng.random() < chance else {}
        as_shown = shown(now)
        shop.disturb = lambda each: {
            **as_shown(each),
            **({"updated_at": None} if each["id"] in nameless else {}),
        }
        if moving and shop.books and rng.random() < 0.3:
            moved = shop.books.pop(rng.randrange(len(shop.books)))
            shop.now += seconds(1)
            shop.books.append({**moved, "updated_at": stamp(shop.now)})
            changed.add(moved["id"])

    changed: set[int] = set()
    moving = not shuffled and rng.random() < 0.3
    shop.before = before
    start = NOON - seconds(rng.choice((0, 50, -90)))
    end = rng.choice((None, NOON + seconds(rng.randint(1, 4000))))
    sync = replace(BY_TIME, last_page=rng.choice((3, 300)))
    had: set[int] = set()
    with open_shop(shop), reading(shop) as reader, suppress(LastPage):
        for page in reader.read_keyset(BOOKS, sync, LISTED, start, end):
            had |= ids(decoded([page]))
            assert page.covered_from == start
            assert page.covered_to is not None
            assert page.covered_to <= max(start, min(shop.now - LAG, end or shop.now))
            due = {number for number, at in truth.items() if start <= at < page.covered_to}
            assert due - changed <= had
        last = end or datetime.max.replace(tzinfo=UTC)
        assert {number for number, at in truth.items() if start <= at < last} - changed <= had
        return
    assert sync.last_page == 3
