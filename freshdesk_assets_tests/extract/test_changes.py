"""Lists of what changed since a time, whichever spelling of the parameter an account takes."""

import random
from datetime import datetime, timedelta

import pytest

from freshdesk_assets.extract.clocks import LAG
from freshdesk_assets.extract.http.errors import NotAllowed, Refused
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import ChangedSince
from freshdesk_assets.schema.table import Table
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables.companies import companies
from freshdesk_assets.tables.contacts import contacts
from freshdesk_assets_tests.extract.bookshop import EPOCH, decoded, newest, reading

UNDERSCORED, PLAIN = ("contacts", "_updated_since"), ("contacts", "updated_since")


def changes(reader: Reader, table: Table, since: dict[str, datetime] | None = None) -> list[Page]:
    assert isinstance(table.sync, ChangedSince)
    return list(reader.read_changes(table, table.sync, since or {}))


def everywhere(moment: datetime) -> dict[str, datetime]:
    """The same time for all listings of the contacts."""
    return {listing.name: moment for listing in contacts.listings}


def statuses(server: Server, path: str = "contacts") -> list[int]:
    return [line.status for line in server.meter.log if line.template == path]


def test_first_of_all_the_whole_list_is_read() -> None:
    """At any start date: the requester of a ticket of today may be a contact of years ago."""
    world = World(tickets=20, contacts=330)
    with serve(world) as server, reading(server) as reader:
        pages = changes(reader, contacts)
        assert all("updated_since" not in line.query for line in server.meter.log)
        truth = world.truth_contacts()
        rows = newest(decoded(pages))
        assert rows.keys() == truth.keys()
        assert [page.listing for page in pages if page.covered_to] == ["all", "blocked", "deleted"]
        assert {page.covered_from for page in pages} == {EPOCH}
        assert {page.covered_to for page in pages} == {None, world.clock.now() - LAG}
        assert [page.completes for page in pages] == [False] * (len(pages) - 1) + [True]
        for page in pages:
            for row in decoded([page]):
                state = truth[row["id"]]["state"]
                assert page.defaults == {"deleted": state == "deleted", "blocked": state == "blocked"}
            assert page.keep == contacts.detail


@pytest.mark.parametrize("refused", [set(), {UNDERSCORED}, {PLAIN}])
def test_either_spelling_of_the_parameter_is_found(refused: set[tuple[str, str]]) -> None:
    """_updated_since has worked since 2018; updated_since is documented, and was refused in 2020."""
    world = World(tickets=20, contacts=330)
    before = world.clock.now()
    world.clock.advance(timedelta(hours=1))
    first, second, third = list(world.contacts)[:3]
    world.rename_contact(first, "Zoë Zebra")
    world.block_contact(second)
    world.delete_contact(third)
    with serve(world, rejected_params=refused) as server, reading(server) as reader:
        pages = changes(reader, contacts, everywhere(before))
        assert {row["id"]: page.listing for page in pages for row in decoded([page])} == {
            first: "all",
            second: "blocked",
            third: "deleted",
        }
        assert not any(page.completes for page in pages)
        assert {page.covered_from for page in pages} == {before}
        assert statuses(server) == [400] * (UNDERSCORED in refused) + [200] * 3
        server.meter.reset()
        changes(reader, contacts, everywhere(before))
        assert statuses(server) == [200] * 3


def test_where_no_spelling_is_accepted_the_whole_list_is_read_and_tells_what_is_gone() -> None:
    """Older accounts may refuse updated_since on companies; then, and only then, a missing row is gone."""
    world = World(tickets=20, companies=250)
    with serve(world) as server, reading(server) as reader:
        assert not any(page.completes for page in changes(reader, companies, {"all": world.clock.now()}))
    with serve(world, rejected_params={("companies", "updated_since")}) as server, reading(server) as reader:
        for refusals in (1, 0):
            server.meter.reset()
            pages = changes(reader, companies, {"all": world.clock.now() - timedelta(days=1)})
            assert newest(decoded(pages)) == world.truth_companies()
            assert [page.completes for page in pages] == [False, False, True]
            assert {page.covered_from for page in pages} == {EPOCH}
            assert statuses(server, "companies") == [400] * refusals + [200] * 3


def test_a_listing_that_was_never_read_whole_is_read_whole_beside_the_others() -> None:
    """A first reading may have been cut off between the lists."""
    world = World(tickets=20, contacts=300)
    since = {"all": world.clock.now()}
    for refused in (set(), {UNDERSCORED}):
        with serve(world, rejected_params=refused) as server, reading(server) as reader:
            pages = changes(reader, contacts, since)
            truth = world.truth_contacts()
            assert newest(decoded(pages)).keys() == {
                number for number, row in truth.items() if row["state"] in ("blocked", "deleted")
            }
            assert not any(page.completes for page in pages)
    since = {"deleted": world.clock.now()}
    with serve(world, rejected_params={UNDERSCORED}) as server, reading(server) as reader:
        rows = newest(decoded(changes(reader, contacts, since)))
        assert rows.keys() == {number for number, row in truth.items() if row["state"] != "deleted"}
        assert statuses(server).count(400) == 1


def test_a_refusal_of_something_else_is_not_taken_for_one_of_the_parameter() -> None:
    """It is our declaration that is wrong then, and reading the whole list would hide it."""
    with (
        serve(World(tickets=20), rejected_params={("companies", "per_page")}) as server,
        reading(server) as reader,
    ):
        with pytest.raises(Refused, match="per_page"):
            changes(reader, companies, {"all": EPOCH})
        assert server.meter.requests == 1


def test_a_forbidden_list_says_so_in_freshdesks_words() -> None:
    """The table is left out with a warning, and the message is all its reader has."""
    with serve(World(tickets=20), forbidden={"companies"}) as server, reading(server) as reader:
        for since in ({}, {"all": EPOCH}):
            with pytest.raises(NotAllowed, match="You are not authorized to perform this action") as caught:
                changes(reader, companies, since)
            assert caught.value.code == "access_denied"


@pytest.mark.parametrize("seed", range(4))
def test_contacts_changed_while_they_are_read_are_found_the_next_time(seed: int) -> None:
    """The list is in the order of names: who is renamed may move to where we have already been."""
    rng = random.Random(seed)
    world = World(seed=seed, tickets=10, contacts=450)
    quiet = False

    def change(info: object) -> None:
        world.clock.advance(timedelta(seconds=1))
        pool = [] if quiet else world.contact_pool
        for number in rng.sample(pool, k=min(6, len(pool))):
            rng.choice(
                (
                    lambda one: world.rename_contact(one, rng.choice("AZ") + f" {one}"),
                    world.block_contact,
                    world.delete_contact,
                )
            )(number)
        for number, contact in list(world.contacts.items()):
            if not quiet and rng.random() < 0.05 and contact.deleted:
                world.restore_contact(number)

    landed = []
    since: dict[str, datetime] = {}
    with serve(world) as server, reading(server) as reader:
        server.before_request(change)
        for attempt in range(4):
            quiet = attempt == 3
            for page in changes(reader, contacts, since):
                landed += decoded([page])
                if page.covered_to:
                    since[page.listing] = page.covered_to
            world.clock.advance(timedelta(hours=1))
    rows = newest(landed)
    for number, contact in world.truth_contacts().items():
        assert (rows[number]["updated_at"], rows[number]["name"]) == (contact["updated_at"], contact["name"])
