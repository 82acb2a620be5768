"""The help desk that the cases share: calendars, groups, agents, policies; and the tickets of all."""

from typing import Any

from freshdesk_assets.schema.rules import Holiday, Rules
from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.tickets import ANN, BOB, COLLABORATOR, FORMER_AGENT, HOUR, Row, Ticket, at

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EASTERN = "Eastern Time (US & Canada)"
BEGINNING = "2026-01-01 00:00"


def hours(opens: str, closes: str, days: int = 5) -> Row:
    """Business hours on the first days of the week."""
    return {day: {"start_time": opens, "end_time": closes} for day in WEEKDAYS[:days]}


OFFICE = hours("8:00 am", "5:00 pm")

(NEW_YORK, ROUND_THE_CLOCK, UNKNOWN_ZONE, INDIA, NEVER_OPEN, NAMED_HOLIDAYS, LISTED_HOLIDAYS, FILED_HOLIDAYS,
    BY_CHANNEL, LATE_HOURS, CHANGED, MIDNIGHT, OVERLAPPING) = range(101, 114)  # fmt: skip
"""Groups; the calendar of each has its number less 100."""

DEFAULT_GROUP, DELETED_GROUP, MOVED_GROUP = 120, 121, 122

SLOTS = [{"start_time": "09:00", "end_time": "12:00"}, {"start_time": "13:00", "end_time": "17:00"}]
OVERLAPPING_SLOTS = [
    {"start_time": "09:00", "end_time": "13:00"},
    {"start_time": "10:00", "end_time": "11:00"},
    {"start_time": "12:00", "end_time": "17:00"},
]
CHANNEL_HOURS = [
    {
        "business_hours_type": "custom",
        "sources": [7],
        "business_hours": [{"day": day.title(), "time_slots": SLOTS} for day in WEEKDAYS[:5]],
    },
    {"business_hours_type": "24x7", "sources": [13], "business_hours": []},
]


def calendar(group: int, zone: str, open_at: Row, **more: Any) -> Row:
    """The calendar of a group."""
    return {
        "id": group - 100,
        "name": f"Calendar {group - 100}",
        "is_default": group == NEW_YORK,
        "time_zone": zone,
        "business_hours": open_at,
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
        **more,
    }


CALENDARS = [
    calendar(NEW_YORK, EASTERN, OFFICE),
    calendar(ROUND_THE_CLOCK, EASTERN, hours("12:00 am", "11:59:59 pm", 7)),
    calendar(UNKNOWN_ZONE, "Middle Earth", OFFICE),
    calendar(INDIA, "Chennai", hours("9:00 am", "6:00 pm")),
    calendar(NEVER_OPEN, EASTERN, {}),
    calendar(NAMED_HOLIDAYS, EASTERN, OFFICE, holidays={"A day off": "2026-03-03", "Each year": "Mar 5"}),
    calendar(
        LISTED_HOLIDAYS,
        EASTERN,
        OFFICE,
        holidays=[
            {"name": "A day off", "date": "2026-03-03"},
            {"holiday_name": "B", "holiday_date": "5 March"},
        ],
    ),
    calendar(FILED_HOLIDAYS, EASTERN, OFFICE),
    calendar(BY_CHANNEL, EASTERN, OFFICE, source_business_hours=CHANNEL_HOURS),
    calendar(LATE_HOURS, EASTERN, hours("6:00 pm", "11:59 pm")),
    calendar(CHANGED, EASTERN, OFFICE),
    calendar(MIDNIGHT, EASTERN, hours("10:00 pm", "02:00:00 am")),
    calendar(
        OVERLAPPING,
        EASTERN,
        {
            "monday": {"start_time": "8:00 pm", "end_time": "9:00 am"},
            "tuesday": {"start_time": "8:00 am", "end_time": "5:00 pm"},
        },
        source_business_hours=[
            {
                "business_hours_type": "custom",
                "sources": [7],
                "business_hours": [{"day": "monday", "time_slots": OVERLAPPING_SLOTS}],
            }
        ],
    ),
]
CHANGED_CALENDAR = calendar(CHANGED, EASTERN, hours("8:00 am", "10:00 am"), updated_at="2026-06-01T12:00:00Z")
"""From June this calendar is open for two hours a day only."""

GROUPS = [
    *(
        {"id": group, "name": f"Group {group}", "business_calendar_id": group - 100}
        for group in range(101, 114)
    ),
    {"id": DEFAULT_GROUP, "name": "Without a calendar"},
    {"id": DELETED_GROUP, "name": "Gone", "business_calendar_id": ROUND_THE_CLOCK - 100},
    {"id": MOVED_GROUP, "name": "Works by another calendar", "business_calendar_id": NEW_YORK - 100},
]
MOVED = {**GROUPS[-1], "business_calendar_id": ROUND_THE_CLOCK - 100}
MOVING: tuple[tuple[str, Row, list[int]], ...] = (
    ("2026-06-02 13:15", GROUPS[-1], [ANN]),
    ("2026-06-02 15:15", MOVED, [ANN]),
    ("2026-06-02 18:15", MOVED, []),
)
"""On the second of June this group begins to work round the clock; a member comes before, and goes after."""

AGENTS = [
    {"id": ANN, "contact": {"name": "Ann"}},
    {"id": BOB, "contact": {"name": "Bob"}},
    {"id": FORMER_AGENT, "contact": {"name": "Cyn"}},
    {"id": COLLABORATOR, "type": "collaborator", "contact": {"name": "Dan"}},
]


def targets(respond: int, resolve: int, *, business: bool = True) -> Row:
    """The targets of a policy; High gives a quarter of the time."""
    return {
        f"priority_{priority}": {
            "respond_within": respond // share,
            "next_respond_within": respond // share,
            "resolve_within": resolve // share,
            "business_hours": business,
            "escalation_enabled": True,
        }
        for priority, share in ((1, 1), (2, 1), (3, 4), (4, 4))
    }


POLICIES = [
    {
        "id": 51,
        "name": "Round the clock",
        "active": True,
        "position": 1,
        "is_default": False,
        "sla_target": targets(HOUR, 8 * HOUR, business=False),
        "applicable_to": {"group_ids": [ROUND_THE_CLOCK]},
    },
    {
        "id": 52,
        "name": "Deleted",
        "active": True,
        "position": 2,
        "is_default": False,
        "sla_target": targets(2 * HOUR, 9 * HOUR),
        "applicable_to": {"group_ids": [INDIA]},
    },
    {
        "id": 53,
        "name": "Default",
        "active": True,
        "position": 3,
        "is_default": True,
        "sla_target": targets(4 * HOUR, 18 * HOUR),
        "applicable_to": {},
    },
]

RULES = Rules(
    holidays=(
        Holiday(year=2026, month=3, day=3, calendar="Calendar 8"),
        Holiday(month=3, day=5, calendar="8"),
    )
)

TICKETS: list[Ticket] = []
"""The tickets of all cases that were imported."""


def ticket(created: str, **fields: Any) -> Ticket:
    """A ticket of the shared help desk; without a group it works by the default calendar."""
    made = Ticket(created, **fields)
    TICKETS.append(made)
    return made


def opened(desk: Desk) -> Desk:
    """The desk, with all that tickets refer to, as it was at the beginning of the year."""
    first = at(BEGINNING)
    for name, rows in (
        ("business_hours", CALENDARS),
        ("groups", GROUPS),
        ("agents", AGENTS),
        ("sla_policies", POLICIES),
    ):
        desk.lands(first, name, *rows)
    return desk
