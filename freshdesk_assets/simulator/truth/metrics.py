"""From the life of a ticket to its metrics, one event after another."""

from dataclasses import dataclass
from itertools import pairwise

from freshdesk_assets.simulator.clock import epoch, epoch_stamp
from freshdesk_assets.simulator.state import Row, State
from freshdesk_assets.simulator.truth.contacts import merged_into, message_metrics, touched
from freshdesk_assets.simulator.truth.lives import OUTBOUND, SOLVED, Life, Message, Span, added, waits_on

TOUCHES = ("no", "one", "two")
# Ratings are -103 to 103, and on old surveys 1 to 3 (docs/freshdesk_api.md, 4.7).
HAPPY, NEUTRAL = (1, 101, 102, 103), (2, 100)
MOODS = ("unhappy", "neutral", "happy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A customer who waits for an agent, from when until when, and who answered."""

    first: bool
    asked_at: int
    answered_at: int | None
    agent_id: int | None


def ticket_metrics(state: State, life: Life, labels: dict[int, str]) -> Row:
    """What is true of a ticket, under the names of the columns of `ticket_metrics`, and its spans."""
    return {
        "ticket_id": life.ticket.id,
        "created_at": epoch_stamp(life.created_at),
        "status": life.status,
        "is_solved": life.solved,
        **reply_metrics(life),
        **resolution_metrics(state, life),
        **status_metrics(life, labels),
        **assignment_metrics(life),
        **message_metrics(life),
        "merged_guess": merged_into(state, life),
        **satisfaction(state, life),
        **time_tracked(state, life),
        "messages_deleted": sum(kind == "message_deleted" for _, kind, _ in life.entries),
        "ticket_spans": ticket_spans(life),
        "status_spans": status_spans(state, life, labels),
        "assignment_spans": assignment_spans(life),
        "replies_given": [replied(life, wait) for wait in waits(life)],
    }


def waits(life: Life, messages: list[Message] | None = None) -> list[Wait]:
    """Each time the customer waited for us; the last one may wait still.

    The first begins with the ticket, but not with one that we wrote. The next begin with the first thing the
    customer says after we answered.
    """
    found: list[Wait] = []
    asked_at: int | None = None if life.source == OUTBOUND else life.created_at
    for message in life.messages if messages is None else messages:
        if message.actor == "customer" and asked_at is None:
            asked_at = message.at
        elif message.actor == "agent" and asked_at is not None and message.at >= asked_at:
            found.append(waited(life, found, asked_at, message))
            asked_at = None
    if asked_at is not None:
        found.append(waited(life, found, asked_at, None))
    return found


def waited(life: Life, found: list[Wait], asked_at: int, answer: Message | None) -> Wait:
    """A wait that ended with an answer, or goes on."""
    return Wait(
        first=not found and life.source != OUTBOUND,
        asked_at=asked_at,
        answered_at=answer.at if answer else None,
        agent_id=answer.author_id if answer else None,
    )


def replied(life: Life, wait: Wait) -> Row:
    """A wait as a row of `ticket_replies`."""
    end = life.now if wait.answered_at is None else wait.answered_at
    return {
        "kind": "first" if wait.first else "next",
        "asked_at": epoch_stamp(wait.asked_at),
        "answered_at": shown(wait.answered_at),
        "agent_id": wait.agent_id,
        "seconds": end - wait.asked_at,
        "business_seconds": life.business(wait.asked_at, end),
    }


def reply_metrics(life: Life) -> Row:
    """How fast the customer was answered."""
    found = waits(life)
    first = next((wait for wait in found if wait.first and wait.answered_at is not None), None)
    system = [m.at for m in life.messages if m.actor == "system" and m.at >= life.created_at]
    done = [(wait.asked_at, wait.answered_at) for wait in found if wait.answered_at is not None]
    plain = [answered - asked for asked, answered in done]
    business = [life.business(asked, answered) for asked, answered in done]
    total = added(business) if done else None
    known = [each for each in business if each is not None]
    waiting = next((wait.asked_at for wait in found if wait.answered_at is None and not life.solved), None)
    return {
        "first_reply_at": shown(first.answered_at if first else None),
        "first_reply_agent_id": first.agent_id if first else None,
        "first_reply_seconds": plain[0] if first else None,
        "first_reply_business_seconds": business[0] if first else None,
        "first_system_reply_at": shown(min(system, default=None)),
        "replies": len(done),
        "total_reply_seconds": sum(plain) if done else None,
        "total_reply_business_seconds": total,
        "average_reply_seconds": round(sum(plain) / len(done)) if done else None,
        "average_reply_business_seconds": None if total is None else round(total / len(done)),
        "longest_reply_seconds": max(plain, default=None),
        "longest_reply_business_seconds": max(known, default=None) if total is not None else None,
        "waiting_since": shown(waiting),
        "waiting_seconds": None if waiting is None else life.now - waiting,
        "waiting_business_seconds": None if waiting is None else life.business(waiting, life.now),
    }


def resolution_metrics(state: State, life: Life) -> Row:
    """When the ticket was solved, and how long that took."""
    changes = life.status_changes()
    solved = [at for at, former, status in changes if status in SOLVED and former not in SOLVED]
    if life.first_status in SOLVED:
        solved.insert(0, life.created_at)
    reopened = [at for at, former, status in changes if former in SOLVED and status not in SOLVED]
    first = min(solved, default=None)
    last = solved[-1] if solved and life.solved else None
    running = [
        Span(span.start, min(span.end or life.now, last or 0), span.stood)
        for span in life.spans("status")
        if last is not None and span.start < last and span.stood["status"] not in state.stopped_statuses
    ]
    answers = touched(life)
    touches = answers + (life.source == OUTBOUND)
    return {
        "first_resolved_at": shown(first),
        "first_resolution_seconds": None if first is None else first - life.created_at,
        "first_resolution_business_seconds": None if first is None else life.business(life.created_at, first),
        "last_resolved_at": shown(last),
        "full_resolution_seconds": None if last is None else last - life.created_at,
        "full_resolution_business_seconds": None if last is None else life.business(life.created_at, last),
        "solve_business_seconds": None if last is None else added([life.business_of(s) for s in running]),
        "reopens": len(reopened),
        "resolutions": len(solved),
        "touch_count": touches,
        "touches": (TOUCHES[touches] if touches < len(TOUCHES) else "many") if life.solved else None,
        "first_contact_resolution": answers <= 1 and not reopened if life.solved else None,
    }


def status_metrics(life: Life, labels: dict[int, str]) -> Row:
    """How long the ticket waited for whom."""
    found: Row = {}
    spans = life.spans("status")
    for name, party in (
        ("requester_wait", "us"), ("agent_wait", "customer"), ("on_hold", "third_party"),
    ):  # fmt: skip
        chosen = [span for span in spans if waits_on(span.stood["status"], labels) == party]
        found[f"{name}_seconds"] = sum(life.seconds(span) for span in chosen)
        found[f"{name}_business_seconds"] = added([life.business_of(span) for span in chosen])
    return found


def assignment_metrics(life: Life) -> Row:
    """Who had the ticket."""
    agents = [span.stood["responder_id"] for span in life.spans("responder_id")]
    groups = [span.stood["group_id"] for span in life.spans("group_id")]
    nobody = [
        span
        for span in life.spans("responder_id", "status")
        if span.stood["responder_id"] is None and span.stood["status"] not in SOLVED
    ]
    somebody = [span.start for span in life.spans("responder_id") if span.stood["responder_id"] is not None]
    return {
        "unassigned_seconds": sum(life.seconds(span) for span in nobody),
        "unassigned_business_seconds": added([life.business_of(span) for span in nobody]),
        "first_assigned_at": shown(min(somebody, default=None)),
        "handoffs": sum(None not in (former, agent) for former, agent in pairwise(agents)),
        "group_stations": sum(group is not None for group in groups),
        "agent_stations": sum(agent is not None for agent in agents),
    }


def satisfaction(state: State, life: Life) -> Row:
    """What the customer thought of it, first and last."""
    ratings = sorted(
        (row["created_at"], row["id"], row["ratings"]["default_question"])
        for row in state.tables["satisfaction_ratings"].values()
        if row["ticket_id"] == life.ticket.id and epoch(row["created_at"]) <= life.now
    )
    moods = [mood(value) for _, _, value in ratings]
    return {
        "csat_first": moods[0] if moods else None,
        "csat_last": moods[-1] if moods else None,
        "csat_improved": MOODS.index(moods[-1]) > MOODS.index(moods[0]) if moods else None,
    }


def mood(value: int) -> str:
    """What a rating means."""
    if value in HAPPY:
        return "happy"
    return "neutral" if value in NEUTRAL else "unhappy"


def time_tracked(state: State, life: Life) -> Row:
    """How long agents say they worked; timers that run still are also counted apart."""
    entries = [
        row
        for row in state.tables["time_entries"].values()
        if row["ticket_id"] == life.ticket.id and epoch(row["created_at"]) <= life.now
    ]
    return {
        "seconds_tracked": sum(row["time_spent_in_seconds"] for row in entries),
        "seconds_billable": sum(row["time_spent_in_seconds"] for row in entries if row["billable"]),
        "timers_running": sum(row["timer_running"] for row in entries),
    }


def status_spans(state: State, life: Life, labels: dict[int, str]) -> list[Row]:
    """The statuses one after another, as rows of `ticket_status_spans`."""
    return [
        {
            "n": n,
            "status": span.stood["status"],
            "waits_on": waits_on(span.stood["status"], labels),
            "clock_stopped": span.stood["status"] in state.stopped_statuses,
            **timed(life, span),
        }
        for n, span in enumerate(life.spans("status"), 1)
    ]


def ticket_spans(life: Life) -> list[Row]:
    """Statuses, agents and groups one after another, as rows of `ticket_spans`."""
    return [
        {
            "n": n,
            "status": span.stood["status"],
            "agent_id": span.stood["responder_id"],
            "group_id": span.stood["group_id"],
            "calendar_id": calendar.id if calendar else None,
            **timed(life, span),
        }
        for n, span in enumerate(life.spans("status", "responder_id", "group_id"), 1)
        for calendar in [life.clocks.calendar(span.stood["group_id"], life.source)]
    ]


def assignment_spans(life: Life) -> list[Row]:
    """Agents and groups one after another, as rows of `ticket_assignment_spans`."""
    return [
        {
            "n": n,
            "agent_id": span.stood["responder_id"],
            "group_id": span.stood["group_id"],
            **timed(life, span),
        }
        for n, span in enumerate(life.spans("responder_id", "group_id"), 1)
    ]


def timed(life: Life, span: Span) -> Row:
    """When a span was, and how long."""
    return {
        "started_at": epoch_stamp(span.start),
        "ended_at": shown(span.end),
        "seconds": life.seconds(span),
        "business_seconds": life.business_of(span),
    }


def shown(at: int | None) -> str | None:
    """The epoch second as Freshdesk writes it."""
    return None if at is None else epoch_stamp(at)
