"""Tickets: requests for help, with their description and the times of their life."""

from freshdesk_assets.schema.child import Child, Elements, Pooled
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, texts, timestamp
from freshdesk_assets.schema.endpoint import Existence, Listing
from freshdesk_assets.schema.sync import Keyset
from freshdesk_assets.schema.table import Table
from freshdesk_assets.tables.custom_fields import custom_fields_of
from freshdesk_assets.tables.limits import TICKETS_LIST

# Only GET /tickets/{id} sends attachments, source_additional_info, associated_tickets_list,
# internal_agent_id, internal_group_id and, on old accounts, urgent. It costs a credit per ticket, the list
# with both its includes 0.05 (five credits per page of 100): with a call per row, 100,000 tickets would
# cost 105,000 credits instead of 5,000. So there is none. Nor are include=requester and include=company asked
# for, at two more credits per page each: contacts and companies hold the same.
tickets = Table(
    name="tickets",
    doc="One row per ticket, as it stands now; spam and deleted ones included.",
    path="tickets",
    params={"order_by": "updated_at", "order_type": "asc", "include": "description,stats"},
    sync=Keyset("updated_since"),
    # The plain list leaves out spam and deleted tickets, and a ticket that moves to the trash just drops out
    # of it. Whether a ticket both spam and deleted is in both filters is not established: where two lists
    # send the same version of a row the last wins, so `deleted` is last. A page with its includes costs
    # five credits, empty or not, and at night most syncs find nothing: so each list is first asked for one
    # row without includes, for one credit.
    listings=(
        Listing(defaults={"deleted": False}, probe=True),
        Listing(name="spam", params={"filter": "spam"}, defaults={"deleted": False}, probe=True),
        Listing(name="deleted", params={"filter": "deleted"}, defaults={"deleted": True}, probe=True),
    ),
    # Closed tickets are archived after 120 idle days and leave every list (docs/freshdesk_api.md, 4.4).
    existence=Existence(
        "tickets/{id}",
        archived="tickets/archived/{id}",
        flag="archived",
        idle="status = 5 and updated_at < now() - interval 120 days",
    ),
    sub_limit=TICKETS_LIST,
    # The times are not states, but what metrics are made of: a ticket has its latest only, and nr_due_by and
    # reopened_at are overwritten. status_updated_at says when a status was reached, and shows that it was
    # left and reached again.
    history=(
        "status",
        "status_updated_at",
        "priority",
        "type",
        "group_id",
        "responder_id",
        "tags",
        "fr_escalated",
        "nr_escalated",
        "is_escalated",
        "spam",
        "deleted",
        "custom_fields",
        "due_by",
        "fr_due_by",
        "nr_due_by",
        "first_responded_at",
        "resolved_at",
        "reopened_at",
    ),
    group="tickets",
    docs="tickets",
    columns=(
        bigint("id", "Ticket number, as customers see it.", required=True),
        text("subject", "Subject line.", prose=True),
        text("description", "First message, in HTML.", prose=True),
        text("description_text", "First message, as plain text.", prose=True),
        json("structured_description", "First message in blocks; null unless from a chat.", prose=True),
        text("type", "Kind of request (Question, Incident, Problem, …), from the account's own list."),
        integer("status", "2 Open, 3 Pending, 4 Resolved, 5 Closed; from 6 on the account's own statuses."),
        integer("priority", "1 Low, 2 Medium, 3 High, 4 Urgent.", accepted=(1, 2, 3, 4)),
        integer(
            "source",
            "1 Email, 2 Portal, 3 Phone, 4 Forum, 5 Twitter, 6 Facebook, 7 Chat, 8 MobiHelp, 9 Feedback "
            "widget, 10 Outbound email, 11 E-commerce, 12 Bot, 13 WhatsApp, 14 Internal task of a chat, "
            "15 Web chat, 16 Web form, 17 Instagram message, 18 Instagram comment, 19 Facebook message, "
            "20 Facebook comment, 21 Mobile chat, 22 SMS; the account's own probably above 100.",
        ),
        bigint(
            "requester_id",
            "Contact who asks, or an agent: ids are shared.",
            references="contacts.id",
            also="agents.id",
        ),
        bigint("responder_id", "Agent it is assigned to; null if none.", references="agents.id"),
        bigint("group_id", "Group it is assigned to; null if none.", references="groups.id"),
        bigint("company_id", "Company of the requester; null if none.", references="companies.id"),
        bigint("product_id", "Product it is about; null if none.", references="products.id"),
        bigint("email_config_id", "Mailbox it came in by; null if none.", references="email_mailboxes.id"),
        bigint(
            "form_id",
            "Ticket form it was filed with; null on accounts without forms.",
            references="ticket_forms.id",
        ),
        text("support_email", "Address of the account that it was sent to; null if it came another way."),
        texts("to_emails", "Addressees of the first e-mail; null for phone and portal.", pii=True),
        texts("cc_emails", "Addresses in copy; null, not empty, on seeded and old tickets.", pii=True),
        texts("fwd_emails", "Addresses it was forwarded to; null on seeded and old tickets.", pii=True),
        texts("reply_cc_emails", "Addresses in copy of replies; null on seeded and old tickets.", pii=True),
        texts("ticket_cc_emails", "Addresses in copy of the ticket itself; null on old tickets.", pii=True),
        texts("ticket_bcc_emails", "Addresses in blind copy; only newer accounts send it.", pii=True),
        texts("tags", "Tags.", pii=True),
        boolean("spam", "Whether it is marked as spam.", default=False),
        boolean(
            "deleted",
            "Whether it is in the trash; known from the list that sent it, where the row does not say.",
            default=False,
        ),
        boolean(
            "archived",
            "True once it was found in the archive, which no list shows; false until then.",
            default=False,
        ),
        boolean("fr_escalated", "Whether the first response was late, by the SLA.", default=False),
        boolean("nr_escalated", "Whether a later response was late, by the SLA.", default=False),
        boolean("is_escalated", "Whether the resolution was late, by the SLA.", default=False),
        timestamp("fr_due_by", "When the first response is due; null for some seconds after creation."),
        timestamp("nr_due_by", "When the next response is due; null if none is awaited."),
        timestamp("due_by", "When the resolution is due; null at first, and for service tasks."),
        timestamp("agent_responded_at", "Latest reply by an agent.", path="stats.agent_responded_at"),
        timestamp("requester_responded_at", "Latest customer reply.", path="stats.requester_responded_at"),
        timestamp("first_responded_at", "First reply by an agent.", path="stats.first_responded_at"),
        timestamp("status_updated_at", "Latest change of status.", path="stats.status_updated_at"),
        timestamp("reopened_at", "Latest reopening; null if never reopened.", path="stats.reopened_at"),
        timestamp("resolved_at", "Latest resolution; null if never resolved.", path="stats.resolved_at"),
        timestamp("closed_at", "Latest closing; null if never closed.", path="stats.closed_at"),
        timestamp("pending_since", "Since when it is Pending.", path="stats.pending_since"),
        integer(
            "association_type",
            "1 Parent, 2 Child, 3 Tracker, 4 Related; null if on its own.",
            accepted=(1, 2, 3, 4),
        ),
        integer("associated_tickets_count", "How many tickets it is associated with."),
        integer("sentiment_score", "Mood of the ticket now, as Freshdesk scores it; null if not scored."),
        integer("initial_sentiment_score", "Mood of the ticket at first, on the same scale."),
        json("custom_fields", "The account's own fields by name (cf_…); removed ones are missing.", own=True),
        timestamp("created_at", "When it was created."),
        timestamp("updated_at", "When it last changed; a time entry or an edited note does not move it."),
    ),
)

ticket_tags = Child(
    name="ticket_tags",
    doc="One row per tag of a ticket.",
    parent="tickets",
    by="ticket_id",
    cut=Elements("tags"),
    columns=(text("tag", "Tag.", path="value", required=True, pii=True),),
    key=("tag",),
)

ticket_recipients = Child(
    name="ticket_recipients",
    doc="One row per ticket and address it was sent, copied or forwarded to.",
    parent="tickets",
    by="ticket_id",
    cut=Pooled(
        "email",
        {
            "is_primary_recipient": "to_emails",
            "is_cc_recipient": "cc_emails",
            "is_reply_cc_recipient": "reply_cc_emails",
            "is_fwd_recipient": "fwd_emails",
            "is_ticket_cc_recipient": "ticket_cc_emails",
            "is_ticket_bcc_recipient": "ticket_bcc_emails",
        },
    ),
    columns=(text("email", "Address, as it was sent.", required=True, pii=True),),
    key=("email",),
)

ticket_custom_fields = custom_fields_of(
    "tickets", name="ticket_custom_fields", by="ticket_id", fields="ticket_fields", nested=True
)
