"""From a link to a file's bytes, fetched from wherever it leads, with no key, cookie or other credential.

A link is signed: whoever has it has the file. So it is in no message, record or log, nor is where it
redirects.
"""

import logging
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Self
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from freshdesk_assets.extract.http.address import is_loopback
from freshdesk_assets.extract.http.connection import Unled
from freshdesk_assets.extract.http.route import route_to

CHUNK = 256 * 1024
"""Bytes that are read at a time."""

HOPS = 5
"""How many redirects of a link are followed."""

PASSING = frozenset({408, 425, 429})
"""Refusals that another attempt may change, as errors of the server may."""

MOST_SECONDS = 900.0
"""How long a file may take, however steadily it comes."""

TOO_LARGE = "too large"
EXPIRED = "expired or refused"
"""What a store of files says, with 403, of a link whose time is over, and of one that was never good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that came whole; `content_type` as the other side named it, null if it did not."""

    content_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFetched:
    """Why a file did not come.

    - `passing`: whether the same link may be good later.
    - `answered`: whether the other side said so, and not the network between.
    - `bytes`: how large it would be, if that was said.
    """

    reason: str
    passing: bool = False
    answered: bool = True
    bytes: int | None = None


class Downloads:
    """Fetches files by their links; one serves all threads.

    - `most`: bytes that a file may have.
    - `workers`: how many files are fetched at a time.
    - `timeout`: seconds to connect, and between bytes.
    - `attempts`: how often a link is tried before the file counts as not fetched.
    """

    def __init__(
        self,
        *,
        most: int,
        workers: int = 4,
        timeout: tuple[float, float] = (10, 60),
        attempts: int = 3,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._most, self._workers, self._timeout = most, workers, timeout
        self._stopped = threading.Event()
        self._attempts, self._sleep = attempts, sleep or self._stopped.wait
        self._sessions: dict[tuple[str, str], requests.Session] = {}
        self._lock = threading.Lock()
        self._logs = [logging.getLogger(f"urllib3.{name}") for name in ("connection", "connectionpool")]

    def __enter__(self) -> Self:
        for log in self._logs:
            log.addFilter(_silent)
        return self

    def __exit__(self, *exc: object) -> None:
        for log in self._logs:
            log.removeFilter(_silent)
        for each in self._sessions.values():
            each.close()

    def stop(self) -> None:
        """End what is under way; the files do not come."""
        self._stopped.set()

    def fetch(
        self, link: str, begin: Callable[[], None], write: Callable[[bytes], None]
    ) -> Fetched | NotFetched:
        """Fetch the file: `begin` is called before each attempt, `write` with each part of it.

        Errors of these two are raised as they are. Raises ConfigurationError where the machine's settings for
        proxies and certificates cannot work.
        """
        tries = 0
        while True:
            begin()
            outcome = self._attempt(link, write)
            tries += 1
            if isinstance(outcome, Fetched) or not outcome.passing or tries >= self._attempts:
                return outcome
            if self._stopped.is_set():
                return outcome
            self._sleep(random.uniform(0.5, 1) * 2 ** (tries - 1))  # noqa: S311 (no secret)

    def _attempt(self, link: str, write: Callable[[bytes], None]) -> Fetched | NotFetched:
        """One attempt. The errors of requests quote the link: only their class is kept."""
        deadline = time.monotonic() + MOST_SECONDS
        here, first = link, _destination(link)
        for _ in range(HOPS + 1):
            base = _destination(here)
            # From elsewhere, nothing leads to this machine.
            if base is None or first is None or base.scheme not in ("https", first.scheme):
                return NotFetched(reason="no address that may be asked")
            try:
                with self._session(base).get(
                    here, timeout=self._timeout, allow_redirects=False, stream=True
                ) as response:
                    status, headers = response.status_code, response.headers
                    if 300 <= status < 400 and "Location" in headers:
                        here = _joined(here, headers["Location"])
                        continue
                    if status != 200:
                        return _refused(status)
                    announced = headers.get("Content-Length", "")
                    if announced.isdigit() and int(announced) > self._most:
                        return NotFetched(reason=TOO_LARGE, bytes=int(announced))
                    read = 0
                    for chunk in response.iter_content(CHUNK):
                        read += len(chunk)
                        if read > self._most:
                            return NotFetched(reason=TOO_LARGE)
                        if time.monotonic() > deadline or self._stopped.is_set():
                            return NotFetched(reason="timed out", passing=True)
                        write(chunk)
                    return Fetched(content_type=_media_type(headers.get("Content-Type", "")))
            except (OSError, ValueError, HTTPError) as error:  # requests lets others than its own pass
                return _unanswered(type(error).__name__)
        return NotFetched(reason="redirected in a circle")

    def _session(self, base: SplitResult) -> requests.Session:
        """The connections to a host, which sends nothing but the request."""
        with self._lock:
            key = (base.scheme, base.netloc)
            if key not in self._sessions:
                self._sessions[key] = _bare_session(base, self._workers)
            return self._sessions[key]


def _bare_session(base: SplitResult, workers: int) -> requests.Session:
    route = route_to(base)
    made = Unled()
    made.headers.update({"User-Agent": "freshdesk-assets", "Accept": "*/*", "Accept-Encoding": "identity"})
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    made.mount(f"{base.scheme}://", HTTPAdapter(pool_connections=1, pool_maxsize=workers))
    # What the environment says is in the route. A ~/.netrc is not read: it would send a password.
    made.trust_env = False
    if route.proxy:
        made.proxies = {base.scheme: route.proxy.url}
    if route.trusted:
        made.verify = route.trusted
    return made


def _destination(link: str) -> SplitResult | None:
    """Scheme and host of a link that may be asked: https, or http of this machine, and no password in it."""
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc or port == 0 or not link.isprintable() or " " in link:
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        return None
    return SplitResult(parts.scheme, parts.netloc, "", "", "")


def _joined(here: str, location: str) -> str:
    """Where a redirect leads; empty if that is no address."""
    try:
        # Headers are read as Latin-1, whatever was sent.
        return urljoin(here, location.encode("latin-1").decode("utf-8"))
    except ValueError:
        return ""


def _refused(status: int) -> NotFetched:
    match status:
        case 403:
            return NotFetched(reason=EXPIRED)
        case 404 | 410:
            return NotFetched(reason="not there")
        case _:
            return NotFetched(reason=f"status {status}", passing=status >= 500 or status in PASSING)


def _unanswered(kind: str) -> NotFetched:
    """What an error of requests, by the name of its class, says of a file."""
    if kind in ("InvalidURL", "InvalidSchema", "MissingSchema", "LocationParseError", "UnicodeError"):
        return NotFetched(reason="no address that may be asked")
    if kind in ("ChunkedEncodingError", "ContentDecodingError"):
        return NotFetched(reason="cut off", passing=True)
    reason = "timed out" if "Timeout" in kind else f"no answer ({kind})"
    return NotFetched(reason=reason, passing=True, answered=False)


def _media_type(header: str) -> str | None:
    """The media type of a header, without its parameters; null if it is none."""
    named = header.partition(";")[0].strip().lower()
    return named if re.fullmatch(r"[a-z0-9][\w.+-]{0,99}/[a-z0-9][\w.+-]{0,99}", named) else None


def _silent(_: logging.LogRecord) -> bool:
    """Keeps urllib3 from naming the addresses it asks, and those whose headers it could not read."""
    return False
