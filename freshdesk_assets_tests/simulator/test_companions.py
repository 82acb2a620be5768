"""What a ticket has beside itself, over HTTP: associated tickets, watchers, summaries, people with access."""

from datetime import timedelta

import pytest

from freshdesk_assets.simulator.server import Server
from freshdesk_assets_tests.simulator.conftest import Client

PATHS = ("associated_tickets", "prime_association", "watchers", "summary", "accesses")


def test_every_association_is_found_from_both_ends(read_only: Client) -> None:
    """Parents and trackers tell of theirs in a list inside an object, the others of one ticket."""
    world = read_only.server.world
    found: set[tuple[int, int]] = set()
    for number, row in world.truth_tickets().items():
        kind = row["association_type"]
        if row["archived"] or kind is None:
            continue
        if kind in (1, 3):
            reply = read_only.get(f"tickets/{number}/associated_tickets")
            assert list(reply.json()) == ["tickets"]
            found |= {(number, other["id"]) for other in reply.json()["tickets"]}
            assert read_only.get(f"tickets/{number}/prime_association").status_code == 404
        else:
            other = read_only.get(f"tickets/{number}/prime_association").json()
            assert other.items() <= world.truth_tickets()[other["id"]].items()
            found.add((number, other["id"]))
            assert read_only.get(f"tickets/{number}/associated_tickets").status_code == 404
    truth = world.truth("ticket_associations")
    archived = {number for number, row in world.truth_tickets().items() if row["archived"]}
    assert found == {key for key in truth if key[0] not in archived}
    assert {row["role"] for row in truth.values()} == {"parent", "child", "tracker", "related"}
    assert all((other, number) in truth for number, other in truth)


def test_watchers_summaries_and_accesses_are_their_truth(client: Client) -> None:
    """A ticket without a summary answers 404, and is there all the same."""
    world = client.server.world
    watchers, accesses, summaries = set(), set(), {}
    for number, row in world.truth_tickets().items():
        if row["archived"]:
            assert client.get(f"tickets/{number}/watchers").status_code == 404
            continue
        watching = client.get(f"tickets/{number}/watchers").json()["watcher_ids"]
        watchers |= {(number, each) for each in watching}
        accesses |= {(number, each) for each in client.get(f"tickets/{number}/accesses").json()["user_ids"]}
        reply = client.get(f"tickets/{number}/summary")
        if reply.status_code == 200:
            summaries[number] = reply.json()
        else:
            assert (reply.status_code, reply.content) == (404, b"")
    assert watchers == world.truth("ticket_watchers").keys()
    assert accesses == world.truth("ticket_accesses").keys()
    assert summaries == world.truth("ticket_summaries")
    assert len(watchers) > len(summaries) > 3
    assert accesses


def test_agents_tie_and_part_tickets(server: Server, client: Client) -> None:
    """Both ends tell of it, in lists and in views."""
    world = server.world
    free = [
        key for key, row in world.truth_tickets().items() if not (row["archived"] or row["association_type"])
    ]
    head, first, second = free[:3]
    world.clock.advance(timedelta(hours=1))
    world.associate_tickets(head, [first, second], tracker=True)
    view = client.get(f"tickets/{head}").json()
    assert (view["association_type"], view["associated_tickets_list"]) == (3, [first, second])
    assert view["updated_at"] == world.clock.stamp()
    assert client.get(f"tickets/{first}/prime_association").json()["id"] == head
    with pytest.raises(ValueError, match="associated already"):
        world.associate_tickets(free[3], [first])
    with pytest.raises(ValueError, match="is a tracker already"):
        world.associate_tickets(head, [free[3]])
    world.dissociate_ticket(first)
    assert [row["id"] for row in client.get(f"tickets/{head}/associated_tickets").json()["tickets"]] == [
        second
    ]
    assert client.get(f"tickets/{first}").json()["association_type"] is None
    world.purge(second)
    assert client.get(f"tickets/{head}/associated_tickets").json() == {"tickets": []}
    assert not {head, first, second} & {key[0] for key in world.truth("ticket_associations")}


@pytest.mark.parametrize("moving", [True, False])
def test_what_is_beside_a_ticket_changes_and_moves_it_or_not(
    server: Server, client: Client, moving: bool
) -> None:
    """It is not established, so `unsettled_bumps` decides."""
    world = server.world
    world.unsettled_bumps = moving
    number = world.shelves["live"].updated_at[0][1]
    agent = world.agent_pool[-1]
    before = client.get(f"tickets/{number}").json()["updated_at"]
    world.clock.advance(timedelta(hours=1))
    world.watch(number, agent)
    world.sum_up(number, "It leaks.")
    world.give_access(number, [agent])
    assert agent in client.get(f"tickets/{number}/watchers").json()["watcher_ids"]
    assert client.get(f"tickets/{number}/summary").json()["body_text"] == "It leaks."
    assert client.get(f"tickets/{number}/accesses").json() == {"user_ids": [agent]}
    assert (client.get(f"tickets/{number}").json()["updated_at"] != before) is moving
    world.sum_up(number, "It leaks no more.")
    assert client.get(f"tickets/{number}/summary").json()["last_edited_at"] == world.clock.stamp()
    world.unwatch(number, agent)
    world.remove_summary(number)
    assert agent not in client.get(f"tickets/{number}/watchers").json()["watcher_ids"]
    assert client.get(f"tickets/{number}/summary").status_code == 404


def test_a_view_has_what_a_list_has_not_and_urgent_on_old_accounts(server: Server, client: Client) -> None:
    """One call tells of files, of shared ownership and of associated tickets."""
    number = server.world.shelves["live"].updated_at[0][1]
    view = client.get(f"tickets/{number}").json()
    assert {
        "attachments",
        "source_additional_info",
        "associated_tickets_list",
        "internal_agent_id",
        "internal_group_id",
    } <= view.keys()
    assert "urgent" not in view
    server.switches.urgent_key = True
    assert client.get(f"tickets/{number}").json()["urgent"] is (view["priority"] == 4)


def test_each_plan_lacks_its_own(server: Server, client: Client) -> None:
    """A refusal says nothing of the tickets, which can be read as before."""
    number = server.world.shelves["live"].updated_at[0][1]
    features = {"Ticket Associations", "Ticket Watchers", "Ticket Summary", "Ticket Accesses"}
    server.switches.missing_features = features
    for path in PATHS:
        reply = client.get(f"tickets/{number}/{path}")
        assert (reply.status_code, reply.json()["code"]) == (403, "require_feature")
        assert reply.headers["X-RateLimit-Used-CurrentRequest"] == "1"
    assert client.get(f"tickets/{number}").status_code == 200
