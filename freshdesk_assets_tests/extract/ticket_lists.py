"""An account's lists of tickets: how they are read, what they hold, and what happens between two pages."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.schema.endpoint import Listing
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import Keyset
from freshdesk_assets.simulator.server import Server
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables.tickets import tickets
from freshdesk_assets_tests.extract.bookshop import (
    EPOCH,
)

BY_UPDATED_AT = Keyset("updated_since")
LISTINGS = {listing.name: listing for listing in tickets.listings}
LIVE = replace(LISTINGS["all"], probe=False)
"""What its pages cost, and not the look whether there are any."""

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
