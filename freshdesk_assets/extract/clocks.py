"""From Freshdesk's clock, this machine's and the times of rows to which moment is proved to have come.

No clock is trusted alone: what counts as read must not reach beyond what can have been seen. A gateway may
write the header Date, and a machine may have stood still.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LAG = timedelta(minutes=5)
"""It is not known how long after a change Freshdesk may still answer without it (docs/freshdesk_api.md, 5.6).
So the last minutes before a reply are read again next time; they fit in the page that is asked for anyway."""

ALIKE = timedelta(minutes=10)
"""Clocks that differ by less are not worth a warning."""


def proved(said: datetime | None, seen: datetime, now: datetime) -> datetime:
    """The latest moment that has certainly come in Freshdesk when it answered.

    - `said`: its header Date. Where it is missing, or later than this machine's time, only rows count.
    - `seen`: the newest time of a row that had been read by then, by Freshdesk's clock too.
    - `now`: this machine's time.
    """
    if said is None or said > now + LAG:
        return min(seen, said or now)
    return min(said, max(now, seen))


@dataclass(slots=True)
class Clocks:
    """What the replies of a run show of clocks that are wrong; each difference is told once."""

    _dated: timedelta = timedelta(0)
    _rows_ahead: timedelta = timedelta(0)
    _rows_later: timedelta = timedelta(0)
    _told: set[str] = field(default_factory=set)

    def note(self, said: datetime | None, newest: datetime | None = None) -> None:
        """Note the Date of a reply, and the newest time of a row in it."""
        now = datetime.now(UTC)
        if said is not None and abs(said - now) > abs(self._dated):
            self._dated = said - now
        if newest is not None:
            self._rows_ahead = max(self._rows_ahead, newest - now)
            if said is not None:
                self._rows_later = max(self._rows_later, newest - said)

    def warnings(self) -> list[str]:
        """A sentence for each difference that was not told yet."""
        found = {kind: said for kind, said in self._found().items() if kind not in self._told}
        self._told |= found.keys()
        return list(found.values())

    def _found(self) -> dict[str, str]:
        if self._rows_later > ALIKE:
            later = spoken(self._rows_later)
            return {
                "date": f"Freshdesk's replies bring rows that changed up to {later} after their own header"
                " Date: something on the way sets it wrong. What changed since counts as not read, and is"
                " read again each time."
            }
        if abs(self._dated) <= ALIKE:
            return {}
        side = "ahead of" if self._dated > timedelta(0) else "behind"
        apart = f"Freshdesk's replies are dated {spoken(abs(self._dated))} {side} this machine's clock"
        if self._rows_ahead > ALIKE:
            return {
                "clock": f"{apart}, and rows changed later than it says: this machine's clock is wrong. Set"
                " it: partitions and schedules go by it."
            }
        return {
            "clock": f"{apart}: one of the two is wrong. Until they agree, less counts as read, and more is"
            " read again each time. Set this machine's clock, or find out what sets the header Date on the"
            " way."
        }


def spoken(span: timedelta) -> str:
    """A span of time in its largest unit, like "3 days"."""
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if span >= length:
            count = span // length
            return f"{count:,} {unit}{'s' * (count != 1)}"
    return f"{span // timedelta(minutes=1)} minutes"


def settled(moment: datetime | None, seen: datetime) -> datetime:
    """The time before which a reply of `moment`, whose last row is of the time `seen`, misses nothing."""
    return min(seen, proved(moment, seen, datetime.now(UTC).replace(microsecond=0)) - LAG)


def closed(moment: datetime | None, end: datetime | None, seen: datetime) -> datetime:
    """The time before which the last reply of a list, which has nothing beyond it, misses nothing.

    `seen` is the newest time of a row that was read by the moment.
    """
    edge = proved(moment, seen, datetime.now(UTC).replace(microsecond=0)) - LAG
    return min(edge, end) if end else edge
