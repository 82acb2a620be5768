"""What administrators, days and plans do to the set-up of an account."""

import pytest

from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.setup.founding import SETUP_TABLES
from freshdesk_assets.simulator.setup.rules import RULE_TYPES
from freshdesk_assets.simulator.setup.truth import SETUP_TRUTHS
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.simulator.conftest import Client
from freshdesk_assets_tests.simulator.setup import differing

RESOURCES = sorted({*SETUP_TRUTHS, *SETUP_TABLES, "skills", "email_configs"})


def test_weeks_of_changes_are_read_as_they_are_true() -> None:
    """Rules, responses, forms and skills come, go and move; each kind of change happens within weeks."""
    with serve(World(seed=4, tickets=60, eventful=True)) as server:
        client = Client(server)
        for _ in range(15):
            server.world.day_of_changes()
        assert differing(client) == []
        made = server.world.changes_made
        happened = ("move_canned_response", "give_skill", "set_form_fields", "create_rule", "remove_setup")
        assert [name for name in happened if not made[name]] == []
        client.session.close()


def test_the_set_up_changes_apart_from_all_else() -> None:
    """Its changes are drawn from a generator of their own: no ticket of any seed is another than before."""
    one, other = World(seed=5, tickets=100), World(seed=5, tickets=100)
    other.setup_rng.seed("another")
    for _ in range(4):
        one.day_of_changes()
        other.day_of_changes()
    for resource in ("tickets", "conversations", "contacts", "groups", "companies", "time_entries"):
        assert one.truth(resource) == other.truth(resource), resource
    assert [one.truth(name) for name in RESOURCES] != [other.truth(name) for name in RESOURCES]


def test_the_same_seed_makes_the_same_set_up() -> None:
    """Or a failure could not be repeated."""
    one, other = World(seed=6, tickets=40), World(seed=6, tickets=40)
    for world in (one, other):
        world.day_of_changes()
    assert [one.truth(name) for name in RESOURCES] == [other.truth(name) for name in RESOURCES]


def test_a_response_moves_between_folders_and_neither_folder_tells(server: Server, client: Client) -> None:
    """Only its own updated_at moves; a folder that is deleted takes its responses along."""
    first, second, *_ = before = client.rows("canned_response_folders")
    moved = client.rows(f"canned_response_folders/{first['id']}/responses")[0]["id"]
    server.world.day_of_changes()
    server.world.move_canned_response(moved, second["id"])
    row = client.get(f"canned_responses/{moved}").json()
    assert (row["folder_id"], row["updated_at"]) == (second["id"], server.world.clock.stamp())
    after = client.rows("canned_response_folders")
    assert [each["updated_at"] for each in after] == [each["updated_at"] for each in before]
    server.world.remove_setup("canned_response_folders", second["id"])
    assert client.get(f"canned_responses/{moved}").status_code == 404
    assert differing(client) == []


def test_a_rule_that_is_changed_says_when_and_one_that_is_removed_is_gone(
    server: Server, client: Client
) -> None:
    """The question is who changed the rule that broke routing."""
    number = client.get("automations/4/rules").json()["rules"][0]["id"]
    server.world.day_of_changes()
    server.world.change_setup("automation_rules", number, active=False, description="Off.")
    row = client.get(f"automations/4/rules/{number}").json()
    assert (row["active"], row["description"]) == (False, "Off.")
    assert row["updated_at"][:19] == server.world.clock.stamp()[:19]
    assert client.get(f"automations/1/rules/{number}").status_code == 404
    server.world.remove_setup("automation_rules", number)
    assert client.get(f"automations/4/rules/{number}").status_code == 404
    with pytest.raises(ValueError, match="no colour"):
        server.world.change_setup("ticket_forms", 43_000_970_001, colour="red")


def test_a_skill_that_is_given_shows_on_both_sides_and_leaves_with_its_removal(
    server: Server, client: Client
) -> None:
    """updated_at of neither moves."""
    agent, skill = client.rows("agents")[0], client.rows("admin/skills")[2]
    server.world.give_skill(agent["id"], skill["id"])
    assert client.get(f"admin/skills/{skill['id']}").json()["agents"] == [{"id": agent["id"]}]
    view = client.get(f"agents/{agent['id']}").json()
    assert skill["id"] in view["skill_ids"]
    assert view["updated_at"] == agent["updated_at"]
    server.world.remove_setup("skills", skill["id"])
    assert skill["id"] not in client.get(f"agents/{agent['id']}").json()["skill_ids"]


def test_a_group_that_is_removed_leaves_responses_and_makes_rules_outdated() -> None:
    """No response refers to what is gone."""
    world = World(seed=3, tickets=60)
    group_id = next(iter(world.tables["groups"]))
    world.remove_group(group_id)
    assert all(group_id not in row["group_ids"] for row in world.truth("canned_responses").values())
    assert sum(row["outdated"] for row in world.truth("automation_rules").values()) == 1


@pytest.mark.parametrize(
    ("feature", "paths"),
    [
        ("Skill Based Routing", ["admin/skills"]),
        ("Automations", [f"automations/{kind}/rules" for kind in RULE_TYPES]),
        ("Scenario Automations", ["scenario_automations"]),
        ("Canned Responses", ["canned_response_folders", "canned_responses/43000945001"]),
        ("Multiple Ticket Forms", ["ticket-forms", "ticket-forms/43000970001"]),
        ("Dynamic Sections", ["admin/ticket_fields?include=section"]),
        ("Agent Availability", ["agents?only=availability"]),
        ("Automatic BCC", ["notifications/email/bcc"]),
    ],
)
def test_a_plan_loses_a_feature_in_mid_life_and_gets_it_back(
    server: Server, client: Client, feature: str, paths: list[str]
) -> None:
    """403 with the code that asks for another plan, and the rows are there as before afterwards."""
    before = [client.get(path).json() for path in paths]
    server.switches.missing_features = {feature}
    for path in paths:
        reply = client.get(path)
        assert (reply.status_code, reply.json()["code"]) == (403, "require_feature"), path
    assert [client.get(path).status_code for path in ("admin/ticket_fields", "agents", "account")] == [
        200
    ] * 3
    server.switches.missing_features = set()
    assert [client.get(path).json() for path in paths] == before
