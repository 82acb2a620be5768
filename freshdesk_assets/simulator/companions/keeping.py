"""Who watches a ticket, who was given access, how it was summed up, and which tickets belong together."""

import random
from collections.abc import Sequence
from datetime import datetime

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.history import link
from freshdesk_assets.simulator.state import Row, State, Ticket, change

ROLES = {1: "parent", 2: "child", 3: "tracker", 4: "related"}
HEADS, MEMBERS = (1, 3), (2, 4)
ONE_IN = {"watched": 9, "summed up": 11, "shared": 13}


class Companions(State):
    """What tickets have beside themselves; whether a change of it moves them, `unsettled_bumps` decides."""

    def __init__(self, *, seed: int, now: datetime, ticking: bool) -> None:
        """Nothing beside any ticket."""
        super().__init__(seed=seed, now=now, ticking=ticking)
        self.watchers: dict[int, list[int]] = {}
        self.accesses: dict[int, list[int]] = {}
        # By ticket, of which each has one at most.
        self.summaries: dict[int, Row] = {}

    def others(self, ticket: Ticket) -> list[Ticket]:
        """The tickets a ticket is associated with, of those that are still there."""
        numbers: list[int] = ticket.view_only["associated_tickets_list"]
        return [self.tickets[number] for number in numbers if number in self.tickets]

    @change
    def watch(self, ticket_id: int, agent_id: int) -> None:
        """An agent begins to watch a ticket."""
        with self.changing(self.tickets[ticket_id], bump=self.unsettled_bumps):
            watching = self.watchers.setdefault(ticket_id, [])
            if agent_id not in watching:
                watching.append(agent_id)

    @change
    def unwatch(self, ticket_id: int, agent_id: int) -> None:
        """An agent watches a ticket no longer."""
        with self.changing(self.tickets[ticket_id], bump=self.unsettled_bumps):
            self.watchers[ticket_id].remove(agent_id)

    @change
    def give_access(self, ticket_id: int, user_ids: Sequence[int]) -> None:
        """Give these people access to a ticket, and nobody else."""
        with self.changing(self.tickets[ticket_id], bump=self.unsettled_bumps):
            self.accesses[ticket_id] = list(user_ids)

    @change
    def sum_up(self, ticket_id: int, text: str, *, author_id: int | None = None) -> None:
        """Write a ticket's summary, or another one in its place."""
        with self.changing(self.tickets[ticket_id], bump=self.unsettled_bumps):
            now, before = self.clock.stamp(), self.summaries.get(ticket_id)
            author_id = author_id or self.agent_pool[0]
            if before is None:
                self.summaries[ticket_id] = new_summary(self, ticket_id, author_id, text, now)
            else:
                before |= {
                    "body": words.html(text),
                    "body_text": text,
                    "last_edited_at": now,
                    "last_edited_user_id": author_id,
                    "updated_at": now,
                }

    @change
    def remove_summary(self, ticket_id: int) -> None:
        """Delete a ticket's summary."""
        with self.changing(self.tickets[ticket_id], bump=self.unsettled_bumps):
            del self.summaries[ticket_id]

    @change
    def associate_tickets(self, head_id: int, member_ids: Sequence[int], *, tracker: bool = False) -> None:
        """Give a parent children, or a tracker related tickets; those it has already stay."""
        head = self.tickets[head_id]
        head_type, member_type = (3, 4) if tracker else (1, 2)
        if head.row["association_type"] not in (None, head_type):
            raise ValueError(f"ticket {head_id} is a {ROLES[head.row['association_type']]} already")
        for number in member_ids:
            if self.tickets[number].row["association_type"] is not None or number == head_id:
                raise ValueError(f"ticket {number} is associated already")
        with self.changing(head, bump=self.unsettled_bumps):
            link(head, head_type, [*head.view_only["associated_tickets_list"], *member_ids])
        for number in member_ids:
            with self.changing(self.tickets[number], bump=self.unsettled_bumps):
                link(self.tickets[number], member_type, [head_id])

    @change
    def dissociate_ticket(self, member_id: int) -> None:
        """Part a child from its parent, or a related ticket from its tracker."""
        member = self.tickets[member_id]
        if member.row["association_type"] not in MEMBERS:
            raise ValueError(f"ticket {member_id} is no child and not related to a tracker")
        for head in self.others(member):
            with self.changing(head, bump=self.unsettled_bumps):
                numbers = head.view_only["associated_tickets_list"]
                part(head, [number for number in numbers if number != member_id])
        with self.changing(member, bump=self.unsettled_bumps):
            part(member, [])


def part(ticket: Ticket, others: list[int]) -> None:
    """Leave a ticket with these others, or with none."""
    if others:
        link(ticket, ticket.row["association_type"], others)
        return
    ticket.row |= {"association_type": None, "associated_tickets_count": None}
    ticket.view_only["associated_tickets_list"] = []


def new_summary(state: State, ticket_id: int, author_id: int, text: str, at: str) -> Row:
    """A ticket's first summary."""
    return {
        "id": state.next_id("ticket_summaries"),
        "ticket_id": ticket_id,
        "user_id": author_id,
        "body": words.html(text),
        "body_text": text,
        "attachments": [],
        "cloud_files": [],
        "last_edited_at": None,
        "last_edited_user_id": None,
        "created_at": at,
        "updated_at": at,
    }


def found_companions(state: Companions) -> None:
    """Give some of the first tickets watchers, summaries and people with access; archived ones have none."""
    rng = random.Random(f"companions {state.seed}")
    agents = state.founding_agents
    for number, ticket in state.tickets.items():
        chosen = {name: rng.randrange(one_in) == 0 for name, one_in in ONE_IN.items()}
        people = rng.sample(agents, k=min(len(agents), 1 + number % 3))
        if ticket.archived:
            continue
        if chosen["watched"]:
            state.watchers[number] = people
        if chosen["shared"]:
            state.accesses[number] = people[:2]
        if chosen["summed up"]:
            text = words.text(rng, 2)
            summary = new_summary(state, number, people[0], text, ticket.row["updated_at"])
            state.summaries[number] = summary
