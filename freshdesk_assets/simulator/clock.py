"""The world's time, kept apart from the time that meters requests.

Freshdesk writes `YYYY-MM-DDTHH:MM:SSZ`, to the second (docs/freshdesk_api.md, 1.3). Rows hold that text
rather than a datetime: it is what is sent, and it sorts as time does.
"""

import time
from datetime import UTC, datetime, timedelta


def stamp(moment: datetime) -> str:
    """The moment as Freshdesk writes it; fractions of a second are dropped."""
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


def epoch_stamp(seconds: float) -> str:
    """The epoch second as Freshdesk writes it."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()[:19] + "Z"


def moment(text: str) -> datetime:
    """The moment that a stamp of the simulator means."""
    return datetime.fromisoformat(text)


def epoch(text: str) -> int:
    """The epoch second that a stamp of the simulator means."""
    return int(moment(text).timestamp())


def earliest_stamp(text: str) -> str:
    """The first stamp that is not before the moment a client gave.

    A date alone, a zone offset, or no zone (meaning UTC) are accepted (docs/freshdesk_api.md, 1.3).
    Raises ValueError for anything else, including a `+` that arrived as a blank because it was not encoded.
    """
    given = datetime.fromisoformat(text)
    if given.tzinfo is None:
        given = given.replace(tzinfo=UTC)
    return stamp(given + timedelta(seconds=1) if given.microsecond else given)


class WorldClock:
    """What time it is in the account: frozen, moved by hand, or ticking along with real time."""

    def __init__(self, now: datetime, *, ticking: bool = False) -> None:
        """Start at `now`, which must carry a zone."""
        if now.tzinfo is None:
            raise ValueError("the world's `now` needs a time zone, for example tzinfo=UTC")
        self._base = now.astimezone(UTC)
        self._ticking_since = time.monotonic() if ticking else None

    def now(self) -> datetime:
        """The present moment in UTC, with its fraction of a second."""
        if self._ticking_since is None:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._ticking_since)

    def stamp(self) -> str:
        """The present moment as Freshdesk writes it."""
        return stamp(self.now())

    def advance(self, step: timedelta) -> None:
        """Move forward; time in an account never runs back."""
        if step < timedelta(0):
            raise ValueError(f"the world's clock cannot run back by {step}")
        self._base += step
