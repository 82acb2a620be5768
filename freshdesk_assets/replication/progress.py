"""What a run's log says while a table is being read, every few seconds, and at its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.replication.course import Course


@dataclass(slots=True)
class Progress:
    """Counts what is read of one table, for the course of the run; `share` is done, from 0 to 1."""

    name: str
    client: Client
    say: Callable[[str], None]
    course: Course
    rows: int = 0
    share: float | None = None
    _told: float = 0.0
    """The largest share that was told: each step of a table begins at 0 again."""
    _before: Tally = field(init=False)

    def __post_init__(self) -> None:
        self._before = self.client.tally.snapshot()

    @property
    def spent(self) -> Tally:
        """Calls, credits, waits and bytes since the table was begun."""
        return self.client.tally.since(self._before)

    def count(self, rows: int, share: float | None = None) -> None:
        """Count rows, and tell how far the read is when it is time."""
        self.rows += rows
        self.share = share if share is not None else self.share
        self.course.read(self.rows, self.share, self.spent.credits)
        self.course.tell(self.line)

    def count_calls(self, share: float) -> None:
        """Tell how many of the calls for a row each are done; they bring rows that are counted already."""
        self.share = share
        self.course.read(self.rows, share, self.spent.credits, listed=True)
        self.course.tell(self.line)

    def end(self) -> None:
        """Log the totals."""
        self.share = None
        self.course.end()
        self.say(self.line())

    def line(self) -> str:
        """Rows, share, calls, credits and the limit."""
        spent = self.spent
        parts = [f"{self.name}: {self.rows:,} rows"]
        if self.share is not None and self.share >= self._told:
            self._told = self.share
            parts.append(f"{self.share:.0%}")
        parts.append(f"{spent.calls:,} call{'s'[: spent.calls != 1]}")
        parts.append(f"{spent.credits:,} credit{'s'[: spent.credits != 1]}")
        if self.client.limiter.total:
            parts.append(f"limit {self.client.limiter.rate:,.0f} credits a minute")
        if spent.waited >= 1:
            parts.append(f"{spent.waited:,.0f} s waited for it")
        return ", ".join(parts)


def share_of(moment: datetime | None, start: datetime, end: datetime) -> float | None:
    """How far a moment lies between two others, from 0 to 1."""
    if moment is None or end <= start:
        return None
    return min(1.0, max(0.0, (moment - start) / (end - start)))
