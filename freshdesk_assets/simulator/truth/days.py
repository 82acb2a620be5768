"""From the lives of tickets to days of the account: how tickets stood at midnight, and what happened."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.truth.calendars import Calendar
from freshdesk_assets.simulator.truth.lives import SOLVED, Life

CLOSED = 5
DAY_SECONDS = 86_400
# A bucket ends before its first figure, in days of 24 hours.
AGES = ((1, "0-1 d"), (3, "1-3 d"), (7, "3-7 d"), (30, "7-30 d"))
OLDEST = "30+ d"
VOLUMES = ("created", "resolved", "closed", "reopened", "agent_replies", "customer_messages")
VOLUME_KEYS = ("day", "group_id", "source", "type", "product_id")
BACKLOG_KEYS = ("day", "group_id", "agent_id", "priority", "status", "age_bucket")


def ticket_days(life: Life, calendar: Calendar) -> Iterator[tuple[date, int, Row]]:
    """Each whole day of a life: the day, the midnight that ends it, and how the ticket stood then."""
    day = calendar.local_day(life.created_at)
    while (midnight := calendar.instant(day + timedelta(days=1), 0)) <= life.now:
        stood = life.stood(midnight - 1)
        if stood is not None:
            yield day, midnight, stood
        day += timedelta(days=1)


def ticket_fields_daily(life: Life, calendar: Calendar) -> list[Row]:
    """How a ticket stood at the end of each day at which it was not closed."""
    return [
        {
            "day": day.isoformat(),
            "ticket_id": life.ticket.id,
            "status": stood["status"],
            "priority": stood["priority"],
            "group_id": stood["group_id"],
            "agent_id": stood["responder_id"],
            "type": stood["type"],
            "tags": stood["tags"],
            "spam": stood["spam"],
            "deleted": stood["deleted"],
        }
        for day, _, stood in ticket_days(life, calendar)
        if stood["status"] != CLOSED
    ]


def backlog_daily(lives: Iterable[Life], calendar: Calendar) -> list[Row]:
    """How many tickets were unsolved at the end of each day, neither spam nor deleted."""
    counted: Counter[tuple[object, ...]] = Counter()
    for life in lives:
        for day, midnight, stood in ticket_days(life, calendar):
            if stood["status"] in SOLVED or stood["spam"] or stood["deleted"]:
                continue
            age = age_bucket(midnight - life.created_at)
            shelf = (stood["group_id"], stood["responder_id"], stood["priority"], stood["status"], age)
            counted[day.isoformat(), *shelf] += 1
    return [dict(zip(BACKLOG_KEYS, key, strict=True)) | {"tickets": n} for key, n in counted.items()]


def age_bucket(seconds: int) -> str:
    """How old a ticket is, roughly."""
    return next((name for days, name in AGES if seconds < days * DAY_SECONDS), OLDEST)


def happenings(life: Life) -> Iterator[tuple[int, str]]:
    """What happened to a ticket that is counted by day."""
    yield life.created_at, "created"
    for at, former, status in life.status_changes():
        if status in SOLVED and former not in SOLVED:
            yield at, "resolved"
        if former in SOLVED and status not in SOLVED:
            yield at, "reopened"
        if status == CLOSED:
            yield at, "closed"
    for message in life.messages:
        if message.actor == "agent":
            yield message.at, "agent_replies"
        if message.actor == "customer":
            yield message.at, "customer_messages"


def volume_daily(lives: Iterable[Life], calendar: Calendar, *, historic: bool = True) -> list[Row]:
    """How much happened each day, the present one included.

    Group and type are those of the moment it happened, or with `historic` false those of now.
    """
    counted: dict[tuple[object, ...], Counter[str]] = {}
    for life in lives:
        for at, name in happenings(life):
            stood = (life.stood(at) if historic else None) or life.states[-1].stood
            key = (
                calendar.local_day(at).isoformat(), stood["group_id"], life.source, stood["type"],
                life.ticket.row["product_id"],
            )  # fmt: skip
            counted.setdefault(key, Counter())[name] += 1
    return [
        dict(zip(VOLUME_KEYS, key, strict=True)) | {name: counts[name] for name in VOLUMES}
        for key, counts in counted.items()
    ]
