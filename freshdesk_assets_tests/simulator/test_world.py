"""What an account holds, and what it must hold to be a hard one."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Any

from freshdesk_assets.simulator.clock import epoch, stamp
from freshdesk_assets.simulator.state import PLAIN_TABLES
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.programs import printed

RESOURCES = ("tickets", "conversations", "contacts", "agents", *PLAIN_TABLES)


def test_the_same_seed_makes_the_same_world_in_any_process() -> None:
    """Tests and benchmarks compare runs; Python's hash seed must not matter."""
    digests = {printed("digest_world", *RESOURCES, PYTHONHASHSEED=seed) for seed in ("1", "2")}
    assert len(digests) == 1


def test_another_seed_makes_another_world() -> None:
    """Or the seed would be for show."""
    first, second = World(seed=1, tickets=50), World(seed=2, tickets=50)
    assert first.truth_tickets() != second.truth_tickets()


def test_reading_does_not_change_the_world() -> None:
    """Conversations are made when first read; whether and when must not matter."""
    read, unread = World(seed=5, tickets=100), World(seed=5, tickets=100)
    read.truth_conversations()
    read.day_of_changes()
    unread.day_of_changes()
    for resource in RESOURCES:
        assert read.truth(resource) == unread.truth(resource), resource


def test_untouched_tickets_have_neither_stats_nor_conversations(old_world: World) -> None:
    """Untouched: updated within seconds of creation, and all stats null. A sixth of the tickets are so."""
    truth = old_world.truth_tickets()
    talked = {row["ticket_id"] for row in old_world.truth_conversations().values()}
    untouched = {
        number
        for number, row in truth.items()
        if epoch(row["updated_at"]) - epoch(row["created_at"]) <= 3 and not any(row["stats"].values())
    }
    assert 0.14 < len(untouched) / len(truth) < 0.21
    assert untouched.isdisjoint(talked)


def test_the_last_thing_said_has_moved_the_ticket(old_world: World) -> None:
    """Else a ticket's conversations could not be read incrementally at all."""
    truth = old_world.truth_tickets()
    for row in old_world.truth_conversations().values():
        ticket = truth[row["ticket_id"]]
        assert ticket["created_at"] < row["created_at"] <= ticket["updated_at"]
    assert all(row["updated_at"] <= old_world.clock.stamp() for row in truth.values())


def test_references_lead_to_rows(old_world: World) -> None:
    """The relations of a replica can be checked against a world without gaps."""
    truth = {resource: old_world.truth(resource) for resource in RESOURCES}
    people = truth["contacts"].keys() | truth["agents"].keys()
    for row in truth["tickets"].values():
        assert row["requester_id"] in people
        assert row["responder_id"] in {None, *truth["agents"]}
        assert row["group_id"] in {None, *truth["groups"]}
        assert row["company_id"] in {None, *truth["companies"]}
        assert row["product_id"] in {None, *truth["products"]}
        assert row["email_config_id"] in {None, *truth["mailboxes"]}
        assert set(row["associated_tickets_list"]) <= truth["tickets"].keys()
    for row in truth["conversations"].values():
        assert row["ticket_id"] in truth["tickets"]
        assert row["user_id"] in {None, *people}
    for row in truth["time_entries"].values():
        assert row["ticket_id"] in truth["tickets"]
        assert row["agent_id"] in truth["agents"]
    for row in truth["satisfaction_ratings"].values():
        assert row["ticket_id"] in truth["tickets"]
        assert row["survey_id"] in truth["surveys"]
    for row in truth["groups"].values():
        assert set(row["agent_ids"]) <= truth["agents"].keys()


def test_the_world_is_hard_on_readers(old_world: World) -> None:
    """Each of these has broken a connector (docs/freshdesk_api.md, 5 and 6)."""
    tickets = list(old_world.truth_tickets().values())
    talks = list(old_world.truth_conversations().values())
    contacts = list(old_world.truth_contacts().values())

    def some(rows: Iterable[dict[str, Any]], key: str, *values: object) -> bool:
        found = [row[key] for row in rows]
        return all(value in found for value in values)

    assert some(tickets, "cc_emails", None, [])
    assert some(tickets, "status", 2, 3, 4, 5, 6, 7, 8)
    assert some(tickets, "association_type", None, 1, 2, 3, 4)
    assert some(tickets, "subject", None, "Path C:\\temp\\new is refused", "Where is my order? 📦")
    assert {row["source"] for row in tickets} >= {*range(1, 23), 101}
    assert any(row["type"] == "Service Task" and row["due_by"] is None for row in tickets)
    assert any(isinstance(row["custom_fields"]["cf_refund_amount"], float) for row in tickets)
    assert any("\n" in row["description_text"] for row in tickets)
    assert some(talks, "user_id", None)
    assert some(talks, "bcc_emails", None, [])
    assert {row["source"] for row in talks} >= {0, 2, 5, 6, 7, 8, 9}
    assert {row["category"] for row in talks} >= {1, 2, 3, 6, 7}
    assert any(row["last_edited_at"] for row in talks)
    assert all(row["org_contact_id"] > 2**53 for row in contacts)
    assert any(row["avatar"] for row in contacts)
    assert any(row["other_emails"] for row in contacts)
    agents = old_world.truth_agents()
    assert any(row["requester_id"] in agents for row in tickets)


def test_twenty_thousand_tickets_start_and_page() -> None:
    """A smoke test of the size the demo and the benchmarks use."""
    world = World(tickets=20_000)
    assert len(world.truth_tickets()) == 20_000
    newest = world.shelves["live"].updated_at[-1][0]
    assert newest <= world.clock.stamp()
    assert world.shelves["live"].created_at[0][0] >= stamp(world.clock.now() - timedelta(days=60))


def test_no_room_of_a_world_takes_a_name_from_another() -> None:
    """Rooms do not know each other; a room may only change what it builds on."""
    owners: dict[str, list[type]] = {}
    for room in World.__mro__[:-1]:
        for name in vars(room):
            if not name.startswith("__"):
                owners.setdefault(name, []).append(room)
    taken = {
        name: [room.__name__ for room in rooms]
        for name, rooms in owners.items()
        if not all(issubclass(above, below) or overrides(above, name) for above, below in pairwise(rooms))
    }
    assert taken == {}


def overrides(room: type, name: str) -> bool:
    """Whether a room's method hands on to the next room that has it."""
    code = getattr(vars(room)[name], "__code__", None)
    return code is not None and "super" in code.co_names
