"""What talking to Freshdesk has cost so far."""

import threading
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counters of one client; `add` is safe from many threads.

    calls: requests sent, repeated ones too. credits: what they cost, as Freshdesk says, else by its price
    list; a request that got no answer is counted, because Freshdesk may have counted it. bytes: bodies,
    decompressed. waited: seconds of wall time during which at least one request stood waiting for the
    limit (not the sum over threads, and not the pauses between the attempts of a failing request).
    retries: requests repeated after a failure. throttled: replies with status 429.
    """

    calls: int = 0
    credits: int = 0
    bytes: int = 0
    waited: float = 0.0
    retries: int = 0
    throttled: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def add(self, more: "Tally") -> None:
        """Count what `more` counts."""
        with self._lock:
            self.calls += more.calls
            self.credits += more.credits
            self.bytes += more.bytes
            self.waited += more.waited
            self.retries += more.retries
            self.throttled += more.throttled

    def snapshot(self) -> "Tally":
        """A copy that no longer moves, all counters of one moment."""
        with self._lock:
            return Tally(
                calls=self.calls,
                credits=self.credits,
                bytes=self.bytes,
                waited=self.waited,
                retries=self.retries,
                throttled=self.throttled,
            )

    def since(self, snapshot: "Tally") -> "Tally":
        """What was added after `snapshot` was taken."""
        now = self.snapshot()
        return Tally(
            calls=now.calls - snapshot.calls,
            credits=now.credits - snapshot.credits,
            bytes=now.bytes - snapshot.bytes,
            waited=now.waited - snapshot.waited,
            retries=now.retries - snapshot.retries,
            throttled=now.throttled - snapshot.throttled,
        )
