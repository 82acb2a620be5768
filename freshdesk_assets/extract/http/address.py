"""From FRESHDESK_DOMAIN to the account's checked address: the key is sent there and nowhere else."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from freshdesk_assets.extract.http.errors import ConfigurationError


def base_url(domain: str) -> SplitResult:
    """Scheme and host of FRESHDESK_DOMAIN; ConfigurationError if no account can be there.

    An account's mere name is completed: `acme` to acme.freshdesk.com.

    The value is not repeated in messages before it is known to be a host: it could be the key, misplaced.
    """
    wanted = "set FRESHDESK_DOMAIN to the account's host name, such as acme.freshdesk.com"
    if not domain or re.search(r"\s", domain):
        raise ConfigurationError(f"FRESHDESK_DOMAIN is empty or has a blank in it: {wanted}.")
    try:
        parts = urlsplit(domain if "://" in domain else f"https://{domain}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise ConfigurationError(f"FRESHDESK_DOMAIN is not a host name: {wanted}.") from None
    local = is_loopback(host)
    if NAME.fullmatch(host) and not local and not KEY.fullmatch(host) and port is None:
        host = f"{host}.freshdesk.com"
    if (
        parts.scheme not in {"http", "https"}
        or "@" in parts.netloc
        or not (local or re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", host))
    ):
        raise ConfigurationError(f"FRESHDESK_DOMAIN is not a whole host name: {wanted}.")
    if product := next((name for end, name in SISTERS.items() if f".{host}".endswith(f".{end}")), None):
        raise ConfigurationError(f"FRESHDESK_DOMAIN is an address of {product}, not of Freshdesk: {wanted}.")
    if host in NO_ACCOUNT:
        raise ConfigurationError(
            f"FRESHDESK_DOMAIN is an address of Freshdesk's own, not an account's: {wanted}."
        )
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ConfigurationError(f"FRESHDESK_DOMAIN has something after the host name: {wanted}.")
    if parts.scheme == "http" and not local:
        raise ConfigurationError(
            f"FRESHDESK_DOMAIN is a plain http address, which would send the key unprotected: {wanted}."
        )
    shown = f"[{host}]" if ":" in host else host
    return SplitResult(parts.scheme, f"{shown}:{port}" if port else shown, "", "", "")


NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What is an account's name without the rest of the host's."""

KEY = re.compile(r"(?=.*[0-9])[a-z0-9]{16,}")
"""What could be a key. It is not sent to a name server, nor repeated in a message."""

SISTERS = {
    "freshservice.com": "Freshservice",
    "freshchat.com": "Freshchat",
    "freshcaller.com": "Freshcaller",
    "freshsales.io": "Freshsales",
    "freshworks.com": "a Freshworks product or organization",
    "myfreshworks.com": "a Freshworks product or organization",
    "freshmarketer.com": "Freshmarketer",
    "freshmarketer.io": "Freshmarketer",
    "freshteam.com": "Freshteam",
    "freshrelease.com": "Freshrelease",
    "freshping.io": "Freshping",
    "freshstatus.io": "Freshstatus",
    "freshbots.ai": "Freshbots",
}
"""Where the maker's other products answer: they take the same kind of key, and none has Freshdesk's lists."""

NO_ACCOUNT = frozenset({"freshdesk.com", "www.freshdesk.com", "developers.freshdesk.com"})


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def valid_key(api_key: str) -> str:
    """The key as given; ConfigurationError, which does not quote it, if it cannot be a key."""
    if re.fullmatch(r"[!-9;-~]+", api_key):
        return api_key
    problem = "empty" if not api_key.strip() else "not one word of plain letters and digits"
    raise ConfigurationError(
        f"FRESHDESK_API_KEY is {problem}: set it to an agent's key (in Freshdesk: profile settings, View API "
        "key), without blanks or line ends."
    )
