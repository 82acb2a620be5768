"""Group agent roles: the members of each group, with their roles and what they see."""

from datetime import timedelta

from freshdesk_assets.schema.column import bigint, bigints, boolean, integer, timestamp
from freshdesk_assets.schema.endpoint import Kept
from freshdesk_assets.schema.sync import EachParent
from freshdesk_assets.schema.table import Cadence, Table

# A call for each group with members a day, and one for each of its agents a week, against one for each of its
# agents a day (agents.py). Accounts without the groups page of 2021, whose groups have no type, have no such
# lists (docs/freshdesk_api.md, 4.11).
FEWER_CALLS = """
bool_or(p.type is not null)
and 7 * count(*) filter (where len(p.agent_ids) > 0)
  < 6 * len(list_distinct(flatten(list(coalesce(p.agent_ids, [])))))
"""

group_agent_roles = Table(
    name="group_agent_roles",
    doc="One row per group and agent in it, with the agent's roles.",
    path="admin/groups/{id}/agents",
    sync=EachParent(
        parent="groups",
        column="group_id",
        where="len(p.agent_ids) > 0",
        # Twenty syncs by hand in a day read it once, as the agents' own calls that it spares.
        every=timedelta(hours=20),
        worth=FEWER_CALLS,
    ),
    # The reply says again who the agent is; agents has that.
    kept=tuple(
        Kept(path) for path in ("id", "ticket_scope", "write_access", "role_ids", "created_at", "updated_at")
    ),
    key=("group_id", "id"),
    group="setup",
    cadence=Cadence.SLOW,
    docs="groups",
    columns=(
        bigint("group_id", "Group.", references="groups.id", required=True),
        bigint("id", "Agent in it.", references="agents.id", required=True),
        bigints("role_ids", "Roles of the agent.", references="roles.id"),
        integer(
            "ticket_scope", "Tickets they can see: 1 All, 2 Their groups', 3 Their own.", accepted=(1, 2, 3)
        ),
        boolean("write_access", "Whether they may change what they see."),
        timestamp("created_at", "When the agent was created."),
        timestamp("updated_at", "When the agent last changed."),
    ),
)
