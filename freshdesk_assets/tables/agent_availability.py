"""Agent availability: who takes tickets now, on which channel, and how many they have."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.endpoint import Kept
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

agent_availability = Table(
    name="agent_availability",
    doc="One row per agent, on accounts with Omni routing: whether they took tickets when a sync looked.",
    path="agents",
    params={"only": "availability"},
    sync=FullList(),
    # The reply says again who the agent is; agents has that.
    kept=(
        *(
            Kept(path)
            for path in ("id", "availability.channel_availability", "availability.status_updated_at")
        ),
        *(Kept(path) for path in ("availability_control", "deactivated", "legacy_routing")),
    ),
    # Each reading that differs is kept: load and availability over the days.
    history=("channels", "deactivated"),
    version=(),
    window="_synced_at",
    group="people",
    cadence=Cadence.SLOW,
    docs="agents",
    columns=(
        bigint("id", "Agent.", references="agents.id", required=True),
        json(
            "channels",
            "Per channel whether they take tickets, how many they have, and how many they may have.",
            path="availability.channel_availability",
        ),
        timestamp(
            "status_updated_at", "When their status last changed.", path="availability.status_updated_at"
        ),
        text("availability_control", "Who sets it, as agent_controlled; null if unknown."),
        boolean("deactivated", "Whether the agent is switched off."),
        boolean("legacy_routing", "Whether tickets are routed as before Omni routing."),
    ),
)

agent_channels = Child(
    name="agent_channels",
    doc="One row per agent and channel that tickets come to them by.",
    parent="agent_availability",
    by="agent_id",
    cut=Elements("channels"),
    columns=(
        text("channel", "Channel, as Email queue.", path="value.channel", required=True),
        boolean("available", "Whether they take tickets of it.", path="value.available"),
        boolean("logged_in", "Whether they are signed in.", path="value.logged_in"),
        integer("assignment_limit", "Tickets they may have at a time.", path="value.assignment_limit"),
        integer("current_assignment_load", "Tickets they have.", path="value.current_assignment_load"),
        boolean(
            "round_robin_enabled",
            "Whether tickets are given to them in turn.",
            path="value.round_robin_enabled",
        ),
        boolean("pause_assignment", "Whether they are given none for now.", path="value.pause_assignment"),
        bigint("chosen_status", "Id of the status they chose; null if none.", path="value.status_id"),
        timestamp(
            "availability_updated_at",
            "When their availability last changed.",
            path="value.availability_updated_at",
        ),
    ),
    key=("channel",),
)
