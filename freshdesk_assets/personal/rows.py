"""From a row as it was sent to what may be kept of it, before anything is written: bytes to bytes."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, TypeAlias

import msgspec

from freshdesk_assets.personal.forgotten import Forgotten
from freshdesk_assets.personal.hashing import Hasher
from freshdesk_assets.personal.values import Action, Node, by_key, drop, hashing, keep
from freshdesk_assets.schema.child import Child, Elements, Entries, json_paths
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.json_text import entries
from freshdesk_assets.schema.payload import payload_tree
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.schema.table import Table

Raw: TypeAlias = Callable[[bytes], bytes]
"""From the JSON text of a value to that of what is kept of it."""

Tree: TypeAlias = dict[str, "Raw | Tree | None"]
"""By key of a payload, how its value is treated; None: it is kept. A tree: it is an object."""

NOTHING = frozenset((b"null", b'""', b"[]", b"{}"))
"""Values that say nothing of anybody."""

STRUCTURED = frozenset(b'"[{')
"""How the text of a value begins that is neither a number nor a flag."""

UNREADABLE = b'"a row that is no JSON object: left out, as it may hold personal data"'

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_whole_number = re.compile(rb'"?-?\d+(\.\d+)?"?')
_moment = re.compile(rb'"\d{4}-\d\d-\d\d[^"]{0,30}"')


class Treatments:
    """The actions for the columns of one table, under a policy.

    `children` are those cut from the table: their columns say which values inside a JSON column are about
    persons.
    """

    def __init__(
        self, table: Table, children: Iterable[Child], policy: Policy, hasher: Hasher | None
    ) -> None:
        self._table, self._policy, self._hasher = table, policy, hasher
        self._children = [child for child in children if child.parent == table.name]
        self.undeclared = self._action(policy.default, numbers=False)
        """Of what no declaration knows."""

    def of(self, column: Column) -> Action | None:
        """The action for a column's value, as it was sent or as it is stored; None: it is kept."""
        treatment = self._policy.of(self._table.name, column)
        if column.type is Type.JSON:
            node = self._inside(column, treatment)
            return None if node is None else node
        if treatment is Treatment.KEEP:
            return None
        return self._action(treatment, numbers=True)

    def raw(self) -> Tree:
        """The same for all of a payload."""
        return self._tree(payload_tree(self._table))

    def stored(self) -> dict[str, Raw]:
        """By column that has one, the action for its values as they are stored, on their JSON texts."""
        actions = {column.name: self.of(column) for column in self._table.columns}
        actions["_extra"] = None if self.undeclared is keep else self.undeclared
        return {name: on_text(action) for name, action in actions.items() if action is not None}

    def _tree(self, payload: Mapping[str, Any]) -> Tree:
        return {
            key: self._tree(inner) if isinstance(inner, dict) else self._raw(inner)
            for key, inner in payload.items()
        }

    def _raw(self, column: Column) -> Raw | None:
        action = self.of(column)
        if action is not None:
            return on_text(action)
        return fitting(column, on_text(self.undeclared)) if self.undeclared is not keep else None

    def _inside(self, column: Column, treatment: Treatment) -> Node | None:
        """How the values inside a JSON column are treated."""
        prefix = f"{self._table.name}.{column.name}."
        named = {
            name.removeprefix(prefix): self._action(
                self._policy.of(self._table.name, column, name[len(prefix) :])
            )
            for name in self._policy.exceptions
            if name.startswith(prefix)
        }
        if treatment is Treatment.KEEP and all(action is keep for action in named.values()):
            return None
        own = self._action(treatment)
        if column.own:
            return by_key(named, own)
        node = Node(own)
        if treatment is not Treatment.KEEP:
            for child in self._children:
                self._declare(node, child, column, treatment)
        for key, action in named.items():
            node.keys[key] = Node(action)
            node.inside.keys[key] = Node(action)
        return node

    def _declare(self, node: Node, child: Child, column: Column, treatment: Treatment) -> None:
        """Have a node keep what a child's columns say is about nobody."""
        match child.cut:
            case Elements(column=name, at=at) | Entries(column=name, at=at) if name == column.name:
                pass
            case _:
                return
        for step in at.split(".") if at else ():
            node = node.below(step)
        element = node.inside
        about = {path for each in child.columns if each.pii for path in json_paths(each)}
        for each in child.columns:
            for path in json_paths(each):
                place = element
                for step in path[1:]:
                    place = place.below(step)
                if path[0] == "value" and path not in about:
                    place.own = keep
                elif each.prose and treatment is Treatment.HASH:
                    place.own = drop

    def _action(self, treatment: Treatment, *, numbers: bool = False) -> Action:
        match treatment:
            case Treatment.KEEP:
                return keep
            case Treatment.DROP:
                return drop
            case Treatment.HASH:
                if self._hasher is None:
                    raise ValueError("to hash takes a key")
                return hashing(self._hasher, numbers=numbers)


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
        self._other = None if treatments.undeclared is keep else on_text(treatments.undeclared)
        self._forgotten = forgotten
        nothing = Policy(default=Treatment.DROP)
        self._blank = Treatments(table, cut, nothing, None).raw() if forgotten else {}

    def __call__(self, row: bytes) -> bytes:
        """A row of nothing but what may be kept; one that is no object becomes a string that says so."""
        fields = fields_of(row)
        if fields is None:
            return UNREADABLE
        if self._forgotten is not None:
            if self._forgotten.owns(fields):
                return _treated(fields, self._blank, on_text(drop))
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


def _treated(fields: Mapping[str, Any], tree: Tree, other: Raw | None) -> bytes:
    parts: list[Any] = [b"{"]
    for key, text in fields.items():
        action = tree.get(key, other)
        if action is not None:
            text = bytes(text)
            if text in NOTHING:
                pass
            elif not isinstance(action, dict):
                text = action(text)
            elif (inner := fields_of(text)) is not None:
                text = _treated(inner, action, other)
            elif other is not None:
                text = other(text)
        parts += (_key(key), text, b",")
    # What is kept is handed on as it was read, and copied once.
    parts[-1] = b"}"
    return b"".join(parts) if len(parts) > 1 else b"{}"


@cache
def _key(key: str) -> bytes:
    return json.dumps(key).encode() + b":"


def on_text(action: Action) -> Raw:
    """The action, on a value's JSON text; a text that cannot be read is dropped."""
    if action is drop:
        return lambda _: b"null"

    def treat(text: bytes) -> bytes:
        try:
            return msgspec.json.encode(action(msgspec.json.decode(text)))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            pass
        with suppress(ValueError, RecursionError):
            value = json.loads(text.decode("utf-8", errors="surrogateescape"), strict=False)
            return json.dumps(action(value)).encode()
        return b"null"

    return treat


def fitting(column: Column, other: Raw) -> Raw | None:
    """Keeps what a column without personal data can hold, and treats the rest as what nobody declared."""
    match column.type:
        case Type.JSON:
            return None
        case Type.VARCHAR:
            return lambda text: other(text) if text[0] in b"[{" else text
        case Type.VARCHARS:
            return lambda text: other(text) if b"{" in text else text
        case Type.BIGINTS:
            return lambda text: other(text) if b'"' in text or b"{" in text else text
        case Type.TIMESTAMPTZ | Type.DATE:
            fits = _moment.fullmatch
        case _:
            fits = _whole_number.fullmatch
    return lambda text: text if text[0] not in STRUCTURED or fits(text) else other(text)
