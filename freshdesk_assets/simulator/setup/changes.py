"""What an administrator does to rules, canned responses, forms, sections, skills and the single objects.

A folder does not move when something is put into it or taken out, nor a form when a field of it changes.
Neither is established.
"""

from collections.abc import Sequence
from typing import Any

from freshdesk_assets.simulator.account_changes import AccountChanges
from freshdesk_assets.simulator.setup.canned import new_folder, new_response, responses_in
from freshdesk_assets.simulator.setup.forms import new_form, new_section
from freshdesk_assets.simulator.setup.founding import new_skill
from freshdesk_assets.simulator.setup.live_keys import send_live_keys
from freshdesk_assets.simulator.setup.rules import CREATION, milliseconds, new_rule, new_scenario, webhook
from freshdesk_assets.simulator.state import Row, change

# Rows of these tables have no times.
TIMELESS = ("scenario_automations", "ticket_field_sections")
# Keys that only some rows have.
OPTIONAL = {"automation_rules": {"description", "performer", "events", "operator"}}
CHANGEABLE = (
    "automation_rules", "scenario_automations", "canned_response_folders", "canned_responses", "ticket_forms",
    "ticket_field_sections", "skills",
)  # fmt: skip


class SetupChanges(AccountChanges):
    """Changes to the set-up, each under the world's lock."""

    @change
    def create_rule(self, kind: int = CREATION, name: str = "A new rule", **rest: Any) -> int:
        """A new rule of a type, with a webhook unless `actions` are given. Returns its id."""
        rest = {"actions": [webhook()], **rest}
        return int(new_rule(self, self.clock.stamp(), kind, name, **rest)["id"])

    @change
    def create_scenario(self, name: str = "A new scenario", actions: Sequence[Row] = ()) -> int:
        """A new scenario. Returns its id."""
        return int(new_scenario(self, name, list(actions))["id"])

    @change
    def create_canned_folder(self, name: str = "A new folder", *, personal: bool = False) -> int:
        """A new folder with nothing in it. Returns its id."""
        return int(new_folder(self, name, self.clock.stamp(), personal=personal)["id"])

    @change
    def create_canned_response(self, folder_id: int, title: str = "A new answer") -> int:
        """A new response in a folder. Returns its id."""
        return int(new_response(self, folder_id, title, self.clock.stamp())["id"])

    @change
    def create_form(self, title: str = "A new form", field_ids: Sequence[int] = ()) -> int:
        """A new form with these ticket fields. Returns its id."""
        name = title.lower().replace(" ", "_")
        return int(new_form(self, name, title, self.clock.stamp(), list(field_ids))["id"])

    @change
    def create_section(self, parent_field_id: int, label: str, field_ids: Sequence[int] = ()) -> int:
        """A new section below a ticket field. Returns its id."""
        return int(new_section(self, label, parent_field_id, list(field_ids))["id"])

    @change
    def create_skill(self, name: str = "A new skill") -> int:
        """A new skill that nobody has yet. Returns its id."""
        return int(new_skill(self, self.clock.stamp(), name)["id"])

    @change
    def change_setup(self, table: str, row_id: int, **fields: Any) -> None:
        """Change keys of a row of CHANGEABLE, as {"active": False} of a rule or {"title": ...} of a form."""
        if table not in CHANGEABLE:
            raise ValueError(f"there is no {table!r}; there are {', '.join(CHANGEABLE)}")
        row = self.tables[table][row_id]
        unknown = fields.keys() - row.keys() - OPTIONAL.get(table, set())
        if unknown:
            raise ValueError(f"a row of {table} has no {', '.join(sorted(unknown))}")
        row.update(fields)
        if table not in TIMELESS:
            now = self.clock.stamp()
            row["updated_at"] = milliseconds(now) if table == "automation_rules" else now

    @change
    def move_canned_response(self, response_id: int, folder_id: int) -> None:
        """Move a response into another folder."""
        self.tables["canned_response_folders"][folder_id]
        self._change_row(self.tables["canned_responses"][response_id], folder_id=folder_id)

    @change
    def miscount_canned_folder(self, folder_id: int, says: int | None) -> None:
        """Let a folder send this count whatever is in it; None: it counts again."""
        self.tables["canned_response_folders"][folder_id]
        if says is None:
            self.tables["miscounts"].pop(folder_id, None)
        else:
            self.tables["miscounts"][folder_id] = {"says": says}

    @change
    def set_form_fields(self, form_id: int, field_ids: Sequence[int]) -> None:
        """Give a form these ticket fields, in this order; those that it had keep their times."""
        form, now = self.tables["ticket_forms"][form_id], self.clock.stamp()
        known = {entry["id"]: entry for entry in form["fields"]}
        fields = [known.get(field_id, {"id": field_id, "at": now}) for field_id in field_ids]
        self._change_row(form, fields=fields)

    @change
    def give_skill(self, agent_id: int, skill_id: int, *, given: bool = True) -> None:
        """Give an agent a skill or take it away; updated_at of neither tells of it."""
        self.tables["skills"][skill_id]
        others = [each for each in self.agents[agent_id].skill_ids if each != skill_id]
        self.agents[agent_id].skill_ids = [*others, skill_id] if given else others

    @change
    def set_availability(self, agent_id: int, **fields: Any) -> None:
        """Change `available`, `assignment_limit` or `status_id` of an agent, in all channels."""
        self.agents[agent_id]
        known = self.tables["availability"].get(agent_id, {})
        self.tables["availability"][agent_id] = {**known, **fields, "at": self.clock.stamp()}

    @change
    def remove_setup(self, table: str, row_id: int) -> None:
        """Delete a row of CHANGEABLE: a folder with its responses, a skill from all who have it."""
        if table not in CHANGEABLE:
            raise ValueError(f"there is no {table!r}; there are {', '.join(CHANGEABLE)}")
        del self.tables[table][row_id]
        if table == "canned_response_folders":
            self.tables["miscounts"].pop(row_id, None)
            for response in responses_in(self, row_id):
                del self.tables["canned_responses"][response["id"]]
        if table == "skills":
            for agent in self.agents.values():
                agent.skill_ids = [each for each in agent.skill_ids if each != row_id]

    @change
    def set_single(self, which: str, **fields: Any) -> None:
        """Change keys of "account", "helpdesk", "email_settings" or "email_bcc"."""
        singles = {
            "account": self.account, "helpdesk": self.helpdesk,
            "email_settings": self.email_settings, "email_bcc": self.email_bcc,
        }  # fmt: skip
        singles[which].update(fields)

    @change
    def send_live_keys(self, *, sent: bool = True) -> None:
        """Begin, or cease, to send the keys of the newest accounts."""
        send_live_keys(self, sent=sent)

    def remove_group(self, group_id: int) -> None:
        """Remove a group; responses lose the reference, and rules that name it are out of date."""
        with self.lock:
            super().remove_group(group_id)
            for response in self.tables["canned_responses"].values():
                if group_id in response["group_ids"]:
                    kept = [other for other in response["group_ids"] if other != group_id]
                    self._change_row(response, group_ids=kept)
            for rule in self.tables["automation_rules"].values():
                if any(action.get("value") == group_id for action in rule["actions"]):
                    rule["outdated"] = True
