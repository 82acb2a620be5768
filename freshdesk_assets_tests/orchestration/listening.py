"""A webhook for alerts, on the loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from freshdesk_assets_tests.serving import Reply, Request, serving


@dataclass(slots=True)
class Listener:
    """Answers calls with a status, and keeps the alerts it answered with 200."""

    url: str = ""
    status: int = 200
    calls: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        self.calls += 1
        if self.status == 200:
            self.messages.append(json.loads(request.body))
        return Reply(status=self.status)

    def heard(self) -> list[dict[str, Any]]:
        """The alerts since the last call of this method."""
        heard, self.messages = self.messages, []
        return heard


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener under a path that nobody should see in a log."""
    listener = Listener()
    with serving(listener.answer) as url:
        listener.url = f"{url}/secret-hook"
        yield listener
