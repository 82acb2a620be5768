"""From a calendar's row to the seconds it is open; each local day is looked at, nothing is precomputed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from freshdesk_assets.simulator.state import Row

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Names of Ruby on Rails, of the zones that accounts of the simulator have.
ZONES = {
    "Vienna": "Europe/Vienna",
    "Eastern Time (US & Canada)": "America/New_York",
    "Adelaide": "Australia/Adelaide",
    "Chennai": "Asia/Kolkata",
    "UTC": "Etc/UTC",
}
DAY_SECONDS = 86_400
ONE_DAY = timedelta(days=1)
# A target that is not reached within this many days of a calendar never is.
PATIENCE_DAYS = 4_000


class Hours:
    """On which days and at what times a calendar is open."""

    def __init__(self, row: Row, source: int | None) -> None:
        self.week = open_week(row, source)
        self.holidays = [holiday(text) for text in (row.get("holidays") or {}).values()]

    def on(self, day: date) -> list[tuple[int, int]]:
        """The slots of a day, in seconds after midnight."""
        return [] if self.is_holiday(day) else self.week[WEEKDAYS[day.weekday()]]

    def is_holiday(self, day: date) -> bool:
        """Whether the day is one of the holidays; those without a year come back each year."""
        return any((year in (None, day.year)) and (month, dom) == (day.month, day.day)
                   for year, month, dom in self.holidays)  # fmt: skip


class Calendar:
    """When a calendar is open, for tickets of one source."""

    def __init__(self, row: Row, source: int | None = None, former: Sequence[tuple[int, Row]] = ()) -> None:
        """Read the row, and how it was before: `former` has rows, and when each of them was changed.

        Hours count for a day if they were in force when it ended. ValueError if a time, a date or the zone is
        written in an unknown way.
        """
        self.id: int = row["id"]
        zone: str = row["time_zone"]
        self.zone = ZoneInfo(ZONES.get(zone, zone))
        self.hours = Hours(row, source)
        self.former = [(changed_at, Hours(was, source)) for changed_at, was in former]
        self.slots = cache(self._slots)

    @property
    def ever_open(self) -> bool:
        """Whether there is an open day at all."""
        return any(any(hours.week.values()) for hours in (self.hours, *(was for _, was in self.former)))

    def _slots(self, day: date) -> list[tuple[int, int]]:
        midnight = self.instant(day, DAY_SECONDS)
        hours = next((was for changed_at, was in self.former if midnight <= changed_at), self.hours)
        return [(self.instant(day, start), self.instant(day, end)) for start, end in hours.on(day)]

    def instant(self, day: date, seconds: int) -> int:
        """The epoch second at which the clocks on the wall show that many seconds after midnight."""
        if seconds == DAY_SECONDS:
            return self.instant(day + ONE_DAY, 0)
        shown = time(seconds // 3600, seconds // 60 % 60, seconds % 60)
        return int(datetime.combine(day, shown, self.zone).timestamp())

    def local_day(self, instant: int) -> date:
        """The day that it is there at an epoch second."""
        return datetime.fromtimestamp(instant, UTC).astimezone(self.zone).date()

    def seconds_between(self, start: int, end: int) -> int | None:
        """How long it is open between two epoch seconds; None if it is never open."""
        if not self.ever_open:
            return None
        total, day, last = 0, self.local_day(start), self.local_day(end)
        while day <= last:
            for opens, closes in self.slots(day):
                total += max(0, min(end, closes) - max(start, opens))
            day += ONE_DAY
        return total

    def after(self, start: int, seconds: int) -> int | None:
        """The epoch second at which it has been open that long since `start`; None if it never is."""
        day, left = self.local_day(start), seconds
        for _ in range(PATIENCE_DAYS if self.ever_open else 0):
            for opens, closes in self.slots(day):
                begin = max(start, opens)
                if begin < closes:
                    if left <= closes - begin:
                        return begin + left
                    left -= closes - begin
            day += ONE_DAY
        return None


def open_week(row: Row, source: int | None) -> dict[str, list[tuple[int, int]]]:
    """Slots by weekday, in seconds after midnight: those of the source if it has its own."""
    week: dict[str, list[tuple[int, int]]] = {day: [] for day in WEEKDAYS}
    for own in row.get("source_business_hours") or []:
        if source in own["sources"]:
            if own["business_hours_type"] == "24x7":
                return {day: [(0, DAY_SECONDS)] for day in WEEKDAYS}
            for entry in own["business_hours"]:
                week[entry["day"]] = [slot(each) for each in entry["time_slots"]]
            return week
    for day, hours in row["business_hours"].items():
        week[day] = [slot(hours)]
    return week


def slot(hours: Row) -> tuple[int, int]:
    """Start and end in seconds after midnight; what ends in the last minute of a day ends with the day."""
    start, end = clock_time(hours["start_time"]), clock_time(hours["end_time"])
    return start, DAY_SECONDS if end >= DAY_SECONDS - 60 or end == 0 else end


def clock_time(text: str) -> int:
    """Seconds after midnight of `8:00 am`, `08:00:00 am` or `20:00`."""
    shown, _, half = text.partition(" ")
    hour, minute, second = ([int(part) for part in shown.split(":")] + [0])[:3]
    if half:
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    return hour * 3600 + minute * 60 + second


def holiday(text: str) -> tuple[int | None, int, int]:
    """Year, month and day of `2026-12-24`, or month and day of `Dec 24`, which comes back each year."""
    if text[:4].isdigit():
        day = date.fromisoformat(text)
        return day.year, day.month, day.day
    day = datetime.strptime(f"2000 {text}", "%Y %b %d").date()
    return None, day.month, day.day
