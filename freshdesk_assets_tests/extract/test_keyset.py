"""Lists in the order of a time: every row is read while rows change, and coverage never claims too much."""

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

import pytest

from freshdesk_assets.extract.http.errors import UnexpectedReply
from freshdesk_assets.extract.reading import LAG, Reader
from freshdesk_assets.schema.endpoint import Listing
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import Keyset
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables.tickets import tickets
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

BY_UPDATED_AT = Keyset("updated_since")
LISTINGS = {listing.name: listing for listing in tickets.listings}
LIVE = replace(LISTINGS["all"], probe=False)
"""The cost of its pages, without that of the probe whether there are any."""
SHELVES = {"all": "live", "spam": "spam", "deleted": "deleted"}


def read(
    reader: Reader, listing: Listing = LIVE, start: datetime = EPOCH, end: datetime | None = None
) -> Iterator[Page]:
    return reader.read_keyset(tickets, BY_UPDATED_AT, listing, start, end)


def shelf_of(world: World, listing: Listing) -> dict[int, dict[str, Any]]:
    """The tickets of a listing as they are now."""
    truth = world.truth_tickets()
    return {number: truth[number] for _, number in world.shelves[SHELVES[listing.name]].updated_at}


def assert_read(rows: dict[int, dict[str, Any]], truth: dict[int, dict[str, Any]]) -> None:
    """Every ticket is among the rows as it is now, description and stats included."""
    assert truth.keys() <= rows.keys()
    for number, ticket in truth.items():
        assert rows[number]["updated_at"] == ticket["updated_at"], number
        assert {key: ticket[key] for key in rows[number]} == rows[number]
        assert {"description", "stats"} <= rows[number].keys()


def queries(server: Server) -> list[dict[str, str]]:
    """What was asked of the tickets list."""
    return [
        {name: values[0] for name, values in parse_qs(line.query).items()}
        for line in server.meter.log
        if line.template == "tickets"
    ]


def shuffle(world: World, rng: random.Random) -> None:
    """What happens between two pages: tickets change, arrive, go to the trash or to spam, and come back."""
    world.clock.advance(timedelta(seconds=1))
    for _ in range(rng.randint(1, 6)):
        world.random_change(rng)
    for shelf, act in (
        ("live", world.trash),
        ("live", world.mark_spam),
        ("live", world.archive),
        ("deleted", world.restore),
        ("deleted", world.purge),
        ("spam", world.unmark_spam),
        ("spam", world.trash),
    ):
        entries = world.shelves[shelf].updated_at
        if entries and rng.random() < 0.5:
            act(rng.choice(entries[: len(entries) // 2 + 1])[1])


def fill(world: World, rng: random.Random) -> None:
    """Put some hundred tickets into spam and the trash, at a second each."""
    entries = [number for _, number in world.shelves["live"].updated_at]
    for number in rng.sample(entries, k=500):
        world.clock.advance(timedelta(seconds=1))
        rng.choice((world.trash, world.mark_spam))(number)
    world.clock.advance(timedelta(hours=1))


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


def test_reading_stops_at_the_end_of_the_window() -> None:
    """A backfill of one day must not cost the days after it."""
    world = World(tickets=900)
    times = [datetime.fromisoformat(at) for at, _ in world.shelves["live"].updated_at]
    with serve(world) as server, reading(server) as reader:
        for place, calls in ((50, 1), (150, 2), (99, 1), (100, 2), (340, 4)):
            server.meter.reset()
            pages = list(read(reader, end=times[place]))
            assert server.meter.requests == calls
            assert {row["id"] for row in decoded(pages)} >= {
                number for at, number in world.shelves["live"].updated_at[:place]
            }
            assert pages[-1].covered_to == times[place]
        server.meter.reset()
        (page,) = read(reader, start=times[-1] + seconds(1), end=world.clock.now())
        assert (page.rows, page.covered_to) == ((), world.clock.now() - LAG)
        assert server.meter.requests == 1


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


def test_a_change_that_freshdesk_shows_minutes_late_is_not_missed() -> None:
    """How far its lists lag behind is not established: the last five minutes are read again each time."""
    shop = Shop([book(number, NOON + seconds(number)) for number in range(150)], now=NOON + seconds(600))
    late = book(900, shop.now - seconds(290))
    with open_shop(shop), reading(shop) as reader:
        covered = list(reader.read_keyset(BOOKS, BY_TIME, BOOKS.listings[0], EPOCH, None))[-1].covered_to
        shop.books.append(late)
        shop.now += seconds(600)
        assert covered is not None
        (page,) = reader.read_keyset(BOOKS, BY_TIME, BOOKS.listings[0], covered, None)
    assert decoded([page]) == [late]


def test_more_rows_in_one_second_than_freshdesk_pages_are_an_error_that_says_so() -> None:
    """Page 301 is a 400 (here: page 21). Nothing from that second on may count as read."""
    sync = Keyset("updated_since", last_page=20)
    shop = Shop([book(0, NOON - seconds(1)), *(book(1 + number) for number in range(2100))])
    with open_shop(shop), reading(shop) as reader:
        pages: list[Page] = []
        with pytest.raises(UnexpectedReply, match=r"rows that share one second.*no page beyond 20"):
            pages.extend(reader.read_keyset(BOOKS, sync, BOOKS.listings[0], EPOCH, None))
        assert max(int(query.get("page", 1)) for query in shop.asked) == 20
        assert len({row["id"] for row in decoded(pages)}) > 1800
        assert {page.covered_to for page in pages} == {NOON}
        shop.books = [*(book(number) for number in range(1800)), book(1800, NOON + seconds(1))]
        pages = list(reader.read_keyset(BOOKS, sync, BOOKS.listings[0], EPOCH, None))
        assert {row["id"] for row in decoded(pages)} == set(range(1801))
        assert pages[-1].covered_to == shop.now - LAG


@pytest.mark.parametrize("seed", range(10))
def test_a_reading_that_is_cut_off_anywhere_is_resumed_without_loss(seed: int) -> None:
    """Pages land in batches; what a crash loses is read again, because it is not in the coverage."""
    rng = random.Random(seed)
    world = World(seed=seed, tickets=rng.choice((30, 300, 700)))
    if rng.random() < 0.5:
        world.clock.advance(timedelta(hours=1))
        world.bulk_update(rng.choice((120, 260)))
        world.clock.advance(timedelta(hours=rng.choice((0, 1))))
    landed: list[dict[str, Any]] = []
    reached = dict.fromkeys(LISTINGS, EPOCH)
    quiet = False
    with serve(world) as server, reading(server) as reader:
        server.before_request(lambda info: None if quiet else shuffle(world, rng))
        for attempt in range(7):
            quiet = attempt == 6
            world.clock.advance(timedelta(minutes=1 if quiet else rng.choice((0, 3, 90))))
            for name, listing in LISTINGS.items():
                kill = rng.choice((0, 1, 2, 3, 5, 8, 100)) if not quiet else 10**6
                waiting: list[Page] = []
                start = reached[name]
                end = None
                if rng.random() < 0.3 and not quiet:
                    end = world.clock.now() - timedelta(days=rng.randint(0, 60))
                if end is not None and end <= start:
                    continue
                with closing(read(reader, listing, start, end)) as pages:  # type: ignore[type-var]
                    for number, page in enumerate(pages):
                        if number == kill:
                            break
                        assert page.covered_from == start
                        waiting.append(page)
                        if rng.random() < 0.5:
                            landed += decoded(waiting)
                            reached[name] = max([reached[name], *edges(waiting)])
                            waiting = []
                    else:
                        landed += decoded(waiting)
                        reached[name] = max([reached[name], *edges(waiting)])
        rows = newest(landed)
        for listing in LISTINGS.values():
            assert_read(rows, shelf_of(world, listing))
        assert max(reached.values()) <= world.clock.now() - LAG


def edges(pages: list[Page]) -> list[datetime]:
    return [page.covered_to for page in pages if page.covered_to]


@pytest.mark.parametrize("seed", range(20))
def test_coverage_never_claims_more_than_was_read(seed: int) -> None:
    """After any page, every row older than covered_to has been read, and nothing of the last minutes is."""
    rng = random.Random(seed)
    moment = NOON
    shop = Shop()
    for number in range(rng.choice((0, 5, 99, 100, 101, 420))):
        moment += seconds(rng.choice((0, 0, 0, 1, 60)))
        shop.books.append(book(number, moment))
    shop.now = moment + seconds(rng.choice((0, 60, 86_400)))
    shop.dated = rng.random() < 0.8
    start = NOON - seconds(rng.choice((0, 50, -90)))
    end = rng.choice((None, NOON + seconds(rng.randint(1, 4000))))
    with open_shop(shop), reading(shop) as reader:
        had: set[int] = set()
        for page in reader.read_keyset(BOOKS, BY_TIME, BOOKS.listings[0], start, end):
            had |= {row["id"] for row in decoded([page])}
            assert page.covered_from == start
            assert page.covered_to is not None
            assert page.covered_to <= max(start, min(shop.now - LAG, end or shop.now))
            due = {
                each["id"]
                for each in shop.books
                if start <= datetime.fromisoformat(each["updated_at"]) < page.covered_to
            }
            assert due <= had
        assert had >= {
            each["id"]
            for each in shop.books
            if start <= datetime.fromisoformat(each["updated_at"]) < (end or datetime.max.replace(tzinfo=UTC))
        }


def test_a_page_out_of_order_is_an_error() -> None:
    """Restarting at its last time would lose rows, so an account that ignores the order cannot be read so."""
    shop = Shop([book(number, NOON + seconds(number)) for number in range(150)])
    with open_shop(shop), reading(shop) as reader:
        pages = reader.read_keyset(BOOKS, BY_TIME, BOOKS.listings[0], EPOCH, None)
        next(pages)
        shop.books[120:122] = reversed(shop.books[120:122])
        with pytest.raises(UnexpectedReply, match="did not come in the order of updated_at"):
            next(pages)


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
