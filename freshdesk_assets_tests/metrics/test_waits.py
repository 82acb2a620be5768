"""Waits of customers for answers after the first, and time in statuses by whom a ticket waits for."""

from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import NEW_YORK, ROUND_THE_CLOCK, ticket
from freshdesk_assets_tests.metrics.tickets import (
    CLOSED,
    HOUR,
    ON_CUSTOMER,
    ON_THIRD_PARTY,
    OPEN,
    PENDING,
    RESOLVED,
)

CREATED = "2026-03-02 14:00"

THRICE = (
    ticket(CREATED)
    .reply("2026-03-02 15:00")
    .customer("2026-03-02 16:00")
    .customer("2026-03-02 17:00")
    .customer("2026-03-02 18:00")
    .reply("2026-03-02 19:00")
)


def test_of_three_messages_in_a_row_the_wait_begins_with_the_first(desk: Desk) -> None:
    assert desk.all_of(THRICE, "n", "kind", "seconds", "business_seconds", view="ticket_replies") == [
        (1, "first", HOUR, HOUR),
        (2, "next", 3 * HOUR, 3 * HOUR),
    ]
    assert desk.of(
        THRICE, "replies", "total_reply_seconds", "average_reply_seconds", "longest_reply_seconds"
    ) == (
        2, 4 * HOUR, 2 * HOUR, 3 * HOUR,
    )  # fmt: skip


WAITING = ticket("2026-11-20 10:00").reply("2026-11-20 10:30").customer("2026-11-20 11:00")


def test_a_wait_that_goes_on_has_no_answer_and_runs_until_now(desk: Desk) -> None:
    """New York opens at 13:00 UTC, after now: no business time has passed, which is 0 and known."""
    assert desk.all_of(WAITING, "answered_at", "seconds", view="ticket_replies", where="kind = 'next'") == [
        (None, None)
    ]
    assert desk.of(WAITING, "waiting_seconds", "waiting_business_seconds", "replies") == (4500, 0, 1)


WAITING_ELSEWHERE = ticket("2026-11-19 20:00", group_id=NEW_YORK).change(
    "2026-11-20 10:00", group_id=ROUND_THE_CLOCK
)


def test_a_wait_that_goes_on_counts_in_the_hours_of_each_group(desk: Desk) -> None:
    """Two hours of the day before in New York, then round the clock since ten."""
    assert desk.of(WAITING_ELSEWHERE, "waiting_business_seconds") == 2 * HOUR + 8100


THANKS = (
    ticket(CREATED)
    .reply("2026-03-02 15:00")
    .becomes(RESOLVED, "2026-03-02 16:00")
    .customer("2026-03-02 17:00")
)


def test_a_thank_you_after_the_resolution_waits_for_nobody_and_reopens_nothing(desk: Desk) -> None:
    assert desk.of(THANKS, "waiting_since", "waiting_seconds", "waiting_business_seconds") == (
        None,
        None,
        None,
    )
    assert desk.of(THANKS, "reopens", "resolutions", "first_contact_resolution") == (0, 1, True)


STATUSES = (
    ticket(CREATED)
    .becomes(PENDING, "2026-03-02 15:00")
    .becomes(OPEN, "2026-03-02 17:00")
    .becomes(ON_CUSTOMER, "2026-03-02 18:00")
    .becomes(ON_THIRD_PARTY, "2026-03-02 20:00")
    .becomes(OPEN, "2026-03-03 13:00")
    .becomes(RESOLVED, "2026-03-03 14:00")
    .becomes(CLOSED, "2026-03-05 14:00")
)


def test_time_is_told_apart_by_whom_the_ticket_waits_for(desk: Desk) -> None:
    """Once it is solved, nobody waits: two days in Resolved are nobody's."""
    assert desk.of(STATUSES, "requester_wait_seconds", "requester_wait_business_seconds") == (
        3 * HOUR,
        3 * HOUR,
    )
    assert desk.of(STATUSES, "agent_wait_seconds", "agent_wait_business_seconds") == (4 * HOUR, 4 * HOUR)
    assert desk.of(STATUSES, "on_hold_seconds", "on_hold_business_seconds") == (17 * HOUR, 2 * HOUR)


def test_the_time_to_solve_leaves_out_statuses_that_stop_the_clock(desk: Desk) -> None:
    """Pending and Waiting on Customer do, Waiting on Third Party does not."""
    assert desk.of(STATUSES, "solve_business_seconds", "full_resolution_business_seconds") == (
        5 * HOUR,
        9 * HOUR,
    )


def test_stays_follow_each_other_and_the_moments_are_the_tickets_own(desk: Desk) -> None:
    stays = desk.all_of(
        STATUSES,
        "status",
        "exact",
        "known",
        "seconds",
        "business_seconds",
        view="ticket_status_spans",
        by="n",
    )
    assert stays[:-1] == [
        (OPEN, True, True, HOUR, HOUR),
        (PENDING, True, True, 2 * HOUR, 2 * HOUR),
        (OPEN, True, True, HOUR, HOUR),
        (ON_CUSTOMER, True, True, 2 * HOUR, 2 * HOUR),
        (ON_THIRD_PARTY, True, True, 17 * HOUR, 2 * HOUR),
        (OPEN, True, True, HOUR, HOUR),
        (RESOLVED, True, True, 48 * HOUR, 18 * HOUR),
    ]
    assert stays[-1][:3] == (CLOSED, True, True)


def test_the_waits_of_a_ticket_add_up_to_its_life_until_it_was_solved(desk: Desk) -> None:
    """However short a stay was: nothing is rounded to minutes, and spans leave no gap."""
    assert (
        desk.query(
            """
        select ticket_id from metrics.ticket_metrics
        where history_known and is_solved and reopens = 0
          and requester_wait_seconds + agent_wait_seconds + on_hold_seconds <> full_resolution_seconds
        """
        )
        == []
    )
    assert (
        desk.query(
            """
        select ticket_id from (
          select ticket_id, started_at, lag(ended_at) over (partition by ticket_id order by n) as former_end
          from metrics.ticket_spans
        ) where former_end <> started_at
        """
        )
        == []
    )
