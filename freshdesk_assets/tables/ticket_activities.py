"""Ticket activities: what was done to each ticket, by choice, on accounts of before October 2023."""

from freshdesk_assets.schema.child import Child, Rows
from freshdesk_assets.schema.column import bigint, json, text, timestamp
from freshdesk_assets.schema.sync import DayFiles
from freshdesk_assets.schema.table import Cadence, Table

ticket_activities = Table(
    name="ticket_activities",
    doc="One row per thing that was done to a ticket, by whom and when; some accounts alone have this log.",
    path="export/ticket_activities",
    sync=DayFiles(
        parameter="created_at",
        link_at="export.url",
        ends_at="metadata.end_at",
        fingerprint="id",
        days=30,
    ),
    optional=True,
    rows_at="activities_data",
    per_page=0,
    version=("performed_at",),
    window="performed_at",
    by_choice=True,
    group="tickets",
    cadence=Cadence.SLOW,
    docs="tickets",
    columns=(
        bigint("id", "Fingerprint of the row: Freshdesk gives it no id.", required=True),
        bigint("ticket_id", "Ticket to which it was done.", references="tickets.id"),
        timestamp("performed_at", "When it was done."),
        text("performer_type", "Who did it: user for a person, system for a rule or Freshdesk itself."),
        bigint("performer_id", "Agent or contact who did it.", references="agents.id", also="contacts.id"),
        json("activity", "What was done: fields and what each became.", pii=True),
    ),
)

# A field that was emptied is null, and as much of a change as any other.
CHANGES = """
select
  p.id as activity_id,
  e.key as field,
  e.value ->> '$' as value
from parents p, json_each(p.activity) e
where json_type(p.activity) = 'OBJECT'
"""

ticket_activity_changes = Child(
    name="ticket_activity_changes",
    doc="One row per activity and field that it changed.",
    parent="ticket_activities",
    by="activity_id",
    cut=Rows(CHANGES, reads=("activity",)),
    columns=(
        text("field", "Field, or what else was done, such as note or added_tags.", required=True),
        text("value", "What it became, as text; a list or object as its JSON; null if emptied.", pii=True),
    ),
    key=("field",),
)
