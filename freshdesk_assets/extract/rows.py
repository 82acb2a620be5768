"""From a reply's bytes to rows as they were sent, with just enough read to tell them apart and order them."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from math import isfinite
from typing import Any

import msgspec

from freshdesk_assets.schema.json_text import elements, entries
from freshdesk_assets.schema.table import Table
from freshdesk_assets.schema.times import moment_since_epoch, read_moment

_list = msgspec.json.Decoder(list[msgspec.Raw])
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _read_int(digits: str) -> int | str:
    """The number; its digits where they are more than Python makes a number of."""
    return int(digits) if len(digits) < 4000 else digits


_lenient = json.JSONDecoder(strict=False, parse_int=_read_int)
"""Reads what the strict decoder refuses although it arrived whole: half characters, control characters."""


def rows_of(body: bytes) -> list[bytes]:
    """The elements of a JSON array, each its own text; raises msgspec.MsgspecError when it is none."""
    try:
        return [bytes(row) for row in _list.decode(body)]
    except (msgspec.MsgspecError, RecursionError):
        return _odd_rows(body)


def row_of(body: bytes) -> list[bytes]:
    """A reply that is one JSON object, as a list of one row; raises msgspec.MsgspecError when it is none."""
    try:
        _object.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        (body,) = _odd_rows(b"[" + body + b"]")
        if not body.startswith(b"{"):
            raise msgspec.ValidationError("it is no object") from None
    return [body]


def fields_of(row: bytes) -> dict[str, bytes]:
    """The values of a row as their JSON texts; none if it is no object."""
    try:
        return {key: bytes(value) for key, value in _object.decode(row).items()}
    except (msgspec.MsgspecError, RecursionError):
        pass
    try:
        found = entries(row.decode("utf-8", errors="surrogateescape"))
    except ValueError:
        return {}
    return {key: value.encode("utf-8", errors="surrogateescape") for key, value in found}


def _odd_rows(body: bytes) -> list[bytes]:
    """The elements of an array that only a lenient reader understands, or that none does: they are too deep.

    A text cut in the middle of a character is sent so every time: asking again would never end.
    """
    try:
        rows = elements(body.decode("utf-8", errors="surrogateescape"))
        for row in rows:
            _check_whole(row)
    except ValueError as refusal:
        raise msgspec.DecodeError(str(refusal)) from None
    return [row.encode("utf-8", errors="surrogateescape") for row in rows]


def _check_whole(row: str) -> None:
    """Raise ValueError for what is no JSON value; one that is too deep is no damage."""
    with suppress(RecursionError):
        _lenient.decode(row)


class RowReader:
    """Reads, of a table's rows as they were sent, what identifies and orders them."""

    def __init__(self, table: Table, cursor: str | None = None) -> None:
        self._key = [table.column(name).steps for name in table.key]
        self._version = [table.column(name).steps for name in table.version]
        first = (steps[0] for steps in (*self._key, *self._version))
        self._identity = Picker(tuple(dict.fromkeys(first)))
        self._cursor = Picker((table.column(cursor).steps[0],)) if cursor else None

    def mark(self, row: bytes) -> tuple[bytes, ...]:
        """A row's key and version: what shows that two replies hold the same, unchanged row."""
        return self._identity.pick(row)

    def key(self, row: bytes) -> tuple[str, ...]:
        """What identifies a row, as text."""
        picked = self._identity.values(row)
        return tuple(str(_at(picked, steps)) for steps in self._key)

    def version(self, row: bytes) -> datetime | None:
        """The newest of the times that tell a row's version; None when it has none that can be read."""
        picked = self._identity.values(row)
        times = [moment for steps in self._version if (moment := _moment(_at(picked, steps)))]
        return max(times, default=None)

    def moment(self, row: bytes) -> datetime | None:
        """The time by which the list is ordered; None when the row has none that can be read."""
        if self._cursor is None:
            return None
        (raw,) = self._cursor.pick(row)
        try:
            moment = msgspec.json.decode(raw, type=datetime)
        except msgspec.MsgspecError:
            return _moment(loaded(raw))
        return moment if moment.tzinfo is UTC and _is_near(moment) else _moment(moment.isoformat())


@cache
def picker(keys: tuple[str, ...]) -> "Picker":
    """A picker of these keys; made once, as making one takes as long as reading many rows."""
    return Picker(keys)


class Picker:
    """Takes some values of a row as their JSON texts, without reading the others."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        fields: list[tuple[str, Any, Any]] = [
            (f"f{position}", msgspec.Raw, msgspec.Raw(b"null")) for position in range(len(keys))
        ]
        names = {f"f{position}": key for position, key in enumerate(keys)}
        self._keys = keys
        self._decoder = msgspec.json.Decoder(msgspec.defstruct("Picked", fields, rename=names, gc=False))

    def pick(self, row: bytes) -> tuple[bytes, ...]:
        """The values as their JSON texts, `null` for a key that the row does not have."""
        try:
            return tuple(bytes(value) for value in msgspec.structs.astuple(self._decoder.decode(row)))
        except (msgspec.MsgspecError, RecursionError):
            values = fields_of(row)
            return tuple(values.get(key, b"null") for key in self._keys)

    def values(self, row: bytes) -> dict[str, Any]:
        """The same, decoded, by their names in the row."""
        return {key: loaded(value) for key, value in zip(self._keys, self.pick(row), strict=True)}


def loaded(value: bytes) -> Any:
    """The value that a JSON text says, read leniently; None if it is too deep."""
    with suppress(RecursionError):
        return _lenient.decode(value.decode("utf-8", errors="surrogateescape"))
    return None


def _at(picked: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        picked = picked.get(step) if isinstance(picked, dict) else None
    return picked


def _moment(given: Any) -> datetime | None:
    """The moment that a value says, in UTC; None for one so far away that nothing can be added to it."""
    moment = None
    if isinstance(given, str):
        moment = read_moment(given)
    elif isinstance(given, int | float) and not isinstance(given, bool) and isfinite(given):
        moment = moment_since_epoch(int(given))
    return moment if moment and _is_near(moment) else None


def _is_near(moment: datetime) -> bool:
    return 1 < moment.year < 9999
