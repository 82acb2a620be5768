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
    "full_resolution_seconds",
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
    wrong: list[Wrong] = []
    for row in rows_of(acme, "from metrics.ticket_metrics"):
        number = row["ticket_id"]
        if (true := truth.get(number)) is None:
            continue
        columns: list[str] = [*ALWAYS]
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
