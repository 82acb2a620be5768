"""A row is set aside for what is said of it alone, and never for what is said of all."""

from collections.abc import Callable
from typing import Any

import pytest

from freshdesk_assets.extract.account import judged
from freshdesk_assets.extract.http.errors import (
    Blocked,
    ConfigurationError,
    FreshdeskError,
    NotAllowed,
    Unavailable,
)
from freshdesk_assets.schema.page import Page
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.extract.bookshop import reading
from freshdesk_assets_tests.extract.test_parents import ARCHIVE, LIST, conversations_of, lists, live, said

TABLES = declared_tables()

Arming = Callable[[Server, int], Any]


def refuse(**options: Any) -> Arming:
    return lambda server, number: server.faults.add("refused", path=LIST, id=number, times=None, **options)


def fault(name: str, **options: Any) -> Arming:
    return lambda server, number: server.faults.add(name, path=LIST, id=number, times=None, **options)


def aside(pages: list[Page]) -> dict[int, str]:
    """Why parents were set aside."""
    return {page.parents[0].id: page.parents[0].refused for page in pages if page.parents[0].refused}


@pytest.mark.parametrize(
    ("arm", "reason"),
    [
        (refuse(code="access_denied"), "403 access_denied"),
        (refuse(), "403 without a code"),
        (refuse(html=True), "403 with a web page"),
        (refuse(html=True, status=404), "404 with a web page"),
        (refuse(html=True, status=200), "200 with a web page"),
        (refuse(status=410), "410"),
        (refuse(status=408), "status 408"),
        (fault("server_error"), "status 500"),
        (fault("bad_gateway"), "status 502"),
        (fault("redirect"), "redirect"),
    ],
)
@pytest.mark.parametrize("position", [3, -1])
def test_one_refused_ticket_costs_no_other(arm: Arming, reason: str, position: int) -> None:
    """Wherever it stands: the last one has none after it to show that others are answered."""
    world = World(tickets=60)
    numbers = live(world)[:30]
    with serve(world) as server, reading(server, attempts=1, workers=4) as reader:
        arm(server, numbers[position])
        pages = list(lists(reader, numbers))
        assert aside(pages) == {numbers[position]: reason}
        assert len(pages) == 30
        for page in pages:
            if not page.parents[0].refused:
                assert said(page) == conversations_of(world, page.parents[0].id)


def test_many_refused_tickets_in_a_row_are_set_aside_while_another_is_answered() -> None:
    """A team's tickets that the key may not open came together, and are older than all others."""
    world = World(tickets=120)
    numbers = live(world)[:80]
    with serve(world) as server, reading(server) as reader:
        for number in numbers[:40]:
            refuse(code="access_denied")(server, number)
        pages = list(lists(reader, numbers))
        assert set(aside(pages)) == set(numbers[:40])
        assert len(pages) == 80
        # Now and then a ticket is asked for once more, to see whether tickets are answered.
        assert server.meter.requests <= 80 + 40 // 8 + 1


def test_a_single_ticket_that_is_refused_is_set_aside_when_the_account_answers() -> None:
    """There is no other to ask for."""
    world = World(tickets=60)
    (number,) = live(world)[:1]
    with serve(world) as server, reading(server) as reader:
        refuse(code="access_denied")(server, number)
        assert aside(list(lists(reader, [number]))) == {number: "403 access_denied"}
        assert server.meter.calls["agents/me"] == 1


@pytest.mark.parametrize(
    ("name", "options", "error"),
    [
        ("server_error", {}, Unavailable),
        ("refused", {"code": "access_denied"}, NotAllowed),
        ("refused", {"html": True}, Blocked),
        ("refused", {"status": 402}, ConfigurationError),
    ],
)
@pytest.mark.parametrize("after", [0, 20])
def test_what_is_refused_for_all_sets_nothing_aside(
    name: str, options: dict[str, Any], error: type[FreshdeskError], after: int
) -> None:
    """From the first on, or midway: a hundred thousand tickets would wait for a day, each for a credit."""
    world = World(tickets=200)
    with serve(world) as server, reading(server, attempts=1, workers=4) as reader:
        server.faults.add(name, path=LIST, times=None, after=after, **options)
        read: list[Page] = []
        with pytest.raises(error):
            read.extend(lists(reader, live(world)))
        assert aside(read) == {}
        assert len(read) <= after
        assert server.meter.requests <= after + 8 + 3 + 2 * 4


def test_a_service_that_is_half_down_is_not_taken_for_refused_tickets() -> None:
    """One answered call in ten shows that tickets are answered; but not that the others never will be."""
    world = World(tickets=400)
    with serve(world) as server, reading(server, attempts=1) as reader:
        server.faults.add("unavailable", path=LIST, times=None, probability=0.7)
        with pytest.raises(Unavailable):
            list(lists(reader, live(world)))


def test_a_ticket_that_the_archive_may_not_show_is_not_gone() -> None:
    """Only a plan without an archive has no archived tickets."""
    world = World(tickets=60)
    archived, *others = live(world)[:12]
    world.archive(archived)
    with serve(world, forbidden={ARCHIVE}) as server, reading(server) as reader:
        pages = list(lists(reader, [archived, *others]))
        assert aside(pages) == {archived: "403 access_denied"}
        assert not [page for page in pages if page.parents[0].gone]


def test_an_archived_ticket_is_found_where_its_own_address_redirects() -> None:
    """What that address answers is not established (docs/freshdesk_api.md, 4.4)."""
    world = World(tickets=60)
    archived = next(number for number in live(world) if conversations_of(world, number))
    world.archive(archived)
    with serve(world) as server, reading(server) as reader:
        fault("redirect")(server, archived)
        (page,) = lists(reader, [archived])
        assert said(page) == conversations_of(world, archived)


@pytest.mark.parametrize(
    "options", [{"html": True}, {"code": "access_denied"}, {"code": "trial_expired"}, {"status": 405}]
)
@pytest.mark.parametrize("after", [0, 1])
def test_an_account_that_refuses_everything_is_told_from_one_that_refuses_a_list(
    options: dict[str, Any], after: int
) -> None:
    """By one more call. Where the code may be about rights, by each list, if none was answered before."""
    roles = TABLES["roles"]
    with serve(World(tickets=30)) as server, reading(server) as reader:
        server.faults.add("refused", path="roles", times=None, **options)
        with pytest.raises(FreshdeskError) as of_one, judged(reader, TABLES):
            reader.ask(roles, {})
        assert not isinstance(of_one.value, ConfigurationError)
        assert server.meter.requests == 2
        server.faults.clear()
    with serve(World(tickets=30)) as server, reading(server) as reader:
        server.faults.add("refused", times=None, after=after, **options)
        for _ in range(after):
            reader.ask(roles, {})
        # Rights may differ from list to list: once something was answered, such a refusal is the list's own.
        expected = NotAllowed if after and options.get("code") == "access_denied" else ConfigurationError
        with pytest.raises(expected, match="roles"), judged(reader, TABLES):
            reader.ask(roles, {})
        assert server.meter.requests <= after + 2 + len(TABLES) + 1


def test_an_account_that_does_not_say_whose_key_it_is_may_answer_its_lists() -> None:
    """Old accounts refuse that call, and the first list may be one that the role does not cover."""
    with serve(World(tickets=30), admin=False, forbidden={"agents/me"}) as server, reading(server) as reader:
        with pytest.raises(NotAllowed), judged(reader, TABLES):
            reader.ask(TABLES["agents"], {})
        assert reader.client.answered
