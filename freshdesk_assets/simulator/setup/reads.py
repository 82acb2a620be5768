"""How the set-up of an account is read: wrapped and bare lists, single objects, children of a folder."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from freshdesk_assets.simulator import payloads
from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.plain_reads import as_it_is, row_of
from freshdesk_assets.simulator.refusals import feature_required, invalid_value, not_found
from freshdesk_assets.simulator.setup import canned, forms
from freshdesk_assets.simulator.setup.availability import readings
from freshdesk_assets.simulator.setup.rules import rule
from freshdesk_assets.simulator.state import Row

MOST_FORMS = 50
AVAILABILITY, SECTIONS = "Agent Availability", "Dynamic Sections"


def wrapped(call: Call, page: Page, key: str, **beside: object) -> Page:
    """The page as an object that holds the list under a key, on accounts that send it so."""
    return replace(page, key=key, beside=beside) if key in call.switches.wrapped_lists else page


def skills(path: str) -> Callable[[Call], Page]:
    """Skills under the path of this account's routing (docs/freshdesk_api.md, 4.12)."""

    def answer(call: Call) -> Page:
        check_skills_path(call, path)
        rows = list(call.world.tables["skills"].values())
        page = call.page_of(rows, lambda row: payloads.skill(call.world, row))
        return wrapped(call, page, "skills")

    return answer


def view_skill(path: str) -> Callable[[Call], Row]:
    """One skill."""

    def answer(call: Call) -> Row:
        check_skills_path(call, path)
        return payloads.skill(call.world, row_of(call, "skills"))

    return answer


def check_skills_path(call: Call, path: str) -> None:
    """Refuse the path that this account does not have."""
    if call.switches.skills_path not in (path, "both"):
        raise not_found()


def rules(kind: int) -> Callable[[Call], Page]:
    """Rules of one type in the order in which they run."""

    def answer(call: Call) -> Page:
        rows = call.world.tables["automation_rules"].values()
        found = sorted((row for row in rows if row["automation_type_id"] == kind), key=by_position)
        meta = {"count": len(found), "cascading_rules": True}
        return wrapped(call, call.page_of(found, rule), "rules", meta=meta)

    return answer


def view_rule(kind: int) -> Callable[[Call], Row]:
    """One rule, under its own type only."""

    def answer(call: Call) -> Row:
        row = row_of(call, "automation_rules")
        if row["automation_type_id"] != kind:
            raise not_found()
        return rule(row)

    return answer


def by_position(row: Row) -> tuple[int, int]:
    """The order of rules."""
    return (row["position"], row["id"])


def folders(call: Call) -> Page:
    """Folders of canned responses, with counts that may be wrong."""
    rows = list(call.world.tables["canned_response_folders"].values())
    return call.page_of(rows, lambda row: canned.folder(call.world, row))


def view_folder(call: Call) -> Row:
    """A folder with the titles of what is in it."""
    return canned.folder_view(call.world, row_of(call, "canned_response_folders"))


def folder_responses(call: Call) -> Page:
    """What is in a folder, whatever its count says."""
    found = canned.responses_in(call.world, row_of(call, "canned_response_folders")["id"])
    return call.page_of(found, lambda row: canned.response(call.world, row))


def view_response(call: Call) -> Row:
    """One canned response."""
    return canned.response(call.world, row_of(call, "canned_responses"))


def ticket_forms(call: Call) -> Page:
    """Forms without their fields, at most fifty a page."""
    if call.per_page > MOST_FORMS:
        raise invalid_value("per_page", f"a number no greater than {MOST_FORMS}")
    portals = "portals" in call.includes(("portals",))
    rows = list(call.world.tables["ticket_forms"].values())
    return call.page_of(rows, lambda row: forms.form(row, portals=portals))


def view_form(call: Call) -> Row:
    """A form with its fields."""
    return forms.form_view(call.world, row_of(call, "ticket_forms"))


def admin_ticket_fields(call: Call) -> Page:
    """All ticket fields at once, without choices (docs/freshdesk_api.md, 4.13)."""
    included = "section" in call.includes(("section",))
    if included:
        check_sections(call)
    rows = call.world.tables["ticket_fields"].values()
    return Page([forms.field_with_sections(call.world, row, included=included) for row in rows], more=False)


def field_sections(call: Call) -> Page:
    """The sections of a field, bare or wrapped (docs/freshdesk_api.md, 4.13)."""
    check_sections(call)
    field_id = row_of(call, "ticket_fields")["id"]
    found: Sequence[Row] = [
        row for row in forms.sections(call.world).values() if row["parent_ticket_field_id"] == field_id
    ]
    return wrapped(call, Page(found, more=False), "sections")


def check_sections(call: Call) -> None:
    """Refuse on a plan without sections; their fields are listed all the same."""
    if SECTIONS in call.switches.missing_features:
        raise feature_required(SECTIONS)


def field_view(table: str) -> Callable[[Call], Row]:
    """A field of contacts or companies: its words are objects here (docs/freshdesk_api.md, 4.14)."""

    def answer(call: Call) -> Row:
        row = row_of(call, table)
        choices = row.get("choices")
        if not isinstance(choices, list) or any(not isinstance(word, str) for word in choices):
            return row
        first = 1_000_000_000 + row["id"] * 100
        told = [
            {"id": first + position, "label": word, "value": word, "position": position}
            for position, word in enumerate(choices, 1)
        ]
        return {**row, "choices": told}

    return answer


def agent_availability(call: Call) -> Page:
    """Agents' availability, where routing is Omni's; classic accounts send none, or refuse.

    Which of the two they do is not established.
    """
    if AVAILABILITY in call.switches.missing_features:
        raise feature_required(AVAILABILITY)
    if call.switches.routing == "classic":
        return Page([], more=False)
    return call.page_of(readings(call.world), as_it_is)


def email_settings(call: Call) -> Row:
    """What mailboxes do: one object without id."""
    return call.world.email_settings


def email_bcc(call: Call) -> Row:
    """Who gets a copy of everything: one object without id."""
    return call.world.email_bcc
