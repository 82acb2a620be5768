"""What can be read of the set-up. Names of features are ours (docs/freshdesk_api.md, 4.18)."""

from collections.abc import Sequence

from freshdesk_assets.simulator import plain_reads
from freshdesk_assets.simulator.endpoints import Endpoint, paged
from freshdesk_assets.simulator.setup import reads
from freshdesk_assets.simulator.setup.rules import RULE_TYPES

SKILLS, RULES, SCENARIOS = "Skill Based Routing", "Automations", "Scenario Automations"
CANNED, FORMS, BCC = "Canned Responses", "Multiple Ticket Forms", "Automatic BCC"

SETUP: Sequence[Endpoint] = (
    paged("admin/skills", reads.skills("admin/skills"), admin=True, feature=SKILLS),
    Endpoint(path="admin/skills/{id}", answer=reads.view_skill("admin/skills"), admin=True, feature=SKILLS),
    paged("skills", reads.skills("skills"), admin=True, feature=SKILLS),
    Endpoint(path="skills/{id}", answer=reads.view_skill("skills"), admin=True, feature=SKILLS),
    *(
        paged(f"automations/{kind}/rules", reads.rules(kind), admin=True, feature=RULES)
        for kind in RULE_TYPES
    ),
    *(
        Endpoint(
            path=f"automations/{kind}/rules/{{id}}", answer=reads.view_rule(kind), admin=True, feature=RULES
        )
        for kind in RULE_TYPES
    ),
    paged("scenario_automations", plain_reads.listing("scenario_automations"), admin=True, feature=SCENARIOS),
    paged("canned_response_folders", reads.folders, admin=True, feature=CANNED),
    Endpoint(path="canned_response_folders/{id}", answer=reads.view_folder, admin=True, feature=CANNED),
    paged("canned_response_folders/{id}/responses", reads.folder_responses, admin=True, feature=CANNED),
    Endpoint(path="canned_responses/{id}", answer=reads.view_response, admin=True, feature=CANNED),
    Endpoint(path="email/settings", answer=reads.email_settings, admin=True),
    Endpoint(path="notifications/email/bcc", answer=reads.email_bcc, admin=True, feature=BCC),
    paged("ticket-forms", reads.ticket_forms, "include", admin=True, feature=FORMS),
    Endpoint(path="ticket-forms/{id}", answer=reads.view_form, admin=True, feature=FORMS),
    # A list that knows no pages: `page` and `per_page` are refused like any unknown parameter.
    Endpoint(
        path="admin/ticket_fields",
        answer=reads.admin_ticket_fields,
        params=("include",),
        paged=True,
        admin=True,
    ),
    Endpoint(path="admin/ticket_fields/{id}/sections", answer=reads.field_sections, paged=True, admin=True),
    Endpoint(path="contact_fields/{id}", answer=reads.field_view("contact_fields"), admin=True),
    Endpoint(path="company_fields/{id}", answer=reads.field_view("company_fields"), admin=True),
)
