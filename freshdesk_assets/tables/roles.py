"""Roles: what agents may do."""

from freshdesk_assets.schema.column import bigint, boolean, integer, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

roles = Table(
    name="roles",
    doc="One row per role that agents can have.",
    path="roles",
    sync=FullList(),
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="roles_attributes",
    columns=(
        bigint("id", "Role's id.", required=True),
        text("name", "Role's name."),
        text("description", "What the role allows."),
        boolean("default", "Whether it came with Freshdesk rather than being the account's own."),
        integer("agent_type", "Kind of agent it is for; undocumented, 1 and 3 have been seen."),
        timestamp("created_at", "When the role was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)
