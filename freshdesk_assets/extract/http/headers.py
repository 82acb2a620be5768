"""From the headers of a reply to what is left of the limit, how long to wait, when and what comes next.

They are read as gateways and old accounts may leave them, too: written twice, with a fraction, in other case.
What cannot be read is as if it were not there, for a reply is not worse for it.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urljoin

LONGEST_WAIT = 3600
"""Seconds: the longest window that Freshdesk counts in (docs/freshdesk_api.md, 2.2). Beyond it, ask again."""

DEAREST = 1000
"""More credits than any request costs, where the account's total is not known."""

UNLIMITED = 10**9
"""A number beyond it says that there is no limit, or nothing."""

FOUNDED = 2010
"""Before that year Freshdesk did not answer anything."""

LINK = re.compile(r"""<([^>]*)>((?:\s*;\s*[\w*.-]+\s*(?:=\s*(?:"[^"]*"|'[^']*'|[^"',;\s]*))?)*)""")
REL = re.compile(r""";\s*rel\s*=\s*["']?([^"',;]*)""", re.IGNORECASE)


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
        """What these headers say; of several values the one that asks for more care."""
        total = number(headers.get("X-RateLimit-Total"), min)
        used = number(headers.get("X-RateLimit-Used-CurrentRequest"), max)
        return cls(
            total=total,
            remaining=number(headers.get("X-RateLimit-Remaining"), min),
            used=used if used is None or used <= (total or DEAREST) else None,
            wait=wait(headers),
        )


def wait(headers: Mapping[str, str]) -> int | None:
    """Seconds that the Retry-After header asks for, as a number or as a date; an hour at most."""
    said = headers.get("Retry-After")
    seconds = number(said, max)
    if seconds is None and (until := _date(said)):
        seconds = max(0, math.ceil((until - (moment(headers) or datetime.now(UTC))).total_seconds()))
    return None if seconds is None else min(seconds, LONGEST_WAIT)


def moment(headers: Mapping[str, str]) -> datetime | None:
    """When Freshdesk answered, by the Date header; None if it does not say."""
    said = _date(headers.get("Date"))
    return said if said and said.year >= FOUNDED else None


def number(text: str | None, choose: Callable[[list[int]], int]) -> int | None:
    """A header's number, as a whole one; None for anything else.

    One connector's tests have "100.0" (docs/freshdesk_api.md, 2.3). A header that was sent twice arrives as
    "400, 390", of which `choose` takes one. "1,000" could be two or one, and is taken for none.
    """
    values: list[int] = []
    for part in (text or "").split(","):
        try:
            value = float(part)
        except ValueError:
            return None
        if not 0 <= value <= UNLIMITED:
            return None
        values.append(math.ceil(value))
    grouped = re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+", (text or "").strip()) and len(set(values)) > 1
    return None if grouped else choose(values)


def next_page(link: str, base: str) -> str | None:
    """The address that a Link header calls next, empty if it cannot be read; None if there is no next page.

    Freshdesk's documentation shows a blank after `<` and none before `rel`; recorded replies have the usual
    spelling (docs/freshdesk_api.md, 3.2).
    """
    for address, parameters in LINK.findall(link):
        said = REL.search(parameters)
        if said and "next" in said[1].lower().split():
            try:
                return str(urljoin(base, address.strip()))
            except ValueError:
                return ""
    return (
        "" if re.search(r"\brel\s*=\s*[\"']?[^\"',;]*\bnext\b", LINK.sub("", link), re.IGNORECASE) else None
    )


def _date(text: str | None) -> datetime | None:
    try:
        said = parsedate_to_datetime(text or "")
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
