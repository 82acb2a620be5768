"""What a replica can know of the simulator's truth, table by table, where that is not all of it.

Nothing here looks at a declaration: a wrong declaration would confirm itself.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from freshdesk_assets.simulator.setup.forms import field_with_sections
from freshdesk_assets.simulator.setup.rules import HOST
from freshdesk_assets.simulator.world import World

Row = dict[str, Any]
Rows = dict[Any, Row]

RESOURCES = {"email_mailboxes": "mailboxes", "ticket_field_settings": "ticket_fields"}
"""Where the simulator's word for a table is another one."""

SETTABLE = {
    "priority", "status", "ticket_type", "type", "source", "group_id", "internal_group_id", "responder_id",
    "internal_agent_id", "product_id", "add_tag", "tags", "skill_id",
}  # fmt: skip
WRITTEN = {
    "content", "email_body", "email_subject", "note_body", "fwd_note_body", "fwd_to", "push_to", "slack_text",
    "office365_text",
}  # fmt: skip


def true_rows(table: str, world: World) -> Rows:
    """The rows that a replica can know of, by key."""
    if table in OF_TABLE:
        return OF_TABLE[table](world)
    return world.truth(RESOURCES.get(table, table))


def every_row(table: str, world: World) -> Rows:
    """The rows that exist, those too that a replica need not know of as they are now."""
    if table in ("tickets", "conversations"):
        return world.truth(table)
    if table == "ticket_associations":
        return associations(world, archived=True)
    return true_rows(table, world)


def tickets(world: World) -> Rows:
    """An archived ticket is in no list: the replica has it as it was before, or not at all.

    The form's id is sent by the row's own call only, and one for every ticket would cost a credit each.
    """
    rows = world.truth("tickets")
    return {key: {**row, "form_id": None} for key, row in rows.items() if not row["archived"]}


def conversations(world: World) -> Rows:
    """An edited note moves neither its own nor its ticket's updated_at (docs/freshdesk_api.md, 5.1).

    It is seen when its ticket is read again for another reason.
    """
    of = world.truth("tickets")
    return {
        key: row
        for key, row in world.truth("conversations").items()
        if not of[row["ticket_id"]]["archived"]
        and (row["last_edited_at"] or "") <= of[row["ticket_id"]]["updated_at"]
    }


def contacts(world: World) -> Rows:
    """The list that a contact is in says whether it is blocked or deleted."""
    return {
        key: {**row, "blocked": row["state"] == "blocked", "deleted": row["state"] == "deleted"}
        for key, row in world.truth("contacts").items()
    }


def automation_rules(world: World) -> Rows:
    """A rule without anything that opens another system, and without the words that it writes."""
    return {key: {**rule, **kept_of(rule)} for key, rule in world.truth("automation_rules").items()}


def kept_of(rule: Row) -> Row:
    """What may be kept of what a rule does, and when."""
    conditions = []
    for found in rule["conditions"]:
        properties = [
            {"case_sensitive" if key == "case_senstive" else key: value for key, value in each.items()}
            for each in found["properties"]
        ]
        conditions.append({**found, "properties": properties})
    return {"conditions": conditions, "actions": [kept_action(action) for action in rule["actions"]]}


def kept_action(action: Row) -> Row:
    """What may be kept of something that a rule does."""
    name = action["field_name"]
    kept: Row = {
        key: action[key]
        for key in ("field_name", "resource_type", "request_type", "notify_agents")
        if key in action
    }
    if "value" in action and (name in SETTABLE or name.startswith("cf_")):
        kept["value"] = action["value"]
    if "url" in action:
        kept["url_host"] = HOST
    if any(action.get(key) for key in WRITTEN):
        kept["has_body"] = True
    return kept


def single(resource: str) -> Callable[[World], Rows]:
    """The one object of a setting, which has no id of its own."""
    return lambda world: {key: {**row, "id": 1} for key, row in world.truth(resource).items()}


def skills(world: World) -> Rows:
    """A rank that is sent as a text is a number all the same."""
    return {key: {**row, "rank": int(row["rank"])} for key, row in world.truth("skills").items()}


def form_fields(world: World) -> Rows:
    """A flag that is sent as a text is a flag all the same."""
    return {
        key: {**row, "portal_cc": json.loads(row["portal_cc"]) if "portal_cc" in row else None}
        for key, row in world.truth("ticket_form_fields").items()
    }


def field_settings(world: World) -> Rows:
    """The fields as administrators see them, with the sections of each."""
    rows = world.tables["ticket_fields"]
    return {key: field_with_sections(world, row, included=True) for key, row in rows.items()}


def associations(world: World, *, archived: bool = False) -> Rows:
    """From both sides; what the two are to each other is in tickets. Nobody answers for archived ones."""
    return {
        key: {"ticket_id": key[0], "id": key[1]}
        for key in world.truth("ticket_associations")
        if archived or not world.truth("tickets")[key[0]]["archived"]
    }


def gathered(resource: str, into: str) -> Callable[[World], Rows]:
    """Per ticket that a list can show, the ids that its own call tells."""

    def rows(world: World) -> Rows:
        found: Rows = {key: {"id": key, into: []} for key in tickets(world)}
        for ticket, other in world.truth(resource):
            if ticket in found:
                found[ticket][into].append(other)
        return found

    return rows


def activities(world: World) -> Rows:
    """What the files say that were handed out: an activity keeps its words when a group is renamed later.

    Freshdesk gives them no ids. Theirs is made of all that is sent (see `DayFiles`); none is sent twice.
    """
    found: Rows = {}
    for body in world.files.exports.values() if world.files else ():
        for row in json.loads(body)["activities_data"]:
            said = json.dumps(row, sort_keys=True, separators=(",", ":")).encode()
            number = int(hashlib.sha256(said).hexdigest()[:16], 16) // 2
            assert number not in found
            at = datetime.strptime(row["performed_at"], "%d-%m-%Y %H:%M:%S %z").isoformat()
            found[number] = {**row, "id": number, "performed_at": at}
    return found


OF_TABLE: dict[str, Callable[[World], Rows]] = {
    "tickets": tickets,
    "conversations": conversations,
    "contacts": contacts,
    "automation_rules": automation_rules,
    "helpdesk_settings": single("helpdesk_settings"),
    "email_settings": single("email_settings"),
    "email_bcc": single("email_bcc"),
    "skills": skills,
    "ticket_form_fields": form_fields,
    "ticket_field_settings": field_settings,
    "ticket_associations": associations,
    "ticket_activities": activities,
    "ticket_details": lambda world: {
        key: row for key, row in world.truth("tickets").items() if not row["archived"]
    },
    "ticket_watchers": gathered("ticket_watchers", "watcher_ids"),
    "ticket_accesses": gathered("ticket_accesses", "user_ids"),
    "ticket_summaries": lambda world: {row["id"]: row for row in world.truth("ticket_summaries").values()},
}
