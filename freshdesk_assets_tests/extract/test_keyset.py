"""Lists in the order of a time: every row is read, while rows change and whatever their times are."""

import random
from contextlib import closing
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest

from freshdesk_assets.extract.clocks import LAG
from freshdesk_assets.extract.http.errors import UnexpectedReply
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import Keyset
from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.extract.bookshop import (
    BOOKS,
    BY_TIME,
    EPOCH,
    NOON,
    Book,
    Shop,
    book,
    decoded,
    newest,
    open_shop,
    reading,
    seconds,
)
from freshdesk_assets_tests.extract.ticket_lists import (
    LISTINGS,
    LIVE,
    assert_read,
    fill,
    queries,
    read,
    shelf_of,
    shuffle,
)


@pytest.mark.parametrize("name", list(LISTINGS))
@pytest.mark.parametrize("seed", [1, 2])
def test_every_ticket_is_read_while_tickets_change_between_the_pages(name: str, seed: int) -> None:
    """Pages by number lose the rows that slide over the boundary for good: the cursor has passed them."""
    rng, listing = random.Random(seed), LISTINGS[name]
    world = World(seed=seed, tickets=1000)
    fill(world, rng)
    with serve(world) as server, reading(server) as reader:
        server.before_request(lambda info: shuffle(world, rng))
        rows = newest(decoded(read(reader, listing)))
        assert_read(rows, shelf_of(world, listing))
        assert len(rows) > 200
        asked = queries(server)
        assert all("page" not in query for query in asked)
        assert all(query["order_by"] == "updated_at" and query["order_type"] == "asc" for query in asked)
        assert world.changes_made.total() > 520


def test_the_description_and_the_times_cost_five_credits_a_page_and_an_empty_listing_one() -> None:
    """One, and two for each include, on a hundred rows; a probe without includes spares the empty passes."""
    world = World(tickets=450)
    for shelf, act in (("spam", world.unmark_spam), ("deleted", world.restore)):
        for _, number in list(world.shelves[shelf].updated_at):
            world.clock.advance(timedelta(seconds=1))
            act(number)
    with serve(world) as server, reading(server) as reader:
        rows = newest(decoded(read(reader)))
        assert len(rows) == len(shelf_of(world, LIVE)) > 400
        assert (server.meter.requests, server.meter.credits) == (5, 25)
        for name in ("spam", "deleted"):
            server.meter.reset()
            (page,) = read(reader, LISTINGS[name])
            assert (server.meter.requests, server.meter.credits) == (1, 1)
            assert (page.rows, page.covered_from) == ((), EPOCH)
            assert page.covered_to == world.clock.now() - LAG
        world.mark_spam(min(rows))
        server.meter.reset()
        assert len(decoded(read(reader, LISTINGS["spam"]))) == 1
        assert (server.meter.requests, server.meter.credits) == (2, 6)


@pytest.mark.parametrize("count", [90, 100, 101, 250])
@pytest.mark.parametrize("changing", [False, True])
def test_hundreds_of_tickets_in_one_second_are_read_by_page_number(count: int, changing: bool) -> None:
    """A bulk update gives them one updated_at, which a restart at the last time seen would never pass."""
    rng = random.Random(count)
    world = World(tickets=500)
    world.clock.advance(timedelta(hours=1))
    bulk = world.bulk_update(count)
    for number in [number for number in shelf_of(world, LIVE) if number not in bulk][:40]:
        world.clock.advance(timedelta(hours=1))
        world.set_priority(number, 4)
    world.clock.advance(timedelta(hours=1))

    def change(info: object) -> None:
        if changing:
            world.clock.advance(timedelta(seconds=1))
            for number in rng.sample(bulk, k=4):
                rng.choice((lambda each: world.set_priority(each, 3), world.trash, world.restore))(number)

    with serve(world) as server, reading(server) as reader:
        server.before_request(change)
        pages = list(read(reader))
        assert_read(newest(decoded(pages)), shelf_of(world, LIVE))
        numbered = [query for query in queries(server) if "page" in query]
        assert numbered or count < 100 or changing
        assert len(numbered) <= 1 + count // 90 + 2 * changing
        assert server.meter.requests <= 3 + (500 + count) // 100 + 3 * changing
        for page, following in pairwise(pages):
            assert page.covered_to is not None
            assert following.covered_to is not None
            assert page.covered_to <= following.covered_to


def test_a_second_that_fills_the_first_page_is_not_asked_for_again() -> None:
    """Restarted at its own time, the page would come as it came: five credits for nothing."""
    shop = Shop([*(book(number) for number in range(250)), book(250, NOON + seconds(9))])
    with open_shop(shop), reading(shop) as reader:
        pages = list(reader.read_keyset(BOOKS, BY_TIME, BOOKS.listings[0], EPOCH, None))
    assert {row["id"] for row in decoded(pages)} == set(range(251))
    assert [(query.get("page", "1"), query["per_page"]) for query in shop.asked] == [
        ("1", "100"),
        ("2", "99"),
        ("3", "98"),
    ]


def test_more_rows_in_one_second_than_freshdesk_pages_are_an_error_that_says_so() -> None:
    """Page 301 is a 400 (here: page 21). Nothing from that second on may count as read."""
    sync = Keyset("updated_since", last_page=20)
    shop = Shop([book(0, NOON - seconds(1)), *(book(1 + number) for number in range(2100))])
    with open_shop(shop), reading(shop) as reader:
        pages: list[Page] = []
        with pytest.raises(UnexpectedReply, match=r"rows that share one second.*answers no page beyond 20"):
            pages.extend(reader.read_keyset(BOOKS, sync, BOOKS.listings[0], EPOCH, None))
        assert max(int(query.get("page", 1)) for query in shop.asked) == 20
        assert len({row["id"] for row in decoded(pages)}) > 1800
        assert {page.covered_to for page in pages} == {NOON}
        shop.books = [*(book(number) for number in range(1800)), book(1800, NOON + seconds(1))]
        pages = list(reader.read_keyset(BOOKS, sync, BOOKS.listings[0], EPOCH, None))
        assert {row["id"] for row in decoded(pages)} == set(range(1801))
        assert pages[-1].covered_to == shop.now - LAG


@pytest.mark.parametrize("places", [{99}, {0}, {50}, {98, 99}, set(range(100)), set(range(20, 140))])
def test_an_odd_time_neither_loops_nor_loses(places: set[int]) -> None:
    """One row without a readable updated_at, the last of a page above all, is where a cursor would stand."""
    with open_shop(Shop([book(n, NOON + seconds(n)) for n in range(250)])) as shop, reading(shop) as reader:
        for odd in (None, "2026-02-30T25:61:00Z", "soon", 7):
            shop.asked.clear()
            shop.disturb = partial(disturbed, places=places, odd=odd)
            pages = list(reader.read_keyset(BOOKS, BY_TIME, BOOKS.listings[0], EPOCH, None))
            assert {row["id"] for row in decoded(pages)} == set(range(250))
            assert len(shop.asked) < 8


def disturbed(row: Book, places: set[int], odd: object) -> Book:
    """The row, with an odd time if it is one of those."""
    return {**row, "updated_at": odd} if row["id"] in places else row


def test_times_with_a_fraction_or_a_zone_are_compared_as_times() -> None:
    """Some of Freshdesk's lists have milliseconds or +05:30, and the parameter knows seconds only."""
    shop = Shop([book(n, updated_at=f"2026-03-02T17:30:0{n // 200}.{n % 200:03d}+05:30") for n in range(600)])
    with open_shop(shop), reading(shop) as reader:
        pages = list(reader.read_keyset(BOOKS, BY_TIME, BOOKS.listings[0], EPOCH, None))
    assert {row["id"] for row in decoded(pages)} == set(range(600))
    assert len(shop.asked) < 14


def test_pages_are_handed_on_as_they_come() -> None:
    """Memory does not grow with the account, and a crash loses what is in hand, not what was landed."""
    with serve(World(tickets=500)) as server, reading(server) as reader:
        with closing(read(reader)) as pages:  # type: ignore[type-var]
            for calls in (1, 2, 3):
                assert 0 < len(next(pages).rows) <= 100
                assert server.meter.requests == calls
        assert server.meter.requests == 3
