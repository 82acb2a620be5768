"""From a reply's bytes to rows of one table: unwrapped, without secrets, with what the path says of them."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from freshdesk_assets.extract.rows import fields_of, loaded, picker, row_of, rows_of
from freshdesk_assets.schema.endpoint import ITSELF, Kept, Listing, Value
from freshdesk_assets.schema.table import Table

Rows = Callable[[bytes], list[bytes]]
"""Reads the rows of a reply, each an object's JSON text; raises msgspec.MsgspecError if there are none."""


def list_reader(table: Table, given: Mapping[str, Value] | None = None, *, one: bool = False) -> Rows:
    """Reads a page of a table's list, or a reply that is `one` row.

    `given` are values by key, for rows that were sent without.
    """
    one = one or table.rows_at == ITSELF

    def read(body: bytes) -> list[bytes]:
        rows = row_of(body) if one else rows_of(_unwrapped(body, table.rows_at))
        return _finished(table, rows, given or {})

    return read


def row_reader(table: Table) -> Rows:
    """Reads the reply to a row's own call."""
    return lambda body: _finished(table, row_of(body), {})


def given_by(table: Table, listing: Listing) -> dict[str, Value]:
    """What a listing says of the key of its rows; a row without its key would be set aside."""
    return {table.column(name).path: value for name, value in listing.defaults.items() if name in table.key}


def _unwrapped(body: bytes, key: str) -> bytes:
    """The list in an object, by its key; a bare list as it is."""
    if not key or body.lstrip()[:1] == b"[":
        return body
    fields = fields_of(body)
    if key not in fields:
        raise msgspec.ValidationError(f"it has no {key}")
    return fields[key]


def _finished(table: Table, rows: list[bytes], given: Mapping[str, Value]) -> list[bytes]:
    if table.kept:
        rows = [scrubbed(row, table.kept) for row in rows]
    return [completed(row, given) for row in rows] if given else rows


def completed(row: bytes, given: Mapping[str, Value]) -> bytes:
    """The row, with the given values where it has none; what is no object stays as it is."""
    keys = tuple(given)
    if b"null" not in picker(keys).pick(row):
        return row
    found = fields_of(row)
    missing = {key: value for key, value in given.items() if found.get(key, b"null") == b"null"}
    if not missing or not row.lstrip().startswith(b"{"):
        return row
    for key in missing.keys() & found.keys():
        # A key that is sent as null must not be sent twice.
        del found[key]
        row = b"{" + b",".join(json.dumps(each).encode() + b":" + found[each] for each in found) + b"}"
    rest = row.lstrip()[1:].lstrip()
    return b"{" + json.dumps(missing).encode()[1:-1] + (b"" if rest.startswith(b"}") else b",") + rest


def scrubbed(row: bytes, kept: Iterable[Kept]) -> bytes:
    """The row with nothing but the values that may be kept; null for what is no object."""
    payload = loaded(row)
    if not isinstance(payload, dict):
        return b"null"
    made: dict[str, Any] = {}
    for each in kept:
        _take(payload, made, each.path.split("."), each)
    return json.dumps(made, separators=(",", ":")).encode()


def _take(source: dict[str, Any], made: dict[str, Any], steps: list[str], kept: Kept) -> None:
    """Take what `kept` names from an object into what is made of it."""
    step, *rest = steps
    key = step.removesuffix("[]")
    if key not in source:
        return
    value = source[key]
    if not rest:
        if kept.where and not _is_among(source.get(kept.where[0]), kept.where[1]):
            return
        _keep(made, kept.to or key, value, kept)
    elif step.endswith("[]"):
        elements = value if isinstance(value, list) else []
        # Each element has its place, also where nothing of it is kept.
        places = made.setdefault(key, [{} for _ in elements])
        for element, place in zip(elements, places, strict=True):
            if isinstance(element, dict):
                _take(element, place, rest, kept)
    elif isinstance(value, dict):
        _take(value, made.setdefault(key, {}), rest, kept)


def _is_among(value: Any, allowed: tuple[str, ...]) -> bool:
    return isinstance(value, str) and any(
        value.startswith(each[:-1]) if each.endswith("*") else value == each for each in allowed
    )


def _keep(made: dict[str, Any], key: str, value: Any, kept: Kept) -> None:
    if kept.there:
        if value not in (None, "", [], {}):
            made[key] = True
    elif kept.host:
        if isinstance(value, str) and (host := _host(value)):
            made[key] = host
    else:
        made[key] = value


def _host(address: str) -> str | None:
    """The name of the host alone: what stands before it, as a password, and behind it may be secret."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:
        return None
