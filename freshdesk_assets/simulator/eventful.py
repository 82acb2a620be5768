"""Days on which more happens of what makes metrics hard: automations, reopenings, thanks, handovers."""

import random
from collections.abc import Callable
from datetime import timedelta

from freshdesk_assets.simulator.days import Days, Happening, on_row, on_ticket
from freshdesk_assets.simulator.fields import TICKET_TYPES
from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.statuses import CLOSED, OPEN, RESOLVED, SOLVED

URGENT, OUTBOUND = 4, 10
MINUTE = timedelta(minutes=1)


class Eventful(Days):
    """A world in which all of EVENTS happen each day, if it is eventful. Some of them take a minute."""

    eventful = False

    def happenings_of_a_day(self, rng: random.Random) -> list[Happening]:
        """What happens on a day, in order."""
        happenings = super().happenings_of_a_day(rng)
        if self.eventful:
            happenings += EVENTS * max(1, len(self.tickets) // 300)
            rng.shuffle(happenings)
        return happenings


def chosen(world: Days, rng: random.Random, fits: Callable[[Row], bool]) -> int | None:
    """A ticket of the normal list that fits, if there is one."""
    live = [number for _, number in world.shelves["live"].updated_at]
    found = [number for number in live if fits(world.tickets[number].row)]
    return rng.choice(found) if found else None


def acknowledged(world: Days, rng: random.Random) -> None:
    """A customer writes, and an automation answers in the same second."""
    world.automatic_reply(world.create_ticket(requester_id=rng.choice(world.contact_pool)))


def answered_at_once(world: Days, rng: random.Random) -> None:
    """A customer writes, and an agent answers in the same second."""
    number = world.create_ticket(requester_id=rng.choice(world.contact_pool), source=3)
    world.reply(number, author_id=rng.choice(world.agent_pool))


def written_by_us(world: Days, rng: random.Random) -> None:
    """An agent writes first, and the customer answers."""
    number = world.create_ticket(requester_id=rng.choice(world.contact_pool), source=OUTBOUND)
    world.clock.advance(MINUTE)
    world.reply(number, incoming=True)


def asked_by_an_agent(world: Days, rng: random.Random) -> None:
    """An agent is the customer: what they write on their own ticket is no response."""
    agent_id = rng.choice(world.agent_pool)
    number = world.create_ticket(requester_id=agent_id)
    world.clock.advance(MINUTE)
    world.add_note(number, author_id=agent_id, private=False)


def asked_thrice(world: Days, _rng: random.Random, number: int) -> None:
    """A customer is impatient."""
    for _ in range(3):
        world.reply(number, incoming=True)
        world.clock.advance(MINUTE)


def solved_twice(world: Days, _rng: random.Random, number: int) -> None:
    """A ticket is resolved, reopened and resolved again before anybody looks."""
    for status in (RESOLVED, OPEN, RESOLVED):
        world.set_status(number, status)
        world.clock.advance(MINUTE)


def handed_over(world: Days, rng: random.Random, number: int) -> None:
    """Another group, and another agent."""
    groups = list(world.tables["groups"])
    world.assign(number, agent_id=rng.choice(world.agent_pool), group_id=rng.choice(groups or [None]))


def let_go(world: Days, _rng: random.Random, number: int) -> None:
    """Nobody has the ticket any more."""
    world.assign(number, agent_id=None)


def forwarded(world: Days, _rng: random.Random, number: int) -> None:
    """A supplier is asked, and answers; neither is a reply to the customer."""
    world.add_conversation(number, "forward")
    world.clock.advance(MINUTE)
    world.add_conversation(number, "forward_reply")


def rated_again(world: Days, _rng: random.Random, rating_id: int) -> None:
    """A customer who rated a ticket rates it once more."""
    number = world.tables["satisfaction_ratings"][rating_id]["ticket_id"]
    world.add_rating(number)


def reopened(world: Days, rng: random.Random) -> None:
    """An agent reopens a solved ticket."""
    number = chosen(world, rng, lambda row: row["status"] in SOLVED)
    if number is not None:
        world.set_status(number, OPEN)


def thanked(world: Days, rng: random.Random) -> None:
    """A customer says thanks, which reopens nothing."""
    number = chosen(world, rng, lambda row: row["status"] in SOLVED)
    if number is not None:
        world.reply(number, incoming=True, reopens=False)


def raised_too_late(world: Days, rng: random.Random) -> None:
    """A ticket that was due becomes urgent."""
    now = world.clock.stamp()
    number = chosen(world, rng, lambda row: row["status"] not in SOLVED and (row["due_by"] or now) < now)
    if number is not None:
        world.set_priority(number, URGENT)


EVENTS: list[Happening] = [
    acknowledged,
    answered_at_once,
    written_by_us,
    asked_by_an_agent,
    reopened,
    thanked,
    raised_too_late,
    on_ticket(asked_thrice),
    on_ticket(solved_twice),
    on_ticket(handed_over),
    on_ticket(let_go),
    on_ticket(forwarded),
    on_ticket(lambda world, _, number: world.automatic_reply(number)),
    on_ticket(lambda world, _, number: world.set_status(number, CLOSED)),
    on_ticket(lambda world, rng, number: world.set_type(number, rng.choice((None, *TICKET_TYPES)))),
    on_ticket(lambda world, _, number: world.add_conversation(number, "feedback")),
    on_row("satisfaction_ratings", 1, rated_again),
]
