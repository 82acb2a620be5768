"""From the machine's own network settings to the way to one host: through which proxy, and whom it trusts.

They are read once, when a client is made, so that what was checked is what is used. The variables are those
of curl. Sentences name the variable and the proxy's host, never its user or password.
"""

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote
from urllib.request import getproxies

import requests
from requests.utils import select_proxy, should_bypass_proxies

from freshdesk_assets.extract.http.errors import ConfigurationError

PROXY = re.compile(
    r"(?:(?:(?P<scheme>[a-z][a-z0-9+.-]*):)?//)?(?:(?P<user>[^:]*)(?::(?P<password>.*))?@)?"
    r"(?P<host>[\w.-]+|\[[0-9a-f:.%]+\])(?::(?P<port>[0-9]{1,5}))?/*",
    re.IGNORECASE | re.DOTALL,
)
"""The user and password end at the last @: signs that belong percent-encoded are there as they are, often."""

HTTP = ("http", "https")
SOCKS = ("socks4", "socks4a", "socks5", "socks5h")
FORM = "http://user:password@proxy.example.com:3128"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy; `name` is the variable that names it, `place` its host and port."""

    url: str = field(repr=False)
    name: str
    host: str
    place: str


@dataclass(frozen=True, slots=True)
class Route:
    """How a host is reached; `trusted` is the file or folder of authorities, None for those of certifi."""

    proxy: Proxy | None = None
    trusted: str | None = None

    def check_trusted(self) -> None:
        """Raise ConfigurationError if the authorities cannot be read."""
        if self.trusted is not None and (wrong := _unreadable(Path(self.trusted))):
            raise ConfigurationError(
                f"REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names {self.trusted}, {wrong}: set it to a PEM file of"
                " the authorities to trust, or unset it."
            )


def route_to(base: SplitResult) -> Route:
    """The way to a host; ConfigurationError where the machine's settings cannot work.

    A proxy cannot reach this machine's loopback, so plain http, which is only for it, takes none.
    """
    if base.scheme != "https":
        return Route()
    proxies = {name: given for name, value in getproxies().items() if (given := value.strip(" \t\r\n'\""))}
    url = base.geturl()
    chosen = None if _exempt(base, proxies.pop("no", "")) else _chosen(url, proxies)
    settings = requests.Session().merge_environment_settings(url, {}, None, None, None)
    trusted = settings["verify"]
    route = Route(chosen, trusted if isinstance(trusted, str) else None)
    route.check_trusted()
    return route


def _chosen(url: str, proxies: Mapping[str, str]) -> Proxy | None:
    given = select_proxy(url, dict(proxies))
    if given is None or should_bypass_proxies(url, no_proxy=None):
        return None
    name = "HTTPS_PROXY" if given == proxies.get("https") else "ALL_PROXY"
    found = PROXY.fullmatch(given)
    scheme = (found["scheme"] or "http").lower() if found else ""
    if found is None or scheme not in HTTP + SOCKS or int(found["port"] or 0) > 65535:
        raise ConfigurationError(f"{name} is not the address of a proxy: set it to one like {FORM}.")
    if scheme in SOCKS and find_spec("socks") is None:
        raise ConfigurationError(
            f"{name} names a SOCKS proxy, which takes a package that is not installed: run `pip install"
            f" PySocks` where freshdesk-assets is installed, or name a proxy like {FORM}."
        )
    login = [] if found["user"] is None else [unquote(found[part] or "") for part in ("user", "password")]
    if not all(part.isprintable() and _encodable(part) for part in login):
        raise ConfigurationError(
            f"{name} has a sign in its user or password that cannot be sent to a proxy: change the password,"
            " or let this machine use the proxy without one."
        )
    place = found["host"] + (f":{found['port']}" if found["port"] else "")
    before = ":".join(quote(part, safe="") for part in login) + "@" if login else ""
    return Proxy(f"{scheme}://{before}{place}", name, found["host"].strip("[]"), place)


def _encodable(text: str) -> bool:
    """Whether requests can write it into a header."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _exempt(base: SplitResult, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host, in any form that curl, Go or people write."""
    host, port = (base.hostname or "").lower(), base.port or 443
    return any(entry == "*" or _covers(entry, host, port) for entry in _entries(no_proxy))


def _entries(no_proxy: str) -> Iterator[str]:
    for word in re.split(r"[\s,;|]+", no_proxy.lower()):
        if entry := word.rpartition("://")[2].rstrip("/."):
            yield entry


def _covers(entry: str, host: str, port: int) -> bool:
    domain = entry.removesuffix(f":{port}").lstrip("*").lstrip(".")
    return bool(domain) and f".{host}".endswith(f".{domain}")


def _unreadable(path: Path) -> str | None:
    """Why no authorities can be read there; None if they can."""
    try:
        if path.is_dir():
            return None if any(path.iterdir()) else "a folder with nothing in it"
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        return "in which there is no certificate"
    except OSError as error:
        return f"which cannot be read ({error.strerror})"
    return None
