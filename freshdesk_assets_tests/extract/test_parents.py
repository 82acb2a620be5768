"""One list or call per row: many at once, each recorded by itself, and all ended when one fails."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import timedelta

import msgspec
import pytest

from freshdesk_assets.extract.http.errors import ConfigurationError, NotAllowed, Unavailable
from freshdesk_assets.extract.per_row import read_lists, read_row_calls
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.schema.page import Page
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables.contacts import contacts
from freshdesk_assets.tables.conversations import conversations
from freshdesk_assets.warehouse.ledger.parents import Parent
from freshdesk_assets_tests.extract.bookshop import NOON, decoded, reading

LIST, ARCHIVE = "tickets/{id}/conversations", "tickets/archived/{id}/conversations"


def lists(reader: Reader, numbers: list[int]) -> Iterator[Page]:
    parents = [Parent(number, NOON) for number in numbers]

    def others(refused: Collection[int]) -> list[Parent]:
        return [parent for parent in reversed(parents) if parent.id not in refused][:3]

    return read_lists(
        reader.client, conversations, conversations.branches[0], parents, others, "tickets/{id}"
    )


def row_calls(reader: Reader, numbers: list[int]) -> Iterator[Page]:
    assert contacts.row_call is not None
    return read_row_calls(
        reader.client, contacts, contacts.row_call, [Parent(number, None) for number in numbers]
    )


def live(world: World) -> list[int]:
    """Tickets of the normal list."""
    return [number for _, number in world.shelves["live"].updated_at]


def talk(world: World, number: int, count: int) -> None:
    """Let so much be said on a ticket, a note a second."""
    for _ in range(count):
        world.clock.advance(timedelta(seconds=1))
        world.add_note(number)


def conversations_of(world: World, number: int) -> set[int]:
    return {row["id"] for row in world.truth_conversations().values() if row["ticket_id"] == number}


def said(page: Page) -> set[int]:
    return {row["id"] for row in decoded([page])}


def calls_settle(server: Server) -> int:
    """The number of calls, once none is under way any more."""
    deadline = time.monotonic() + 5
    while server.meter.in_flight and time.monotonic() < deadline:
        time.sleep(0.01)
    return server.meter.requests


def test_a_list_of_up_to_a_hundred_rows_costs_one_call_and_longer_ones_are_read_whole() -> None:
    """Conversations are the dearest table: a credit per ticket must stay one."""
    world = World(tickets=60)
    short, long, empty = live(world)[:3]
    talk(world, short, 100 - len(conversations_of(world, short)))
    talk(world, long, 330)
    for number in conversations_of(world, empty):
        world.delete_conversation(number)
    with serve(world) as server, reading(server) as reader:
        # The long one's Link comes first: until one was seen, a full page costs a call more.
        read = [*lists(reader, [long]), *lists(reader, [short, empty])]
        pages = {page.parents[0].id: page for page in read}
        assert {number: said(page) for number, page in pages.items()} == {
            number: conversations_of(world, number) for number in (short, long, empty)
        }
        assert [len(said(pages[number])) >= least for number, least in ((short, 100), (long, 330))] == [
            True
        ] * 2
        assert server.meter.calls[LIST] == 1 + 1 + 4
        for number, page in pages.items():
            (settled,) = page.parents
            assert (settled.id, settled.version, settled.gone) == (number, NOON, False)
            assert settled.at == world.clock.now()


def test_conversations_deleted_while_a_long_list_is_read_hide_no_others() -> None:
    """They move up like the rows of any list."""
    world = World(tickets=60)
    number = live(world)[0]
    talk(world, number, 400)
    kept = conversations_of(world, number)
    with serve(world) as server, reading(server) as reader:

        def delete(info: object) -> None:
            for leaving in sorted(kept)[:7]:
                world.delete_conversation(leaving)
                kept.discard(leaving)

        server.before_request(delete)
        (page,) = lists(reader, [number])
    assert kept <= said(page)


def test_the_list_of_an_archived_ticket_is_found_in_the_archive() -> None:
    """Archiving leaves no sign in the ticket's row: the first to tell is the 404."""
    world = World(tickets=60)
    number, purged = live(world)[:2]
    talk(world, number, 130)
    world.archive(number)
    world.purge(purged)
    with serve(world) as server, reading(server) as reader:
        pages = {page.parents[0].id: page for page in lists(reader, [number, purged])}
        assert said(pages[number]) == conversations_of(world, number) != set()
        assert not pages[number].parents[0].gone
        assert (pages[purged].rows, pages[purged].parents[0].gone) == ((), True)
        assert dict(server.meter.calls) == {LIST: 2, ARCHIVE: 3, "tickets/{id}": 1}


def test_a_ticket_whose_list_is_not_found_is_gone_only_if_it_is_not_found_itself() -> None:
    """A ticket that was just made may have no list yet: it is not deleted."""
    world = World(tickets=60)
    purged, first, here = live(world)[:3]
    world.purge(purged)
    with serve(world) as server, reading(server) as reader:
        server.faults.add("gone", path=LIST, id=first, times=None)
        found = {page.parents[0].id: page.parents[0] for page in lists(reader, [purged, first, here])}
        assert {number: read.gone for number, read in found.items()} == {
            purged: True,
            first: False,
            here: False,
        }
        assert found[first].refused == "an answer that contradicts itself"
        assert server.meter.calls["tickets/{id}"] == 2


def test_without_an_archive_what_is_not_found_is_gone() -> None:
    """The plan decides whether there is one; where there is none, a 403 stands for a 404."""
    world = World(tickets=60)
    purged, here = live(world)[:2]
    world.purge(purged)
    with serve(world, missing_features={"Archive Tickets"}) as server, reading(server) as reader:
        gone = {page.parents[0].id: page.parents[0].gone for page in lists(reader, [purged, here])}
        assert gone == {purged: True, here: False}


def test_a_ticket_that_goes_while_its_list_is_read_is_gone() -> None:
    """Half a list must not pass for the whole."""
    world = World(tickets=60)
    number = live(world)[0]
    talk(world, number, 150)
    with serve(world) as server, reading(server) as reader:
        server.before_request(lambda info: world.purge(number) if "page" in info.query else None)
        (page,) = lists(reader, [number])
    assert (page.rows, page.parents[0].gone) == ((), True)


def test_lists_that_are_forbidden_say_so() -> None:
    """All of them are then: the table is left out."""
    world = World(tickets=60)
    with serve(world, forbidden={LIST}) as server, reading(server) as reader:
        with pytest.raises(NotAllowed, match="not authorized"):
            list(lists(reader, live(world)))
        assert calls_settle(server) <= 8 + 3 + 2 * reader.client.workers


def test_a_row_call_brings_the_whole_row_but_for_what_only_the_lists_know() -> None:
    """Which list a contact came by is told by no call; a contact that is no more is gone."""
    world = World(tickets=60, contacts=60)
    leaving, *staying = list(world.contacts)[:20]
    world.hard_delete_contact(leaving)
    with serve(world) as server, reading(server) as reader:
        pages = {page.parents[0].id: page for page in row_calls(reader, [leaving, *staying])}
        assert pages.keys() == {leaving, *staying}
        assert (pages[leaving].rows, pages[leaving].parents[0].gone) == ((), True)
        for number in staying:
            (row,) = decoded([pages[number]])
            assert {"tags", "other_emails", "avatar"} <= row.keys()
            assert pages[number].keep == {"deleted", "blocked"}
            assert not pages[number].parents[0].gone
        assert server.meter.credits == 20


def test_many_are_asked_at_once() -> None:
    """A hundred thousand tickets at 50 ms each would take 83 minutes one by one."""
    world = World(tickets=200)
    with serve(world, latency_ms=50) as server, reading(server) as reader:
        numbers = live(world)[:64]
        assert {page.parents[0].id for page in lists(reader, numbers)} == set(numbers)
        assert 4 < server.meter.max_concurrency <= reader.client.workers


def test_parents_are_taken_as_they_are_needed() -> None:
    """Memory does not grow with their number, and a slow reader is not run ahead of."""
    taken = Counter[str]()
    world = World(tickets=200)

    def parents() -> Iterator[Parent]:
        for number in live(world):
            taken["parents"] += 1
            yield Parent(number, None)

    with serve(world) as server, reading(server, workers=4) as reader:
        with closing(read_lists(reader.client, conversations, conversations.branches[0], parents())) as pages:  # type: ignore[type-var]
            for count in range(1, 20):
                next(pages)
                assert taken["parents"] <= count + 8
        assert calls_settle(server) <= 19 + 8


def test_no_call_is_made_once_nobody_reads_on() -> None:
    """Each costs a credit. Those under way are not waited for: the limit could delay them for long."""
    world = World(tickets=200)
    numbers = live(world)[:60]
    for number in numbers:
        world.archive(number)
    with serve(world, latency_ms=300) as server, reading(server, workers=8) as reader:
        with closing(lists(reader, numbers)) as pages:  # type: ignore[type-var]
            next(pages)
            time.sleep(0.1)
            began = time.monotonic()
        under_way = server.meter.requests + server.meter.in_flight
        assert time.monotonic() - began < 0.2
        time.sleep(0.7)
        assert calls_settle(server) == under_way < 30


def test_an_error_ends_the_reading_after_what_was_read_before_it_is_handed_on() -> None:
    """Rows that were paid for are landed; nothing is asked any more."""
    world = World(tickets=200)
    numbers = live(world)
    with serve(world) as server, reading(server, workers=8, attempts=1) as reader:
        server.faults.add("server_error", path=LIST, times=None, after=30)
        read: list[Page] = []
        with pytest.raises(Unavailable):
            read.extend(lists(reader, numbers))
        assert len(read) >= 20
        time.sleep(0.2)
        calls = calls_settle(server)
        assert calls - len(read) <= 8 + 17
        time.sleep(0.1)
        assert server.meter.requests == calls
        assert not [page for page in read if page.parents[0].refused]


def test_what_arrives_together_with_an_error_comes_before_it() -> None:
    """The order of a set must not decide whether a row that was read is stored."""
    world = World(tickets=60)
    numbers = live(world)[:8]
    with serve(world) as server, reading(server, workers=4, attempts=1) as reader:
        server.faults.add("refused", path=LIST, id=numbers[-1], times=None, status=402)
        pages = lists(reader, numbers)
        had = [next(pages)]
        time.sleep(0.3)
        with pytest.raises(ConfigurationError):
            had.extend(pages)
        assert {page.parents[0].id for page in had} == set(numbers[:-1])


def test_ctrl_c_ends_the_reading_at_once() -> None:
    """Not only after the slowest reply: a user who presses it again would leave the file half written."""
    world = World(tickets=60)
    main = threading.main_thread().ident
    assert main is not None
    # A shell that starts programs in the background has them ignore the signal.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with serve(world) as server, reading(server) as reader:
            server.faults.add("slow", path=LIST, times=None, seconds=4)
            began = time.monotonic()
            threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                list(lists(reader, live(world)))
            assert time.monotonic() - began < 2
            assert server.meter.in_flight <= reader.client.workers
    finally:
        signal.signal(signal.SIGINT, ignored)


def test_rows_are_handed_on_as_they_were_sent() -> None:
    """Byte by byte: what they mean is for the warehouse to say."""
    world = World(tickets=60)
    number = live(world)[0]
    with serve(world) as server, reading(server) as reader:
        (page,) = lists(reader, [number])
        for row in page.rows:
            assert msgspec.json.encode(msgspec.json.decode(row)) == row
