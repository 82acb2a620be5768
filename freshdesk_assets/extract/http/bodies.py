"""From a body that no reader could take to what it is: damaged, of another shape, or not Freshdesk's.

Damage is asked for again. A whole reply of another shape is the same each time, and so is another product's.
"""

import json
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from typing import Any

from freshdesk_assets.extract.http.errors import (
    ConfigurationError,
    FreshdeskError,
    UnexpectedReply,
    words,
)

OWN_NAME = "set FRESHDESK_DOMAIN to the Freshdesk account's own name, such as acme.freshdesk.com"


def text_of(body: bytes) -> bytes:
    """The body as readers of JSON take it: in UTF-8, without a byte order mark."""
    if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return body.decode("utf-16", errors="replace").encode()
    return body.removeprefix(BOM_UTF8)


def looks_cut(body: bytes) -> bool:
    """Whether a body that cannot be read may be a part of a reply: it is empty, or begins as JSON does."""
    return body.lstrip()[:1] in (b"", b"[", b"{")


def no_json(body: bytes, *, where: str, host: str) -> ConfigurationError:
    """The error for a body that is no JSON at all, not even damaged."""
    said = "a web page" if body.lstrip()[:1] == b"<" else "text that is no JSON"
    return ConfigurationError(
        f"{host} answered {where} with {said}, as a login page, a firewall or another product does:"
        f" {OWN_NAME}, and let this machine reach https://{host} with nothing in between."
    )


def other_shape(body: bytes, *, where: str, host: str, lists: bool) -> FreshdeskError | None:
    """The error for a whole JSON value that is not what was asked for; None for a body that is damaged.

    `lists` says that this host has sent a list as Freshdesk does before.
    """
    try:
        value = _lenient.decode(body.decode("utf-8", errors="surrogateescape").strip())
    except (ValueError, RecursionError):
        return None
    shape = _shape(value)
    if lists:
        return UnexpectedReply(
            f"{host} answered {where} with {shape}, which is not what Freshdesk sends there. Nothing of it"
            " was used. If a program of yours stands between, let it pass replies on as they are; else leave"
            " the table out, and ask Freshdesk."
        )
    return ConfigurationError(
        f"{host} answered {where} with {shape}, as Freshservice and other products do and Freshdesk does not:"
        f" {OWN_NAME}."
    )


def _shape(value: Any) -> str:
    """What a value is, in words; of its content no more than the name of the one list in it."""
    if not isinstance(value, Mapping):
        return "a list" if isinstance(value, list) else "a single value"
    wrapped = words(key for key, item in value.items() if isinstance(item, list))
    return f"a list inside an object, as its {wrapped[0]}" if len(wrapped) == 1 else "an object"


_lenient = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)
"""Digits stay text: Python refuses to make a number of very many."""
