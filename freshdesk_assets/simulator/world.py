"""An account: set up from a seed, changed by people, read by the API."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from freshdesk_assets.simulator import payloads
from freshdesk_assets.simulator.activities import activities
from freshdesk_assets.simulator.clock import epoch, epoch_stamp
from freshdesk_assets.simulator.companions.keeping import Companions, found_companions
from freshdesk_assets.simulator.companions.truth import COMPANION_TRUTHS
from freshdesk_assets.simulator.conversations import conversations_of
from freshdesk_assets.simulator.custom_objects.store import found_objects
from freshdesk_assets.simulator.custom_objects.truth import CUSTOM_OBJECT_TRUTHS
from freshdesk_assets.simulator.discussions.founding import found_community
from freshdesk_assets.simulator.fields import found_fields
from freshdesk_assets.simulator.history import DAY, found_tickets
from freshdesk_assets.simulator.people import found_people
from freshdesk_assets.simulator.settings import found_organisation, found_settings
from freshdesk_assets.simulator.setup.days import SetupDays
from freshdesk_assets.simulator.setup.founding import found_setup
from freshdesk_assets.simulator.setup.live_keys import send_live_keys
from freshdesk_assets.simulator.setup.truth import SETUP_TRUTHS
from freshdesk_assets.simulator.solutions.founding import found_library
from freshdesk_assets.simulator.solutions.truth import SOLUTION_TRUTHS
from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.tree_days import TreeDays
from freshdesk_assets.simulator.truth.account import Measured

DEFAULT_NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# How long the account had existed before its first ticket.
FOUNDED_DAYS_BEFORE = 400
# What is true of what is kept in rooms of its own.
TRUTHS: dict[str, Callable[[Any], dict[Any, Row]]] = {
    "ticket_activities": activities,
    **COMPANION_TRUTHS,
    **SETUP_TRUTHS,
    **CUSTOM_OBJECT_TRUTHS,
    **SOLUTION_TRUTHS,
}


class World(SetupDays, TreeDays, Measured, Companions):
    """A whole account. The same arguments make the same account, and the same changes the same changes."""

    def __init__(
        self,
        seed: int = 1,
        tickets: int = 2000,
        now: datetime = DEFAULT_NOW,
        days: int = 60,
        *,
        contacts: int | None = None,
        agents: int | None = None,
        companies: int | None = None,
        ticking: bool = False,
        service_levels: bool = False,
        eventful: bool = False,
        live_keys: bool = False,
    ) -> None:
        """Set up an account.

        - tickets: how many were created over the `days` before `now`. Numbers not given follow from it.
        - service_levels: due times follow from policies and calendars, and tickets are escalated when late.
        - eventful: days have more of what makes metrics hard, see eventful.py.
        - live_keys: rows have the keys that only the newest accounts send.
        - ticking: the clock runs with real time; otherwise it stops until it is advanced.
        """
        super().__init__(seed=seed, now=now, ticking=ticking)
        self.eventful = eventful
        contacts = max(20, tickets // 4) if contacts is None else contacts
        agents = max(8, min(60, tickets // 100)) if agents is None else agents
        companies = max(5, contacts // 8) if companies is None else companies
        if contacts < 1 or agents < 1:
            raise ValueError("a world needs at least one contact and one agent")
        newest = epoch(self.clock.stamp()) - DAY
        oldest = newest - (days + FOUNDED_DAYS_BEFORE) * DAY
        founded = epoch_stamp(oldest)
        found_settings(self, founded)
        found_fields(self, founded)
        found_people(
            self, contacts=contacts, agents=agents, companies=companies, oldest=oldest, newest=newest
        )
        found_organisation(self, founded)
        self.founding_agents = list(self.agents)
        for number in (*self.contacts, *self.agents):
            person = self.person(number) or {}
            self.founders[number] = (person["name"], person["email"])
        found_tickets(self, count=tickets, days=days)
        found_setup(self, founded)
        self.setup_rng = random.Random(f"{seed} set-up")
        if live_keys:
            send_live_keys(self)
        if service_levels:
            self.begin_service_levels()
        found_companions(self)
        found_community(self, founded)
        found_library(self, founded)
        found_objects(self)

    def truth(self, resource: str) -> dict[Any, Row]:
        """Every row of a resource that exists, by id, with everything any read can show of it.

        Resources: tickets, conversations, contacts, agents, groups (as /admin/groups shows them), companies,
        roles, products, mailboxes, email_configs, sla_policies, business_hours, surveys, skills,
        time_entries, satisfaction_ratings, ticket_fields, contact_fields, company_fields,
        discussion_categories, discussion_forums, discussion_topics, discussion_comments, those of
        SETUP_TABLES and of TRUTHS. Signed URLs are shown without their signature. The rows are the world's
        own: do not change them.
        """
        with self.lock:
            self.settle()
            if resource in TRUTHS:
                return TRUTHS[resource](self)
            match resource:
                case "tickets":
                    return {
                        number: payloads.ticket_truth(ticket) | {"archived": ticket.archived}
                        for number, ticket in self.tickets.items()
                    }
                case "conversations":
                    return {
                        row["id"]: row
                        for ticket in self.tickets.values()
                        for row in conversations_of(self, ticket)
                    }
                case "contacts":
                    return {number: payloads.contact_truth(each) for number, each in self.contacts.items()}
                case "agents":
                    return {number: payloads.agent_view(self, each) for number, each in self.agents.items()}
            shown: dict[str, Callable[[Row], Row]] = {
                "groups": payloads.admin_group,
                "email_configs": payloads.email_config,
                "skills": lambda row: payloads.skill(self, row),
                "ticket_fields": lambda row: payloads.ticket_field(self, row),
            }
            table = self.tables["mailboxes" if resource == "email_configs" else resource]
            return {number: shown.get(resource, as_stored)(row) for number, row in table.items()}

    def truth_tickets(self) -> dict[int, Row]:
        """All tickets: live, spam, deleted and archived."""
        return self.truth("tickets")

    def truth_conversations(self) -> dict[int, Row]:
        """All conversations of all tickets."""
        return self.truth("conversations")

    def truth_contacts(self) -> dict[int, Row]:
        """All contacts, each with the `state` it is listed under."""
        return self.truth("contacts")

    def truth_companies(self) -> dict[int, Row]:
        """All companies."""
        return self.truth("companies")

    def truth_agents(self) -> dict[int, Row]:
        """All agents, with their groups, roles and skills."""
        return self.truth("agents")

    def truth_groups(self) -> dict[int, Row]:
        """All groups, as /admin/groups shows them."""
        return self.truth("groups")


def as_stored(row: Row) -> Row:
    """A row of a table that is shown as it is stored."""
    return row
