"""From the lives of tickets to what agents, groups and companies did and got, by day and by month.

Each thing counts for the group and agent that the ticket had when it happened. Durations are lists, so that
any figure can be worked out of them.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from freshdesk_assets.simulator.clock import epoch
from freshdesk_assets.simulator.state import Row, State
from freshdesk_assets.simulator.truth.calendars import Calendar
from freshdesk_assets.simulator.truth.days import ticket_days
from freshdesk_assets.simulator.truth.lives import SOLVED, Life
from freshdesk_assets.simulator.truth.metrics import mood, waits
from freshdesk_assets.simulator.truth.service import service_events

AGENT_COUNTS = (
    "assigned", "open", "replies", "notes", "resolved", "reopened", "seconds_logged", "ratings", "happy",
)  # fmt: skip
GROUP_COUNTS = ("created", "resolved", "open", "sla_ended", "sla_met", "ratings", "happy")
COMPANY_COUNTS = ("created", "resolved", "seconds_tracked", "ratings", "happy")
FIRST_REPLIES, RESOLUTIONS = "first_reply_business_seconds", "resolution_business_seconds"
# Whom something counts for, when, what, and how much of it; a duration is kept as one of a list.
Counted = tuple[int | None, int, str, int | None]


def tabulated(
    counted: Iterable[Counted],
    names: tuple[str, str],
    period: Callable[[int], str],
    counts: tuple[str, ...],
    lists: tuple[str, ...] = (),
) -> list[Row]:
    """Rows by period and whom it counts for; nobody is left out."""
    rows: dict[tuple[str, int], Row] = {}
    for whom, at, what, amount in counted:
        if whom is None:
            continue
        key = (period(at), whom)
        row = rows.setdefault(
            key,
            {
                **dict(zip(names, key, strict=True)),
                **dict.fromkeys(counts, 0),
                **{name: [] for name in lists},
            },
        )
        if what in lists:
            row[what].append(amount)
        elif what in counts:
            row[what] += amount
    return [rows[key] for key in sorted(rows)]


def agent_daily(state: State, lives: Iterable[Life], calendar: Calendar) -> list[Row]:
    """What each agent did on each day; a ticket reopened counts for who had it when it was solved last."""

    def counted() -> Iterator[Counted]:
        for life in lives:
            yield from (
                (span.stood["responder_id"], span.start, "assigned", 1) for span in life.spans("responder_id")
            )
            for message in life.messages:
                name = {"agent": "replies", "note": "notes"}.get(message.actor, "")
                yield message.author_id, message.at, name, 1
            for midnight, stood in open_nights(life, calendar):
                yield stood["responder_id"], midnight - 1, "open", 1
            solver = None
            for at, former, status in life.status_changes():
                if status in SOLVED and former not in SOLVED:
                    solver = (life.stood(at) or {})["responder_id"]
                    yield solver, at, "resolved", 1
                if former in SOLVED and status not in SOLVED:
                    yield solver, at, "reopened", 1
        for _, row in belonging(state, lives, "time_entries"):
            yield row["agent_id"], epoch(row["executed_at"]), "seconds_logged", row["time_spent_in_seconds"]
        for _, row in belonging(state, lives, "satisfaction_ratings"):
            yield from rated(row["agent_id"], row)

    return tabulated(counted(), ("day", "agent_id"), by_day(calendar), AGENT_COUNTS)


def group_daily(state: State, lives: Iterable[Life], calendar: Calendar) -> list[Row]:
    """What each group got and did on each day; `open` is how many were unsolved at the end of the day."""

    def counted() -> Iterator[Counted]:
        for life in lives:

            def group(at: int, life: Life = life) -> int | None:
                return (life.stood(at) or {}).get("group_id")

            yield group(life.created_at), life.created_at, "created", 1
            for at, what, seconds in ended(life):
                yield group(at), at, what, seconds
            for midnight, stood in open_nights(life, calendar):
                yield stood["group_id"], midnight - 1, "open", 1
            for event in service_events(state, life) if state.service_levels else ():
                if event.met_at is not None:
                    yield group(event.met_at), event.met_at, "sla_ended", 1
                    yield group(event.met_at), event.met_at, "sla_met", int(event.state == "met")
        for _, row in belonging(state, lives, "satisfaction_ratings"):
            yield from rated(row["group_id"], row)

    return tabulated(
        counted(), ("day", "group_id"), by_day(calendar), GROUP_COUNTS, (FIRST_REPLIES, RESOLUTIONS)
    )


def company_monthly(state: State, lives: Iterable[Life], calendar: Calendar) -> list[Row]:
    """What each company got in each month; tickets count for the company they have now."""

    def counted() -> Iterator[Counted]:
        for life in lives:
            company = life.ticket.row["company_id"]
            yield company, life.created_at, "created", 1
            for at, what, seconds in ended(life):
                yield company, at, what, seconds
        for _, row in belonging(state, lives, "time_entries"):
            yield (
                row["company_id"],
                epoch(row["executed_at"]),
                "seconds_tracked",
                row["time_spent_in_seconds"],
            )
        for life, row in belonging(state, lives, "satisfaction_ratings"):
            yield from rated(life.ticket.row["company_id"], row)

    def month(at: int) -> str:
        return calendar.local_day(at).replace(day=1).isoformat()

    return tabulated(counted(), ("month", "company_id"), month, COMPANY_COUNTS, (FIRST_REPLIES,))


def open_nights(life: Life, calendar: Calendar) -> Iterator[tuple[int, Row]]:
    """The midnights at which a ticket was unsolved, and neither spam nor deleted."""
    for _, midnight, stood in ticket_days(life, calendar):
        if stood["status"] not in SOLVED and not stood["spam"] and not stood["deleted"]:
            yield midnight, stood


def ended(life: Life) -> Iterator[tuple[int, str, int | None]]:
    """First reply and resolutions of a ticket: when, what, and in how many business seconds."""
    for wait in waits(life):
        if wait.first and wait.answered_at is not None:
            yield wait.answered_at, FIRST_REPLIES, life.business(wait.asked_at, wait.answered_at)
    for at, former, status in life.status_changes():
        if status in SOLVED and former not in SOLVED:
            yield at, "resolved", 1
            yield at, RESOLUTIONS, life.business(life.created_at, at)


def rated(whom: int | None, row: Row) -> Iterator[Counted]:
    """A rating, and whether the customer was happy."""
    at = epoch(row["created_at"])
    yield whom, at, "ratings", 1
    yield whom, at, "happy", int(mood(row["ratings"]["default_question"]) == "happy")


def belonging(state: State, lives: Iterable[Life], table: str) -> Iterator[tuple[Life, Row]]:
    """Rows of a table that belong to these tickets and had been created by then."""
    known = {life.ticket.id: life for life in lives}
    for row in state.tables[table].values():
        life = known.get(row["ticket_id"])
        if life and epoch(row["created_at"]) <= life.now:
            yield life, row


def by_day(calendar: Calendar) -> Callable[[int], str]:
    """The local day of an epoch second."""

    def day(at: int) -> str:
        found: date = calendar.local_day(at)
        return found.isoformat()

    return day
