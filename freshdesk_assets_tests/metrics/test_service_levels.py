"""Targets of service levels: due times are Freshdesk's, and a target is met or missed by them alone."""

from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import (
    DEFAULT_GROUP,
    INDIA,
    NEW_YORK,
    ROUND_THE_CLOCK,
    UNKNOWN_ZONE,
    ticket,
)
from freshdesk_assets_tests.metrics.tickets import HOUR, OPEN, PENDING, RESOLVED, Ticket

CREATED = "2026-03-02 14:00"


def due(case: Ticket, desk: Desk, target: str, *columns: str) -> list[object]:
    return desk.all_of(case, *columns, view="sla_events", where=f"target = '{target}'", by="n")


MET_AND_LATE = (
    ticket(CREATED, group_id=NEW_YORK, fr_due_by="2026-03-02T18:00:00Z", due_by="2026-03-04T14:00:00Z")
    .reply("2026-03-02 18:00")
    .becomes(RESOLVED, "2026-03-04 14:01")
)


def test_a_reply_in_the_second_in_which_it_is_due_is_in_time_and_a_minute_later_is_not(desk: Desk) -> None:
    """Nothing is rounded; it is breached when it was due, whatever came after."""
    assert due(MET_AND_LATE, desk, "first_response", "state", "breached_at") == [("met", None)]
    assert due(MET_AND_LATE, desk, "resolution", "state", "breached_at = due_at", "elapsed_seconds") == [
        ("late", True, 18 * HOUR + 60)
    ]


def test_the_policy_is_the_one_whose_target_fits_the_due_time(desk: Desk) -> None:
    found = due(MET_AND_LATE, desk, "first_response", "policy_name", "policy_guessed", "target_seconds")
    assert found == [("Default", False, 4 * HOUR)]


ROUND = ticket(
    "2026-03-06 20:00",
    group_id=ROUND_THE_CLOCK,
    fr_due_by="2026-03-06T21:00:00Z",
    due_by="2026-03-07T04:00:00Z",
).becomes(RESOLVED, "2026-03-07 03:00")


def test_a_policy_in_calendar_time_names_no_calendar(desk: Desk) -> None:
    assert due(ROUND, desk, "resolution", "state", "policy_id", "calendar_id", "elapsed_seconds") == [
        ("met", 51, None, 7 * HOUR)
    ]


SOLVED_IN_TIME = ticket(CREATED, group_id=NEW_YORK, fr_due_by="2026-03-02T18:00:00Z").becomes(
    RESOLVED, "2026-03-02 15:00"
)


def test_solved_in_time_without_a_response_is_neither_met_nor_late(desk: Desk) -> None:
    """Solved after the response was due, it was late; there is no response in either."""
    columns = ("state", "met_at", "breached_at = due_at")
    assert due(SOLVED_IN_TIME, desk, "first_response", *columns) == [("cancelled", None, None)]
    assert due(ROUND, desk, "first_response", *columns) == [("late", None, True)]


AFTER_THE_DELETION = ticket("2026-07-01 05:00", group_id=INDIA, fr_due_by="2026-07-01T07:00:00Z").reply(
    "2026-07-01 06:00"
)
OF_A_DELETED_POLICY = ticket(CREATED, group_id=INDIA, fr_due_by="2026-03-03T05:30:00Z").reply(
    "2026-03-03 05:00"
)


def test_a_policy_that_was_deleted_since_is_that_of_the_tickets_before(desk: Desk) -> None:
    columns = ("state", "policy_name", "policy_guessed")
    assert due(OF_A_DELETED_POLICY, desk, "first_response", *columns) == [("met", "Deleted", False)]
    assert due(AFTER_THE_DELETION, desk, "first_response", *columns) == [("met", "Default", True)]


RAISED = (
    ticket(CREATED, group_id=NEW_YORK, priority=1, fr_due_by="2026-03-02T18:00:00Z")
    .change("2026-03-02 19:00", priority=4, fr_due_by="2026-03-02T15:00:00Z")
    .reply("2026-03-02 20:00")
    .becomes(RESOLVED, "2026-03-03 14:00")
)


def test_a_priority_raised_after_the_breach_is_late_by_the_due_time_that_freshdesk_moved(desk: Desk) -> None:
    """It has one target still, of the priority that it was met with."""
    found = due(RAISED, desk, "first_response", "state", "breached_at = due_at", "priority", "target_seconds")
    assert found == [("late", True, 4, HOUR)]


RUNNING = ticket(
    "2026-11-19 20:00", group_id=NEW_YORK, fr_due_by="2026-11-20T15:00:00Z", due_by="2026-11-20T11:00:00Z"
)


def test_what_runs_says_what_is_left_of_it_and_what_is_late_runs_late(desk: Desk) -> None:
    """Two of four hours of the first response have passed: New York opens at 13:00 UTC, after now."""
    assert due(RUNNING, desk, "first_response", "state", "elapsed_seconds", "remaining_seconds") == [
        ("running", 2 * HOUR, 2 * HOUR)
    ]
    assert due(RUNNING, desk, "resolution", "state", "breached_at = due_at", "met_at") == [
        ("running_late", True, None)
    ]


OUTSIDE_HOURS = ticket(
    "2026-03-07 12:00", group_id=NEW_YORK, fr_due_by="2026-03-09T16:00:00Z", due_by="2026-03-11T12:00:00Z"
).becomes(RESOLVED, "2026-03-07 18:00")


def test_a_ticket_opened_and_solved_outside_of_hours_has_its_targets(desk: Desk) -> None:
    """It took no business time at all, and such rows dropped out elsewhere."""
    assert due(OUTSIDE_HOURS, desk, "resolution", "state", "elapsed_seconds") == [("met", 0)]


WITHOUT_DUE_TIMES = ticket("2026-11-20 12:00", group_id=NEW_YORK)


def test_without_a_due_time_a_target_is_unknown_and_not_met(desk: Desk) -> None:
    """It is null for some seconds after the creation."""
    for target in ("first_response", "resolution"):
        assert due(WITHOUT_DUE_TIMES, desk, target, "state", "breached_at") == [("unknown", None)]


BY_HAND = ticket(
    CREATED, group_id=NEW_YORK, fr_due_by="2026-03-02T18:00:00Z", due_by="2026-03-20T00:00:00Z"
).becomes(RESOLVED, "2026-03-19 14:00")


def test_a_due_time_set_by_hand_counts_and_the_policy_is_a_guess(desk: Desk) -> None:
    assert due(BY_HAND, desk, "resolution", "state", "policy_guessed") == [("met", True)]


UNUSABLE = ticket(
    CREATED, group_id=UNKNOWN_ZONE, fr_due_by="2026-03-02T18:00:00Z", due_by="2026-03-04T14:00:00Z"
).reply("2026-03-02 15:00")


def test_where_the_calendar_cannot_be_used_there_is_a_verdict_and_no_elapsed_time(desk: Desk) -> None:
    assert due(UNUSABLE, desk, "first_response", "state", "elapsed_seconds") == [("met", None)]
    assert due(UNUSABLE, desk, "resolution", "state", "remaining_seconds") == [("running_late", None)]


NEXT = (
    ticket(CREATED, group_id=NEW_YORK, fr_due_by="2026-03-02T18:00:00Z")
    .reply("2026-03-02 15:00")
    .customer("2026-03-02 16:00")
    .change("2026-03-02 16:00", nr_due_by="2026-03-02T20:00:00Z")
    .reply("2026-03-02 17:00")
    .change("2026-03-02 17:00", nr_due_by=None)
    .customer("2026-03-03 14:00")
    .change("2026-03-03 14:00", nr_due_by="2026-03-03T18:00:00Z")
    .reply("2026-03-03 19:00")
    .change("2026-03-03 19:00", nr_due_by=None, nr_escalated=True)
)


def test_each_next_response_has_its_target_though_freshdesk_keeps_the_latest_only(desk: Desk) -> None:
    assert due(NEXT, desk, "next_response", "n", "state", "target_seconds", "elapsed_seconds") == [
        (1, "met", 4 * HOUR, HOUR),
        (2, "late", 4 * HOUR, 5 * HOUR),
    ]


OUTBOUND = ticket(CREATED, source=10, due_by="2026-03-04T14:00:00Z").becomes(PENDING, "2026-03-02 15:00")
NO_GROUP = ticket(CREATED, fr_due_by="2026-03-02T18:00:00Z", due_by="2026-03-04T14:00:00Z").reply(
    "2026-03-02 15:00"
)
DEFAULT = ticket(CREATED, group_id=DEFAULT_GROUP, fr_due_by="2026-03-02T18:00:00Z").becomes(OPEN, CREATED)


def test_a_ticket_that_an_agent_sent_out_has_no_first_response(desk: Desk) -> None:
    assert due(OUTBOUND, desk, "first_response", "state") == []
    assert due(OUTBOUND, desk, "resolution", "state") == ["running"], (
        "its clock stands still since it is Pending"
    )


def test_a_ticket_without_a_group_is_measured_by_the_default_calendar(desk: Desk) -> None:
    for case in (NO_GROUP, DEFAULT):
        assert due(case, desk, "first_response", "policy_name", "policy_guessed", "calendar_id") == [
            ("Default", False, 1)
        ]


def test_targets_are_as_many_as_tickets_have(desk: Desk) -> None:
    """Events out are events in: one first response but for outbound ones, and one resolution."""
    assert (
        desk.query(
            """
        with expected as (
          select id from file.freshdesk.tickets where not spam and not deleted
        )
        select target, count(*) from metrics.sla_events where target <> 'next_response' group by target
        except
        select 'resolution', count(*) from expected
        except
        select 'first_response', count(*) from expected
          join file.freshdesk.tickets using (id) where source <> 10
        """
        )
        == []
    )
