"""What an account holds, and the orders in which its lists are read.

Rows are kept in the shape in which the API sends them in lists. What only a row call shows is kept beside.

Lists that clients page through are indexes, sorted on every change. A page of a list of 20,000 tickets costs
a slice, and a change between two pages shifts what follows, as on a live one (docs/freshdesk_api.md, 3.5).
"""

import functools
import random
import threading
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from freshdesk_assets.simulator.clock import WorldClock, stamp
from freshdesk_assets.simulator.files import Files
from freshdesk_assets.simulator.ids import FIRST_IDS

Row = dict[str, Any]
P = ParamSpec("P")
R = TypeVar("R")

# What a ticket's journal follows: keys of its row, and `deleted`.
JOURNALLED = ("status", "responder_id", "group_id", "priority", "type", "tags", "spam", "deleted")
# The tables that are plain rows: one shape, in a list and in reply to a row call.
PLAIN_TABLES = (
    "companies",
    "roles",
    "products",
    "mailboxes",
    "sla_policies",
    "business_hours",
    "surveys",
    "skills",
    "groups",
    "time_entries",
    "satisfaction_ratings",
    "ticket_fields",
    "contact_fields",
    "company_fields",
)


@dataclass(slots=True, kw_only=True)
class Ticket:
    """A ticket: its list row, and what only a row call or an include shows."""

    row: Row
    stats: Row
    description: str
    description_text: str
    attachments: list[Row]
    view_only: Row
    deleted: bool = False
    archived: bool = False
    # (epoch second, kind) of each past conversation, for conversations.py; () once those are made.
    script: tuple[tuple[int, str], ...] = ()
    # Who talked in that past: the requester, and the agent if there was one.
    script_people: tuple[int, int | None] = (0, None)
    first_conversation_id: int = 0
    conversations: list[Row] = field(default_factory=list)
    # (stamp, kind, new value) of every change of what JOURNALLED names, from creation on.
    journal: list[tuple[str, str, Any]] = field(default_factory=list)
    journalled: Row = field(default_factory=dict)

    def record(self, at: str) -> None:
        """Write into the journal what is no longer as it says."""
        present = {**self.row, "deleted": self.deleted}
        for kind in JOURNALLED:
            if kind not in self.journalled or self.journalled[kind] != present[kind]:
                self.journalled[kind] = present[kind]
                self.journal.append((at, kind, present[kind]))

    @property
    def id(self) -> int:
        """Its number, as customers see it."""
        number: int = self.row["id"]
        return number

    @property
    def shelf(self) -> str | None:
        """The list it appears in; an archived ticket appears in none (docs/freshdesk_api.md, 4.4)."""
        if self.archived:
            return None
        if self.deleted:
            return "deleted"
        return "spam" if self.row["spam"] else "live"


@dataclass(slots=True, kw_only=True)
class Contact:
    """A contact: its list row, and what only a row call shows."""

    row: Row
    view_only: Row
    other_companies: list[Row]
    blocked: bool = False
    deleted: bool = False

    @property
    def state(self) -> str:
        """The value of `state` that lists it (docs/freshdesk_api.md, 4.8)."""
        if self.deleted:
            return "deleted"
        if self.blocked:
            return "blocked"
        return "verified" if self.row["active"] else "unverified"


@dataclass(slots=True, kw_only=True)
class Agent:
    """An agent: its list row, and what only a row call shows. Groups know their agents, not the reverse."""

    row: Row
    role_ids: list[int]
    skill_ids: list[int]


@dataclass(slots=True)
class Shelf:
    """The tickets of one list in the two orders that clients page through: (stamp, id), sorted."""

    updated_at: list[tuple[str, int]] = field(default_factory=list)
    created_at: list[tuple[str, int]] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Insert the ticket in both orders."""
        insort(self.updated_at, (row["updated_at"], row["id"]))
        insort(self.created_at, (row["created_at"], row["id"]))

    def remove(self, row: Row) -> None:
        """Take the ticket out; its stamps must be those it was added with."""
        del self.updated_at[bisect_left(self.updated_at, (row["updated_at"], row["id"]))]
        del self.created_at[bisect_left(self.created_at, (row["created_at"], row["id"]))]


def change(method: Callable[P, R]) -> Callable[P, R]:
    """A method that changes the world: under the lock, after all that was due before, and counted by name."""

    @functools.wraps(method)
    def changed(*args: P.args, **kwargs: P.kwargs) -> R:
        world = args[0]
        if not isinstance(world, State):
            raise TypeError(f"{method.__name__} is a method of a world")
        with world.lock:
            world.settle()
            world.changes_made[method.__name__] += 1
            return method(*args, **kwargs)

    return changed


class State:
    """Everything an account holds. Guard reads of several rows with `lock`."""

    def __init__(self, *, seed: int, now: datetime, ticking: bool) -> None:
        """An account with nothing in it."""
        self.seed = seed
        self.rng = random.Random(seed)
        self.clock = WorldClock(now, ticking=ticking)
        self.lock = threading.RLock()
        self.tickets: dict[int, Ticket] = {}
        self.shelves = {"live": Shelf(), "spam": Shelf(), "deleted": Shelf()}
        self.contacts: dict[int, Contact] = {}
        self.contact_names: list[tuple[str, int]] = []
        self.agents: dict[int, Agent] = {}
        # Everybody who is or was an agent: one who is deleted turns into a contact of the same id.
        self.agents_ever: set[int] = set()
        # What was removed and counts: groups, for the time tickets were in them; tickets, for those merged.
        self.former_groups: dict[int, Row] = {}
        self.former_tickets: dict[int, Ticket] = {}
        # How each calendar was before it changed, and when that was.
        self.former_calendars: dict[int, list[tuple[str, Row]]] = {}
        # Statuses in which the clock of service levels stands still; the API does not say which.
        self.stopped_statuses = {3, 4, 5, 6}
        # Whether an automation's message sets the times of responses; it is not established.
        self.automations_respond = False
        self.service_levels = False
        self.tables: dict[str, dict[int, Row]] = {name: {} for name in PLAIN_TABLES}
        # The server of files, if there is one: links lead to it.
        self.files: Files | None = None
        self.helpdesk: Row = {}
        self.account: Row = {}
        self.email_settings: Row = {}
        self.email_bcc: Row = {}
        # Whether rows have the keys that only the newest accounts send.
        self.live_keys = False
        # (name, e-mail) of everybody at the beginning: past conversations have these, whatever changed later.
        self.founders: dict[int, tuple[str, str | None]] = {}
        self.founding_agents: list[int] = []
        self.founded_until = stamp(now)
        self.changes_made: Counter[str] = Counter()
        self.unsettled_bumps = True
        # Custom ticket fields added or removed after the account was set up; new tickets have them or not.
        self.added_ticket_fields: list[str] = []
        self.removed_ticket_fields: list[str] = []
        self._next_ids = dict(FIRST_IDS)
        self._due_bumps: list[tuple[str, int]] = []
        # Which ticket each conversation belongs to, of those made so far.
        self.ticket_of_conversation: dict[int, int] = {}

    @property
    def contact_pool(self) -> list[int]:
        """The contacts who may open a ticket today."""
        return [number for number, each in self.contacts.items() if not (each.deleted or each.blocked)]

    @property
    def agent_pool(self) -> list[int]:
        """The agents there are."""
        return list(self.agents)

    def next_id(self, kind: str, count: int = 1) -> int:
        """The first of `count` fresh ids of a kind."""
        first = self._next_ids[kind]
        self._next_ids[kind] = first + count
        return first

    def add_ticket(self, ticket: Ticket) -> None:
        """Add a new ticket; its journal begins with its creation, unless it has a past already."""
        if not ticket.journal:
            ticket.record(ticket.row["created_at"])
        self.tickets[ticket.id] = ticket
        if ticket.shelf:
            self.shelves[ticket.shelf].add(ticket.row)
        self.heed(ticket, ticket.row["created_at"])

    def heed(self, ticket: Ticket, at: str) -> None:
        """Called after each change of a ticket, for what follows from it."""

    @contextmanager
    def changing(self, ticket: Ticket, *, bump: bool = True, at: str | None = None) -> Iterator[Row]:
        """Change a ticket inside the block; then updated_at moves if `bump`, and the ticket in its lists."""
        if ticket.shelf:
            self.shelves[ticket.shelf].remove(ticket.row)
        yield ticket.row
        ticket.record(at or self.clock.stamp())
        self.heed(ticket, at or self.clock.stamp())
        if bump:
            ticket.row["updated_at"] = max(at or self.clock.stamp(), ticket.row["updated_at"])
        if ticket.shelf:
            self.shelves[ticket.shelf].add(ticket.row)

    def forget_ticket(self, ticket: Ticket) -> None:
        """Drop a ticket, of which no reply has a trace."""
        if ticket.shelf:
            self.shelves[ticket.shelf].remove(ticket.row)
        self.former_tickets[ticket.id] = self.tickets.pop(ticket.id)

    def add_contact(self, contact: Contact) -> None:
        """Add a contact; the list is ordered by name (docs/freshdesk_api.md, 3.4)."""
        self.contacts[contact.row["id"]] = contact
        insort(self.contact_names, name_key(contact.row))

    def forget_contact(self, contact: Contact) -> None:
        """Drop a contact without a trace."""
        del self.contacts[contact.row["id"]]
        del self.contact_names[bisect_left(self.contact_names, name_key(contact.row))]

    @contextmanager
    def changing_contact(self, contact: Contact) -> Iterator[Row]:
        """Change a contact's row inside the block; then move updated_at, and the contact in the list."""
        del self.contact_names[bisect_left(self.contact_names, name_key(contact.row))]
        yield contact.row
        contact.row["updated_at"] = self.clock.stamp()
        insort(self.contact_names, name_key(contact.row))

    def bump_later(self, ticket_id: int, delay: timedelta) -> None:
        """Move the ticket's updated_at when the clock reaches a time, as asynchronous jobs do."""
        insort(self._due_bumps, (stamp(self.clock.now() + delay), ticket_id))

    def settle(self) -> None:
        """Make the delayed moves that are due by now."""
        now = self.clock.stamp()
        while self._due_bumps and self._due_bumps[0][0] <= now:
            at, ticket_id = self._due_bumps.pop(0)
            if ticket_id in self.tickets:
                with self.changing(self.tickets[ticket_id], at=at):
                    pass

    def person(self, person_id: int) -> Row | None:
        """The contact, or an agent's contact part: they share one id space (docs/freshdesk_api.md, 5.5)."""
        if person_id in self.contacts:
            return self.contacts[person_id].row
        if person_id in self.agents:
            return {"id": person_id, **self.agents[person_id].row["contact"]}
        return None

    def group_ids(self, agent_id: int) -> list[int]:
        """The groups an agent is in."""
        return [group["id"] for group in self.tables["groups"].values() if agent_id in group["agent_ids"]]


def name_key(row: Row) -> tuple[str, int]:
    """What an alphabetical list is sorted by."""
    return (row["name"].casefold(), row["id"])
