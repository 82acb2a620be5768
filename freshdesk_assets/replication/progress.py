"""What a run's log says while a table is being read, every few seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.tally import Tally


@dataclass(slots=True)
class Progress:
    """Counts what is read of one table and logs it every `interval` seconds; `share` is done, from 0 to 1."""

    name: str
    client: Client
    say: Callable[[str], None]
    interval: float
    rows: int = 0
    share: float | None = None
    _began: float = field(default_factory=time.monotonic)
    _spoken: float = field(default_factory=time.monotonic)
    _before: Tally = field(init=False)

    def __post_init__(self) -> None:
        self._before = self.client.tally.snapshot()

    @property
    def spent(self) -> Tally:
        """Calls, credits, waits and bytes since the table was begun."""
        return self.client.tally.since(self._before)

    def count(self, rows: int, share: float | None = None) -> None:
        """Count rows, and log how far the read is when it is time."""
        self.rows += rows
        self.share = share if share is not None else self.share
        if time.monotonic() - self._spoken >= self.interval:
            self._spoken = time.monotonic()
            self.say(self.line())

    def end(self) -> None:
        """Log the totals."""
        self.share = None
        self.say(self.line())

    def line(self) -> str:
        """Rows, share, calls, credits, the limit, and how long it will still take."""
        spent = self.spent
        parts = [f"{self.name}: {self.rows:,} rows"]
        if self.share is not None:
            parts.append(f"{self.share:.0%}")
        parts.append(f"{spent.calls:,} call{'s'[: spent.calls != 1]}")
        parts.append(f"{spent.credits:,} credit{'s'[: spent.credits != 1]}")
        if self.client.limiter.total:
            parts.append(f"limit {self.client.limiter.rate:,.0f} credits a minute")
        if spent.waited >= 1:
            parts.append(f"{spent.waited:,.0f} s waited for it")
        left = self._left()
        if left is not None:
            parts.append(f"about {left} left")
        return ", ".join(parts)

    def _left(self) -> timedelta | None:
        if not self.share or self.share >= 1:
            return None
        taken = time.monotonic() - self._began
        return timedelta(seconds=round(taken * (1 - self.share) / self.share))


def share_of(moment: datetime | None, start: datetime, end: datetime) -> float | None:
    """How far a moment lies between two others, from 0 to 1."""
    if moment is None or end <= start:
        return None
    return min(1.0, max(0.0, (moment - start) / (end - start)))
