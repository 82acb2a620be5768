"""From what Freshdesk refused to what the reader of the message should do about it.

Messages say what, where and what to do next. They never hold a key, a body, or the value of a parameter
that could name a customer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from freshdesk_assets.schema.endpoint import Value

NO_FEATURE = "require_feature"
"""The code with which Freshdesk refuses what the plan does not have."""


class FreshdeskError(Exception):
    """Freshdesk could not be read; the subclass says what to do.

    `sign` is what the reply was, by status and code alone, for records that hold nothing else.
    """

    sign = "no usable answer"


class ConfigurationError(FreshdeskError):
    """Mend the settings or the account: domain, key, a suspended account. No other call would be answered."""


class Redirected(ConfigurationError):
    """The reply is a redirect; none is ever followed. Other calls may be answered all the same."""

    sign = "redirect"


class NotAllowed(FreshdeskError):
    """The key's role or the account's plan does not cover this list; the rest of the account may be read.

    `code` is access_denied or require_feature, `reason` Freshdesk's own sentence, which names the right or
    the feature.
    """

    def __init__(self, message: str, *, code: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.sign = f"403 {code}"


class Blocked(FreshdeskError):
    """The refusal names neither right nor feature, as that of a firewall; ask whose it is."""

    def __init__(self, message: str, *, sign: str) -> None:
        super().__init__(message)
        self.sign = sign


class NotFound(FreshdeskError):
    """There is no such row, or no such path."""


class Refused(FreshdeskError):
    """Freshdesk does not accept the request as it is; mend the declaration it was made from.

    `fields` and `codes` are those of the reply's errors, in its order.
    """

    def __init__(
        self, message: str, *, status: int, fields: tuple[str, ...] = (), codes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.fields = fields
        self.codes = codes
        self.sign = " ".join((str(status), *codes[:1]))


class Unavailable(FreshdeskError):
    """Freshdesk gave no usable answer in any attempt; try later. `cause` is what the last one ended with."""

    def __init__(self, message: str, cause: str = "") -> None:
        super().__init__(message)
        self.sign = cause or self.sign


class Unreachable(Unavailable):
    """The host takes no connection, and took none before: no other call would be answered either."""


class Withdrawn(FreshdeskError):
    """A table that was read before may not be read any more; what is stored stays."""


class BudgetSpent(FreshdeskError):
    """The call would cost more than is left of the budget; it was not made. The next run continues."""


class UnexpectedReply(FreshdeskError):
    """An answer that would lose rows if it were trusted."""

    sign = "an answer that contradicts itself"


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the body of a refusal says: codes and field names in its order, and its sentence."""

    codes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    reason: str = ""


def complaint(body: bytes) -> Complaint:
    """`errors` where the body has them, else its code and message, else its error_type, else nothing.

    Bodies of 404, 405 and 429 may be empty, those of gateways are HTML: any bytes are accepted.
    """
    try:
        said = msgspec.json.decode(body)
    except (ValueError, msgspec.MsgspecError):  # ValueError: the bytes are not UTF-8
        return Complaint()
    if not isinstance(said, dict):
        return Complaint()
    reason = " ".join(said["message"].split())[:300] if isinstance(said.get("message"), str) else ""
    errors = said.get("errors")
    if isinstance(errors, list) and errors:
        entries = [entry for entry in errors if isinstance(entry, dict)]
        return Complaint(
            # Custom objects say type and name where everything else says code and field.
            codes=words(entry.get("code", entry.get("type")) for entry in entries),
            fields=words(entry.get("field", entry.get("name")) for entry in entries),
            reason=reason,
        )
    return Complaint(codes=words([said.get("code", said.get("error_type"))]), reason=reason)


def refusal(
    status: int, body: bytes, *, where: str, host: str, proven: bool, metered: bool = True
) -> FreshdeskError:
    """The error for a reply with a 4xx status that no other attempt would change.

    `where` names path and parameters (see `described`). `proven` says that the host has answered as a
    Freshdesk account before, so that a 404 is about the path. `metered` says that this reply told of the
    account's limit, as each of Freshdesk's own does.
    """
    said = complaint(body)
    code = said.codes[0] if said.codes else ""
    if status == 402:
        return ConfigurationError(
            f"{host} asks for payment (402): the trial or the subscription has ended. Renew it in Freshdesk"
            " under Admin, Plans & Billing."
        )
    if status == 401 or code == "invalid_credentials":
        return ConfigurationError(
            f"{host} does not accept the API key: set FRESHDESK_API_KEY to the key of an active agent of "
            "that account (in Freshdesk: profile settings, View API key)."
        )
    if code in ACCOUNT:
        return ConfigurationError(f"{host} refuses every call ({code}): {ACCOUNT[code]}.")
    if status == 404 and not proven:
        return ConfigurationError(
            f"{host} has no {where}, nor has it answered anything else as a Freshdesk account would: set "
            "FRESHDESK_DOMAIN to the account's own name, such as acme.freshdesk.com (the API does not "
            "work under a custom domain)."
        )
    if status == 404 and (metered or not is_web_page(body)):
        return NotFound(f"Freshdesk has no {where} (404): it was deleted, or the path is wrong.")
    if status == 403 and code in ABOUT_RIGHTS:
        return NotAllowed(
            f"Freshdesk does not let this key read {where} (403 {code}): "
            f"{said.reason or 'it gives no reason.'} Use the key of an administrator, upgrade the plan, or "
            "leave the table out.",
            code=code,
            reason=said.reason,
        )
    if is_web_page(body):
        return web_page(status, where=where, host=host)
    if status == 403:
        return Blocked(
            f"{host} refused {where} (403 {code or 'without a code'}), for no right or feature that it names:"
            f" {said.reason or 'it gives no reason.'} Ask the account's administrator, and whoever runs the"
            " network between.",
            sign=f"403 {code or 'without a code'}",
        )
    named = ", ".join(said.fields) or "nothing in particular"
    return Refused(
        f"Freshdesk refused {where} ({status} {', '.join(said.codes) or 'without a code'}), naming {named}: "
        "mend the declaration this request was made from.",
        status=status,
        fields=said.fields,
        codes=said.codes,
    )


def is_web_page(body: bytes) -> bool:
    """Whether a body is HTML, or XML: the API sends neither."""
    return body.lstrip()[:1] == b"<"


def web_page(status: int, *, where: str, host: str) -> Blocked:
    """The error for a web page in place of a reply."""
    return Blocked(
        f"{host} answered {where} with a web page (status {status}), which the API never does: a firewall, a"
        " proxy or a login stands between, or the account does not admit this machine's address. Open"
        f" {host} in a browser on this machine, and let its address in (in Freshdesk: Admin, Security).",
        sign=f"{status} with a web page",
    )


def redirected(status: int, location: str, *, where: str, host: str) -> Redirected:
    """The error for a redirect; of its target the message names the host only."""
    try:
        target = urlsplit(location).hostname or host
    except ValueError:
        target = "an address that cannot be read"
    return Redirected(
        f"{host} answered {where} with a redirect ({status}) to {target}, which the API never does: set "
        "FRESHDESK_DOMAIN to the account's own name, such as acme.freshdesk.com."
    )


def described(path: str, params: Mapping[str, Value]) -> str:
    """Path and parameters as a message may show them: names, and only values that name no customer."""
    shown = [f"{name}={value}" if name in HARMLESS else name for name, value in params.items()]
    return f"{path} ({', '.join(shown)})" if shown else path


ABOUT_RIGHTS = frozenset({"access_denied", NO_FEATURE})
"""Codes of a 403 that concern what was asked: the role lacks the right, or the plan the feature."""

ACCOUNT = {
    "account_suspended": "the account is suspended; Admin, Plans & Billing says why",
    "ssl_required": "it takes https only; set FRESHDESK_DOMAIN without http://",
    "password_lockout": "the agent whose key this is is locked out; unlock it or set FRESHDESK_API_KEY anew",
    "password_expired": "the password of the agent whose key this is has expired; log in once to renew it",
}
"""Codes that concern the account or the agent, whatever was asked."""

HARMLESS = frozenset(
    {"page", "per_page", "include", "order_by", "order_type", "filter", "state"}
    | {"updated_since", "_updated_since", "created_since", "executed_after", "executed_before"}
)
"""Parameters whose values may be shown: they are the declaration's own, or times."""


def words(values: Iterable[object]) -> tuple[str, ...]:
    """Those of `values` that are names, as codes and fields are; sentences could quote a customer."""
    return tuple(
        value for value in values if isinstance(value, str) and re.fullmatch(r"[\w.\-\[\]]{1,80}", value)
    )
