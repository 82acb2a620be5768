"""Resolving, closing and reopening, and what is known of it where no sync was there to see."""

import pytest

from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import ticket
from freshdesk_assets_tests.metrics.tickets import CLOSED, DAY, HOUR, OPEN, PENDING, RESOLVED, Ticket

CREATED = "2026-03-02 14:00"
COUNTS = ("reopens", "resolutions")

REOPENED = (
    ticket(CREATED)
    .reply("2026-03-02 14:30")
    .becomes(RESOLVED, "2026-03-02 15:00")
    .becomes(OPEN, "2026-03-03 15:00")
    .becomes(RESOLVED, "2026-03-03 17:00")
)


def test_a_ticket_that_was_reopened_has_a_first_and_a_last_resolution(desk: Desk) -> None:
    assert desk.of(REOPENED, *COUNTS, "first_contact_resolution") == (1, 2, False)
    assert desk.of(REOPENED, "first_resolution_seconds", "full_resolution_seconds") == (HOUR, 27 * HOUR)
    assert desk.of(REOPENED, "first_reply_seconds") == 1800, "reopening does not move the first reply"


OPEN_AGAIN = ticket(CREATED).becomes(RESOLVED, "2026-03-02 15:00").becomes(OPEN, "2026-03-03 15:00")


def test_a_ticket_that_is_open_again_has_no_last_resolution(desk: Desk) -> None:
    assert desk.of(OPEN_AGAIN, "first_resolution_seconds", "full_resolution_seconds") == (HOUR, None)
    assert desk.of(OPEN_AGAIN, *COUNTS, "first_contact_resolution", "touches") == (1, 1, None, None)


BETWEEN_SYNCS = (
    ticket(CREATED)
    .becomes(RESOLVED, "2026-03-02 15:00")
    .becomes(OPEN, "2026-03-03 15:20")
    .becomes(RESOLVED, "2026-03-03 15:40")
)


def test_reopened_and_solved_again_between_two_syncs_is_seen_by_the_tickets_own_times(desk: Desk) -> None:
    assert desk.of(BETWEEN_SYNCS, *COUNTS) == (1, 2)
    assert desk.of(BETWEEN_SYNCS, "full_resolution_seconds") == DAY + HOUR + 40 * 60
    assert desk.of(BETWEEN_SYNCS, "first_resolution_seconds") == HOUR, "which a sync had seen before"
    assert desk.of(BETWEEN_SYNCS, "reopens_at_least", "unknown_because") == (
        True, "reopened and solved again between two syncs",
    )  # fmt: skip


CLOSED_BETWEEN_SYNCS = (
    ticket(CREATED)
    .becomes(RESOLVED, "2026-03-02 15:00")
    .becomes(OPEN, "2026-03-03 15:20")
    .becomes(RESOLVED, "2026-03-03 15:40")
    .becomes(CLOSED, "2026-03-03 15:50")
)


def test_reopened_solved_again_and_closed_between_two_syncs_was_solved_before_it_was_closed(
    desk: Desk,
) -> None:
    """The sync before saw it Resolved, too: its own times tell that this was another time."""
    assert desk.of(CLOSED_BETWEEN_SYNCS, *COUNTS) == (1, 2)
    assert desk.of(CLOSED_BETWEEN_SYNCS, "full_resolution_seconds") == DAY + HOUR + 40 * 60
    assert desk.all_of(CLOSED_BETWEEN_SYNCS, "kind", view="ticket_events", by='"at", kind') == [
        "created", "resolved", "reopened", "resolved", "closed",
    ]  # fmt: skip
    assert desk.of(CLOSED_BETWEEN_SYNCS, "last_resolution_off", view="ticket_comparisons") == 0


UNSEEN_RESOLUTION = ticket(CREATED).becomes(RESOLVED, "2026-03-03 15:20").becomes(OPEN, "2026-03-03 15:40")


def test_solved_and_reopened_between_two_syncs_counts_though_nobody_saw_it_solved(desk: Desk) -> None:
    """reopened_at tells of it. When it was solved is overwritten: it is taken to be just before."""
    assert desk.of(UNSEEN_RESOLUTION, *COUNTS) == (1, 1)
    assert desk.of(UNSEEN_RESOLUTION, "first_resolution_seconds", "full_resolution_seconds") == (
        DAY + HOUR + 40 * 60 - 1, None,
    )  # fmt: skip


TWICE_UNSEEN = (
    ticket(CREATED)
    .becomes(RESOLVED, "2026-03-02 15:00")
    .becomes(OPEN, "2026-03-03 15:20")
    .becomes(RESOLVED, "2026-03-03 15:40")
    .becomes(OPEN, "2026-03-04 15:20")
    .becomes(RESOLVED, "2026-03-04 15:40")
)


def test_each_reopening_that_a_sync_saw_counts(desk: Desk) -> None:
    """Freshdesk keeps the latest only."""
    assert desk.of(TWICE_UNSEEN, *COUNTS) == (2, 3)


SKIPPED = ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00")
BOTH = ticket(CREATED).becomes(RESOLVED, "2026-03-02 15:00").becomes(CLOSED, "2026-03-04 15:00")
BOTH_BETWEEN_SYNCS = ticket(CREATED).becomes(RESOLVED, "2026-03-02 15:20").becomes(CLOSED, "2026-03-02 15:40")


@pytest.mark.parametrize(
    ("case", "seconds"), [(SKIPPED, HOUR), (BOTH, HOUR), (BOTH_BETWEEN_SYNCS, HOUR + 20 * 60)]
)
def test_closing_is_solving_unless_it_was_solved_before(desk: Desk, case: Ticket, seconds: int) -> None:
    """A path that leaves out Resolved is solved by closing; Resolved and then Closed is solved once."""
    assert desk.of(case, *COUNTS, "is_solved") == (0, 1, True)
    assert desk.of(case, "first_resolution_seconds", "full_resolution_seconds") == (seconds, seconds)


CLOSED_AND_REOPENED = ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00").becomes(PENDING, "2026-03-03 15:00")


def test_leaving_closed_is_reopening_whatever_the_next_status(desk: Desk) -> None:
    assert desk.of(CLOSED_AND_REOPENED, *COUNTS, "agent_wait_seconds > 0") == (1, 1, True)
    assert desk.all_of(CLOSED_AND_REOPENED, "kind", view="ticket_events", by='"at", kind') == [
        "created", "closed", "resolved", "reopened",
    ]  # fmt: skip


LATE = {"first_seen": "2026-05-01 12:15"}

LATE_PLAIN = ticket(CREATED, **LATE).becomes(RESOLVED, "2026-03-02 15:00").becomes(CLOSED, "2026-03-04 15:00")
LATE_OPEN = ticket(CREATED, **LATE)
LATE_REOPENED = (
    ticket(CREATED, **LATE)
    .becomes(RESOLVED, "2026-03-02 15:00")
    .becomes(OPEN, "2026-03-03 15:00")
    .becomes(RESOLVED, "2026-03-03 17:00")
)
LATE_PENDING = ticket(CREATED, **LATE).becomes(PENDING, "2026-03-03 15:00")


def test_a_ticket_first_seen_late_that_was_never_reopened_has_one_known_resolution(desk: Desk) -> None:
    assert desk.of(LATE_PLAIN, *COUNTS, "reopens_at_least") == (0, 1, False)
    assert desk.of(LATE_PLAIN, "first_resolution_seconds", "full_resolution_seconds") == (HOUR, HOUR)


def test_a_ticket_that_was_still_as_created_when_first_seen_is_known_whole(desk: Desk) -> None:
    assert desk.of(LATE_OPEN, "history_known", "reopens", "requester_wait_seconds = age_seconds") == (
        True,
        0,
        True,
    )


def test_of_a_ticket_reopened_before_it_was_first_seen_the_first_resolution_is_unknown(desk: Desk) -> None:
    """Null with a reason, and never 0; the last resolution is exact, and reopenings are a lower bound."""
    assert desk.of(LATE_REOPENED, "first_resolution_seconds", "first_resolution_business_seconds") == (
        None,
        None,
    )
    assert desk.of(LATE_REOPENED, "first_resolved_at", "full_resolution_seconds") == (None, 27 * HOUR)
    assert desk.of(LATE_REOPENED, *COUNTS, "reopens_at_least") == (1, 2, True)
    assert desk.of(LATE_REOPENED, "unknown_because") == "reopened before it was first seen"


@pytest.mark.parametrize("case", [LATE_REOPENED, LATE_PENDING, LATE_PLAIN])
def test_times_in_statuses_that_nobody_saw_are_unknown_and_never_nothing(desk: Desk, case: Ticket) -> None:
    for measure in ("requester_wait", "agent_wait", "on_hold"):
        assert desk.of(case, f"{measure}_seconds", f"{measure}_business_seconds") == (None, None)
    assert desk.of(case, "solve_business_seconds") is None
    assert desk.of(case, "history_known", "unknown_because is not null") == (False, True)


def test_who_had_a_ticket_before_it_was_first_seen_is_unknown(desk: Desk) -> None:
    columns = ("unassigned_seconds", "first_assigned_at", "handoffs", "group_stations", "agent_stations")
    assert desk.of(LATE_PENDING, "assignment_known", *columns) == (False, *[None] * 5)
    assert desk.of(LATE_OPEN, "assignment_known", *columns[2:]) == (True, 0, 0, 0), "it had not changed since"


def test_nothing_is_said_to_be_unknown_without_a_reason(desk: Desk) -> None:
    assert (
        desk.query(
            "select ticket_id from metrics.ticket_metrics"
            " where not (history_known and assignment_known) and unknown_because is null"
        )
        == []
    )
