"""From a path and its parameters to the parsed reply, within the account's limit."""

import math
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Generic, Self, TypeVar
from urllib.parse import SplitResult

import msgspec
import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from freshdesk_assets.extract.http.address import base_url, next_page, valid_key
from freshdesk_assets.extract.http.budget import Budget
from freshdesk_assets.extract.http.errors import (
    ConfigurationError,
    Unavailable,
    described,
    redirected,
    refusal,
)
from freshdesk_assets.extract.http.limiter import Limiter, Permit
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.schema.table import SubLimit, Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """One successful reply.

    `next` is the absolute URL of the next page, None on the last one. `moment` is when Freshdesk answered
    by its own clock, UTC, to the second; None if it did not say.
    """

    content: T
    next: str | None
    moment: datetime | None


class Client:
    """Reads one Freshdesk account; one for all threads, and nothing is sent before the first `get`.

    `domain` is the host name, acme.freshdesk.com, or a URL; http only to this machine. `reserve` is the
    share of the account's limit that is never used, `timeout` the seconds to connect and between bytes,
    `attempts` how often a request is sent before it counts as failed (waiting for the limit aside),
    `budget` what may be spent. `report` gets short sentences for a run's log. Raises ConfigurationError for
    settings that cannot work.
    """

    def __init__(
        self,
        *,
        domain: str,
        api_key: str,
        reserve: float = 0.10,
        workers: int = 16,
        timeout: tuple[float, float] = (10, 90),
        attempts: int = 6,
        budget: Budget | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
        report: Callable[[str], None] | None = None,
    ) -> None:
        self._base = base_url(domain)
        self._host = self._base.netloc
        if not 0 <= reserve < 1:
            raise ConfigurationError(
                f"The reserve is {reserve}: give the share of the limit to keep, 0 to 0.9."
            )
        if workers < 1 or attempts < 1:
            raise ConfigurationError(f"{workers} workers and {attempts} attempts: give at least 1 of each.")
        self.workers = workers
        self.tally = Tally()
        self.budget = budget or Budget()
        self.limiter = Limiter(reserve=reserve, clock=clock, sleep=sleep, report=report, tally=self.tally)
        self._timeout = timeout
        self._attempts = attempts
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._report = report
        self._proven = False
        self._session = session(self._base, valid_key(api_key), workers)

    def __repr__(self) -> str:
        return f"Client({self._base.geturl()})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End all waiting (those who wait get Unavailable) and drop the connections."""
        self._closed.set()
        self.limiter.close()
        self._session.close()

    def get(
        self,
        path: str,
        params: Mapping[str, Value] = {},
        *,
        parse: Callable[[bytes], T],
        one_row: bool = False,
        sub_limit: SubLimit | None = None,
    ) -> Reply[T]:
        """One page of the list, or with `one_row` the one row, at `path` below /api/v2/.

        `parse` turns the body into the content; when it raises ValueError or msgspec.MsgspecError the
        body is taken for damaged and asked for again. Waits as long as the limit demands. Raises the
        errors of `errors.py`; Unavailable when all attempts failed, BudgetSpent instead of the next attempt.
        """
        request = Request(
            url=f"{self._base.geturl()}/api/v2/{path.lstrip('/')}",
            query={
                name: str(value).lower() if isinstance(value, bool) else str(value)
                for name, value in params.items()
            },
            where=described(path, params),
            credits=credits_of(params, one_row=one_row),
            sub_limit=sub_limit,
        )
        failures = 0
        while True:
            # The budget first: what it refuses does not wait for the limit.
            with (
                self.budget.hold(request.credits, request.where) as hold,
                self.limiter.acquire(request.credits, sub_limit) as permit,
            ):
                try:
                    outcome = self._attempt(request, parse, permit)
                finally:
                    hold.cost = permit.credits
            if isinstance(outcome, Reply):
                return outcome
            if isinstance(outcome, Failure):
                failures += 1
                if failures >= self._attempts:
                    break
                self._sleep(max(jitter(min(60, 2 ** (failures - 1))), outcome.after))
                self.tally.add(Tally(retries=1))
        raise Unavailable(
            f"{self._host} did not answer {request.where} in {failures} attempts, last: {outcome.cause}. "
            "Try again later; nothing of this request was used."
        )

    def _attempt(
        self, request: "Request", parse: Callable[[bytes], T], permit: Permit
    ) -> "Reply[T] | Failure | Throttled":
        response = self._send(request)
        if isinstance(response, Failure):
            self.tally.add(Tally(calls=1, credits=request.credits))
            return response
        body, status, headers = response.content, response.status_code, response.headers
        total, remaining, used = (number(headers.get(f"X-RateLimit-{name}")) for name in LIMIT)
        asked = number(headers.get("Retry-After"))
        # A pause begins before anything is learnt, which lets waiting requests look again.
        seconds = max(1, 60 if asked is None else asked)
        news = status == 429 and self.limiter.pause(seconds + jitter(1))
        self.limiter.learn(total, remaining, used, permit)
        self.tally.add(Tally(calls=1, credits=permit.credits, bytes=len(body)))
        if status == 429:
            if total == 0:
                raise ConfigurationError(
                    f"{self._host} allows no API calls at all (X-RateLimit-Total: 0): its plan has no API."
                )
            self._throttled(request, permit, remaining, seconds if news else 0)
            return Throttled()
        if status >= 500:
            return Failure(f"status {status}", after=min(300, asked or 0))
        if 300 <= status < 400:
            raise redirected(status, headers.get("Location", ""), where=request.where, host=self._host)
        # Limits belong to accounts, so whoever tells one is an account; a 404 may then be believed.
        self._proven = self._proven or total is not None
        if status >= 400:
            raise refusal(status, body, where=request.where, host=self._host, proven=self._proven)
        try:
            content = parse(body)
        except (ValueError, msgspec.MsgspecError) as error:
            return Failure(f"a body that is damaged or not JSON ({type(error).__name__})")
        self._proven = True
        return Reply(content, next_page(headers.get("Link", ""), self._base, request.where), moment(headers))

    def _send(self, request: "Request") -> "requests.Response | Failure":
        """The reply, read whole, or why there is none.

        The library's own errors quote the URL: only their class is kept, and they are never chained.
        """
        caught: Exception
        try:
            return self._session.get(
                request.url, params=request.query, timeout=self._timeout, allow_redirects=False
            )
        except TRANSIENT as error:
            caught = error
        causes = [type(cause) for cause in chain(caught)]
        lookup = next((cause for cause in chain(caught) if isinstance(cause, socket.gaierror)), None)
        unresolved = f"the name of the host could not be resolved ({type(lookup).__name__})"
        failure = Failure(type(caught).__name__ if lookup is None else unresolved)
        del caught
        if ssl.SSLCertVerificationError in causes:
            raise ConfigurationError(
                f"The certificate of {self._host} is not trusted here: if a proxy of yours signs it, set "
                "REQUESTS_CA_BUNDLE to that authority's file."
            )
        if lookup is not None and not self._proven and lookup.errno == socket.EAI_NONAME:
            raise ConfigurationError(
                f"There is no host {self._base.hostname}: its name cannot be resolved. Set FRESHDESK_DOMAIN "
                "to the account's own name, such as acme.freshdesk.com, or mend this machine's DNS."
            )
        return failure

    def _throttled(self, request: "Request", permit: Permit, remaining: int | None, seconds: int) -> None:
        """Learn what was the matter, and tell the log once per pause of `seconds`."""
        self.tally.add(Tally(throttled=1))
        total = self.limiter.total
        message = f"Freshdesk asks to wait {seconds} s (429 on {request.where})"
        if total and remaining is not None and remaining >= max(request.credits, 0.05 * total):
            message += f" with {remaining} of {total} credits left"
            if request.sub_limit:
                calls = self.limiter.tripped(request.sub_limit, permit)
                message += f"; held to {calls} calls a minute of {request.sub_limit.name} for now"
            else:
                message += ": this list has a limit of its own, which its declaration does not know"
        if seconds and self._report:
            self._report(f"{message}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent, and how messages call it."""

    url: str
    query: Mapping[str, str]
    where: str
    credits: int
    sub_limit: SubLimit | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt worth repeating, not before `after` seconds."""

    cause: str
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Throttled:
    """An attempt that the limit turned down."""


TRANSIENT = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
"""What may be otherwise next time. A body shorter than its Content-Length is a ChunkedEncodingError."""


LIMIT = ("Total", "Remaining", "Used-CurrentRequest")
"""Ends of the names of the headers that tell the limit: credits per window, left in it, and for this call."""


def session(base: SplitResult, api_key: str, workers: int) -> requests.Session:
    """A pool of connections that sends the key to `base` only, and keeps no cookies."""
    made = requests.Session()
    # An auth object, not a header: a ~/.netrc entry for the host would replace the header.
    made.auth = HTTPBasicAuth(api_key, "X")
    made.headers.update({"User-Agent": "freshdesk-assets", "Accept": "application/json"})
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    made.mount(f"{base.scheme}://", HTTPAdapter(pool_connections=1, pool_maxsize=workers))
    # Proxies and authorities of the environment hold, but a proxy cannot reach this machine's loopback.
    made.trust_env = base.scheme == "https"
    return made


def credits_of(params: Mapping[str, Value], *, one_row: bool) -> int:
    """Credits of a request: 1, per include 2 more on a list, 1 on a row (docs/freshdesk_api.md, 2.4)."""
    includes = [name for name in str(params.get("include", "")).split(",") if name.strip()]
    return 1 + (1 if one_row else 2) * len(includes)


def moment(headers: Mapping[str, str]) -> datetime | None:
    """The Date header."""
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


def jitter(seconds: float) -> float:
    """Any time up to `seconds`, so that threads that failed together do not come back together."""
    return random.uniform(0, seconds)  # noqa: S311 (no secret)


def chain(error: BaseException | None) -> list[BaseException]:
    """An error and what led to it, outermost first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
