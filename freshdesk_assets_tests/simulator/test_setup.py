"""How an account is set up: every list and object over HTTP, and what is hard about them."""

import json

import pytest

from freshdesk_assets.simulator.server import Server
from freshdesk_assets.simulator.setup.rules import PLANTED, RULE_TYPES
from freshdesk_assets.simulator.setup.truth import SETUP_TRUTHS
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.simulator.conftest import Client
from freshdesk_assets_tests.simulator.setup import differing, everything


def test_all_that_is_read_is_the_truth(read_only: Client) -> None:
    """Key by key: a replica is compared with the truth, never with the API."""
    assert differing(read_only) == []
    sizes = {name: len(rows) for name, rows in everything(read_only).items()}
    assert sizes["automation_rules"] == 8
    assert sizes["canned_responses"] == 10
    assert (sizes["skills"], sizes["scenario_automations"], sizes["ticket_field_sections"]) == (3, 3, 3)
    assert sizes.keys() >= SETUP_TRUTHS.keys()


def test_rules_come_in_an_object_or_bare_and_are_paged_either_way(server: Server, client: Client) -> None:
    """A client decodes both; Link is the same for both."""
    reply = client.get("automations/1/rules", per_page=2)
    assert reply.json().keys() == {"rules", "meta"}
    assert reply.json()["meta"] == {"count": 3, "cascading_rules": True}
    assert len(reply.json()["rules"]) == 2
    rest = client.session.get(reply.links["next"]["url"], timeout=10)
    assert len(rest.json()["rules"]) == 1
    assert "next" not in rest.links
    server.switches.wrapped_lists = set()
    assert client.rows("automations/1/rules", per_page=1) == [*reply.json()["rules"], *rest.json()["rules"]]
    assert client.get("automations/2/rules").status_code == 404


def test_faults_strike_wrapped_lists_too(server: Server, client: Client) -> None:
    """An undeclared key in a wrapped row, and a list that is cut short inside its object."""
    server.faults.add("unknown_key", path="automations/3/rules", key="brand_new")
    assert all("brand_new" in row for row in client.get("automations/3/rules").json()["rules"])
    server.faults.add("short_list", path="automations/3/rules", rows=1)
    assert len(client.get("automations/3/rules").json()["rules"]) == 1


def test_rules_hold_credentials_and_messages(read_only: Client) -> None:
    """Each planted text is sent, and some in prose too: a replica must hold none of them."""
    rules = [row for kind in RULE_TYPES for row in read_only.get(f"automations/{kind}/rules").json()["rules"]]
    assert [secret for secret in PLANTED if secret not in json.dumps(rules, ensure_ascii=False)] == []
    prose = json.dumps([row.get("Summary") or row.get("summary") for row in rules])
    assert sum(secret in prose for secret in PLANTED) >= 6
    assert {"Summary", "summary"} <= {key for row in rules for key in row}
    assert all(len(row["updated_at"]) == len("2026-01-01T00:00:00.000Z") for row in rules)
    assert {row["automation_type_id"] for row in rules} == set(RULE_TYPES)


def test_past_messages_and_tickets_name_rules_and_forms_that_exist(old_world: World) -> None:
    """automation_id of conversations, and form_id of tickets."""
    named = {row["automation_id"] for row in old_world.truth_conversations().values()} - {None}
    assert named
    assert named <= old_world.truth("automation_rules").keys()
    forms = {row["form_id"] for row in old_world.truth_tickets().values()} - {None}
    assert forms
    assert forms <= old_world.truth("ticket_forms").keys()


@pytest.mark.parametrize(
    ("answers", "new", "old"),
    [("admin/skills", 200, 404), ("skills", 404, 200), ("both", 200, 200)],
)
def test_skills_answer_under_the_path_of_the_accounts_routing(
    server: Server, client: Client, answers: str, new: int, old: int
) -> None:
    """Accounts with the old Omni routing have the older path."""
    server.switches.skills_path = answers
    assert (client.get("admin/skills").status_code, client.get("skills").status_code) == (new, old)


def test_skills_may_be_wrapped_and_rank_may_be_a_text(server: Server, client: Client) -> None:
    """The documentation shows a rank of each type; `{"skills": [...]}` has been seen."""
    rows = client.rows("admin/skills")
    assert {type(row["rank"]) for row in rows} == {int, str}
    server.switches.wrapped_lists.add("skills")
    assert client.get("admin/skills").json() == {"skills": rows}


def test_forms_come_fifty_a_page_at_most_and_with_portals_if_asked(read_only: Client) -> None:
    """Fifty-one is a 400, where every other list takes a hundred."""
    assert read_only.get("ticket-forms", per_page=51).status_code == 400
    assert not any("portals" in row or "fields" in row for row in read_only.get("ticket-forms").json())
    rows = read_only.get("ticket-forms", per_page=50, include="portals").json()
    assert [bool(row["portals"]) for row in rows] == [False, True]


def test_fields_of_forms_have_times_without_zone_and_a_flag_as_text(server: Server, client: Client) -> None:
    """And a ticket field that is removed leaves its form, whose updated_at does not move."""
    form_id = client.rows("ticket-forms", per_page=50)[1]["id"]
    before = client.get(f"ticket-forms/{form_id}").json()
    requester = before["fields"][0]
    assert requester["portal_cc"] == "false"
    assert requester["created_at"].count(" ") == 1
    assert "Z" not in requester["created_at"] + requester["updated_at"]
    server.world.remove_custom_field("cf_refund_amount")
    after = client.get(f"ticket-forms/{form_id}").json()
    assert len(after["fields"]) == len(before["fields"]) - 1
    assert after["updated_at"] == before["updated_at"]


def test_ticket_fields_of_administrators_know_no_pages(server: Server, client: Client) -> None:
    """Any page or per_page is a 400; all come at once, and sections only if asked for."""
    for params in ({"page": 1}, {"per_page": 100}):
        assert client.get("admin/ticket_fields", **params).status_code == 400
    rows = client.get("admin/ticket_fields").json()
    assert {row["id"] for row in rows} == server.world.truth("ticket_fields").keys()
    assert not any("sections" in row or "choices" in row for row in rows)
    parent = next(row for row in rows if row["has_section"])
    sections = client.get(f"admin/ticket_fields/{parent['id']}/sections").json()
    assert {row["parent_ticket_field_id"] for row in sections} == {parent["id"]}
    inside = {number for row in sections for number in row["ticket_field_ids"]}
    assert inside == {row["id"] for row in rows if row["section_mappings"]}


def test_counts_of_folders_can_be_wrong_both_ways(server: Server, client: Client) -> None:
    """Five with none from the beginning, and none with some when a test wants it: they are denormalised."""
    folders = client.rows("canned_response_folders")
    held = {row["id"]: client.rows(f"canned_response_folders/{row['id']}/responses") for row in folders}
    assert [(row["responses_count"], len(held[row["id"]])) for row in folders] == [
        (5, 5), (3, 3), (2, 2), (5, 0)
    ]  # fmt: skip
    server.world.miscount_canned_folder(folders[0]["id"], 0)
    assert client.rows("canned_response_folders")[0]["responses_count"] == 0
    assert len(client.rows(f"canned_response_folders/{folders[0]['id']}/responses")) == 5
    server.world.miscount_canned_folder(folders[0]["id"], None)
    assert client.rows("canned_response_folders") == folders
    assert client.get("canned_response_folders/1/responses").status_code == 404


def test_classic_accounts_list_no_availability(server: Server, client: Client) -> None:
    """Omni accounts list every agent, by channel."""
    rows = client.rows("agents", only="availability")
    assert {row["id"] for row in rows} == server.world.agents.keys()
    channels = [row["availability"]["channel_availability"] for row in rows]
    assert {len(each) for each in channels} == {1, 3}
    server.world.set_availability(rows[0]["id"], available=True, assignment_limit=9)
    after = client.rows("agents", only="availability")[0]["availability"]["channel_availability"][0]
    assert (after["available"], after["assignment_limit"]) == (True, 9)
    assert after["availability_updated_at"] == server.world.clock.stamp()
    server.switches.routing = "classic"
    assert client.get("agents", only="availability").json() == []
    assert client.get("agents", only="rows").status_code == 400


def test_choices_of_contact_and_company_fields_come_in_their_shapes(read_only: Client) -> None:
    """Lists of words, lists of objects, and maps; the view turns words into objects."""
    fields = [*read_only.rows("contact_fields"), *read_only.rows("company_fields")]
    choices = {row["name"]: row["choices"] for row in fields if "choices" in row}
    assert choices["health_score"] == ["At risk", "Doing okay", "Happy"]
    assert choices["time_zone"]["Vienna"] == "(GMT+01:00) Vienna"
    assert [each["position"] for each in choices["account_tier"]] == [1, 2, 3]
    field_id = next(row["id"] for row in fields if row["name"] == "health_score")
    shown = read_only.get(f"company_fields/{field_id}").json()["choices"]
    assert [each["value"] for each in shown] == choices["health_score"]


def test_keys_of_the_newest_accounts_are_sent_if_wished_and_are_stable(
    server: Server, client: Client
) -> None:
    """Not by default; then of those who are there and of those who come."""
    paths = {
        "agents": {"api_key_enabled", "agent_operational_status"},
        "admin/groups": {"agent_availability_status"},
        "companies": {"org_company_id"},
        "contacts": {"guest_name", "guest_profile_pic"},
    }
    for path, keys in paths.items():
        assert not any(keys & row.keys() for row in client.rows(path))
    server.world.send_live_keys()
    number = server.world.create_contact()
    server.world.create_company()
    server.world.create_agent()
    for path, keys in paths.items():
        rows = client.rows(path)
        assert all(keys <= row.keys() for row in rows), path
        assert rows == client.rows(path)
    assert "guest_name" in client.get(f"contacts/{number}").json()
    assert {type(row["org_company_id"]) for row in client.rows("companies")} == {int, str}
    assert World(seed=3, tickets=120, live_keys=True).truth("groups") == server.world.truth("groups")
    server.world.send_live_keys(sent=False)
    assert not any(paths["companies"] & row.keys() for row in client.rows("companies"))


def test_ids_of_a_list_can_be_sent_as_texts(server: Server, client: Client) -> None:
    """Some accounts quote those of calendars and policies."""
    server.switches.quoted_ids = {"business_hours", "sla_policies"}
    for path in server.switches.quoted_ids:
        assert {int(row["id"]) for row in client.rows(path)} == server.world.truth(path).keys()
        assert all(isinstance(row["id"], str) for row in client.rows(path))
    assert all(isinstance(row["id"], int) for row in client.rows("roles"))


def test_a_call_of_the_set_up_costs_one_credit(server: Server, client: Client) -> None:
    """With include too: only includes of tickets cost more."""
    paths = ["automations/1/rules", "email/settings", "ticket-forms?include=portals"]
    paths += ["admin/ticket_fields?include=section", "agents?only=availability"]
    server.meter.reset()
    for path in paths:
        assert client.get(path).status_code == 200
    assert server.meter.credits == len(paths)


def test_the_account_has_the_first_number_that_a_float_cannot_hold(read_only: Client) -> None:
    """2^53 + 1."""
    assert read_only.get("account").json()["organisation_id"] == 9_007_199_254_740_993
