"""What is true of the set-up, row by row, as the API sends it; the key of a single object is 1."""

from collections.abc import Callable
from typing import Any

from freshdesk_assets.simulator import payloads
from freshdesk_assets.simulator.setup import canned, forms
from freshdesk_assets.simulator.setup.availability import readings
from freshdesk_assets.simulator.setup.rules import rule
from freshdesk_assets.simulator.state import Row, State


def canned_folders(state: State) -> dict[Any, Row]:
    """Folders with the counts they send."""
    rows = state.tables["canned_response_folders"]
    return {number: canned.folder(state, row) for number, row in rows.items()}


def form_fields(state: State) -> dict[Any, Row]:
    """Fields of forms by (form, field), each with the id of its form."""
    return {
        (number, field["id"]): {**field, "form_id": number}
        for number, row in state.tables["ticket_forms"].items()
        for field in forms.form_fields(state, row)
    }


def group_agent_roles(state: State) -> dict[Any, Row]:
    """Members of groups by (group, agent), each with the id of its group."""
    return {
        (number, agent_id): {**payloads.group_agent(state.agents[agent_id]), "group_id": number}
        for number, row in state.tables["groups"].items()
        for agent_id in row["agent_ids"]
    }


def account(state: State) -> dict[Any, Row]:
    """The account by its own id."""
    row = payloads.account(state)
    return {row["account_id"]: row}


SETUP_TRUTHS: dict[str, Callable[[State], dict[Any, Row]]] = {
    "automation_rules": lambda state: {
        number: rule(row) for number, row in state.tables["automation_rules"].items()
    },
    "canned_response_folders": canned_folders,
    "ticket_forms": lambda state: {
        number: forms.form_view(state, row) for number, row in state.tables["ticket_forms"].items()
    },
    "ticket_form_fields": form_fields,
    "ticket_field_sections": lambda state: dict(forms.sections(state)),
    "agent_availability": lambda state: {row["id"]: row for row in readings(state)},
    "group_agent_roles": group_agent_roles,
    "account": account,
    "email_settings": lambda state: {1: state.email_settings},
    "email_bcc": lambda state: {1: state.email_bcc},
    "helpdesk_settings": lambda state: {1: state.helpdesk},
}
