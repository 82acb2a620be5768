"""What can be read from the account, endpoint by endpoint, as the API's documentation lists it.

`Timesheets`, `Multi Product` and those of the set-up are names of features we chose: only `Surveys` and
`Archive Tickets` have been seen (docs/freshdesk_api.md, 1.5).
"""

from collections.abc import Sequence

from freshdesk_assets.simulator import account_reads, people_reads, plain_reads, ticket_reads
from freshdesk_assets.simulator.activities import ACTIVITIES
from freshdesk_assets.simulator.calls import PAGING
from freshdesk_assets.simulator.companions.reads import COMPANIONS
from freshdesk_assets.simulator.custom_objects.reads import CUSTOM_OBJECTS
from freshdesk_assets.simulator.discussions.reads import DISCUSSIONS
from freshdesk_assets.simulator.endpoints import Endpoint, paged
from freshdesk_assets.simulator.setup.routes import SETUP
from freshdesk_assets.simulator.solutions.routes import SOLUTIONS
from freshdesk_assets.simulator.ticket_lists import tickets

TICKET_PARAMS = (
    "filter", "requester_id", "email", "unique_external_id", "company_id", "updated_since", "order_by",
    "order_type", "include",
)  # fmt: skip
CONTACT_PARAMS = (
    "email", "mobile", "phone", "company_id", "state", "contact_type", "_updated_since", "updated_since",
)  # fmt: skip
MAILBOX_PARAMS = (
    "support_email",
    "forward_email",
    "product_id",
    "group_id",
    "active",
    "order_by",
    "order_type",
)
TIME_ENTRY_PARAMS = ("company_id", "agent_id", "executed_after", "executed_before", "billable")

ENDPOINTS: Sequence[Endpoint] = (
    paged("tickets", tickets, *TICKET_PARAMS, sublimit="tickets_list", include_cost=2),
    Endpoint(path="tickets/{id}", answer=ticket_reads.view_ticket, params=("include",), include_cost=1),
    paged("tickets/{id}/conversations", ticket_reads.ticket_conversations),
    paged("tickets/{id}/time_entries", ticket_reads.ticket_time_entries, feature="Timesheets"),
    paged("tickets/{id}/satisfaction_ratings", ticket_reads.ticket_ratings, feature="Surveys"),
    Endpoint(
        path="tickets/archived/{id}",
        answer=ticket_reads.view_archived_ticket,
        params=("include",),
        include_cost=1,
        feature="Archive Tickets",
    ),
    paged(
        "tickets/archived/{id}/conversations", ticket_reads.archived_conversations, feature="Archive Tickets"
    ),
    paged("time_entries", ticket_reads.time_entries, *TIME_ENTRY_PARAMS, feature="Timesheets"),
    paged("surveys", ticket_reads.surveys, "state", feature="Surveys"),
    paged(
        "surveys/satisfaction_ratings",
        ticket_reads.satisfaction_ratings,
        "created_since",
        "user_id",
        feature="Surveys",
    ),
    paged("contacts", people_reads.contacts, *CONTACT_PARAMS, sublimit="contacts_list"),
    Endpoint(path="contacts/{id}", answer=people_reads.view_contact),
    paged("companies", people_reads.companies, "updated_since"),
    Endpoint(path="companies/{id}", answer=plain_reads.viewing("companies")),
    paged("agents", people_reads.agents, "email", "mobile", "phone", "state", "only", admin=True),
    Endpoint(path="agents/me", answer=people_reads.view_me),
    Endpoint(path="agents/{id}", answer=people_reads.view_agent, admin=True),
    paged("groups", people_reads.groups, admin=True),
    Endpoint(path="groups/{id}", answer=people_reads.view_group, admin=True),
    paged("admin/groups", people_reads.admin_groups, admin=True),
    Endpoint(path="admin/groups/{id}", answer=people_reads.view_admin_group, admin=True),
    paged("admin/groups/{id}/agents", people_reads.admin_group_agents, admin=True),
    paged("roles", plain_reads.listing("roles"), admin=True),
    Endpoint(path="roles/{id}", answer=plain_reads.viewing("roles"), admin=True),
    paged("products", plain_reads.listing("products"), admin=True, feature="Multi Product"),
    Endpoint(
        path="products/{id}", answer=plain_reads.viewing("products"), admin=True, feature="Multi Product"
    ),
    paged("email/mailboxes", account_reads.mailboxes, *MAILBOX_PARAMS, admin=True, feature="Email Mailboxes"),
    Endpoint(path="email/mailboxes/{id}", answer=plain_reads.viewing("mailboxes"), admin=True),
    paged("email_configs", account_reads.email_configs, admin=True),
    paged("sla_policies", plain_reads.listing("sla_policies"), admin=True),
    paged("business_hours", plain_reads.listing("business_hours"), admin=True),
    Endpoint(path="business_hours/{id}", answer=plain_reads.viewing("business_hours"), admin=True),
    paged("ticket_fields", account_reads.ticket_fields, "type"),
    paged("contact_fields", plain_reads.listing("contact_fields"), admin=True),
    paged("company_fields", plain_reads.listing("company_fields"), admin=True),
    Endpoint(path="settings/helpdesk", answer=account_reads.helpdesk, params=PAGING, admin=True),
    Endpoint(path="account", answer=account_reads.account, admin=True),
    *ACTIVITIES,
    *COMPANIONS,
    *CUSTOM_OBJECTS,
    *DISCUSSIONS,
    *SOLUTIONS,
    *SETUP,
)
