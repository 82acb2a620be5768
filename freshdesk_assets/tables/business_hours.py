"""Business hours: the hours in which groups work and SLAs count."""

from freshdesk_assets.schema.column import bigint, boolean, json, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

business_hours = Table(
    name="business_hours",
    doc="One row per calendar of business hours.",
    path="business_hours",
    sync=FullList(),
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="business-hours",
    columns=(
        bigint("id", "Calendar's id.", required=True),
        text("name", "Calendar's name."),
        text("description", "What the calendar is for."),
        boolean("is_default", "Whether groups without a calendar of their own use it."),
        text("time_zone", "Time zone of the hours, by its Rails name."),
        # Closed days are missing keys, and the hours come as 8:00 am or 08:00:00 am.
        json("business_hours", "By weekday (monday, …): start_time and end_time; a missing day is closed."),
        json("holidays", "Date of each holiday, by its name; not sent by all accounts."),
        json("source_business_hours", "Hours of single sources: days, each with time slots."),
        timestamp("created_at", "When the calendar was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)
