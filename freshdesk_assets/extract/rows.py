"""From a reply's bytes to rows as they were sent, with just enough read to tell them apart and order them."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from freshdesk_assets.schema.table import Table

_list = msgspec.json.Decoder(list[msgspec.Raw])
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def rows_of(body: bytes) -> list[bytes]:
    """The elements of a JSON array, each its own text; raises msgspec.MsgspecError when it is none."""
    return [bytes(row) for row in _list.decode(body)]


def row_of(body: bytes) -> list[bytes]:
    """A reply that is one JSON object, as a list of one row; raises msgspec.MsgspecError when it is none."""
    _object.decode(body)
    return [body]


class RowReader:
    """Reads, of a table's rows, what identifies and orders them."""

    def __init__(self, table: Table, cursor: str | None = None) -> None:
        identity = (*table.key, *table.version)
        steps = [table.column(name).steps[0] for name in identity]
        self._identity = msgspec.json.Decoder(_raw_struct(list(dict.fromkeys(steps))))
        self._cursor = msgspec.json.Decoder(_raw_struct([table.column(cursor).steps[0]])) if cursor else None

    def mark(self, row: bytes) -> tuple[bytes, ...]:
        """A row's key and version: what shows that two replies hold the same, unchanged row."""
        return tuple(bytes(value) for value in msgspec.structs.astuple(self._identity.decode(row)))

    def moment(self, row: bytes) -> datetime | None:
        """The time by which the list is ordered; None when the row has none that can be read."""
        if self._cursor is None:
            return None
        (raw,) = msgspec.structs.astuple(self._cursor.decode(row))
        try:
            moment = msgspec.json.decode(raw, type=datetime)
        except msgspec.MsgspecError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _raw_struct(keys: list[str]) -> type[msgspec.Struct]:
    fields: list[tuple[str, Any, Any]] = [
        (f"f{position}", msgspec.Raw, msgspec.Raw(b"null")) for position in range(len(keys))
    ]
    return msgspec.defstruct("Mark", fields, rename={f"f{i}": key for i, key in enumerate(keys)}, gc=False)
