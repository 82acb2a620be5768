"""A count of calls, credits, bytes and seconds waited, since a client was made."""

import threading
from dataclasses import dataclass, field, fields


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counters of one client; `add` is safe from many threads.

    - `calls`: requests sent, repeated ones too.
    - `credits`: what they cost, as Freshdesk says, else by its price list. A request that got no answer is
      counted, because Freshdesk may have counted it.
    - `bytes`: bodies, decompressed.
    - `waited`: seconds of wall time during which at least one request waited for the limit. It is not the
      sum over threads, and leaves out the pauses between the attempts of a failing request.
    - `retries`: requests repeated after a failure.
    - `throttled`: replies with status 429.
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
            for name in COUNTERS:
                setattr(self, name, getattr(self, name) + getattr(more, name))

    def snapshot(self) -> "Tally":
        """A copy that no longer changes, with all counters as of one moment."""
        with self._lock:
            return Tally(**{name: getattr(self, name) for name in COUNTERS})

    def since(self, snapshot: "Tally") -> "Tally":
        """What was added after `snapshot` was taken."""
        now = self.snapshot()
        return Tally(**{name: getattr(now, name) - getattr(snapshot, name) for name in COUNTERS})


COUNTERS = tuple(each.name for each in fields(Tally) if each.init)
