"""From a row as it was sent to what may be kept of it, before anything is written: bytes to bytes."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from freshdesk_assets.personal.forgotten import Forgotten
from freshdesk_assets.personal.hashing import Hasher
from freshdesk_assets.personal.treatments import Treatments, Tree, on_text
from freshdesk_assets.personal.values import keep
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.json_text import entries
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.schema.table import Table

NOTHING = frozenset((b"null", b'""', b"[]", b"{}"))
"""Values that say nothing of anybody."""

UNREADABLE = b'"a row that is no JSON object: left out, as it may hold personal data"'

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


class RowTreatment:
    """Makes of each row what may be kept of it.

    - `children`: see `Treatments`.
    - `forgotten`: the persons of whom nothing is kept.
    """

    def __init__(
        self,
        table: Table,
        children: Iterable[Child],
        policy: Policy,
        hasher: Hasher | None,
        forgotten: Forgotten | None,
    ) -> None:
        cut = list(children)
        treatments = Treatments(table, cut, policy, hasher)
        self._tree = None if policy.keeps_all else treatments.raw()
        self._other = _Other(treatments)
        self._forgotten = forgotten
        nothing = Policy(default=Treatment.DROP)
        blank = Treatments(table, cut, nothing, None)
        self._blank, self._none = blank.raw() if forgotten else {}, _Other(blank)

    def __call__(self, row: bytes) -> bytes:
        """A row of nothing but what may be kept; one that is no object becomes a string that says so."""
        fields = fields_of(row)
        if fields is None:
            return UNREADABLE
        if self._forgotten is not None:
            if self._forgotten.owns(fields):
                return _treated(fields, self._blank, self._none)
            without = self._forgotten.masked(row)
            if without != row:
                row, fields = without, fields_of(without) or {}
        return row if self._tree is None else _treated(fields, self._tree, self._other)

    def taken(self) -> list[tuple[str, str]]:
        """Marks of the rows since the last call that were found to be of forgotten persons."""
        if self._forgotten is None:
            return []
        fresh, self._forgotten.fresh = self._forgotten.fresh, []
        return fresh


def fields_of(row: bytes) -> Mapping[str, bytes | msgspec.Raw] | None:
    """The values of an object as their JSON texts; None if it is none."""
    try:
        return _object.decode(row)
    except (msgspec.MsgspecError, RecursionError):
        pass
    try:
        found = entries(row.decode("utf-8", errors="surrogateescape"))
    except ValueError:
        return None
    return {key: value.encode("utf-8", errors="surrogateescape") for key, value in found}


class _Other:
    """What becomes of keys that no declaration knows, and of what is under them."""

    def __init__(self, treatments: Treatments) -> None:
        self.value = None if treatments.undeclared is keep else on_text(treatments.undeclared)
        self.key = treatments.key


def _treated(fields: Mapping[str, Any], tree: Tree, other: _Other) -> bytes:
    parts: list[Any] = [b"{"]
    for key, text in fields.items():
        if key in tree:
            action, name = tree[key], key
        elif other.key is None:
            continue
        else:
            action, name = other.value, other.key(key)
        if action is not None:
            text = bytes(text)
            if text in NOTHING:
                pass
            elif not isinstance(action, dict):
                text = action(text)
            elif (inner := fields_of(text)) is not None:
                text = _treated(inner, action, other)
            elif other.value is not None:
                text = other.value(text)
        parts += (_key(name), text, b",")
    # What is kept is handed on as it was read, and copied once.
    parts[-1] = b"}"
    return b"".join(parts) if len(parts) > 1 else b"{}"


@lru_cache(maxsize=10_000)
def _key(key: str) -> bytes:
    return json.dumps(key).encode() + b":"
