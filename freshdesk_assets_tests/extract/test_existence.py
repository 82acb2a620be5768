"""What is asked for, where, in which order and for how much, whatever an account answers."""

from collections.abc import Iterable

import pytest

from freshdesk_assets.extract.existence import ask_doubts
from freshdesk_assets.schema.page import Doubt, Fate, Page
from freshdesk_assets.schema.table import Table
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables.tickets import tickets
from freshdesk_assets.tables.time_entries import time_entries
from freshdesk_assets_tests.extract.bookshop import decoded, moment_of, reading

VIEW, ARCHIVE = "tickets/{id}", "tickets/archived/{id}"


def asked(server: Server, table: Table, doubts: Iterable[Doubt]) -> list[Page]:
    server.meter.reset()
    with reading(server) as reader:
        # An account that has answered before: a 404 is believed.
        reader.client.get("agents/me", {}, parse=len, one_row=True)
        assert table.existence
        return list(ask_doubts(reader, table, table.existence, doubts))


def verdicts(pages: Iterable[Page]) -> dict[int, Fate]:
    return {verdict.id: verdict.standing for page in pages for verdict in page.verdicts}


def doubt(world: World, number: int, *, idle: bool = False) -> Doubt:
    """A doubt of a ticket as it stands."""
    version = moment_of(world.tickets[number].row["updated_at"]) if number in world.tickets else None
    return Doubt(id=number, rows=(number,), version=version, idle=idle)


@pytest.mark.parametrize("archived_view", ["missing", "redirect", "flagged", "plain"])
def test_an_archived_ticket_is_known_whatever_its_own_url_answers(archived_view: str) -> None:
    """It is kept with what the archive says of it, and without the keys that no list has."""
    world = World(tickets=60)
    kept, gone, there = [number for _, number in world.shelves["live"].updated_at][:3]
    world.archive(kept)
    doubts = [doubt(world, number) for number in (kept, gone, there)]
    world.purge(gone)
    with serve(world, archived_view=archived_view) as server:
        pages = asked(server, tickets, doubts)
        assert verdicts(pages) == {
            kept: Fate.ARCHIVED,
            gone: Fate.GONE,
            there: Fate.EXISTS,
        }
        (row,) = decoded(pages)
        assert row["id"] == kept
        assert "attachments" not in row
        (page,) = [page for page in pages if page.rows]
        assert {"resolved_at", "deleted"} <= page.keep
        assert "subject" not in page.keep


def test_a_ticket_that_rests_is_asked_for_in_the_archive_alone() -> None:
    """A credit instead of two, for as many tickets as an account has closed in all its years."""
    world = World(tickets=60)
    kept, gone = [number for _, number in world.shelves["live"].updated_at][:2]
    world.archive(kept)
    doubts = [doubt(world, number, idle=True) for number in (kept, gone)]
    world.purge(gone)
    with serve(world) as server:
        assert verdicts(asked(server, tickets, doubts)) == {kept: Fate.ARCHIVED, gone: Fate.GONE}
        assert (server.meter.calls[ARCHIVE], server.meter.calls[VIEW]) == (2, 1)


def test_a_ticket_that_moved_on_costs_one_call() -> None:
    """It was missed where it was because it is further on: nothing says that it is archived."""
    world = World(tickets=60)
    number = world.shelves["live"].updated_at[0][1]
    before = doubt(world, number)
    world.reply(number)
    with serve(world) as server:
        assert verdicts(asked(server, tickets, [before])) == {number: Fate.EXISTS}
        assert (server.meter.calls[ARCHIVE], server.meter.calls[VIEW]) == (0, 1)


@pytest.mark.parametrize("forbidden", [VIEW, ARCHIVE])
def test_what_the_key_may_not_read_is_not_said_to_be_gone(forbidden: str) -> None:
    world = World(tickets=60)
    number = world.shelves["live"].updated_at[0][1]
    world.archive(number)
    with serve(world, forbidden={forbidden}) as server:
        assert verdicts(asked(server, tickets, [doubt(world, number)])) == {number: Fate.UNKNOWN}


def test_time_entries_are_looked_for_in_the_list_of_their_ticket() -> None:
    """One call for all of a ticket's; of a ticket without a list none is said to be gone."""
    world = World(tickets=60)
    ticket = world.shelves["live"].updated_at[0][1]
    there, gone = world.add_time_entry(ticket), world.add_time_entry(ticket)
    world.delete_time_entry(gone)
    doubts = [Doubt(id=ticket, rows=(there, gone)), Doubt(id=9_999_999, rows=(1,))]
    with serve(world) as server:
        pages = asked(server, time_entries, doubts)
        assert verdicts(pages) == {there: Fate.EXISTS, gone: Fate.GONE, 1: Fate.UNKNOWN}
        assert there in {row["id"] for row in decoded(pages)}
        assert server.meter.calls["tickets/{id}/time_entries"] == 2
