"""All that can be read of how an account is set up, to be compared with what is true."""

from typing import Any

from freshdesk_assets.simulator.setup.rules import RULE_TYPES
from freshdesk_assets_tests.simulator.conftest import Client

SINGLES = {
    "account": "account",
    "email/settings": "email_settings",
    "notifications/email/bcc": "email_bcc",
    "settings/helpdesk": "helpdesk_settings",
}


def unsigned(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Rows by id, without what is signed anew at each read."""
    for row in rows:
        for file in row.get("attachments", ()):
            file["attachment_url"] = file["attachment_url"].partition("?")[0]
    return {row["id"]: row for row in rows}


def everything(client: Client) -> dict[str, dict[Any, Any]]:
    """All that a reader of the set-up gets to know, by name and key as in the truth."""
    folders = client.rows("canned_response_folders")
    views = [
        client.get(f"ticket-forms/{row['id']}").json() for row in client.rows("ticket-forms", per_page=50)
    ]
    fields = client.get("admin/ticket_fields", include="section").json()
    groups = [row["id"] for row in client.rows("admin/groups")]
    return {
        "skills": unsigned(client.rows("admin/skills")),
        "automation_rules": unsigned(
            [
                row
                for kind in RULE_TYPES
                for row in client.get(f"automations/{kind}/rules", per_page=100).json()["rules"]
            ]
        ),
        "scenario_automations": unsigned(client.rows("scenario_automations")),
        "canned_response_folders": unsigned(folders),
        "canned_responses": unsigned(
            [
                row
                for folder in folders
                for row in client.rows(f"canned_response_folders/{folder['id']}/responses")
            ]
        ),
        "email_configs": unsigned(client.rows("email_configs")),
        "ticket_forms": unsigned(views),
        "ticket_form_fields": {
            (view["id"], field["id"]): {**field, "form_id": view["id"]}
            for view in views
            for field in view["fields"]
        },
        "ticket_field_sections": unsigned([each for row in fields for each in row["sections"]]),
        "agent_availability": unsigned(client.rows("agents", only="availability")),
        "group_agent_roles": {
            (number, row["id"]): {**row, "group_id": number}
            for number in groups
            for row in client.rows(f"admin/groups/{number}/agents")
        },
        **{
            name: {(row := client.get(path).json()).get("account_id", 1): row}
            for path, name in SINGLES.items()
        },
    }


def differing(client: Client) -> list[str]:
    """Of what the truth is another than what is read."""
    world = client.server.world
    return [name for name, read in everything(client).items() if read != world.truth(name)]
