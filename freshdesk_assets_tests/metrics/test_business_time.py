"""Business time: between two moments, in the hours of the calendar that held."""

import pytest

from freshdesk_assets_tests.metrics import office
from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import ticket
from freshdesk_assets_tests.metrics.tickets import DAY, HOUR, OPEN, RESOLVED, Ticket

LISTED, FILED, CHANGED = office.LISTED_HOLIDAYS, office.FILED_HOLIDAYS, office.CHANGED


def answered(start: str, end: str, group: int = office.NEW_YORK, **fields: object) -> Ticket:
    """A ticket that is answered then: its first reply took the business time between both."""
    return ticket(start, group_id=group, **fields).reply(end)


def took(desk: Desk, case: Ticket) -> object:
    return desk.of(case, "first_reply_business_seconds")


WORKED = {
    "clocks go forward between": (answered("2026-03-06 21:30", "2026-03-09 12:30"), 3_600),
    "clocks go back between": (answered("2026-10-30 20:30", "2026-11-02 13:30"), 3_600),
    "all outside": (answered("2026-03-07 12:00", "2026-03-07 18:00"), 0),
    "two weeks across the change": (answered("2026-03-02 14:00", "2026-03-16 14:00"), 327_600),
    "before opening on the first day": (answered("2026-03-02 11:00", "2026-03-02 12:30"), 0),
    "created on the day the clocks change": (answered("2026-03-08 05:30", "2026-03-09 13:00"), 3_600),
    "a zone with a half hour": (answered("2026-03-02 03:00", "2026-03-02 05:00", office.INDIA), 5_400),
    "open until 11:59 pm": (answered("2026-03-02 22:00", "2026-03-03 12:00", office.LATE_HOURS), 6 * HOUR),
    "open over midnight": (answered("2026-03-03 02:00", "2026-03-03 12:00", office.MIDNIGHT), 4 * HOUR),
    "a day off by name": (answered("2026-03-02 13:00", "2026-03-06 22:00", office.NAMED_HOLIDAYS), 27 * HOUR),
    "a day off in a list": (answered("2026-03-02 13:00", "2026-03-06 22:00", LISTED), 27 * HOUR),
    "a day off in the file": (answered("2026-03-02 13:00", "2026-03-06 22:00", FILED), 27 * HOUR),
    "two times a day, by channel": (
        answered("2026-03-02 13:00", "2026-03-02 23:00", office.BY_CHANNEL, source=7), 7 * HOUR,
    ),
    "a channel that never closes": (
        answered("2026-03-06 13:00", "2026-03-08 13:00", office.BY_CHANNEL, source=13), 48 * HOUR,
    ),
    "a channel without hours of its own": (
        answered("2026-03-02 13:00", "2026-03-02 23:00", office.BY_CHANNEL, source=1), 9 * HOUR,
    ),
    "a group without a calendar": (
        answered("2026-03-02 13:00", "2026-03-02 23:00", office.DEFAULT_GROUP), 9 * HOUR,
    ),
    "before the calendar changed": (answered("2026-05-04 12:00", "2026-05-04 21:00", CHANGED), 9 * HOUR),
    "after the calendar changed": (answered("2026-06-08 12:00", "2026-06-08 21:00", CHANGED), 2 * HOUR),
    "times that overlap, on one day": (
        answered("2026-03-02 13:00", "2026-03-02 23:00", office.OVERLAPPING, source=7), 8 * HOUR,
    ),
    "times that overlap, over midnight": (
        answered("2026-03-02 20:00", "2026-03-03 23:00", office.OVERLAPPING), 21 * HOUR,
    ),
    "a group that was deleted": (
        answered("2026-03-06 13:00", "2026-03-08 01:00", office.DELETED_GROUP), 36 * HOUR,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKED)
def test_the_seconds_are_those_worked_out_by_hand(desk: Desk, name: str) -> None:
    """A rule for summer time, an offset, or a holiday passed over would be off by an hour or a day."""
    case, seconds = WORKED[name]
    assert took(desk, case) == seconds


NO_GROUP = ticket("2026-03-02 13:00").reply("2026-03-02 23:00")


def test_a_ticket_without_a_group_works_by_the_default_calendar(desk: Desk) -> None:
    assert took(desk, NO_GROUP) == 9 * HOUR


SPRING_SUNDAY = answered("2026-03-08 05:00", "2026-03-09 04:00", office.ROUND_THE_CLOCK)
WEEKS = answered("2026-03-01 07:07", "2026-03-17 09:08", office.ROUND_THE_CLOCK)


def test_a_sunday_of_23_hours_has_23_business_hours_where_nobody_goes_home(desk: Desk) -> None:
    assert took(desk, SPRING_SUNDAY) == 23 * HOUR


def test_round_the_clock_is_calendar_time(desk: Desk) -> None:
    assert took(desk, WEEKS) == desk.of(WEEKS, "first_reply_seconds") == 16 * DAY + 2 * HOUR + 60


UNMEASURED = {
    "its time zone is not known": answered("2026-03-02 13:00", "2026-03-02 23:00", office.UNKNOWN_ZONE),
    "it is never open": answered("2026-03-02 13:00", "2026-03-02 23:00", office.NEVER_OPEN),
}


@pytest.mark.parametrize("problem", UNMEASURED)
def test_a_calendar_that_cannot_be_used_makes_business_time_unknown_and_says_so(
    desk: Desk, problem: str
) -> None:
    """Never UTC in the place of a zone, and never 0. Calendar time is known, and the columns are there."""
    case = UNMEASURED[problem]
    assert desk.of(case, "first_reply_seconds", "first_reply_business_seconds") == (10 * HOUR, None)
    group = desk.of(case, "group_id")
    assert desk.query(f"select problem from metrics.calendars where calendar_id = {group - 100}") == [
        (problem,)
    ]


MOVED = (
    ticket("2026-03-06 20:00", group_id=office.NEW_YORK)
    .change("2026-03-06 23:00", group_id=office.ROUND_THE_CLOCK)
    .reply("2026-03-07 05:00")
)


def test_a_wait_is_cut_where_the_ticket_goes_to_a_group_with_other_hours(desk: Desk) -> None:
    """Two hours until New York closes, then six round the clock."""
    assert took(desk, MOVED) == (2 + 6) * HOUR


def test_slots_of_a_calendar_never_overlap_and_are_counted_up(desk: Desk) -> None:
    assert (
        desk.query(
            """
        select calendar_id, source, day from (
          select *, lag(ends_at) over w as former_end,
            lag(done_seconds + epoch(ends_at) - epoch(starts_at)) over w as former_done
          from metrics.calendar_slots
          window w as (partition by calendar_id, source order by starts_at, slot)
        ) where former_end > starts_at or former_done <> done_seconds
        """
        )
        == []
    )


CALENDAR_CHANGED = (
    ticket("2026-06-01 20:00", group_id=office.MOVED_GROUP)
    .reply("2026-06-03 01:15")
    .becomes(RESOLVED, "2026-06-03 02:15")
)


def test_a_wait_is_cut_where_the_group_goes_to_another_calendar(desk: Desk) -> None:
    """An hour on Monday, three and a quarter on Tuesday until the change, then ten round the clock."""
    case = CALENDAR_CHANGED
    assert took(desk, case) == (1 + 3.25 + 10) * HOUR
    assert desk.of(case, "full_resolution_business_seconds", "requester_wait_business_seconds") == (
        (1 + 3.25 + 11) * HOUR,
        (1 + 3.25 + 11) * HOUR,
    )
    assert desk.all_of(case, "calendar_id", "n", view="ticket_spans", by="n")[:2] == [(1, 1), (2, 2)]


def test_a_calendar_that_changes_is_no_change_of_group_nor_of_status(desk: Desk) -> None:
    """Nor are members who come and go a reason to cut."""
    case = CALENDAR_CHANGED
    assert len(desk.all_of(case, "n", view="ticket_spans")) == 3
    assert desk.all_of(case, "status", view="ticket_status_spans", by="n") == [OPEN, RESOLVED]
    assert desk.of(case, "group_stations", "handoffs", "reopens", "resolutions") == (1, 0, 0, 1)
    assert len(desk.all_of(case, "n", view="ticket_assignment_spans")) == 1
    groups = desk.query(
        f"select calendar_id from metrics.group_calendars where group_id = {office.MOVED_GROUP}"
    )
    assert sorted(groups) == [(1,), (2,)]
