"""From a URL to the reply, read whole, or to why there is none."""

import errno
import os
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import SplitResult

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import HTTPError

from freshdesk_assets.extract.http.errors import ConfigurationError, FreshdeskError, Unreachable
from freshdesk_assets.extract.http.route import FORM, Proxy, Route, route_to

PASSING = frozenset({408, 425, 429})
"""Refusals of a proxy that may not come again."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt worth repeating, not before `after` seconds.

    - `lasting`: the error to raise where the next attempt ends in such a way too.
    - `page`: whether a web page was sent.
    """

    cause: str
    after: float = 0.0
    lasting: FreshdeskError | None = None
    page: bool = False


class Connection:
    """The connections to one account's host, for all threads.

    - `base`: the host's URL.
    - `workers`: how many requests are under way at most.
    - `timeout`: seconds to connect, and between bytes.

    The client sets `proven` after the first reply that only a Freshdesk account sends. From then on a name
    that cannot be resolved, or a port that does not speak TLS, is worth another attempt. Raises
    ConfigurationError where the machine's settings for proxies and certificates cannot work.
    """

    def __init__(
        self, base: SplitResult, api_key: str, *, workers: int, timeout: tuple[float, float]
    ) -> None:
        self._host, self._name = base.netloc, base.hostname
        self._timeout = timeout
        self.proven = False
        self._route = route_to(base)
        self._session = session(base, api_key, workers, self._route)

    def get(self, url: str, query: Mapping[str, str]) -> requests.Response | Failure:
        """The reply, read whole, or why there is none.

        Raises ConfigurationError for what no other attempt can mend. The errors of requests quote the URL, so
        only their class is kept, and they are never chained.
        """
        caught: Exception
        try:
            return self._session.get(url, params=query, timeout=self._timeout, allow_redirects=False)
        except (OSError, ValueError, HTTPError) as error:  # requests has its own errors, and lets others pass
            caught = error
        causes, kind = chain(caught), type(caught).__name__
        del caught
        try:
            return self._understood(causes, kind)
        finally:
            causes.clear()

    def _understood(self, causes: list[BaseException], kind: str) -> Failure:
        """What a failed attempt came to; raises ConfigurationError for what no other attempt can mend."""
        # Where a file of authorities was taken away meanwhile.
        self._route.check_trusted()
        proxy = self._route.proxy
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise ConfigurationError(
                    f"The certificate of {self._host} is not trusted here ({cause.verify_message}): if a"
                    " proxy of yours signs it, set REQUESTS_CA_BUNDLE to a PEM file with that authority"
                    " (SSL_CERT_FILE is not read); if it is expired or not yet valid, look at this machine's"
                    " clock."
                )
            if isinstance(cause, ssl.SSLError) and cause.reason in NO_TLS and not self.proven:
                there = f"{proxy.place}, which {proxy.name} names with https://," if proxy else self._host
                mend = f"write {proxy.name} with http://" if proxy else "mend FRESHDESK_DOMAIN"
                raise ConfigurationError(f"{there} does not speak TLS: {mend}.")
            if isinstance(cause, socket.gaierror):
                if cause.errno == socket.EAI_NONAME and not self.proven:
                    raise ConfigurationError(self._unknown_name(proxy))
                whose = f"the proxy {proxy.place} of {proxy.name}" if proxy else "the host"
                return self._unreached(f"the name of {whose} could not be resolved ({type(cause).__name__})")
            if proxy and (answered := TUNNEL.search(str(cause))):
                return self._kept_out(proxy, int(answered[1]))
        if kind == "ContentDecodingError":
            self.ask_plain()
        if proxy and kind == "ProxyError":
            return self._closed(proxy)
        if kind == "ConnectTimeout":
            return self._unreached(f"no connection within {self._timeout[0]:g} seconds")
        for cause in causes:
            if isinstance(cause, OSError) and cause.errno in UNREACHED:
                return self._unreached(os.strerror(cause.errno).lower())
        return Failure(kind)

    def _unreached(self, cause: str) -> Failure:
        """A host that takes no connection: wrong from the start, or cut off for a while."""
        if self.proven:
            return Failure(cause)
        return Failure(
            cause,
            after=A_MOMENT,
            lasting=Unreachable(
                f"{self._host} cannot be reached ({cause}): see whether FRESHDESK_DOMAIN is the account's own"
                " name, such as acme.freshdesk.com, and whether this machine is online; try again later if"
                " it is.",
                cause,
            ),
        )

    def _closed(self, proxy: Proxy) -> Failure:
        """A proxy that takes no connection: wrong from the start, or down for a while."""
        said = f"the proxy {proxy.place} of {proxy.name} takes no connection"
        if self.proven:
            return Failure(said)
        mend = f"set {proxy.name} to the address of one that runs, or add {self._name} to NO_PROXY"
        return Failure(
            said, after=PATIENCE, lasting=ConfigurationError(f"{said[0].upper()}{said[1:]}: {mend}.")
        )

    def _unknown_name(self, proxy: Proxy | None) -> str:
        if proxy:
            return (
                f"{proxy.name} names the proxy {proxy.host}, and there is no host of that name: set it to one"
                f" like {FORM}, unset it, or mend this machine's DNS."
            )
        return (
            f"There is no host {self._name}: its name cannot be resolved. Set FRESHDESK_DOMAIN "
            "to the account's own name, such as acme.freshdesk.com, or mend this machine's DNS."
        )

    def _kept_out(self, proxy: Proxy, status: int) -> Failure:
        """A proxy that does not open the way to the host."""
        if status == 407:
            raise ConfigurationError(
                f"The proxy {proxy.place} of {proxy.name} does not accept its user and password, or wants"
                f" some (407): set {proxy.name} to one like {FORM}, a % in them written as %25."
            )
        if 400 <= status < 500 and status not in PASSING:
            raise ConfigurationError(
                f"The proxy {proxy.place} of {proxy.name} does not let this machine reach {self._host}"
                f" ({status}): have it allowed there, or add {self._name} to NO_PROXY if it can be reached"
                " without."
            )
        return Failure(f"the proxy {proxy.place} of {proxy.name} answered with status {status}")

    def ask_plain(self) -> None:
        """Ask for replies that are not compressed: a gateway undid it and left the header, or did it anew."""
        self._session.headers["Accept-Encoding"] = "identity"

    def close(self) -> None:
        """Drop the connections."""
        self._session.close()


A_MOMENT = 3.0
"""Seconds in which a line that was cut may be back. A host that cannot be reached then is said to be so."""

UNREACHED = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL})
"""How a connection fails where nothing listens, or no way leads."""

PATIENCE = 10.0
"""Seconds in which a proxy may start again."""

TUNNEL = re.compile(r"^Tunnel connection failed: (\d{3})\b")
"""How Python's http.client says with which status a proxy refused to connect."""

NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})
"""What OpenSSL calls an answer that is no TLS at all."""


class Unled(requests.Session):
    """A session that does not read where a redirect leads: requests has an error for an odd address there."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, whatever the reply says."""


def session(base: SplitResult, api_key: str, workers: int, route: Route | None = None) -> requests.Session:
    """A pool of connections that sends the key to `base` only, and keeps no cookies."""
    route = route or Route()
    made = Unled()
    # An auth object, not a header: a ~/.netrc entry for the host would replace the header.
    made.auth = HTTPBasicAuth(api_key, "X")
    made.headers.update({"User-Agent": "freshdesk-assets", "Accept": "application/json"})
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    made.mount(f"{base.scheme}://", HTTPAdapter(pool_connections=1, pool_maxsize=workers))
    # What the environment says is in the route.
    made.trust_env = False
    if route.proxy:
        made.proxies = {base.scheme: route.proxy.url}
    if route.trusted:
        made.verify = route.trusted
    return made


def chain(error: BaseException | None) -> list[BaseException]:
    """An error and what led to it, outermost first; urllib3 keeps some of it as an argument only."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        inner = next((each for each in error.args if isinstance(each, BaseException)), None)
        error = error.__cause__ or error.__context__ or inner
    return found
