"""From a reply's bytes to rows as they were sent, with just enough read to tell them apart and order them."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from freshdesk_assets.schema.table import Table

_list = msgspec.json.Decoder(list[msgspec.Raw])
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


_lenient = json.JSONDecoder(strict=False)
"""Reads what the strict decoder refuses although it arrived whole: half characters, control characters."""

_gap = re.compile(r"[\s,]*")


def rows_of(body: bytes) -> list[bytes]:
    """The elements of a JSON array, each its own text; raises msgspec.MsgspecError when it is none."""
    try:
        return [bytes(row) for row in _list.decode(body)]
    except msgspec.MsgspecError as refusal:
        return _odd_rows(body, refusal)


def row_of(body: bytes) -> list[bytes]:
    """A reply that is one JSON object, as a list of one row; raises msgspec.MsgspecError when it is none."""
    try:
        _object.decode(body)
    except msgspec.MsgspecError as refusal:
        (body,) = _odd_rows(b"[" + body + b"]", refusal)
    return [body]


def _odd_rows(body: bytes, refusal: msgspec.MsgspecError) -> list[bytes]:
    """The elements of an array that only a lenient reader understands; the refusal when not even that does.

    A text cut in the middle of a character is sent so every time: asking again would never end.
    """
    text = body.decode("utf-8", errors="surrogateescape").strip()
    if not (text.startswith("[") and text.endswith("]")):
        raise refusal
    rows = []
    position = _after(text, 1)
    try:
        while position < len(text) - 1:
            _, end = _lenient.raw_decode(text, position)
            rows.append(text[position:end].encode("utf-8", errors="surrogateescape"))
            position = _after(text, end)
    except ValueError:
        raise refusal from None
    return rows


def _after(text: str, position: int) -> int:
    """Where the next element begins."""
    gap = _gap.match(text, position)
    return gap.end() if gap else position


class RowReader:
    """Reads, of a table's rows as they were sent, what identifies and orders them."""

    def __init__(self, table: Table, cursor: str | None = None) -> None:
        self._key = [table.column(name).steps for name in table.key]
        self._version = [table.column(name).steps for name in table.version]
        first = (steps[0] for steps in (*self._key, *self._version))
        self._identity = _Picker(tuple(dict.fromkeys(first)))
        self._cursor = _Picker((table.column(cursor).steps[0],)) if cursor else None

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
            return _utc(msgspec.json.decode(raw, type=datetime))
        except msgspec.MsgspecError:
            return None


class _Picker:
    """Takes some values of a row as their JSON texts, without reading the others."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        fields: list[tuple[str, Any, Any]] = [
            (f"f{position}", msgspec.Raw, msgspec.Raw(b"null")) for position in range(len(keys))
        ]
        names = {f"f{position}": key for position, key in enumerate(keys)}
        self._keys = keys
        self._decoder = msgspec.json.Decoder(msgspec.defstruct("Picked", fields, rename=names, gc=False))

    def pick(self, row: bytes) -> tuple[bytes, ...]:
        try:
            return tuple(bytes(value) for value in msgspec.structs.astuple(self._decoder.decode(row)))
        except msgspec.MsgspecError:
            found = _lenient.decode(row.decode("utf-8", errors="surrogateescape"))
            values = found if isinstance(found, dict) else {}
            return tuple(json.dumps(values.get(key)).encode() for key in self._keys)

    def values(self, row: bytes) -> dict[str, Any]:
        """The same, decoded, by their names in the row."""
        return {key: json.loads(value) for key, value in zip(self._keys, self.pick(row), strict=True)}


def _at(picked: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        picked = picked.get(step) if isinstance(picked, dict) else None
    return picked


def _moment(given: Any) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(given))
    except (TypeError, ValueError):
        return None


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
