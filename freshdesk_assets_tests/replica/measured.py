"""Where the replica's metrics are not what the simulated account says of itself."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb

from freshdesk_assets_tests.replica.account import Account

Row = dict[str, Any]
Wrong = tuple[str, object, str, object, object]
"""View, key, column, what the replica has, and what is true."""

ALWAYS = (
    "status", "is_solved", "first_reply_at", "first_reply_agent_id", "first_reply_seconds",
    "first_system_reply_at", "replies", "total_reply_seconds", "average_reply_seconds",
    "longest_reply_seconds", "waiting_since", "waiting_seconds", "agent_replies", "customer_messages",
    "private_notes", "system_messages", "touches", "agents_writing", "csat_first", "csat_last",
    "csat_improved", "seconds_tracked", "seconds_billable", "timers_running", "last_resolved_at",
    "full_resolution_seconds", "touch_count",
)  # fmt: skip
"""Known of every ticket, however late the first sync was."""

OF_STATUSES = (
    "first_resolved_at", "first_resolution_seconds", "requester_wait_seconds", "agent_wait_seconds",
    "on_hold_seconds", "reopens", "resolutions", "first_contact_resolution",
)  # fmt: skip
"""Known if each status since the creation is."""

OF_ASSIGNMENTS = (
    "unassigned_seconds", "first_assigned_at", "handoffs", "group_stations", "agent_stations",
)  # fmt: skip
"""Known if each group and agent since the creation is."""

IN_BUSINESS_HOURS = {
    "first_reply_business_seconds": (), "total_reply_business_seconds": (),
    "average_reply_business_seconds": (), "longest_reply_business_seconds": (),
    "waiting_business_seconds": (), "full_resolution_business_seconds": (),
    "first_resolution_business_seconds": ("history_known",),
    "requester_wait_business_seconds": ("history_known",),
    "agent_wait_business_seconds": ("history_known",), "on_hold_business_seconds": ("history_known",),
    "solve_business_seconds": ("history_known",), "unassigned_business_seconds": (),
}  # fmt: skip
"""Known if each group since the creation is, and what else must be: the group has the calendar."""


def as_of(acme: Account) -> datetime:
    """The moment that the replica's metrics are as of."""
    moment: datetime
    ((moment,),) = acme.query("select as_of from metrics.clock")
    return moment.astimezone(UTC)


def rows_of(acme: Account, sql: str) -> list[Row]:
    """The rows of a query, with moments as Freshdesk writes them."""
    with duckdb.connect(str(acme.path), read_only=True) as connection:
        found = connection.execute(sql)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, map(_said, row), strict=True)) for row in found.fetchall()]


def _said(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()[:19] + "Z"
    return value


def ticket_differences(acme: Account, unseen: Collection[int] = ()) -> list[Wrong]:
    """Where `ticket_metrics` is not the truth; of the tickets `unseen` syncs missed a change between two."""
    truth = acme.world.all_metrics(as_of(acme))["tickets"]
    unheard = purged_unheard(acme)
    wrong: list[Wrong] = []
    for row in rows_of(acme, "from metrics.ticket_metrics"):
        number = row["ticket_id"]
        if (true := truth.get(number)) is None:
            continue
        columns: list[str] = [*ALWAYS]
        if unheard.isdisjoint((row["merged_guess"], true["merged_guess"])):
            columns.append("merged_guess")
        if number not in unseen:
            columns += OF_STATUSES if row["history_known"] else ()
            columns += OF_ASSIGNMENTS if row["assignment_known"] else ()
            columns += [
                name
                for name, needed in IN_BUSINESS_HOURS.items()
                if row["assignment_known"] and all(row[each] for each in needed)
            ]
        wrong += (
            ("ticket_metrics", number, name, row[name], true[name])
            for name in columns
            if not alike(name, row[name], true[name])
        )
        wrong += _not_admitted(row, number)
    return wrong


def alike(name: str, ours: object, true: object) -> bool:
    """Whether two values are the same; a mean is rounded to a second."""
    if name.startswith("average_") and isinstance(ours, int) and isinstance(true, int):
        return abs(ours - true) <= 1
    return ours == true


def _not_admitted(row: Row, number: int) -> Iterator[Wrong]:
    """What is said of a ticket though it cannot be known, or not said to be unknown."""
    if not (row["history_known"] and row["assignment_known"]) and row["unknown_because"] is None:
        yield "ticket_metrics", number, "unknown_because", None, "a reason"
    for known, names in (
        ("history_known", ("requester_wait_seconds", "agent_wait_seconds", "on_hold_seconds")),
        ("assignment_known", OF_ASSIGNMENTS),
    ):
        if not row[known]:
            yield from (
                ("ticket_metrics", number, name, row[name], "unknown")
                for name in names
                if row[name] is not None
            )


def summary(wrong: Iterable[Wrong]) -> dict[tuple[str, str], tuple[int, list[Wrong]]]:
    """By view and column: how many are wrong, and the first of them."""
    found: dict[tuple[str, str], list[Wrong]] = {}
    for each in wrong:
        found.setdefault((each[0], each[2]), []).append(each)
    return {place: (len(of), of[:3]) for place, of in found.items()}


def _comparable(view: str, row: Row) -> bool:
    """Whether both can tell of a row: a next response's due time is overwritten, so the past has none."""
    return view != "sla_events" or (row["target"] != "next_response" and row["state"] != "unknown")


def _cells(view: str, rows: Iterable[Row], columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    return (tuple(row[name] for name in columns) for row in rows if _comparable(view, row))


def span_differences(acme: Account, unseen: Collection[int] = ()) -> list[Wrong]:
    """Where stays, waits and service levels of tickets are not the truth, as far as they are known."""
    truth = acme.world.all_metrics(as_of(acme))["tickets"]
    known = {row["ticket_id"]: row for row in rows_of(acme, "from metrics.ticket_metrics")}
    wrong: list[Wrong] = []
    for view, told, needed, columns in (
        (
            "ticket_status_spans", "status_spans", "history_known",
            ("n", "status", "waits_on", "clock_stopped", "started_at", "ended_at", "seconds"),
        ),
        ("ticket_assignment_spans", "assignment_spans", "assignment_known", ("n", "agent_id", "group_id")),
        ("ticket_replies", "replies_given", None, ("kind", "asked_at", "answered_at", "agent_id")),
        ("sla_events", "sla_events", None, ("target", "due_at", "met_at", "state")),
    ):  # fmt: skip
        ours: dict[int, list[Row]] = {}
        for row in rows_of(acme, f"from metrics.{view} order by all"):
            ours.setdefault(row["ticket_id"], []).append(row)
        for number, true in truth.items():
            counted = number in known and (needed is None or (known[number][needed] and number not in unseen))
            if not counted or told not in true or (view == "sla_events" and not known[number]["is_current"]):
                continue
            found, expected = (
                sorted(_cells(view, rows, columns), key=repr) for rows in (ours.get(number, []), true[told])
            )
            if found != expected:
                wrong.append((view, number, "rows", found, expected))
    return wrong


def day_differences(acme: Account, since: str) -> list[Wrong]:
    """Where what is counted by day, from a day on, is not the truth; syncs must have seen every change."""
    truth = acme.world.all_metrics(as_of(acme))
    wrong: list[Wrong] = []
    for view, keys, columns in COUNTED:
        ours, true = (
            {
                tuple(str(row[key]) for key in keys): tuple(row[name] for name in columns)
                for row in rows
                if str(row["day"]) >= since and (view != "group_daily" or row["group_id"] is not None)
            }
            for rows in (rows_of(acme, f"from metrics.{view}"), truth[view])
        )
        nothing = (0,) * len(columns)
        wrong += (
            (view, key, "counts", ours.get(key, nothing), true.get(key, nothing))
            for key in sorted(ours.keys() | true.keys())
            if ours.get(key, nothing) != true.get(key, nothing)
        )
    return wrong


COUNTED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "volume_daily", ("day", "group_id", "source", "type", "product_id"),
        ("created", "resolved", "closed", "reopened", "agent_replies", "customer_messages"),
    ),
    ("backlog_daily", ("day", "group_id", "agent_id", "priority", "status", "age_bucket"), ("tickets",)),
    ("agent_daily", ("day", "agent_id"), ("assigned", "replies", "notes", "resolved", "reopened")),
    ("group_daily", ("day", "group_id"), ("created", "resolved", "open")),
)  # fmt: skip
"""Views by day: their keys, and the counts that are compared."""


def purged_unheard(acme: Account) -> set[int]:
    """Tickets that were purged before a sync saw the last that was said, or deleted, in them.

    Whether another one was merged into one of these cannot be known.
    """
    seen = {
        row["id"]: row["updated_at"] for row in rows_of(acme, "select id, updated_at from freshdesk.tickets")
    }
    return {
        number
        for number, ticket in acme.world.former_tickets.items()
        if seen.get(number, "")
        < max(
            (
                *(row["created_at"] for row in ticket.conversations),
                *(at for at, kind, _ in ticket.journal if kind == "message_deleted"),
            ),
            default="",
        )
    }


def missed(acme: Account) -> set[int]:
    """Tickets of which syncs missed a change, or saw it later than it was: several lay between two."""
    states: dict[int, set[str]] = {}
    stays: dict[int, set[str]] = {}
    for row in rows_of(acme, "select id, valid_from, status_updated_at from freshdesk.tickets_history"):
        states.setdefault(row["id"], set()).add(row["valid_from"])
        stays.setdefault(row["id"], set()).add(row["status_updated_at"])
    firsts = {number: min(seen) for number, seen in states.items()}
    return {
        number
        for number, ticket in acme.world.tickets.items()
        for at, kind, _ in ticket.journal
        if number in firsts
        and at > firsts[number]
        and (
            (kind in ("group_id", "responder_id") and at not in states[number])
            or (kind == "status" and at not in stays[number])
        )
    }
