"""What happens to contacts, companies and agents.

A ticket's updated_at does not move when its people change. Where a ticket loses or changes a reference, it is
not established whether updated_at moves: `unsettled_bumps` of the world decides.
"""

from typing import Any

from freshdesk_assets.simulator.people import new_agent, new_company, new_contact
from freshdesk_assets.simulator.state import Row, change
from freshdesk_assets.simulator.ticket_changes import TicketChanges


class PeopleChanges(TicketChanges):
    """Changes to contacts, companies and agents, each under the world's lock."""

    @change
    def create_contact(self, *, name: str | None = None) -> int:
        """A new contact. Returns its id."""
        contact = new_contact(self, self.rng, self.clock.stamp(), name=name)
        return int(contact.row["id"])

    @change
    def rename_contact(self, contact_id: int, name: str) -> None:
        """Rename a contact; its tickets do not move (docs/freshdesk_api.md, 5.1)."""
        with self.changing_contact(self.contacts[contact_id]) as row:
            row["name"] = name
            row["first_name"], _, last = name.partition(" ")
            row["last_name"] = last or None

    @change
    def update_contact(self, contact_id: int, **fields: Any) -> None:
        """Change keys of a contact's row in lists, or those that only its row call shows."""
        contact = self.contacts[contact_id]
        with self.changing_contact(contact) as row:
            for key, value in fields.items():
                if key not in row and key not in contact.view_only:
                    raise ValueError(f"a contact has no {key}")
                (row if key in row else contact.view_only)[key] = value

    @change
    def delete_contact(self, contact_id: int) -> None:
        """Soft delete: the contact is then listed under state=deleted."""
        contact = self.contacts[contact_id]
        with self.changing_contact(contact):
            contact.deleted = True

    @change
    def restore_contact(self, contact_id: int) -> None:
        """Undo a soft delete."""
        contact = self.contacts[contact_id]
        with self.changing_contact(contact):
            contact.deleted = False

    @change
    def block_contact(self, contact_id: int, *, blocked: bool = True) -> None:
        """Block, or unblock; blocked contacts are listed under state=blocked."""
        contact = self.contacts[contact_id]
        with self.changing_contact(contact):
            contact.blocked = blocked

    @change
    def hard_delete_contact(self, contact_id: int) -> None:
        """Delete for good, with the tickets (docs/freshdesk_api.md, 5.4); no trace of either is left."""
        for ticket_id in self._tickets_with("requester_id", contact_id):
            self._purge(ticket_id)
        self.forget_contact(self.contacts[contact_id])

    @change
    def merge_contacts(self, primary_id: int, secondary_id: int) -> None:
        """Delete the second; the first gets its tickets (docs/freshdesk_api.md, 5.5)."""
        primary, secondary = self.contacts[primary_id], self.contacts[secondary_id]
        for ticket_id in self._tickets_with("requester_id", secondary_id):
            with self.changing(self.tickets[ticket_id], bump=self.unsettled_bumps) as row:
                row["requester_id"] = primary_id
        email = secondary.row["email"]
        with self.changing_contact(primary):
            if email:
                primary.view_only["other_emails"] = [*primary.view_only["other_emails"], email]
        with self.changing_contact(secondary):
            secondary.deleted = True

    @change
    def make_agent(self, contact_id: int) -> None:
        """Make a contact an agent, under the same id (docs/freshdesk_api.md, 5.5)."""
        contact = self.contacts[contact_id]
        self.forget_contact(contact)
        new_agent(self, self.rng, self.clock.stamp(), agent_id=contact_id, contact=contact.row)

    @change
    def delete_agent(self, agent_id: int) -> None:
        """Make an agent a contact, under the same id, in no group; tickets keep the id."""
        agent = self.agents.pop(agent_id)
        for group in self.tables["groups"].values():
            if agent_id in group["agent_ids"]:
                self._change_row(
                    group, agent_ids=[other for other in group["agent_ids"] if other != agent_id]
                )
            if group["escalate_to"] == agent_id:
                self._change_row(group, escalate_to=None)
        name = agent.row["contact"]["name"]
        contact = new_contact(self, self.rng, self.clock.stamp(), contact_id=agent_id, name=name)
        contact.row["email"] = agent.row["contact"]["email"]

    @change
    def create_agent(self) -> int:
        """A new agent, in no group yet. Returns its id."""
        return int(new_agent(self, self.rng, self.clock.stamp()).row["id"])

    @change
    def set_agent_roles(self, agent_id: int, role_ids: list[int]) -> None:
        """Give an agent other roles; updated_at does not tell of it (docs/freshdesk_api.md, 4.10)."""
        self.agents[agent_id].role_ids = list(role_ids)

    @change
    def touch_agent(self, agent_id: int) -> None:
        """Let an agent work, which moves last_active_at and updated_at (docs/freshdesk_api.md, 4.10)."""
        now = self.clock.stamp()
        self.agents[agent_id].row |= {"last_active_at": now, "updated_at": now}

    @change
    def create_company(self, *, name: str | None = None) -> int:
        """A new company. Returns its id."""
        return int(new_company(self, self.rng, self.clock.stamp(), name)["id"])

    @change
    def rename_company(self, company_id: int, name: str) -> None:
        """Rename a company: it moves in the list by name."""
        self._change_row(self.tables["companies"][company_id], name=name)

    @change
    def delete_company(self, company_id: int) -> None:
        """Delete for good: no list shows it, references become null (docs/freshdesk_api.md, 5.4)."""
        del self.tables["companies"][company_id]
        for ticket_id in self._tickets_with("company_id", company_id):
            with self.changing(self.tickets[ticket_id], bump=self.unsettled_bumps) as row:
                row["company_id"] = None
        for entry in self.tables["time_entries"].values():
            if entry["company_id"] == company_id:
                entry["company_id"] = None
        for contact in self.contacts.values():
            others = [other for other in contact.other_companies if other["company_id"] != company_id]
            if contact.row["company_id"] == company_id or len(others) < len(contact.other_companies):
                with self.changing_contact(contact) as row:
                    contact.other_companies = others
                    if row["company_id"] == company_id:
                        row["company_id"] = None
                        contact.view_only["view_all_tickets"] = None
        self._drop_from_policies("company_ids", company_id)

    def _tickets_with(self, key: str, value: int) -> list[int]:
        return [number for number, ticket in self.tickets.items() if ticket.row[key] == value]

    def _change_row(self, row: Row, **fields: Any) -> None:
        row.update(fields)
        row["updated_at"] = self.clock.stamp()

    def _drop_from_policies(self, key: str, value: int) -> None:
        for policy in self.tables["sla_policies"].values():
            applicable = policy["applicable_to"]
            if value in applicable.get(key, ()):
                kept = [other for other in applicable[key] if other != value]
                self._change_row(policy, applicable_to={**applicable, key: kept})
