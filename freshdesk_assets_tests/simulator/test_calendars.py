"""The simulator's arithmetic of calendars, against figures worked out by hand."""

from datetime import datetime

import pytest

from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.truth.calendars import WEEKDAYS, Calendar

OFFICE = {"start_time": "8:00 am", "end_time": "5:00 pm"}
ALL_DAY = {"start_time": "12:00 am", "end_time": "11:59:59 pm"}
HOUR = 3600


def calendar(
    zone: str = "Eastern Time (US & Canada)",
    *,
    hours: Row = OFFICE,
    days: int = 5,
    source: int = 1,
    **more: object,
) -> Calendar:
    """A calendar that is open on the first days of the week."""
    week = dict.fromkeys(WEEKDAYS[:days], hours)
    return Calendar({"id": 1, "time_zone": zone, "business_hours": week, **more}, source)


def at(text: str) -> int:
    """The epoch second of a moment in UTC."""
    return int(datetime.fromisoformat(f"{text}:00+00:00").timestamp())


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("2026-03-06 21:30", "2026-03-09 12:30", 3_600),  # clocks go forward between
        ("2026-10-30 20:30", "2026-11-02 13:30", 3_600),  # clocks go back between
        ("2026-03-07 12:00", "2026-03-07 18:00", 0),  # all outside
        ("2026-03-02 14:00", "2026-03-16 14:00", 327_600),  # two weeks, of which the second is in summer time
        ("2026-03-02 09:00", "2026-03-02 12:00", 0),  # before opening
    ],
)
def test_office_hours_in_new_york(start: str, end: str, seconds: int) -> None:
    """Hours are those of the clock on the wall, whatever the offset."""
    assert calendar().seconds_between(at(start), at(end)) == seconds


def test_a_calendar_that_never_closes_counts_every_second() -> None:
    """Also on the Sunday of 23 hours, and through the last second of each day."""
    always = calendar(hours=ALL_DAY, days=7)
    start, end = at("2026-03-08 05:00"), at("2026-03-09 04:00")
    assert always.seconds_between(start, end) == 23 * HOUR == end - start


def test_two_slots_a_day_for_one_source_and_half_an_hour_of_zone() -> None:
    """07:00 in Adelaide is 20:30 UTC of the day before, in summer."""
    slots = [{"start_time": "07:00", "end_time": "11:00"}, {"start_time": "12:30", "end_time": "16:00"}]
    phone = {"business_hours_type": "custom", "is_default": False, "sources": [3],
             "business_hours": [{"day": "monday", "time_slots": slots}]}  # fmt: skip
    by_phone = calendar("Adelaide", source=3, source_business_hours=[phone])
    by_mail = calendar("Adelaide", source=1, source_business_hours=[phone])
    start, end = at("2026-03-01 20:00"), at("2026-03-02 03:00")
    assert by_phone.seconds_between(start, end) == 4 * HOUR + HOUR  # 07:00-11:00 and 12:30-13:30
    assert by_mail.seconds_between(start, end) == 5 * HOUR + HOUR // 2  # 08:00-13:30


@pytest.mark.parametrize(("text", "closed_next_year"), [("Mar 03", True), ("2026-03-03", False)])
def test_holidays_are_closed(text: str, closed_next_year: bool) -> None:
    """Those without a year come back."""
    closed = calendar(holidays={"Fair": text})
    assert closed.seconds_between(at("2026-03-02 00:00"), at("2026-03-05 00:00")) == 18 * HOUR
    assert closed.seconds_between(at("2027-03-03 05:00"), at("2027-03-04 05:00")) == (
        0 if closed_next_year else 9 * HOUR
    )


def test_when_a_target_is_reached() -> None:
    """An hour before closing on Friday, two hours are reached an hour after opening on Monday."""
    assert calendar().after(at("2026-03-06 21:00"), 2 * HOUR) == at("2026-03-09 13:00")
    assert calendar().after(at("2026-03-07 12:00"), 0) == at("2026-03-09 12:00")


def test_a_calendar_without_an_open_day_never_reaches_anything() -> None:
    """And does not look for ever."""
    closed = calendar(days=0)
    assert closed.seconds_between(0, at("2026-03-02 00:00")) is None
    assert closed.after(0, HOUR) is None
