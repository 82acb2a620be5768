"""What can be read from the account, endpoint by endpoint, as the API's documentation lists it.

`Timesheets`, `Multi Product` and `Skill Based Routing` are names of features we chose: only `Surveys` and
`Archive Tickets` have been seen (docs/freshdesk_api.md, 1.5).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from freshdesk_assets.simulator import reads
from freshdesk_assets.simulator.calls import PAGING, Call, Page
from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.ticket_lists import tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One path, who may read it, and what it costs."""

    path: str
    answer: Callable[[Call], Page | Row]
    params: tuple[str, ...] = ()
    paged: bool = False
    admin: bool = False
    feature: str | None = None
    sublimit: str | None = None
    include_cost: int = 0


def paged(path: str, answer: Callable[[Call], Page], *params: str, **rest: Any) -> Endpoint:
    """An endpoint that answers with a list."""
    return Endpoint(path=path, answer=answer, params=(*params, *PAGING), paged=True, **rest)


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
    Endpoint(path="tickets/{id}", answer=reads.view_ticket, params=("include",), include_cost=1),
    paged("tickets/{id}/conversations", reads.ticket_conversations),
    paged("tickets/{id}/time_entries", reads.ticket_time_entries, feature="Timesheets"),
    paged("tickets/{id}/satisfaction_ratings", reads.ticket_ratings, feature="Surveys"),
    Endpoint(
        path="tickets/archived/{id}",
        answer=reads.view_archived_ticket,
        params=("include",),
        include_cost=1,
        feature="Archive Tickets",
    ),
    paged("tickets/archived/{id}/conversations", reads.archived_conversations, feature="Archive Tickets"),
    paged("time_entries", reads.time_entries, *TIME_ENTRY_PARAMS, feature="Timesheets"),
    paged("surveys", reads.surveys, "state", feature="Surveys"),
    paged(
        "surveys/satisfaction_ratings",
        reads.satisfaction_ratings,
        "created_since",
        "user_id",
        feature="Surveys",
    ),
    paged("contacts", reads.contacts, *CONTACT_PARAMS, sublimit="contacts_list"),
    Endpoint(path="contacts/{id}", answer=reads.view_contact),
    paged("companies", reads.companies, "updated_since"),
    Endpoint(path="companies/{id}", answer=reads.viewing("companies")),
    paged("agents", reads.agents, "email", "mobile", "phone", "state", admin=True),
    Endpoint(path="agents/me", answer=reads.view_me),
    Endpoint(path="agents/{id}", answer=reads.view_agent, admin=True),
    paged("groups", reads.groups, admin=True),
    Endpoint(path="groups/{id}", answer=reads.view_group, admin=True),
    paged("admin/groups", reads.admin_groups, admin=True),
    Endpoint(path="admin/groups/{id}", answer=reads.view_admin_group, admin=True),
    paged("admin/groups/{id}/agents", reads.admin_group_agents, admin=True),
    paged("roles", reads.listing("roles"), admin=True),
    Endpoint(path="roles/{id}", answer=reads.viewing("roles"), admin=True),
    paged("products", reads.listing("products"), admin=True, feature="Multi Product"),
    Endpoint(path="products/{id}", answer=reads.viewing("products"), admin=True, feature="Multi Product"),
    paged("admin/skills", reads.skills, admin=True, feature="Skill Based Routing"),
    paged("email/mailboxes", reads.mailboxes, *MAILBOX_PARAMS, admin=True),
    Endpoint(path="email/mailboxes/{id}", answer=reads.viewing("mailboxes"), admin=True),
    paged("email_configs", reads.email_configs, admin=True),
    paged("sla_policies", reads.listing("sla_policies"), admin=True),
    paged("business_hours", reads.listing("business_hours"), admin=True),
    Endpoint(path="business_hours/{id}", answer=reads.viewing("business_hours"), admin=True),
    paged("ticket_fields", reads.ticket_fields, "type"),
    paged("admin/ticket_fields", reads.admin_ticket_fields, "include", admin=True),
    paged("contact_fields", reads.listing("contact_fields"), admin=True),
    paged("company_fields", reads.listing("company_fields"), admin=True),
    Endpoint(path="settings/helpdesk", answer=reads.helpdesk, params=PAGING, admin=True),
    Endpoint(path="account", answer=reads.account, admin=True),
)
