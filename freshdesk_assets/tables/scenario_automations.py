"""Scenario automations: several changes of a ticket that an agent makes with one click."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, boolean, json, text
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

scenario_automations = Table(
    name="scenario_automations",
    doc="One row per scenario; of private ones, those of the key's owner only.",
    path="scenario_automations",
    sync=FullList(),
    optional=True,
    # No time of a scenario is sent.
    version=(),
    window="_synced_at",
    group="setup",
    cadence=Cadence.SLOW,
    docs="scenario-automations",
    columns=(
        bigint("id", "Scenario's id.", required=True),
        text("name", "Name of the scenario."),
        text("description", "What it is for."),
        boolean("private", "Whether only the agent who made it has it."),
        json("actions", "What it does: name and value, which may be the text of a reply.", prose=True),
    ),
)

scenario_automation_actions = Child(
    name="scenario_automation_actions",
    doc="One row per thing that a scenario does.",
    parent="scenario_automations",
    by="scenario_automation_id",
    cut=Elements("actions"),
    columns=(
        text("name", "What it does, or the field that it sets.", path="value.name"),
        json(
            "value",
            "What it sets the field to; the text of a reply or a note.",
            path="value.value",
            prose=True,
        ),
    ),
    key=("position",),
)
