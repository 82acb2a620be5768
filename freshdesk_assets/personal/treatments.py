"""From a policy to what becomes of each column of a table: actions on values, and on their JSON texts."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

import msgspec

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
from freshdesk_assets.schema.child import Child, Elements, Entries, Rows, json_paths
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.payload import payload_tree
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.schema.table import Table

Raw: TypeAlias = Callable[[bytes], bytes]
"""From the JSON text of a value to that of what is kept of it."""

Tree: TypeAlias = dict[str, "Raw | Tree | None"]
"""By key of a payload, how its value is treated; None: it is kept. A tree: it is an object."""

STRUCTURED = frozenset(b'"[{')
"""How the text of a value begins that is neither a number nor a flag."""

_moment = re.compile(rb'"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?"')


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
        if column.pii_where:
            return self._of_named(column)
        treatment = self._policy.of(self._table.name, column)
        if column.type is Type.JSON:
            node = self._inside(column, treatment)
            return None if node is None else node
        if treatment is Treatment.KEEP:
            return None
        return self._action(treatment, least_digits=0)

    def where(self) -> list[tuple[str, frozenset[bytes], str, Raw]]:
        """Of columns that name persons in some rows: another key and its values there, key and action."""
        found = []
        for column in self._table.columns:
            if column.pii_where and (action := self._of_named(column)) is not None:
                other, values = column.pii_where
                texts = frozenset(json.dumps(value).encode() for value in values)
                found.append((self._table.column(other).path, texts, column.path, on_text(action)))
        return found

    def _of_named(self, column: Column) -> Action | None:
        """The action for a column in rows in which it names persons, in keys too."""
        action, hasher = (
            self._action(self._policy.of(self._table.name, column), least_digits=LONG),
            self._hasher,
        )
        if action is keep or action is drop or hasher is None:
            return None if action is keep else action

        def treat(value: Any) -> Any:
            if isinstance(value, dict):
                return {hasher(key): treat(each) for key, each in value.items()}
            return [treat(each) for each in value] if isinstance(value, list) else each_of(value)

        each_of = action
        return treat

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
        action = None if column.pii_where else self.of(column)
        if action is not None:
            return on_text(action)
        if self.undeclared is keep or column.type is Type.JSON:
            return None
        treat = on_text(fitting(column.type, self.undeclared), verbatim=True)
        # What nearly all values look like need not be read.
        match column.type:
            case Type.VARCHAR:
                return lambda text: treat(text) if text[0] in b"[{" else text
            case Type.VARCHARS | Type.BIGINTS:
                return lambda text: treat(text) if b"{" in text or b'"' in text else text
            case Type.TIMESTAMPTZ | Type.DATE:
                return lambda text: (
                    text if text[0] not in STRUCTURED or _moment.fullmatch(text) else treat(text)
                )
            case _:
                return lambda text: treat(text) if text[0] in STRUCTURED else text

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
            case Rows(reads=reads) if column.name in reads and treatment is Treatment.HASH:
                # Its rows are made of keys: labels of fields, which may have blanks and capitals.
                node.each, node.key = Node(node.own, key=node.key), str
                return
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


def on_text(action: Action, *, verbatim: bool = False) -> Raw:
    """The action, on a value's JSON text; a text that cannot be read is dropped.

    With `verbatim`, a text stays as it was written where the action changes nothing.
    """
    if action is drop:
        return lambda _: b"null"

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
