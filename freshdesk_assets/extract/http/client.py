"""From a path and its parameters to the parsed reply, within the account's limit."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Self, TypeVar

import msgspec

from freshdesk_assets.extract.http.address import base_url, valid_key
from freshdesk_assets.extract.http.bodies import looks_cut, no_json, other_shape, text_of
from freshdesk_assets.extract.http.budget import Budget
from freshdesk_assets.extract.http.connection import Connection, Failure
from freshdesk_assets.extract.http.errors import (
    ConfigurationError,
    FreshdeskError,
    Unavailable,
    described,
    is_web_page,
    redirected,
    refusal,
    web_page,
)
from freshdesk_assets.extract.http.headers import LimitHeaders, moment, next_page
from freshdesk_assets.extract.http.limiter import Limiter, Permit
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.schema.endpoint import SubLimit, Value

T = TypeVar("T")

AGAIN = frozenset({408, 425})
"""Of the 4xx, those that another attempt may change: Request Timeout and Too Early."""


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """One successful reply.

    `next` is the address that the reply gives for the next page, None on the last one. It is not to be asked
    for: gateways write it, and the key is for the account. `moment` is when Freshdesk answered by its own
    clock, UTC, to the second; None if it did not say. `linked` says whether such an address ever reached us:
    a gateway may drop the header from every page.
    """

    content: T
    next: str | None
    moment: datetime | None
    linked: bool = True


class Client:
    """Reads one Freshdesk account; one client serves all threads, and sends nothing before the first `get`.

    - `domain`: the host name, acme.freshdesk.com, or a URL; http only to this machine.
    - `reserve`: the share of the account's limit that is never used.
    - `workers`: how many requests may be under way at a time.
    - `timeout`: seconds to connect, and between bytes.
    - `attempts`: how often a request is sent before it counts as failed; a wait for the limit is none.
    - `budget`: what may be spent.
    - `report`: gets short sentences for a run's log.

    Raises ConfigurationError for settings that cannot work.
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
        self.answered = False
        """Whether a call was answered with what it asked for."""
        self.tally = Tally()
        self.budget = budget or Budget()
        self.limiter = Limiter(reserve=reserve, clock=clock, sleep=sleep, report=report, tally=self.tally)
        self._attempts = attempts
        self._lists = self._linked = False
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._report = report
        self._connection = Connection(self._base, valid_key(api_key), workers=workers, timeout=timeout)

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
        self._connection.close()

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

        `parse` turns the body into the content. When it raises ValueError or msgspec.MsgspecError, a damaged
        body is asked for again, and a whole one is an error at once. Waits as long as the limit demands.
        Raises the errors of `errors.py`: Unavailable when all attempts failed, BudgetSpent when the next
        attempt costs too much.
        """
        call = ApiCall(
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
        lasting: FreshdeskError | None = None
        while True:
            # The budget first: a request that it refuses must not wait for the limit.
            with (
                self.budget.hold(call.credits, call.where) as hold,
                self.limiter.acquire(call.credits, sub_limit) as permit,
            ):
                try:
                    outcome = self._attempt(call, parse, permit)
                finally:
                    hold.cost = permit.credits
            if isinstance(outcome, Reply):
                return outcome
            if isinstance(outcome, Failure):
                failures += 1
                if outcome.lasting and lasting:
                    raise outcome.lasting
                if failures >= self._attempts:
                    break
                lasting = outcome.lasting
                self._sleep(max(jitter(min(60, 2 ** (failures - 1))), outcome.after))
                self.tally.add(Tally(retries=1))
        if outcome.page:
            raise web_page(200, where=call.where, host=self._host)
        raise Unavailable(
            f"{self._host} did not answer {call.where} in {failures} attempts, last: {outcome.cause}. "
            "Try again later; nothing of this request was used.",
            outcome.cause,
        )

    def _attempt(
        self, call: "ApiCall", parse: Callable[[bytes], T], permit: Permit
    ) -> "Reply[T] | Failure | Throttled":
        response = self._connection.get(call.url, call.query)
        if isinstance(response, Failure):
            self.tally.add(Tally(calls=1, credits=call.credits))
            return response
        body, status, headers = response.content, response.status_code, response.headers
        limit = LimitHeaders.read(headers)
        # The pause begins before `learn`, or a waiting request that looks in between would be sent.
        seconds = max(1, 60 if limit.wait is None else limit.wait)
        news = status == 429 and self.limiter.pause(seconds + jitter(1))
        self.limiter.learn(limit.total, limit.remaining, limit.used, permit)
        self.tally.add(Tally(calls=1, credits=permit.credits, bytes=len(body)))
        if status == 429:
            if limit.total == 0:
                raise ConfigurationError(
                    f"{self._host} allows no API calls at all (X-RateLimit-Total: 0): its plan has no API."
                )
            self._throttled(call, permit, limit.remaining, seconds if news else 0)
            return Throttled()
        if status >= 500 or status in AGAIN:
            return Failure(f"status {status}", after=min(300, limit.wait or 0))
        if 300 <= status < 400:
            raise redirected(status, headers.get("Location", ""), where=call.where, host=self._host)
        # Only an account sends limits; once the host is known for one, a 404 is about the path.
        self._connection.proven = self._connection.proven or limit.total is not None
        if status >= 400:
            raise refusal(
                status,
                body,
                where=call.where,
                host=self._host,
                proven=self._connection.proven,
                metered=limit.total is not None,
            )
        body = text_of(body)
        try:
            content = parse(body)
        except (ValueError, msgspec.MsgspecError):
            pass
        else:
            self._connection.proven = self.answered = True
            self._lists = self._lists or body.lstrip()[:1] == b"["
            following = next_page(headers.get("Link", ""), call.url)
            self._linked = self._linked or following is not None
            return Reply(content, following, moment(headers), self._linked)
        if "Content-Encoding" in headers:
            self._connection.ask_plain()
        if error := other_shape(body, where=call.where, host=self._host, lists=self._lists):
            raise error
        if looks_cut(body):
            return Failure("a body that is damaged")
        lasting = None if self._connection.proven else no_json(body, where=call.where, host=self._host)
        return Failure("a body that is no JSON", lasting=lasting, page=is_web_page(body))

    def _throttled(self, call: "ApiCall", permit: Permit, remaining: int | None, seconds: int) -> None:
        """Find out which limit it was, and log it once per pause of `seconds`."""
        self.tally.add(Tally(throttled=1))
        total = self.limiter.total
        message = f"Freshdesk asks to wait {seconds} s (429 on {call.where})"
        if total and remaining is not None and remaining >= max(call.credits, 0.05 * total):
            message += f" with {remaining} of {total} credits left"
            if call.sub_limit:
                calls = self.limiter.tripped(call.sub_limit, permit)
                message += f"; {call.sub_limit.name} is limited to {calls} calls a minute for now"
            else:
                message += ": this list has a limit of its own; declare it as the table's sub_limit"
        if seconds and self._report:
            self._report(f"{message}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call of the API: what is sent, what it costs, and how messages name it."""

    url: str
    query: Mapping[str, str]
    where: str
    credits: int
    sub_limit: SubLimit | None


@dataclass(frozen=True, slots=True)
class Throttled:
    """An attempt that Freshdesk refused with status 429."""


def credits_of(params: Mapping[str, Value], *, one_row: bool) -> int:
    """Credits of a request: 1, per include 2 more on a list, 1 on a row (docs/freshdesk_api.md, 2.4)."""
    includes = [name for name in str(params.get("include", "")).split(",") if name.strip()]
    return 1 + (1 if one_row else 2) * len(includes)


def jitter(seconds: float) -> float:
    """Any time up to `seconds`, so that threads that failed together do not come back together."""
    return random.uniform(0, seconds)  # noqa: S311 (no secret)
