"""The account's calendars of business hours, each hard in a way of its own (docs/freshdesk_api.md, 4.16)."""

from freshdesk_assets.simulator.state import Row, State

WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
WEEK = (*WORKDAYS, "saturday", "sunday")
OFFICE = ("8:00 am", "5:00 pm")
AFTERNOON = ("1:00 pm", "11:59:59 pm")
ALL_DAY = ("12:00 am", "11:59:59 pm")
# How dates of holidays are written is not established: with a year, or without one, as they recur.
RECURRING = {
    "Neujahr": "Jan 01", "Heilige Drei Könige": "Jan 06", "Inventur": "Mar 10", "Nationalfeiertag": "Oct 26",
}  # fmt: skip
DATED = {"Snow day": "2026-01-25", "Moving house": "2026-02-14", "Fair": "2026-03-14"}
# Whoever telephones finds somebody at other hours, with a break at noon.
BY_TELEPHONE: Row = {
    "business_hours_type": "custom",
    "is_default": False,
    "sources": [3],
    "business_hours": [
        {
            "day": day,
            "time_slots": [
                {"start_time": "07:00", "end_time": "11:00"},
                {"start_time": "12:30", "end_time": "16:00"},
            ],
        }
        for day in WORKDAYS
    ],
}
# name, zone, open days, hours, and keys that only some calendars have
CALENDARS: tuple[tuple[str, str, tuple[str, ...], tuple[str, str], Row], ...] = (
    ("Default", "Vienna", WORKDAYS, OFFICE, {"holidays": RECURRING}),
    ("Weekend", "Eastern Time (US & Canada)", WEEK[5:], OFFICE, {"holidays": DATED}),
    ("Field", "Adelaide", WEEK[:6], AFTERNOON, {"source_business_hours": [BY_TELEPHONE]}),
    ("Round the clock", "Chennai", WEEK, ALL_DAY, {}),
)
# The calendar of each group, by position; a group without one has the default calendar's hours.
GROUP_CALENDARS = (0, 1, 2, None, 3)


def found_calendars(state: State, stamps: Row) -> None:
    """Set up the calendars; a day that is closed is a missing key."""
    for name, zone, days, (start, end), more in CALENDARS:
        row_id = state.next_id("business_hours")
        state.tables["business_hours"][row_id] = {
            "id": row_id, "name": name, "description": None, "is_default": name == "Default",
            "time_zone": zone,
            "business_hours": {day: {"start_time": start, "end_time": end} for day in days},
            **more, **stamps,
        }  # fmt: skip
