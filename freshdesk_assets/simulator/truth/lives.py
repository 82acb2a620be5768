"""From a ticket's journal to how it stood when: states one after another, and what each status means."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from freshdesk_assets.simulator.actors import actor
from freshdesk_assets.simulator.clock import epoch
from freshdesk_assets.simulator.conversations import conversations_of
from freshdesk_assets.simulator.state import JOURNALLED, Row, State, Ticket
from freshdesk_assets.simulator.truth.calendars import Calendar

SOLVED = (4, 5)
OUTBOUND = 10
WAITS_ON = {"Pending": "customer", "Waiting on Customer": "customer", "Waiting on Third Party": "third_party"}


@dataclass(frozen=True, slots=True)
class Span:
    """How a ticket stood from one epoch second to another; `end` is None while it stands so."""

    start: int
    end: int | None
    stood: Row


@dataclass(frozen=True, slots=True)
class Message:
    """Something said: when, by what kind of actor, and by whom."""

    at: int
    actor: str
    author_id: int | None


class Clocks:
    """The calendars of an account, by group and source."""

    def __init__(self, state: State) -> None:
        self._calendars = state.tables["business_hours"]
        self._former = state.former_calendars
        self._groups = {**state.former_groups, **state.tables["groups"]}
        self._default = next((row["id"] for row in self._calendars.values() if row["is_default"]), None)
        self._made: dict[tuple[int, int | None], Calendar] = {}

    def calendar(self, group_id: int | None, source: int | None = None) -> Calendar | None:
        """The group's calendar, the default one if it has none, and None if there is no such either."""
        group = self._groups.get(group_id) if group_id is not None else None
        own = group and (group["business_calendar_id"] or group["business_hour_id"])
        calendar_id = own if own in self._calendars else self._default
        if calendar_id is None:
            return None
        if (calendar_id, source) not in self._made:
            former = [(epoch(at), row) for at, row in self._former.get(calendar_id, ())]
            self._made[calendar_id, source] = Calendar(self._calendars[calendar_id], source, former)
        return self._made[calendar_id, source]


class Life:
    """What happened to one ticket until a moment."""

    def __init__(self, state: State, clocks: Clocks, ticket: Ticket, now: int) -> None:
        """Read the ticket's journal and conversations up to the epoch second `now`."""
        self.ticket, self.clocks, self.now = ticket, clocks, now
        self.source: int = ticket.row["source"]
        self.created_at = epoch(ticket.row["created_at"])
        self.entries = [(epoch(at), kind, value) for at, kind, value in ticket.journal if epoch(at) <= now]
        self.states = list(self._states())
        self.messages = [
            Message(at, actor(row, ticket.row["requester_id"], state.agents_ever), row["user_id"])
            for row in conversations_of(state, ticket)
            if (at := epoch(row["created_at"])) <= now
        ]
        deleted = [Message(*value) for _, kind, value in self.entries if kind == "message_deleted"]
        # What was deleted had been said: Freshdesk's own times of responses stay.
        self.ever_said = sorted([*self.messages, *deleted], key=lambda message: message.at)

    def _states(self) -> Iterator[Span]:
        """The states, each a second long at least: of several changes in one second the last counts."""
        stood: Row = {}
        start = self.created_at
        for at, kind, value in self.entries:
            if kind not in JOURNALLED:
                continue
            if at > start:
                yield Span(start, at, dict(stood))
                start = at
            stood[kind] = value
        yield Span(start, None, stood)

    def spans(self, *kinds: str) -> list[Span]:
        """The states, joined while none of these kinds changed."""
        joined: list[Span] = []
        for state in self.states:
            stood = {kind: state.stood[kind] for kind in kinds}
            if joined and joined[-1].stood == stood:
                joined[-1] = Span(joined[-1].start, state.end, stood)
            else:
                joined.append(Span(state.start, state.end, stood))
        return joined

    def stood(self, at: int) -> Row | None:
        """How the ticket stood at an epoch second; None before its creation."""
        found = [state.stood for state in self.states if state.start <= at]
        return found[-1] if found else None

    @property
    def first_status(self) -> int:
        """The status at creation."""
        return next(int(value) for _, kind, value in self.entries if kind == "status")

    def status_changes(self) -> list[tuple[int, int, int]]:
        """When the status changed, from what, to what; also those that lasted for no second."""
        steps = [(at, value) for at, kind, value in self.entries if kind == "status"]
        return [(at, former, status) for (_, former), (at, status) in pairwise(steps)]

    @property
    def status(self) -> int:
        """The status now."""
        status: int = self.states[-1].stood["status"]
        return status

    @property
    def solved(self) -> bool:
        """Whether the ticket is resolved or closed now."""
        return self.status in SOLVED

    def seconds(self, span: Span) -> int:
        """How long a span is, until now if it has no end."""
        return (self.now if span.end is None else span.end) - span.start

    def business(self, start: int, end: int) -> int | None:
        """Business seconds between two epoch seconds, each by the calendar of the group it was in then."""
        total = 0
        for span in self.spans("group_id"):
            begin, until = max(start, span.start), end if span.end is None else min(end, span.end)
            if begin < until:
                calendar = self.clocks.calendar(span.stood["group_id"], self.source)
                counted = calendar.seconds_between(begin, until) if calendar else None
                if counted is None:
                    return None
                total += counted
        return total

    def business_of(self, span: Span) -> int | None:
        """Business seconds of a span, until now if it has no end."""
        return self.business(span.start, self.now if span.end is None else span.end)


def status_labels(state: State) -> dict[int, str]:
    """What agents see for each status."""
    field = next((row for row in state.tables["ticket_fields"].values() if row["name"] == "status"), None)
    return {int(status): labels[0] for status, labels in (field["choices"] if field else {}).items()}


def waits_on(status: int, labels: dict[int, str]) -> str:
    """Who is to act in a status: us, customer, third_party or nobody."""
    return "nobody" if status in SOLVED else WAITS_ON.get(labels.get(status, ""), "us")


def added(values: list[int | None]) -> int | None:
    """The sum; unknown if one of them is."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
