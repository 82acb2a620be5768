"""Automation rules and scenarios, with the credentials and messages that live accounts have in them.

A rule's webhook holds its keys in plain text, and so does the prose of its summary. PLANTED lists every such
text of the simulator: whoever stores rules can be searched for them.
"""

from freshdesk_assets.simulator.conversations import AUTOMATION_ID
from freshdesk_assets.simulator.state import Row, State

CREATION, HOURLY, UPDATE = 1, 3, 4
RULE_TYPES = (CREATION, HOURLY, UPDATE)
URL_PATH, URL_QUERY = "path-token-7Qw2x9", "query-token-Zr41pk"
USER_NAME, PASSWORD = "hook-user-Bn63", "hook-password-Lk80!"
API_KEY, HEADER, CONTENT = "api-key-Vt55Qm", "header-value-Wd17Rx", "content-value-Hs92Jc"
EMAIL_BODY, NOTE_BODY, FORWARD_BODY = "mail-body-Ge28", "note-body-Tf39", "forward-body-Ux46"
CHANNEL, SLACK_TEXT, OFFICE_TEXT = "push-channel-Yb70", "slack-text-Mp84", "office-text-Dk13"
FORWARD_TO = "forward-to-Pq61@partner.example"
PLANTED = (
    URL_PATH, URL_QUERY, USER_NAME, PASSWORD, API_KEY, HEADER, CONTENT, EMAIL_BODY, NOTE_BODY, FORWARD_BODY,
    CHANNEL, SLACK_TEXT, OFFICE_TEXT, FORWARD_TO,
)  # fmt: skip
HOST = "hooks.partner.example"
QUOTED = ("url", "email_body", "note_body", "fwd_note_body", "slack_text", "office365_text")


def webhook() -> Row:
    """An action that calls a URL, with a credential in each place that can hold one."""
    return {
        "field_name": "trigger_webhook",
        "request_type": "POST",
        "url": f"https://{HOST}/services/{URL_PATH}?key={URL_QUERY}",
        "auth_header": {"username": USER_NAME, "password": PASSWORD},
        "custom_headers": {"X-Partner": HEADER},
        "content": {"content_layout": "custom", "content_type": "JSON", "params": {"secret": CONTENT}},
    }


def condition(number: int, *properties: Row, match_type: str = "all") -> Row:
    """A set of conditions."""
    return {"name": f"condition_set_{number}", "match_type": match_type, "properties": list(properties)}


def prop(field_name: str, operator: str, value: object, **more: object) -> Row:
    """One condition, on a ticket unless said otherwise."""
    return {
        "resource_type": "ticket", "field_name": field_name, "operator": operator, "value": value, **more
    }  # fmt: skip


def rules_of_a_new_account(state: State) -> tuple[tuple[int, str, bool, Row], ...]:
    """Type, name, whether active, and the rest of each rule."""
    group, agent = next(iter(state.tables["groups"]), None), next(iter(state.agents), None)
    calendar = next(iter(state.tables["business_hours"]), None)
    place = {
        "level2": {"field_name": "cf_country", "value": "Österreich"},
        "level3": {"field_name": "cf_city", "value": "Graz"},
    }
    away = [
        {
            "field_name": "agent_availability", "operator": "is", "value": "unavailable",
            "related_conditions": [{"field_name": "out_of_office", "operator": "is", "value": 1}],
        }
    ]  # fmt: skip
    return (
        (CREATION, "Acknowledge", True, {
            "conditions": [condition(1, prop("source", "in", [1, 2]))],
            "actions": [{
                "field_name": "send_email_to_requester", "email_to": -1, "email_subject": "We have it",
                "email_body": f"<p>Thank you. {EMAIL_BODY}</p>",
            }],
        }),
        (CREATION, "Refunds go to billing", True, {
            "description": 'What "finance" asked for.',
            "conditions": [
                condition(1, prop("ticket_type", "in", ["Refund"])),
                condition(
                    2,
                    prop("subject", "contains", ["Rückerstattung"], case_senstive=False),
                    prop("cf_region", "is", "Europe", nested_fields=place),
                    match_type="any",
                ),
            ],
            "operator": "condition_set_1 or condition_set_2",
            "actions": [
                {"field_name": "group_id", "value": group, "resource_type": "same_ticket"},
                {"field_name": "priority", "value": 3},
                {"field_name": "add_tag", "value": ["refund", "größer"]},
            ],
        }),
        (CREATION, "Tell the warehouse", True, {
            "conditions": [condition(1, prop("name", "is", "Acme", resource_type="company"))],
            "actions": [webhook()],
        }),
        (HOURLY, "Chase what waits", True, {
            "conditions": [condition(1, prop("hours_since_waiting_on_customer", "greater_than", 48))],
            "actions": [
                {"field_name": "trigger_webhook", "request_type": "GET", "api_key": API_KEY,
                 "url": f"https://{USER_NAME}:{PASSWORD}@{HOST}:8443/{URL_PATH}"},
                {"field_name": "add_note", "note_body": f"<div>{NOTE_BODY}</div>",
                 "notify_agents": [agent]},
            ],
        }),
        (HOURLY, "Close what is forgotten", False, {
            "conditions": [
                condition(1, prop("created_during", "during", "business_hours", business_hours_id=calendar)),
            ],
            "actions": [{"field_name": "status", "value": 5}],
        }),
        (UPDATE, "Say it in the channel", True, {
            "performer": {"type": 3},
            "events": [{"field_name": "priority", "from": "--", "to": 4}],
            "conditions": [],
            "actions": [
                {"field_name": "slack_trigger", "push_to": CHANNEL, "slack_text": SLACK_TEXT},
                {"field_name": "office365_trigger", "push_to": CHANNEL, "office365_text": OFFICE_TEXT},
            ],
        }),
        (UPDATE, "Ask the supplier", True, {
            "performer": {"type": 1, "members": [str(agent)]},
            "events": [{"field_name": "note_type", "value": "public"}],
            "conditions": [condition(1, prop("responder_id", "in", [agent], related_conditions=away))],
            "actions": [{
                "field_name": "forward_ticket", "fwd_to": [FORWARD_TO], "fwd_cc": [], "fwd_bcc": [],
                "fwd_note_body": FORWARD_BODY,
            }],
        }),
        (UPDATE, "Urgent again", True, {
            "performer": {"type": 2},
            "events": [{
                "field_name": "cf_region", "from": "--", "to": "Europe",
                "to_nested_field": {"level2": place["level2"]},
            }],
            "conditions": [
                condition(1, prop("cf_severity_level", "in", ["S2"], associated_fields={
                    "field_name": "cf_order_count", "operator": "greater_than", "value": 3,
                })),
            ],
            "actions": [
                {"field_name": "cf_severity_level", "value": "S2"},
                {"field_name": "responder_id", "value": agent},
            ],
        }),
    )  # fmt: skip


def found_rules(state: State, at: str) -> None:
    """Set up rules and scenarios; the first rule is the one that past automatic messages name."""
    for kind, name, active, rest in rules_of_a_new_account(state):
        new_rule(state, at, kind, name, active=active, **rest)
    if AUTOMATION_ID not in state.tables["automation_rules"]:
        raise ValueError("past messages name a rule that does not exist")
    new_scenario(state, "Refund granted", [
        {"name": "status", "value": 4},
        {"name": "add_reply", "value": "<p>Your refund is on its way, <b>Zoë</b>.</p>"},
    ], description="For billing.")  # fmt: skip
    new_scenario(state, "Als Spam markieren", [{"name": "mark_as_spam"}], private=True)
    new_scenario(state, "Escalate", [
        {"name": "priority", "value": "4"},
        {"name": "group_id", "value": next(iter(state.tables["groups"]), None)},
        {"name": "add_tag", "value": ["escalated"]},
    ])  # fmt: skip


def new_rule(state: State, at: str, kind: int, name: str, *, active: bool = True, **rest: object) -> Row:
    """Add a rule at the end of its list; rules of updates alone have a performer and events."""
    row_id = state.next_id("automation_rules")
    beside = [row for row in state.tables["automation_rules"].values() if row["automation_type_id"] == kind]
    moment = milliseconds(at)
    row: Row = {
        "name": name, "position": len(beside) + 1, "active": active, "automation_type_id": kind,
        "conditions": [], "actions": [], "outdated": False,
        "last_updated_by": next(iter(state.agents), None) if row_id % 3 else None,
        "affected_tickets_count": row_id % 7 * 11 if row_id % 2 else None,
        "id": row_id, "created_at": moment, "updated_at": moment, **rest,
    }  # fmt: skip
    state.tables["automation_rules"][row_id] = row
    return row


def new_scenario(
    state: State, name: str, actions: list[Row], *, description: str | None = None, private: bool = False
) -> Row:
    """Add a scenario; it has no times."""
    row_id = state.next_id("scenario_automations")
    row = {
        "id": row_id, "name": name, "description": description, "actions": actions, "private": private
    }  # fmt: skip
    state.tables["scenario_automations"][row_id] = row
    return row


def rule(row: Row) -> Row:
    """A rule as it is sent, with a summary in prose that quotes its actions, under either spelling."""
    summary = {
        "performer": "When an action performed by <div class = SummaryKey>Agent</div>",
        "events": [f"When {event['field_name']} is changed" for event in row.get("events", ())],
        "conditions": {
            each["name"]: [f"If {one['field_name']} {one['operator']}" for one in each["properties"]]
            for each in row["conditions"]
        },
        "actions": [told(action) for action in row["actions"]],
    }
    return {**row, "Summary" if row["id"] % 2 else "summary": summary}


def told(action: Row) -> str:
    """An action in words, which quote its texts."""
    said = [f"<div class = SummaryValue>{action[key]}</div>" for key in QUOTED if key in action]
    return " ".join([f"<div class = SummaryKey>{action['field_name']}</div>", *said])


def milliseconds(at: str) -> str:
    """A stamp to the thousandth of a second, as rules have it."""
    return f"{at.removesuffix('Z')}.{int(at[17:19]) * 13 % 1000:03d}Z"
