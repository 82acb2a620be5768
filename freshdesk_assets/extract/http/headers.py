"""From the headers of a reply to what is left of the limit, how long to wait, and when Freshdesk answered."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class LimitHeaders:
    """What a reply says of the account's limit; None for what it does not say.

    - `total`: credits per window.
    - `remaining`: credits left in the window.
    - `used`: credits of this request.
    - `wait`: seconds until it is worth asking again.
    """

    total: int | None
    remaining: int | None
    used: int | None
    wait: int | None

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Self:
        """What these headers say."""
        return cls(
            total=number(headers.get("X-RateLimit-Total")),
            remaining=number(headers.get("X-RateLimit-Remaining")),
            used=number(headers.get("X-RateLimit-Used-CurrentRequest")),
            wait=number(headers.get("Retry-After")),
        )


def moment(headers: Mapping[str, str]) -> datetime | None:
    """When Freshdesk answered, by the Date header; None if it does not say."""
    try:
        said = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, OverflowError):
        return None
    return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)


def number(text: str | None) -> int | None:
    """A header's number, as a whole one; None for anything else.

    One connector's tests have "100.0" (docs/freshdesk_api.md, 2.3).
    """
    try:
        value = float(text or "")
    except ValueError:
        return None
    return math.ceil(value) if math.isfinite(value) and value >= 0 else None
