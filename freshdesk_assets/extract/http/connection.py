"""From a URL to the reply, read whole, or to why there is none."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import SplitResult

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from freshdesk_assets.extract.http.errors import ConfigurationError

TRANSIENT = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
"""Errors that may not come again. A body shorter than its Content-Length is a ChunkedEncodingError."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt worth repeating, not before `after` seconds; `page` says that a web page was sent."""

    cause: str
    after: float = 0.0
    page: bool = False


class Connection:
    """The connections to one account's host, for all threads.

    - `base`: the host's URL.
    - `workers`: how many requests are under way at most.
    - `timeout`: seconds to connect, and between bytes.

    The client sets `proven` after the first reply that only a Freshdesk account sends. From then on a host
    name that cannot be resolved is worth another attempt.
    """

    def __init__(
        self, base: SplitResult, api_key: str, *, workers: int, timeout: tuple[float, float]
    ) -> None:
        self._host, self._name = base.netloc, base.hostname
        self._timeout = timeout
        self.proven = False
        self._session = session(base, api_key, workers)

    def get(self, url: str, query: Mapping[str, str]) -> requests.Response | Failure:
        """The reply, read whole, or why there is none.

        Raises ConfigurationError for what no other attempt can mend. The errors of requests quote the URL, so
        only their class is kept, and they are never chained.
        """
        caught: Exception
        try:
            return self._session.get(url, params=query, timeout=self._timeout, allow_redirects=False)
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
        if lookup is not None and not self.proven and lookup.errno == socket.EAI_NONAME:
            raise ConfigurationError(
                f"There is no host {self._name}: its name cannot be resolved. Set FRESHDESK_DOMAIN "
                "to the account's own name, such as acme.freshdesk.com, or mend this machine's DNS."
            )
        return failure

    def close(self) -> None:
        """Drop the connections."""
        self._session.close()


def session(base: SplitResult, api_key: str, workers: int) -> requests.Session:
    """A pool of connections that sends the key to `base` only, and keeps no cookies."""
    made = requests.Session()
    # An auth object, not a header: a ~/.netrc entry for the host would replace the header.
    made.auth = HTTPBasicAuth(api_key, "X")
    made.headers.update({"User-Agent": "freshdesk-assets", "Accept": "application/json"})
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    made.mount(f"{base.scheme}://", HTTPAdapter(pool_connections=1, pool_maxsize=workers))
    # The environment's proxies and authorities apply, but a proxy cannot reach this machine's loopback.
    made.trust_env = base.scheme == "https"
    return made


def chain(error: BaseException | None) -> list[BaseException]:
    """An error and what led to it, outermost first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
