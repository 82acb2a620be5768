"""Time entries: the time agents spend on tickets."""

from freshdesk_assets.schema.column import bigint, boolean, integer, text, timestamp
from freshdesk_assets.schema.endpoint import Existence
from freshdesk_assets.schema.sync import LookBack
from freshdesk_assets.schema.table import Table

time_entries = Table(
    name="time_entries",
    doc="One row per entry of time that an agent spent on a ticket.",
    path="time_entries",
    # There is no updated_since, and an entry does not move its ticket's updated_at (seen: entry 16:17:18,
    # ticket 16:17:05). The list can only be filtered on executed_at. Users set it, also to a future
    # midnight or to months ago (docs/freshdesk_api.md, 4.6).
    sync=LookBack(after="executed_after", before="executed_before", cursor="executed_at", days=14),
    window="executed_at",
    belongs_to="ticket_id",
    existence=Existence("tickets/{ticket_id}/time_entries"),
    group="tickets",
    docs="time-entries",
    columns=(
        bigint("id", "Entry's id.", required=True),
        bigint("ticket_id", "Ticket the time was spent on.", references="tickets.id"),
        bigint("agent_id", "Agent who spent it.", references="agents.id"),
        bigint("company_id", "Company of the ticket; null if none.", references="companies.id"),
        text("note", "What was done; empty or null if nothing was noted.", prose=True),
        boolean("billable", "Whether it is charged."),
        boolean("timer_running", "Whether the timer still runs."),
        text("time_spent", "Time spent as hh:mm, cut to the minute: 103 seconds are 00:01."),
        integer("time_spent_in_seconds", "Time spent, in seconds."),
        timestamp("executed_at", "When the work was done; set by the agent, may be in the future."),
        timestamp("start_time", "When the timer was last started."),
        timestamp("created_at", "When the entry was made."),
        timestamp("updated_at", "When it last changed."),
    ),
)
