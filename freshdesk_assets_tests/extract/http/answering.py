"""A server of shelves that answers as it is told, and what its tests look at."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from freshdesk_assets_tests.serving import Reply, Request

KEY = "s3cretKeyOfAnAgent99"
LIMIT = {"X-RateLimit-Total": "400", "X-RateLimit-Remaining": "390", "X-RateLimit-Used-CurrentRequest": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Reply):
    """An empty list and what is left of the limit, but for what is different."""

    headers: Mapping[str, str] = field(default_factory=lambda: LIMIT)
    body: bytes = b"[]"


@dataclass(slots=True)
class Library:
    """Gives its answers in turn, the last one for ever; `before` is called before each."""

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    asked: list[Request] = field(default_factory=list)
    before: Callable[[], object] = lambda: None

    def give(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def answer(self, request: Request) -> Reply:
        self.before()
        self.asked.append(request)
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        date = format_datetime(datetime.now(UTC), usegmt=True)
        return replace(given, headers={"Date": date, **given.headers})


def rows(body: bytes) -> list[object]:
    """A reply's rows, as a parser that knows nothing of tables reads them."""
    content: list[object] = json.loads(body)
    return content


def said(error: BaseException) -> str:
    """Everything of an error that a run's log would keep."""
    parts = []
    cause: BaseException | None = error
    while cause is not None:
        parts.append(f"{cause!r} {cause}")
        cause = cause.__cause__ or cause.__context__
    return " ".join(parts)
