"""What moves a ticket, what does not, and what leaves no trace."""

from datetime import timedelta

import pytest

from freshdesk_assets.simulator.replies import RequestInfo
from freshdesk_assets.simulator.server import Server
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.simulator.conftest import Client

ALL = {"updated_since": "1970-01-01", "order_by": "updated_at", "order_type": "asc"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    """A small account, an instant after it was set up."""
    world = World(seed=3, tickets=120)
    world.clock.advance(MINUTE)
    return world


def oldest(world: World) -> int:
    """The live ticket that nobody has touched for longest."""
    return world.shelves["live"].updated_at[0][1]


def moved(world: World, ticket_id: int) -> bool:
    """Whether the ticket's updated_at is now."""
    return bool(world.tickets[ticket_id].row["updated_at"] == world.clock.stamp())


def test_replies_and_notes_move_their_ticket(world: World) -> None:
    """Conversations can be read incrementally through their ticket."""
    for act in (world.reply, world.add_note):
        world.clock.advance(MINUTE)
        ticket_id = oldest(world)
        conversation_id = act(ticket_id)
        assert moved(world, ticket_id)
        assert world.truth_conversations()[conversation_id]["created_at"] == world.clock.stamp()
        assert oldest(world) != ticket_id


def test_a_customers_reply_reopens(world: World) -> None:
    """And sets the times that go with it."""
    ticket_id = oldest(world)
    world.set_status(ticket_id, 5)
    assert world.tickets[ticket_id].stats["closed_at"] == world.clock.stamp()
    world.reply(ticket_id, incoming=True)
    truth = world.truth_tickets()[ticket_id]
    assert (truth["status"], truth["stats"]["resolved_at"]) == (2, None)
    assert truth["stats"]["reopened_at"] == world.clock.stamp()


def test_an_edited_note_shows_only_in_last_edited_at(world: World) -> None:
    """Neither the conversation's updated_at nor the ticket moves (docs/freshdesk_api.md, 5.1)."""
    ticket_id = oldest(world)
    conversation_id = world.add_note(ticket_id)
    before = world.tickets[ticket_id].row["updated_at"]
    world.clock.advance(MINUTE)
    world.edit_note(conversation_id, text="new words")
    row = world.truth_conversations()[conversation_id]
    assert row["body_text"] == "new words"
    assert row["updated_at"] == before == world.tickets[ticket_id].row["updated_at"]
    assert row["last_edited_at"] == world.clock.stamp()


def test_time_entries_and_renamed_contacts_do_not_move_tickets(world: World) -> None:
    """`updated_at` is no full change detector (docs/freshdesk_api.md, 5.1)."""
    ticket_id = next(
        n
        for _, n in world.shelves["live"].updated_at
        if world.tickets[n].row["requester_id"] in world.contacts
    )
    contact_id = world.tickets[ticket_id].row["requester_id"]
    entry_id = world.add_time_entry(ticket_id)
    world.edit_time_entry(entry_id, seconds=103)
    world.rename_contact(contact_id, "Zoë Ångström")
    assert not moved(world, ticket_id)
    assert world.truth("time_entries")[entry_id]["time_spent"] == "00:01"
    assert world.contacts[contact_id].row["updated_at"] == world.clock.stamp()
    world.delete_time_entry(entry_id)
    assert entry_id not in world.truth("time_entries")


def test_a_survey_answer_moves_its_ticket_eight_seconds_later(world: World) -> None:
    """Asynchronously (docs/freshdesk_api.md, 5.1)."""
    ticket_id = oldest(world)
    rating_id = world.add_rating(ticket_id)
    assert not moved(world, ticket_id)
    world.clock.advance(timedelta(seconds=8))
    now = world.clock.stamp()
    world.clock.advance(MINUTE)
    assert world.truth_tickets()[ticket_id]["updated_at"] == now
    created_at = world.truth("satisfaction_ratings")[rating_id]["created_at"]
    world.change_rating(rating_id, value=-103)
    changed = world.truth("satisfaction_ratings")[rating_id]
    assert (changed["created_at"], changed["updated_at"]) == (created_at, world.clock.stamp())


def test_a_bulk_update_gives_many_tickets_one_second(world: World) -> None:
    """A keyset that restarts from the last stamp would loop."""
    chosen = world.bulk_update(70)
    assert len(chosen) == 70
    assert {world.tickets[number].row["updated_at"] for number in chosen} == {world.clock.stamp()}


def test_tickets_move_between_the_lists(server: Server, client: Client) -> None:
    """Trash, restore, spam, archive and purge, as the lists and views show them."""
    world = server.world
    ticket_id = oldest(world)

    def found(**params: str) -> bool:
        return ticket_id in {row["id"] for row in client.rows("tickets", **ALL, **params)}

    world.trash(ticket_id)
    assert (found(), found(filter="deleted")) == (False, True)
    assert client.get(f"tickets/{ticket_id}").json()["deleted"] is True
    world.restore(ticket_id)
    world.mark_spam(ticket_id)
    assert (found(), found(filter="spam"), found(filter="deleted")) == (False, True, False)
    world.unmark_spam(ticket_id)
    assert found()
    world.archive(ticket_id)
    assert not found()
    assert client.get(f"tickets/archived/{ticket_id}").status_code == 200
    world.purge(ticket_id)
    for path in (
        f"tickets/{ticket_id}",
        f"tickets/archived/{ticket_id}",
        f"tickets/{ticket_id}/conversations",
    ):
        assert client.get(path).status_code == 404


def test_contacts_are_deleted_restored_blocked_merged_and_gone(server: Server, client: Client) -> None:
    """A merged contact's tickets are the other's; a hard delete takes the tickets along."""
    world = server.world
    world.clock.advance(MINUTE)
    first, second, third = world.contact_pool[:3]
    ticket_id = world.create_ticket(requester_id=second)
    world.merge_contacts(first, second)
    assert world.tickets[ticket_id].row["requester_id"] == first
    assert second in {row["id"] for row in client.rows("contacts", state="deleted")}
    world.restore_contact(second)
    world.block_contact(third)
    assert third in {row["id"] for row in client.rows("contacts", state="blocked")}
    world.hard_delete_contact(first)
    assert client.get(f"contacts/{first}").status_code == 404
    assert client.get(f"tickets/{ticket_id}").status_code == 404


def test_people_change_sides_under_one_id(server: Server, client: Client) -> None:
    """Agents and contacts share one id space (docs/freshdesk_api.md, 5.5)."""
    contact_id = server.world.contact_pool[0]
    server.world.make_agent(contact_id)
    assert client.get(f"contacts/{contact_id}").status_code == 404
    assert client.get(f"agents/{contact_id}").status_code == 200
    group_id = next(iter(server.world.truth_groups()))
    server.world.set_group_members(group_id, [contact_id])
    assert client.get(f"agents/{contact_id}").json()["group_ids"] == [group_id]
    server.world.delete_agent(contact_id)
    assert client.get(f"agents/{contact_id}").status_code == 404
    assert client.get(f"contacts/{contact_id}").status_code == 200
    assert server.world.truth_groups()[group_id]["agent_ids"] == []


def test_a_company_goes_without_a_trace_but_for_the_references(server: Server, client: Client) -> None:
    """No list tells of it (docs/freshdesk_api.md, 5.4)."""
    world = server.world
    contact = next(each for each in world.contacts.values() if each.row["company_id"])
    company_id = contact.row["company_id"]
    world.delete_company(company_id)
    assert client.get(f"companies/{company_id}").status_code == 404
    assert "other_companies" not in client.get(f"contacts/{contact.row['id']}").json()
    for resource in ("tickets", "contacts", "time_entries"):
        assert company_id not in {row["company_id"] for row in world.truth(resource).values()}


def test_custom_fields_come_and_go_without_moving_tickets(world: World) -> None:
    """A new one is null everywhere, a removed one is no key any more (docs/freshdesk_api.md, 6.4)."""
    before = [row["updated_at"] for row in world.truth_tickets().values()]
    world.add_custom_field("cf_mood")
    assert all(row["custom_fields"]["cf_mood"] is None for row in world.truth_tickets().values())
    world.remove_custom_field("cf_remarks")
    assert [row["updated_at"] for row in world.truth_tickets().values()] == before
    number = world.create_ticket()
    fields = world.truth_tickets()[number]["custom_fields"]
    assert "cf_mood" in fields
    assert "cf_remarks" not in fields
    world.rename_custom_field("cf_mood", "Mood")
    assert "cf_mood" in {row["name"] for row in world.truth("ticket_fields").values()}


def test_what_is_not_established_can_be_had_both_ways(world: World) -> None:
    """Whether tags alone move a ticket, for one (docs/freshdesk_api.md, 5.1)."""
    world.unsettled_bumps = False
    ticket_id = oldest(world)
    world.set_tags(ticket_id, ["a"])
    assert not moved(world, ticket_id)
    world.unsettled_bumps = True
    world.set_tags(ticket_id, ["b"])
    assert moved(world, ticket_id)


def test_a_ticket_changed_between_two_pages_makes_the_next_page_skip_a_row(
    server: Server, client: Client
) -> None:
    """Offset paging over a moving set loses rows (docs/freshdesk_api.md, 3.5): the hook proves it."""
    world = server.world
    world.clock.advance(MINUTE)
    expected = [number for _, number in world.shelves["live"].updated_at]

    def touch_the_first(request: RequestInfo) -> None:
        if request.query.get("page") == "2":
            world.add_note(expected[0])

    server.before_request(touch_the_first)
    first = client.get("tickets", **ALL, per_page=10)
    second = client.session.get(first.links["next"]["url"], timeout=10)
    assert [row["id"] for row in first.json()] == expected[:10]
    assert [row["id"] for row in second.json()] == expected[11:21]


def test_churn_changes_something_every_few_list_requests(server: Server, client: Client) -> None:
    """And stops when told to."""
    server.world.churn(2)
    for _ in range(10):
        client.get("roles")
    assert sum(server.world.changes_made.values()) == 5
    server.world.churn(None)
    client.get("roles")
    client.get("roles")
    assert sum(server.world.changes_made.values()) == 5


def test_three_weeks_of_changes_see_everything_and_leave_the_lists_in_order() -> None:
    """The indexes are updated by our own code, so they are compared with the rows they index."""
    world = World(seed=2, tickets=300)
    start = world.clock.now()
    for _ in range(21):
        world.day_of_changes()
    assert world.clock.now() - start == timedelta(days=21)
    assert {
        "create_ticket", "reply", "add_note", "edit_note", "set_status", "trash", "restore", "mark_spam",
        "unmark_spam", "purge", "archive", "merge_tickets", "delete_conversation", "rename_contact",
        "delete_contact", "restore_contact",
        "block_contact", "hard_delete_contact", "merge_contacts", "make_agent",
        "delete_agent", "create_company", "rename_company", "delete_company", "set_group_members",
        "set_agent_roles", "add_time_entry", "edit_time_entry", "delete_time_entry", "add_rating",
        "change_rating", "bulk_update", "add_custom_field",
    } <= world.changes_made.keys()  # fmt: skip
    for name, shelf in world.shelves.items():
        rows = [ticket.row for ticket in world.tickets.values() if ticket.shelf == name]
        assert shelf.updated_at == sorted((row["updated_at"], row["id"]) for row in rows)
        assert shelf.created_at == sorted((row["created_at"], row["id"]) for row in rows)
    assert [number for _, number in world.contact_names] != []
    assert {number for _, number in world.contact_names} == world.contacts.keys()
    assert world.contact_names == sorted(world.contact_names)
    assert all(ticket.row["updated_at"] <= world.clock.stamp() for ticket in world.tickets.values())
