"""Coverage claims what was read and no more, so that a reading that is cut off is resumed without loss."""

import random
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freshdesk_assets.extract.clocks import LAG
from freshdesk_assets.schema.page import Page
from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.extract.bookshop import (
    BOOKS,
    BY_TIME,
    EPOCH,
    NOON,
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
    assert_read,
    read,
    shelf_of,
    shuffle,
)


def test_reading_stops_at_the_end_of_the_window() -> None:
    """A backfill of one day must not cost the days after it.

    The last row of a page alone is no proof that the window has ended: it may show a time too late.
    """
    world = World(tickets=900)
    times = [datetime.fromisoformat(at) for at, _ in world.shelves["live"].updated_at]
    with serve(world) as server, reading(server) as reader:
        for place, calls in ((50, 1), (150, 2), (98, 1), (99, 2), (100, 2), (340, 4)):
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


@pytest.mark.parametrize("seed", range(10))
def test_a_reading_that_is_cut_off_anywhere_is_resumed_without_loss(seed: int) -> None:
    """Pages land in batches; what a crash takes with it is read again, because it was never covered."""
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
