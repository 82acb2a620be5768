"""What only a call per ticket tells: its detail, watchers, summary and who was given access; by choice."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, bigints, boolean, json, text, timestamp
from freshdesk_assets.schema.endpoint import ITSELF, Kept
from freshdesk_assets.schema.sync import PerParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.tables.attachments import attached

ticket_details = Table(
    name="ticket_details",
    doc="One row per ticket: what its list does not send.",
    path="tickets/{id}",
    sync=PerParent("tickets", "id", archived="tickets/archived/{id}"),
    rows_at=ITSELF,
    per_page=0,
    # All else is in the list, which tickets is made of.
    kept=tuple(
        Kept(path)
        for path in (
            "id",
            "form_id",
            "urgent",
            "internal_agent_id",
            "internal_group_id",
            "associated_tickets_list",
            "source_additional_info",
            "attachments",
            "cloud_files",
            "updated_at",
        )
    ),
    by_choice=True,
    group="tickets",
    docs="tickets",
    columns=(
        bigint("id", "Ticket.", references="tickets.id", required=True),
        bigint("form_id", "Form it was asked for by; null if none.", references="ticket_forms.id"),
        boolean("urgent", "Whether it is urgent; old accounts only."),
        bigint(
            "internal_agent_id",
            "Agent it is shared with; null if it is not shared.",
            references="agents.id",
        ),
        bigint(
            "internal_group_id",
            "Group it is shared with; null if it is not shared.",
            references="groups.id",
        ),
        bigints("associated_tickets_list", "Tickets it is associated with.", references="tickets.id"),
        json("source_additional_info", "Further details from the channel.", pii=True),
        json("attachments", "Files: id, name, content_type, size, attachment_url.", pii=True, volatile=True),
        json("cloud_files", "Files linked from cloud storage.", pii=True),
        timestamp("updated_at", "When the ticket last changed."),
    ),
)

ticket_attachments = Child(
    name="ticket_attachments",
    doc="One row per file attached to a ticket's description.",
    parent="ticket_details",
    by="ticket_id",
    cut=Elements("attachments"),
    columns=attached(pii=True),
    key=("position",),
    files="attachment_url",
)

ticket_watchers = Table(
    name="ticket_watchers",
    doc="One row per ticket: the agents who watch it.",
    path="tickets/{id}/watchers",
    # Whether watching moves the ticket is not known (docs/freshdesk_api.md, 4.27).
    sync=PerParent("tickets", "id", optional=True),
    rows_at=ITSELF,
    per_page=0,
    version=(),
    window="_synced_at",
    by_choice=True,
    group="tickets",
    docs="tickets",
    columns=(
        bigint("id", "Ticket.", references="tickets.id", required=True),
        bigints("watcher_ids", "Agents who watch it.", references="agents.id"),
    ),
)

ticket_watcher_agents = Child(
    name="ticket_watcher_agents",
    doc="One row per ticket and agent who watches it.",
    parent="ticket_watchers",
    by="ticket_id",
    cut=Elements("watcher_ids"),
    columns=(
        bigint("agent_id", "Agent who watches it.", path="value", references="agents.id", required=True),
    ),
    key=("agent_id",),
)

ticket_accesses = Table(
    name="ticket_accesses",
    doc="One row per ticket: the agents who were given access to it.",
    path="tickets/{id}/accesses",
    sync=PerParent("tickets", "id", optional=True),
    rows_at=ITSELF,
    per_page=0,
    version=(),
    window="_synced_at",
    by_choice=True,
    group="tickets",
    docs="tickets",
    columns=(
        bigint("id", "Ticket.", references="tickets.id", required=True),
        bigints("user_ids", "Agents who were given access.", references="agents.id"),
    ),
)

ticket_access_agents = Child(
    name="ticket_access_agents",
    doc="One row per ticket and agent who was given access to it.",
    parent="ticket_accesses",
    by="ticket_id",
    cut=Elements("user_ids"),
    columns=(
        bigint("agent_id", "Agent who has access.", path="value", references="agents.id", required=True),
    ),
    key=("agent_id",),
)

ticket_summaries = Table(
    name="ticket_summaries",
    doc="One row per ticket that somebody has summed up.",
    path="tickets/{id}/summary",
    # Without a summary the call is not found, though the ticket is there (docs/freshdesk_api.md, 4.27).
    sync=PerParent("tickets", "ticket_id", optional=True),
    rows_at=ITSELF,
    per_page=0,
    by_choice=True,
    group="tickets",
    docs="tickets",
    columns=(
        bigint("id", "Summary's id.", required=True),
        bigint("ticket_id", "Ticket that it sums up.", references="tickets.id"),
        bigint("user_id", "Agent who wrote it.", references="agents.id"),
        text("body", "Text as HTML.", prose=True),
        text("body_text", "Text without markup.", prose=True),
        json("attachments", "Files: id, name, content_type, size, attachment_url.", pii=True, volatile=True),
        json("cloud_files", "Files linked from cloud storage.", pii=True),
        timestamp("last_edited_at", "When its text was last edited; null if never."),
        bigint("last_edited_user_id", "Agent who last edited it; null if never.", references="agents.id"),
        timestamp("created_at", "When it was written."),
        timestamp("updated_at", "When it last changed."),
    ),
)
