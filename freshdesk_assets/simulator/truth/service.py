"""From the life of a ticket to its service levels: what was due when, and whether it came in time.

Due times are worked out anew from the beginning, with policy, priority and group as they stand, or stood when
the target was met:

- first response: creation and the target's time. None for tickets that we wrote.
- resolution: creation, the target's time, and the time in statuses that stop the clock and have been left.
- next response: the customer's message, and the target's time if the policy has one.

A target whose clock stands still is not late unless it was late before.
"""

from dataclasses import dataclass

from freshdesk_assets.simulator.clock import epoch_stamp
from freshdesk_assets.simulator.state import Row, State
from freshdesk_assets.simulator.truth.calendars import Calendar
from freshdesk_assets.simulator.truth.lives import OUTBOUND, SOLVED, Life
from freshdesk_assets.simulator.truth.metrics import shown, waits

SERVICE_TASK = "Service Task"
LATE = ("late", "running_late")
# What a policy applies to, and the key of a ticket that it is compared with.
CONDITIONS = {
    "company_ids": "company_id",
    "group_ids": "group_id",
    "sources": "source",
    "ticket_types": "type",
    "product_ids": "product_id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was promised: the policy's target for a priority, and the calendar it is counted by, if any."""

    policy_id: int
    priority: int
    group_id: int | None
    agent_id: int | None
    target: Row
    calendar: Calendar | None

    def due(self, start: int, seconds: int) -> int | None:
        """When that many seconds have passed, of business or of all hours; None if they never do."""
        return self.calendar.after(start, seconds) if self.calendar else start + seconds

    def passed(self, start: int, end: int) -> int:
        """How many seconds have passed between two epoch seconds."""
        return self.calendar.seconds_between(start, end) or 0 if self.calendar else end - start


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One target of a ticket."""

    target: str
    n: int
    applied_at: int
    due_at: int | None
    met_at: int | None
    state: str
    seconds: int
    elapsed: int
    terms: Terms


def terms_at(state: State, life: Life, at: int) -> Terms | None:
    """The terms of a ticket as it stood at an epoch second; service tasks have none.

    They are those of the first active policy by position that applies; the default one applies to all others.
    """
    stood = life.stood(at)
    if stood is None or stood["type"] == SERVICE_TASK:
        return None
    ticket = {**life.ticket.row, **stood}
    policies = sorted(
        state.tables["sla_policies"].values(), key=lambda row: (row["is_default"], row["position"])
    )
    for policy in policies:
        if policy["active"] and all(
            ticket[CONDITIONS[name]] in values for name, values in policy["applicable_to"].items()
        ):
            target = policy["sla_target"][f"priority_{stood['priority']}"]
            counted = target["business_hours"]
            return Terms(
                policy_id=policy["id"],
                priority=stood["priority"],
                group_id=stood["group_id"],
                agent_id=stood["responder_id"],
                target=target,
                calendar=life.clocks.calendar(stood["group_id"], life.source) if counted else None,
            )
    return None


def service_events(state: State, life: Life) -> list[Event]:
    """All targets of a ticket, in the order in which they began."""
    return [*first_response(state, life), *resolution(state, life), *next_responses(state, life)]


def first_response(state: State, life: Life) -> list[Event]:
    """The first response; whether an automation's counts is a switch of the world."""
    answering = ("agent", "system") if state.automations_respond else ("agent",)
    met_at = next((message.at for message in life.ever_said if message.actor in answering), None)
    terms = terms_at(state, life, ended(life, met_at))
    if terms is None or life.source == OUTBOUND:
        return []
    seconds = terms.target["respond_within"]
    due_at = terms.due(life.created_at, seconds)
    return [
        Event(
            target="first_response", n=1, applied_at=life.created_at, due_at=due_at, met_at=met_at,
            state=verdict(life, due_at, met_at), seconds=seconds, terms=terms,
            elapsed=terms.passed(life.created_at, over(life, met_at)),
        )
    ]  # fmt: skip


def next_responses(state: State, life: Life) -> list[Event]:
    """A target for each time the customer waited again."""
    found: list[Event] = []
    for wait in waits(life, life.ever_said):
        terms = None if wait.first else terms_at(state, life, ended(life, wait.answered_at))
        seconds = terms and terms.target.get("next_respond_within")
        if terms and seconds:
            due_at = terms.due(wait.asked_at, seconds)
            found.append(
                Event(
                    target="next_response", n=len(found) + 1, applied_at=wait.asked_at, due_at=due_at,
                    met_at=wait.answered_at, state=verdict(life, due_at, wait.answered_at),
                    seconds=seconds, terms=terms,
                    elapsed=terms.passed(wait.asked_at, over(life, wait.answered_at)),
                )
            )  # fmt: skip
    return found


def resolution(state: State, life: Life) -> list[Event]:
    """The resolution; statuses that stop the clock push it when they are left."""
    met_at = solved_at(life)
    end = life.now if met_at is None else met_at
    terms = terms_at(state, life, end)
    if terms is None:
        return []
    until = over(life, met_at)
    pauses = [span for span in life.spans("status") if span.stood["status"] in state.stopped_statuses]
    left = [(span.start, span.end) for span in pauses if span.end is not None and span.end <= end]
    running = [(span.start, until) for span in pauses[-1:] if span.end is None and span.start < until]
    paused = sum(terms.passed(start, stop) for start, stop in left)
    seconds = terms.target["resolve_within"]
    due_at = terms.due(life.created_at, seconds + paused)
    stopped = pauses[-1].start if pauses and pauses[-1].end is None else None
    standing = sum(terms.passed(start, stop) for start, stop in running)
    return [
        Event(
            target="resolution", n=1, applied_at=life.created_at, due_at=due_at, met_at=met_at,
            state=verdict(life, due_at, met_at, stopped=stopped), seconds=seconds, terms=terms,
            elapsed=terms.passed(life.created_at, until) - paused - standing,
        )
    ]  # fmt: skip


def solved_at(life: Life) -> int | None:
    """When the ticket was solved last, if it still is."""
    if not life.solved:
        return None
    entries = [
        at for at, former, status in life.status_changes() if status in SOLVED and former not in SOLVED
    ]
    return entries[-1] if entries else life.created_at


def gone_at(life: Life) -> int | None:
    """Since when the ticket has been spam or deleted."""
    last = life.spans("spam", "deleted")[-1]
    return last.start if last.stood["spam"] or last.stood["deleted"] else None


def ended(life: Life, met_at: int | None) -> int:
    """When a response was given, or was no longer waited for; else now."""
    solved = solved_at(life)
    if met_at is not None:
        return met_at
    return life.now if solved is None else solved


def over(life: Life, met_at: int | None) -> int:
    """When a target was met, or came to nothing; else now."""
    if met_at is not None:
        return met_at
    return min((at for at in (solved_at(life), gone_at(life)) if at is not None), default=life.now)


def verdict(life: Life, due_at: int | None, met_at: int | None, *, stopped: int | None = None) -> str:
    """met, late, running, running_late or cancelled.

    What nobody waits for any more is cancelled: a response to a ticket that was solved without one, and all
    targets of spam and deleted tickets.
    """
    if met_at is not None:
        return "late" if due_at is not None and met_at > due_at else "met"
    if solved_at(life) is not None or gone_at(life) is not None:
        return "late" if due_at is not None and over(life, None) > due_at else "cancelled"
    until = life.now if stopped is None else stopped
    return "running_late" if due_at is not None and until > due_at else "running"


def due_times(state: State, life: Life) -> Row:
    """The keys of a ticket's row that follow from its service levels."""
    events = {event.target: event for event in service_events(state, life)}
    first, last, following = (
        events.get(target) for target in ("first_response", "resolution", "next_response")
    )
    return {
        "fr_due_by": shown(first.due_at if first else None),
        "due_by": shown(last.due_at if last else None),
        "nr_due_by": shown(following.due_at if following else None),
        "fr_escalated": first is not None and first.state in LATE,
        "is_escalated": last is not None and last.state in LATE,
        "nr_escalated": following is not None and following.state in LATE,
    }


def told(event: Event) -> Row:
    """An event as a row of `sla_events`."""
    return {
        "target": event.target,
        "n": event.n,
        "group_id": event.terms.group_id,
        "agent_id": event.terms.agent_id,
        "policy_id": event.terms.policy_id,
        "priority": event.terms.priority,
        "calendar_id": event.terms.calendar.id if event.terms.calendar else None,
        "target_seconds": event.seconds,
        "applied_at": epoch_stamp(event.applied_at),
        "due_at": shown(event.due_at),
        "met_at": shown(event.met_at),
        "breached_at": shown(event.due_at) if event.state in LATE else None,
        "elapsed_seconds": event.elapsed,
        "remaining_seconds": event.seconds - event.elapsed if "running" in event.state else None,
        "state": event.state,
    }
