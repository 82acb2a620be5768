"""From a value of a payload to what is kept of it: actions on decoded JSON, combined as a payload is."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from freshdesk_assets.personal.hashing import Hasher
from freshdesk_assets.schema.column import Type

Action: TypeAlias = Callable[[Any], Any]
"""From a decoded JSON value to what is kept of it; what it makes of its own result is the same."""

KeyAction: TypeAlias = Callable[[str], str]
"""From a key of an object to what is kept of it."""

LONGEST = 255
"""Characters of a field of one line in Freshdesk. What is longer, or has several lines, is free text."""


def keep(value: Any) -> Any:
    """The value as it is."""
    return value


def drop(value: Any) -> Any:  # noqa: ARG001
    """Null, whatever it was."""
    return None


DROPPED = "[dropped]"
"""What stands for free text among hashes: it is known that there was one, so that rows can be counted."""


LONG = 7
"""Digits of a number that may be a telephone's, or name an account elsewhere; fewer name nobody alone."""

_name = re.compile(r"[a-z_][a-z0-9_]{0,63}")
_path = re.compile(r'"(?:[^"\\]|\\.)*"|[^."()]+')
_twice = " (sent twice)"
_moment = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)
_number = re.compile(r"-?\d+(?:\.\d+)?")


def hashing(hasher: Hasher, *, least_digits: int | None = None) -> Action:
    """Hashes texts, at any depth, and keys that are no names of fields; drops free text.

    `least_digits`: numbers of that many digits are hashed too; none if it is None.
    """
    key_of = hashed_key(hasher)

    def treat(value: Any) -> Any:
        if isinstance(value, str):
            is_prose = len(value) > LONGEST or "\n" in value or value == DROPPED
            return DROPPED if is_prose else hasher(value)
        if isinstance(value, list):
            return [treat(each) for each in value]
        if isinstance(value, dict):
            return {key_of(key): treat(each) for key, each in value.items()}
        if least_digits is None or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        said = str(value)
        return hasher(said) if sum(each.isdigit() for each in said) >= least_digits else value

    return treat


def hashed_key(hasher: Hasher) -> KeyAction:
    """Hashes what is no name of a field, as Freshdesk writes them: somebody may be named in it."""
    return lambda key: key if _name.fullmatch(key) else hasher(key)


def hashed_path(hasher: Hasher) -> KeyAction:
    """The same for the keys of `_extra`, which are paths, in which odd steps are quoted."""
    key_of = hashed_key(hasher)

    def treat(path: str) -> str:
        remark = _twice if path.endswith(_twice) else ""
        steps = _path.findall(path.removesuffix(remark))
        return ".".join(key_of(json.loads(step) if step[0] == '"' else step) for step in steps) + remark

    return treat


def fitting(type_: Type, other: Action) -> Action:
    """Keeps what a column of the type can hold, and treats the rest as what nobody declared."""

    def holds(value: Any) -> bool:
        match type_:
            case Type.JSON:
                return True
            case Type.VARCHARS:
                return not isinstance(value, dict) and not (
                    isinstance(value, list) and any(isinstance(each, dict | list) for each in value)
                )
            case Type.BIGINTS if isinstance(value, list):
                return not any(isinstance(each, dict | list) or _is_text(each) for each in value)
            case _ if isinstance(value, dict | list):
                return False
            case Type.VARCHAR:
                return True
            case Type.TIMESTAMPTZ | Type.DATE:
                return not isinstance(value, str) or _moment.fullmatch(value) is not None
            case _:
                return not _is_text(value)

    return lambda value: value if holds(value) else other(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and _number.fullmatch(value) is None


@dataclass(slots=True)
class Node:
    """How a value inside a payload is treated, and what is in it.

    - `own`: a scalar there, and whatever is declared nowhere.
    - `keys`: what is under the named keys of an object; `each`: in the elements of a list, or under all other
      keys of an object.
    - `key`: what is kept of another key; where it is None, nothing of what is under it is kept either.
    """

    own: Action
    keys: dict[str, "Node"] = field(default_factory=dict)
    each: "Node | None" = None
    key: KeyAction | None = str

    def __call__(self, value: Any) -> Any:
        """What is kept of the value."""
        if isinstance(value, dict) and (self.keys or self.each):
            return {
                name: self._of(key)(each)
                for key, each in value.items()
                if (name := key if key in self.keys else self.key and self.key(key)) is not None
            }
        if isinstance(value, list) and self.each:
            return [self.each(each) for each in value]
        return self.own(value)

    def _of(self, key: str) -> Action:
        return self.keys.get(key) or self.each or self.own

    def below(self, key: str) -> "Node":
        """The node under a key, made if it is not there."""
        return self.keys.setdefault(key, Node(self.own, key=self.key))

    @property
    def inside(self) -> "Node":
        """The node of elements, or of keys that are not named, made if it is not there."""
        if self.each is None:
            self.each = Node(self.own, key=self.key)
        return self.each


def by_key(actions: Mapping[str, Action], other: Action) -> Node:
    """How an object's values are treated by their keys."""
    return Node(other, {key: Node(action) for key, action in actions.items()}, Node(other))
