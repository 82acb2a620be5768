"""Whole lists, and lists looked back on: where an account keeps them and what they settle."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from freshdesk_assets.extract.clocks import LAG
from freshdesk_assets.extract.http.errors import NotAllowed
from freshdesk_assets.extract.per_row import read_row_calls
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.schema.endpoint import Listing
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import LookBack
from freshdesk_assets.schema.table import Table
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables.agents import agents
from freshdesk_assets.tables.groups import groups
from freshdesk_assets.tables.satisfaction_ratings import satisfaction_ratings
from freshdesk_assets.tables.surveys import surveys
from freshdesk_assets.tables.time_entries import time_entries
from freshdesk_assets.warehouse.ledger.parents import Parent
from freshdesk_assets_tests.extract.bookshop import (
    BOOKS,
    BY_TIME,
    LISTED,
    NOON,
    Shop,
    book,
    decoded,
    newest,
    open_shop,
    reading,
    stamp,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def asked(server: Server, path: str) -> list[dict[str, str]]:
    """The parameters of the calls to a path."""
    return [
        {name: values[0] for name, values in parse_qs(line.query).items()}
        for line in server.meter.log
        if line.template == path
    ]


def looked_back(
    reader: Reader, table: Table, start: datetime, end: datetime | None = None, days: int = 14
) -> list[Page]:
    assert isinstance(table.sync, LookBack)
    return list(reader.read_look_back(table, table.sync, start, end, timedelta(days=days)))


def test_a_full_list_is_what_there_is() -> None:
    """Rows that it lacks are gone, which only its last page may say; it covers no time."""
    world = World(tickets=20, agents=250)
    with serve(world) as server, reading(server) as reader:
        pages = list(reader.read_full(agents))
        assert newest(decoded(pages)).keys() == world.truth_agents().keys()
        assert [page.completes for page in pages] == [False, False, True]
        assert {(page.covered_from, page.covered_to) for page in pages} == {(None, None)}
        assert {page.keep for page in pages} == {agents.detail}
        assert server.meter.credits == 3


def test_a_row_that_moved_while_a_full_list_was_read_is_not_taken_for_deleted() -> None:
    """One renamed from Z to A between two pages is on neither."""
    with open_shop(Shop([book(number) for number in range(250)])) as shop, reading(shop) as reader:

        def rename() -> None:
            if len(shop.asked) == 1:
                shop.books.insert(0, {**shop.books.pop(220), "updated_at": stamp(NOON)})

        shop.before = rename
        pages = list(reader.read_full(LISTED))
        assert not any(page.completes for page in pages)
        shop.before = lambda: None
        assert list(reader.read_full(LISTED))[-1].completes


def test_only_the_last_of_several_lists_completes_a_table() -> None:
    """And only if none of them moved."""
    table = replace(LISTED, listings=(Listing(name="new"), Listing(name="used")))
    with open_shop(Shop([book(number) for number in range(150)])) as shop, reading(shop) as reader:
        pages = list(reader.read_full(table))
        assert [page.completes for page in pages] == [False, False, False, True]

        def leave() -> None:
            if len(shop.asked) == 5:
                del shop.books[0]

        shop.before = leave
        assert not any(page.completes for page in reader.read_full(table))


def test_the_groups_of_2021_are_preferred_and_need_no_row_call() -> None:
    """Their list holds the members: one credit in all."""
    world = World(tickets=20)
    with serve(world) as server, reading(server) as reader:
        (page,) = reader.read_full(groups)
        assert newest(decoded([page])) == world.truth_groups()
        assert (page.keep, page.completes) == (frozenset(), True)
        assert reader.row_call_of(groups) is None
        assert server.meter.credits == 1


@pytest.mark.parametrize("status", [403, 404])
def test_older_accounts_keep_groups_elsewhere_and_their_members_in_a_row_call(status: int) -> None:
    """The old list has no agent_ids: stored ones must stay until each group's own call."""
    world = World(tickets=20)
    with serve(world, admin_groups_status=status) as server, reading(server) as reader:
        (page,) = reader.read_full(groups)
        assert (page.keep, page.completes) == (frozenset({"agent_ids"}), True)
        assert all("agent_ids" not in row for row in decoded([page]))
        row_call = reader.row_call_of(groups)
        assert row_call is not None
        numbers = list(world.truth_groups())
        called = list(
            read_row_calls(reader.client, groups, row_call, [Parent(number, None) for number in numbers])
        )
        assert {row["id"]: row["agent_ids"] for row in decoded(called)} == {
            number: row["agent_ids"] for number, row in world.truth_groups().items()
        }
        assert {page.keep for page in called} == {frozenset()}
        server.meter.reset()
        list(reader.read_full(groups))
        assert dict(server.meter.calls) == {"groups": 1}


def test_a_list_that_is_forbidden_says_why() -> None:
    """Role and plan ask for different remedies, which Freshdesk's own words tell."""
    world = World(tickets=20)
    with serve(world, admin=False, missing_features={"Surveys"}) as server, reading(server) as reader:
        with pytest.raises(NotAllowed, match="not authorized") as denied:
            list(reader.read_full(groups))
        with pytest.raises(NotAllowed, match="Surveys feature") as missing:
            list(reader.read_full(surveys))
        assert (denied.value.code, missing.value.code) == ("access_denied", "require_feature")


def test_looking_back_asks_with_the_declared_parameters() -> None:
    """created_since alone for ratings; time entries can be bounded above as well."""
    world = World(tickets=600)
    start, end = world.clock.now() - timedelta(days=20), world.clock.now() - timedelta(days=10)
    with serve(world) as server, reading(server) as reader:
        pages = looked_back(reader, satisfaction_ratings, start, end)
        since = stamp(start - timedelta(days=14))
        assert asked(server, "surveys/satisfaction_ratings")[0] == {"created_since": since, "per_page": "100"}
        truth = world.truth("satisfaction_ratings")
        assert newest(decoded(pages)) == {n: row for n, row in truth.items() if row["created_at"] >= since}
        looked_back(reader, time_entries, start, end, days=1)
        assert asked(server, "time_entries")[0] == {
            "executed_after": stamp(start - timedelta(days=1)),
            "executed_before": stamp(end),
            "per_page": "100",
        }
        looked_back(reader, time_entries, start)
        assert "executed_before" not in asked(server, "time_entries")[-1]


def test_looking_back_covers_the_window_and_no_more() -> None:
    """The last minutes are read again; only the last page settles anything, by the clock of the first."""
    world = World(tickets=1500)
    with serve(world) as server, reading(server) as reader:
        server.before_request(lambda info: world.clock.advance(timedelta(minutes=1)))
        start = world.clock.now() - timedelta(days=30)
        first = world.clock.now() + timedelta(minutes=1)
        pages = looked_back(reader, time_entries, start)
        assert len(pages) > 1
        assert [page.covered_to for page in pages] == [*[None] * (len(pages) - 1), first - LAG]
        assert {page.covered_from for page in pages} == {start}
        end = start + timedelta(days=3)
        assert looked_back(reader, time_entries, start, end)[-1].covered_to == end
        assert not any(page.completes for page in pages)


def test_time_entries_of_days_to_come_are_read() -> None:
    """Agents book on a future midnight; without an upper bound those are in the list."""
    world = World(tickets=1500)
    tomorrow = stamp(world.clock.now() + timedelta(days=1))
    for entry in list(world.tables["time_entries"].values())[:7]:
        entry["executed_at"] = tomorrow
    with serve(world) as server, reading(server) as reader:
        rows = newest(decoded(looked_back(reader, time_entries, LONG_AGO)))
        assert rows == world.truth("time_entries")
        assert sum(row["executed_at"] == tomorrow for row in rows.values()) == 7


def test_rows_that_come_twice_and_bytes_that_are_no_text_pass_as_they_are() -> None:
    """What a row holds is for the warehouse to judge: reading needs its key and its times only."""
    world = World(tickets=20, companies=150)
    with serve(world) as server, reading(server) as reader:
        for kind in ("invalid_utf8", "lone_surrogate", "duplicate_key", "bad_timestamp", "big_integer"):
            server.faults.add("odd_value", path="agents", kind=kind)
            (page,) = reader.read_full(agents)
            assert len(page.rows) == len(world.truth_agents())


def test_a_list_without_a_date_header_covers_nothing_it_cannot_vouch_for() -> None:
    """Then only what was seen can be trusted, less the lag."""
    shop = Shop([book(1)], dated=False)
    with open_shop(shop), reading(shop) as reader:
        table = replace(BOOKS, sync=LookBack(after="updated_since", cursor="updated_at", days=1))
        (page,) = looked_back(reader, table, NOON)
        assert page.covered_to is not None
        assert page.covered_to <= NOON
        (page,) = reader.read_keyset(BOOKS, BY_TIME, BOOKS.listings[0], NOON - timedelta(days=1), None)
        assert page.covered_to == NOON - LAG
