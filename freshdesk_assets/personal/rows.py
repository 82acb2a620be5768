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
from freshdesk_assets.personal.values import (
    LONG,
    Action,
    KeyAction,
    Node,
    by_key,
    drop,
    fitting,
    hashed_key,
    hashed_path,
    hashing,
    keep,
)
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

UNREADABLE = b'"a row that is no JSON object: left out, as it may hold personal data"'

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_plain = {
    Type.TIMESTAMPTZ: re.compile(rb'"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?"'),
    Type.BIGINT: re.compile(rb"-?\d+"),
    Type.INTEGER: re.compile(rb"-?\d+"),
    Type.BOOLEAN: re.compile(rb"true|false"),
    Type.VARCHAR: re.compile(rb'".*"', re.DOTALL),
}
"""What nearly all values of these types look like, which need not be read."""


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
        treatment = policy.of_undeclared(table.name)
        self.undeclared = self._action(treatment, least_digits=LONG)
        """Of what no declaration knows."""
        self.key = self._key_action(treatment, hashed_key)
        """What is kept of keys that no declaration knows; None: neither they nor what is under them."""

    def of(self, column: Column) -> Action | None:
        """The action for a column's value, as it was sent or as it is stored; None: it is kept."""
        treatment = self._policy.of(self._table.name, column)
        if column.type is Type.JSON:
            node = self._inside(column, treatment)
            return None if node is None else node
        if treatment is Treatment.KEEP:
            return None
        return self._action(treatment, least_digits=0)

    def raw(self) -> Tree:
        """The same for all of a payload."""
        return self._tree(payload_tree(self._table))

    def stored(self) -> dict[str, Raw]:
        """By column that has one, the action for its values as they are stored, on their JSON texts."""
        actions = {column.name: self.of(column) for column in self._table.columns}
        actions["_extra"] = None if self.undeclared is keep else self._extra()
        return {name: on_text(action) for name, action in actions.items() if action is not None}

    def _extra(self) -> Action:
        """Of what an earlier landing kept of that, by path."""
        if self.undeclared is drop or self._hasher is None:
            return self.undeclared
        path = hashed_path(self._hasher)

        def treat(value: Any) -> Any:
            if not isinstance(value, dict):
                return self.undeclared(value)
            return {path(key): self.undeclared(each) for key, each in value.items()}

        return treat

    def _tree(self, payload: Mapping[str, Any]) -> Tree:
        return {
            key: self._tree(inner) if isinstance(inner, dict) else self._raw(inner)
            for key, inner in payload.items()
        }

    def _raw(self, column: Column) -> Raw | None:
        action = self.of(column)
        if action is not None:
            return on_text(action)
        if self.undeclared is keep or column.type is Type.JSON:
            return None
        treat, plain = on_text(fitting(column.type, self.undeclared), verbatim=True), _plain.get(column.type)
        return treat if plain is None else lambda text: text if plain.fullmatch(text) else treat(text)

    def _inside(self, column: Column, treatment: Treatment) -> Node | None:
        """How the values inside a JSON column are treated."""
        prefix = f"{self._table.name}.{column.name}."
        named = {
            name.removeprefix(prefix): self._action(
                self._policy.of(self._table.name, column, name[len(prefix) :]),
                least_digits=None if column.own else LONG,
            )
            for name in self._policy.exceptions
            if name.startswith(prefix)
        }
        if treatment is Treatment.KEEP and all(action is keep for action in named.values()):
            return None
        own = self._action(treatment, least_digits=None if column.own else LONG)
        if column.own:
            return by_key(named, own)
        node = Node(own, key=self._key_action(treatment, hashed_key))
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
        if isinstance(child.cut, Entries):
            node.key = element.key or str  # of an object with entries, any key is one's name
        own = element.own
        about = {path for each in child.columns if each.pii for path in json_paths(each)}
        for each in child.columns:
            for path in json_paths(each):
                place = element
                for step in path[1:]:
                    place = place.below(step)
                if path[0] == "value" and path not in about:
                    place.own = fitting(each.type, own)
                elif each.prose and treatment is Treatment.HASH:
                    place.own = drop

    def _key_action(self, treatment: Treatment, hashed: Callable[[Hasher], KeyAction]) -> KeyAction | None:
        if treatment is Treatment.HASH and self._hasher is not None:
            return hashed(self._hasher)
        return None if treatment is Treatment.DROP else str

    def _action(self, treatment: Treatment, *, least_digits: int | None) -> Action:
        match treatment:
            case Treatment.KEEP:
                return keep
            case Treatment.DROP:
                return drop
            case Treatment.HASH:
                if self._hasher is None:
                    raise ValueError("to hash takes a key")
                return hashing(self._hasher, least_digits=least_digits)


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
    parts = []
    for key, value in fields.items():
        text, declared = bytes(value), key in tree
        name = key if declared else other.key and other.key(key)
        if name is None:
            continue
        action = tree[key] if declared else other.value
        if action is not None and text not in (b"null", b'""', b"[]", b"{}"):
            if isinstance(action, dict):
                inner = fields_of(text)
                if inner is not None:
                    text = _treated(inner, action, other)
                elif other.value is not None:
                    text = other.value(text)
            else:
                text = action(text)
        parts.append(_key(name) + text)
    return b"{" + b",".join(parts) + b"}"


@cache
def _key(key: str) -> bytes:
    return json.dumps(key).encode() + b":"


def on_text(action: Action, *, verbatim: bool = False) -> Raw:
    """The action, on a value's JSON text; a text that cannot be read is dropped.

    With `verbatim`, a text stays as it was written where the action changes nothing.
    """

    def treat(text: bytes) -> bytes:
        try:
            value = msgspec.json.decode(text)
            made = action(value)
            return text if verbatim and made is value else msgspec.json.encode(made)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            pass
        with suppress(ValueError, RecursionError):
            value = json.loads(text.decode("utf-8", errors="surrogateescape"), strict=False)
            made = action(value)
            return text if verbatim and made is value else json.dumps(made).encode()
        return b"null"

    return treat
