"""Days: what was open at the end of each, and what happened on it."""

from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import NEW_YORK, ROUND_THE_CLOCK, ticket
from freshdesk_assets_tests.metrics.tickets import ANN, CLOSED, DAY, OPEN, PENDING, RESOLVED, Ticket

# Priority and type set the tickets of this module apart, days of New York are counted.
MOVING = (
    ticket("2026-04-01 14:00", priority=4, group_id=NEW_YORK)
    .change("2026-04-02 14:00", responder_id=ANN)
    .becomes(PENDING, "2026-04-03 14:00")
    .change("2026-04-04 14:00", group_id=ROUND_THE_CLOCK, type="Incident")
    .becomes(RESOLVED, "2026-04-06 14:00")
    .becomes(OPEN, "2026-04-08 14:00")
    .becomes(CLOSED, "2026-04-09 14:00")
)


def by_day(desk: Desk, case: Ticket, *columns: str) -> list[object]:
    return desk.all_of(case, "cast(day as varchar)", *columns, view="ticket_fields_daily", by="day")


def test_a_ticket_that_moves_is_each_day_where_it_was_then(desk: Desk) -> None:
    """A backlog that shows today's fields on each day of the past was a complaint of years."""
    assert by_day(desk, MOVING, "status", "group_id", "agent_id", "type") == [
        ("2026-04-01", OPEN, NEW_YORK, None, None),
        ("2026-04-02", OPEN, NEW_YORK, ANN, None),
        ("2026-04-03", PENDING, NEW_YORK, ANN, None),
        ("2026-04-04", PENDING, ROUND_THE_CLOCK, ANN, "Incident"),
        ("2026-04-05", PENDING, ROUND_THE_CLOCK, ANN, "Incident"),
        ("2026-04-06", RESOLVED, ROUND_THE_CLOCK, ANN, "Incident"),
        ("2026-04-07", RESOLVED, ROUND_THE_CLOCK, ANN, "Incident"),
        ("2026-04-08", OPEN, ROUND_THE_CLOCK, ANN, "Incident"),
    ]


def test_the_backlog_of_each_day_is_its_own(desk: Desk) -> None:
    """Resolved tickets are none of it; the bucket goes with the age."""
    assert desk.query(
        "select cast(day as varchar), group_id, status, age_bucket, tickets, estimated"
        " from metrics.backlog_daily where priority = 4 and month(day) = 4 order by day"
    ) == [
        ("2026-04-01", NEW_YORK, OPEN, "0-1 d", 1, False),
        ("2026-04-02", NEW_YORK, OPEN, "1-3 d", 1, False),
        ("2026-04-03", NEW_YORK, PENDING, "1-3 d", 1, False),
        ("2026-04-04", ROUND_THE_CLOCK, PENDING, "3-7 d", 1, False),
        ("2026-04-05", ROUND_THE_CLOCK, PENDING, "3-7 d", 1, False),
        ("2026-04-08", ROUND_THE_CLOCK, OPEN, "7-30 d", 1, False),
    ]


LATE_IN_THE_EVENING = ticket("2026-04-11 03:30", priority=3).becomes(CLOSED, "2026-04-12 04:00")


def test_a_day_is_a_day_of_the_default_calendars_zone(desk: Desk) -> None:
    """Created at half past eleven at night in New York. Closed at its midnight, which is of the next day."""
    assert by_day(desk, LATE_IN_THE_EVENING) == ["2026-04-10", "2026-04-11"]


ON_THE_BORDER = (
    ticket("2026-04-11 04:00", priority=3)
    .reply("2026-04-12 04:00")
    .becomes(CLOSED, "2026-04-12 03:59")
    .rated("2026-04-12 05:00", 100)
)


def test_a_ticket_created_at_midnight_and_closed_before_the_next_is_of_no_days_end(desk: Desk) -> None:
    """It is of the day that begins, and not of the one that ended then."""
    assert by_day(desk, ON_THE_BORDER) == []


STILL_OPEN = ticket("2026-11-18 14:00", priority=2)


def test_a_ticket_that_is_open_is_in_the_backlog_of_each_day_that_ended(desk: Desk) -> None:
    """Today has not."""
    assert by_day(desk, STILL_OPEN) == ["2026-11-18", "2026-11-19"]
    assert desk.of(STILL_OPEN, "age_seconds") == 2 * DAY - 6300


LATE = ticket("2026-04-01 14:00", type="Late", first_seen="2026-04-06 12:15").change(
    "2026-04-03 14:00", priority=2
)
LATE_SOLVED = ticket("2026-04-01 14:00", type="Late", first_seen="2026-04-06 12:15").becomes(
    CLOSED, "2026-04-03 14:00"
)


def test_days_before_a_ticket_was_first_seen_are_estimated_and_marked(desk: Desk) -> None:
    assert by_day(desk, LATE, "known")[:6] == [
        ("2026-04-01", False),
        ("2026-04-02", False),
        ("2026-04-03", True),
        ("2026-04-04", True),
        ("2026-04-05", True),
        ("2026-04-06", True),
    ]
    assert by_day(desk, LATE_SOLVED, "known", "status") == [
        ("2026-04-01", False, None),
        ("2026-04-02", False, None),
    ]


def test_the_backlog_is_what_the_tickets_say_day_by_day(desk: Desk) -> None:
    """No ticket is counted twice and none is lost."""
    assert (
        desk.query(
            """
        select day, sum(tickets) from metrics.backlog_daily group by day
        except
        select day, count(distinct ticket_id) from metrics.ticket_fields_daily
        where in_use and status is distinct from 4 group by day
        """
        )
        == []
    )


def test_what_is_open_changes_by_what_is_created_solved_and_reopened(desk: Desk) -> None:
    """Of tickets that were always in use: the backlog's difference is the sum of the day's events."""
    assert (
        desk.query(
            """
        with whole as (
          select ticket_id from metrics.ticket_spans group by ticket_id having bool_and(in_use)
        ),
        open as (
          select day, count(*) as tickets
          from metrics.ticket_fields_daily join whole using (ticket_id)
          join file.freshdesk.tickets on tickets.id = ticket_id and tickets._deleted_at is null
          where ticket_fields_daily.status is distinct from 4 group by day
        ),
        moved as (
          select cast("at" at time zone 'America/New_York' as date) as day,
            count(*) filter (kind in ('created', 'reopened'))
              - count(*) filter (kind = 'resolved') as by_events
          from metrics.ticket_events join whole using (ticket_id)
          join file.freshdesk.tickets on tickets.id = ticket_id and tickets._deleted_at is null
          group by 1
        ),
        days as (
          select cast(unnest(generate_series(date '2026-01-01', date '2026-11-19', interval 1 day)) as date)
            as day
        ),
        told as (
          select day, coalesce(tickets, 0) as tickets,
            sum(coalesce(by_events, 0)) over (order by day) as by_events
          from days left join open using (day) left join moved using (day)
        )
        select day, tickets, by_events from told where tickets <> by_events
        """
        )
        == []
    )


KEYS = {
    "ticket_metrics": "ticket_id",
    "ticket_facts": "ticket_id",
    "ticket_messages": "conversation_id",
    "ticket_spans": "ticket_id, n",
    "ticket_status_spans": "ticket_id, n",
    "ticket_assignment_spans": "ticket_id, n",
    "ticket_replies": "ticket_id, n",
    "sla_events": "ticket_id, target, n",
    "csat": "rating_id",
    "calendar_slots": "calendar_id, source, day, slot",
    "calendars": "calendar_id",
    "group_calendars": "group_id, begins",
    "statuses": "status",
    "staff": "agent_id",
    "ticket_fields_daily": "ticket_id, day",
    "backlog_daily": "day, group_id, agent_id, priority, status, age_bucket",
    "reconciliation": "metric",
}


def test_every_key_is_of_one_row(desk: Desk) -> None:
    """Keys go by order and never by time: a change of clocks, or a message on a border, doubled rows."""
    doubled = {
        view: desk.query(f"select {key}, count(*) from metrics.{view} group by all having count(*) > 1")
        for view, key in KEYS.items()
    }
    assert {view: rows for view, rows in doubled.items() if rows} == {}
    assert all(desk.query(f"select count(*) from metrics.{view}") != [(0,)] for view in KEYS)


def test_each_ticket_is_in_the_metrics_once(desk: Desk) -> None:
    assert desk.query(
        "select (select count(*) from metrics.ticket_metrics) = (select count(*) from file.freshdesk.tickets)"
    ) == [(True,)]
