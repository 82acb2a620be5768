"""Groups and agents that a ticket went through, and what became of a ticket itself."""

from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import DELETED_GROUP, NEW_YORK, ROUND_THE_CLOCK, ticket
from freshdesk_assets_tests.metrics.tickets import ANN, BOB, CLOSED, DAY, HOUR, RESOLVED, Ticket

CREATED = "2026-03-02 14:00"
STATIONS = ("group_stations", "agent_stations", "handoffs")

HANDED_ON = (
    ticket(CREATED, group_id=NEW_YORK)
    .change("2026-03-02 15:00", responder_id=ANN)
    .change("2026-03-02 16:00", responder_id=BOB)
    .change("2026-03-02 17:00", responder_id=None, group_id=ROUND_THE_CLOCK)
    .change("2026-03-02 19:00", responder_id=ANN)
    .becomes(RESOLVED, "2026-03-02 20:00")
)


def test_a_handoff_is_from_one_agent_to_another_and_not_to_nobody(desk: Desk) -> None:
    assert desk.of(HANDED_ON, *STATIONS) == (2, 3, 1)


def test_time_without_an_agent_is_what_it_was_and_not_the_whole_life(desk: Desk) -> None:
    """A constant in the place of the field would make it six hours."""
    assert desk.of(HANDED_ON, "unassigned_seconds", "unassigned_business_seconds") == (3 * HOUR, 3 * HOUR)
    assert desk.of(HANDED_ON, "epoch(first_assigned_at) - epoch(created_at)") == HOUR


def test_spans_of_assignment_follow_each_other(desk: Desk) -> None:
    spans = desk.all_of(
        HANDED_ON, "agent_id", "group_id", "known", "seconds", view="ticket_assignment_spans", by="n"
    )
    assert spans[:4] == [
        (None, NEW_YORK, True, HOUR),
        (ANN, NEW_YORK, True, HOUR),
        (BOB, NEW_YORK, True, HOUR),
        (None, ROUND_THE_CLOCK, True, 2 * HOUR),
    ]


NOBODYS = ticket("2026-11-20 11:00", group_id=ROUND_THE_CLOCK)


def test_a_ticket_that_nobody_has_is_unassigned_until_now(desk: Desk) -> None:
    assert desk.of(NOBODYS, "unassigned_seconds", "unassigned_business_seconds", *STATIONS) == (
        4500, 4500, 1, 0, 0,
    )  # fmt: skip


SOLVED_BY_NOBODY = ticket(CREATED).becomes(RESOLVED, "2026-03-02 15:00")


def test_a_ticket_that_is_solved_is_not_unassigned(desk: Desk) -> None:
    assert desk.of(SOLVED_BY_NOBODY, "unassigned_seconds", "agent_id", *STATIONS) == (HOUR, None, 0, 0, 0)


OF_A_DELETED_GROUP = ticket(CREATED, group_id=DELETED_GROUP).becomes(RESOLVED, "2026-03-07 14:00")


def test_a_deleted_group_keeps_its_name_and_its_hours(desk: Desk) -> None:
    assert desk.of(OF_A_DELETED_GROUP, "group_name", "full_resolution_business_seconds") == ("Gone", 5 * DAY)


SPAM = ticket(CREATED).change("2026-03-03 14:00", spam=True).change("2026-03-05 14:00", spam=False)
TRASHED = (
    ticket(CREATED)
    .reply("2026-03-02 15:00")
    .customer("2026-03-02 16:00")
    .change("2026-03-03 14:00", deleted=True)
)
ARCHIVED = (
    ticket(CREATED).reply("2026-03-02 15:00").becomes(CLOSED, "2026-03-03 14:00").archived("2026-08-01 12:15")
)
PURGED = (
    ticket(CREATED)
    .reply("2026-03-02 15:00")
    .customer("2026-03-02 16:00")
    .becomes(RESOLVED, "2026-03-03 14:00")
    .purged("2026-08-01 12:15")
)
PURGED_OPEN = ticket(CREATED, responder_id=ANN).customer("2026-03-02 16:00").purged("2026-03-07 14:15")


def in_backlog(desk: Desk, case: Ticket) -> list[str]:
    return [
        str(day)
        for day in desk.all_of(case, "day", view="ticket_fields_daily", where="in_use and day < '2026-03-08'")
    ]


def test_a_ticket_that_was_spam_for_two_days_counts_again_once_it_is_restored(desk: Desk) -> None:
    assert desk.of(SPAM, "is_current")
    assert in_backlog(desk, SPAM) == ["2026-03-02", "2026-03-05", "2026-03-06", "2026-03-07"]


def test_a_ticket_in_the_trash_keeps_its_measures_and_does_not_count(desk: Desk) -> None:
    assert desk.of(TRASHED, "is_current", "first_reply_seconds", "agent_replies", "customer_messages") == (
        False, HOUR, 1, 1,
    )  # fmt: skip
    assert in_backlog(desk, TRASHED) == ["2026-03-02"]
    assert desk.all_of(TRASHED, "target", view="sla_events") == []


def test_an_archived_ticket_keeps_its_measures(desk: Desk) -> None:
    assert desk.of(ARCHIVED, "is_current", "is_solved", "first_reply_seconds", "full_resolution_seconds") == (
        True, True, HOUR, DAY,
    )  # fmt: skip


def test_a_ticket_that_freshdesk_no_longer_has_keeps_its_measures_and_is_marked(desk: Desk) -> None:
    """Its conversations are gone with it; what they said still counts."""
    assert desk.of(PURGED, "is_current", "first_reply_seconds", "full_resolution_seconds") == (
        False,
        HOUR,
        DAY,
    )
    assert desk.of(PURGED, "customer_messages", "waiting_since") == (1, None)


def test_what_ran_when_a_ticket_went_stopped_there(desk: Desk) -> None:
    """It would age for ever otherwise."""
    assert desk.of(PURGED_OPEN, "age_seconds", "idle_seconds", "waiting_since") == (None, None, None)
    assert desk.of(PURGED_OPEN, "requester_wait_seconds") == 5 * DAY + 900
    assert in_backlog(desk, PURGED_OPEN)[-1] == "2026-03-06"
