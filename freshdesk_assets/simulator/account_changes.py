"""What an administrator does: groups, roles, products, ticket fields."""

from collections.abc import Sequence
from typing import Any

from freshdesk_assets.simulator.fields import ticket_field
from freshdesk_assets.simulator.people_changes import PeopleChanges
from freshdesk_assets.simulator.state import change


class AccountChanges(PeopleChanges):
    """Changes to what only administrators set up, each under the world's lock."""

    @change
    def set_group_members(self, group_id: int, agent_ids: Sequence[int]) -> None:
        """Give a group other members: the group's updated_at moves, the agents' does not.

        Neither is established (docs/freshdesk_api.md, 4.10 and 4.11).
        """
        self._change_row(self.tables["groups"][group_id], agent_ids=list(agent_ids))

    @change
    def rename(self, table: str, row_id: int, name: str) -> None:
        """Rename a group, role, product, mailbox, policy or skill."""
        self._change_row(self.tables[table][row_id], name=name)

    @change
    def remove_group(self, group_id: int) -> None:
        """Remove a group; its tickets lose the reference."""
        self.former_groups[group_id] = self.tables["groups"].pop(group_id)
        self._clear_reference("group_id", group_id)
        for mailbox in self.tables["mailboxes"].values():
            if mailbox["group_id"] == group_id:
                self._change_row(mailbox, group_id=None)
        for rating in self.tables["satisfaction_ratings"].values():
            if rating["group_id"] == group_id:
                rating["group_id"] = None
        self._drop_from_policies("group_ids", group_id)

    @change
    def change_calendar(self, calendar_id: int, **fields: Any) -> None:
        """Give a calendar other hours or holidays; due times follow at the next change of a ticket."""
        row = self.tables["business_hours"][calendar_id]
        self.former_calendars.setdefault(calendar_id, []).append((self.clock.stamp(), dict(row)))
        self._change_row(row, **fields)

    @change
    def remove_product(self, product_id: int) -> None:
        """Remove a product; its tickets and mailboxes lose the reference."""
        del self.tables["products"][product_id]
        self._clear_reference("product_id", product_id)
        for mailbox in self.tables["mailboxes"].values():
            if mailbox["product_id"] == product_id:
                self._change_row(mailbox, product_id=None)
        self._drop_from_policies("product_ids", product_id)

    @change
    def remove_role(self, role_id: int) -> None:
        """Remove a role; agents who had only that one get the first that is left."""
        del self.tables["roles"][role_id]
        for agent in self.agents.values():
            if role_id in agent.role_ids:
                kept = [other for other in agent.role_ids if other != role_id]
                agent.role_ids = kept or list(self.tables["roles"])[:1]

    @change
    def add_custom_field(
        self, name: str, *, kind: str = "custom_text", label: str | None = None, choices: object = None
    ) -> int:
        """Add a ticket field: null on every ticket, none of which moves. Returns the field's id."""
        row = ticket_field(self, name, label or name, kind, self.clock.stamp())
        if choices is not None:
            row["choices"] = choices
        self.added_ticket_fields.append(name)
        if name in self.removed_ticket_fields:
            self.removed_ticket_fields.remove(name)
        for ticket in self.tickets.values():
            ticket.row["custom_fields"][name] = None
        return int(row["id"])

    @change
    def rename_custom_field(self, name: str, label: str) -> None:
        """Give a field another label; its name, and so the key in rows, stays."""
        self._change_row(self._field(name), label=label, label_for_customers=label)

    @change
    def remove_custom_field(self, name: str) -> None:
        """Remove a ticket field: its key just disappears from rows (docs/freshdesk_api.md, 6.4)."""
        del self.tables["ticket_fields"][self._field(name)["id"]]
        self.removed_ticket_fields.append(name)
        if name in self.added_ticket_fields:
            self.added_ticket_fields.remove(name)
        for ticket in self.tickets.values():
            ticket.row["custom_fields"].pop(name, None)

    def _field(self, name: str) -> dict[str, Any]:
        for row in self.tables["ticket_fields"].values():
            if row["name"] == name:
                return row
        raise ValueError(f"there is no ticket field {name}")

    def _clear_reference(self, key: str, value: int) -> None:
        for ticket_id in self._tickets_with(key, value):
            with self.changing(self.tickets[ticket_id], bump=self.unsettled_bumps) as row:
                row[key] = None
