"""From a value of a payload to what is kept of it: actions on decoded JSON, combined as a payload is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from freshdesk_assets.personal.hashing import Hasher

Action: TypeAlias = Callable[[Any], Any]
"""From a decoded JSON value to what is kept of it; what it makes of its own result is the same."""

LONGEST = 255
"""Characters of a field of one line in Freshdesk. What is longer, or has several lines, is free text."""


def keep(value: Any) -> Any:
    """The value as it is."""
    return value


def drop(value: Any) -> Any:  # noqa: ARG001
    """Null, whatever it was."""
    return None


def drop_list(value: Any) -> Any:
    """An empty list for a list, else null: that nothing was there and that it was dropped look the same."""
    return [] if isinstance(value, list) else None


DROPPED = "[dropped]"
"""What stands for free text among hashes: it is known that there was one, so that rows can be counted."""


def hashing(hasher: Hasher, *, numbers: bool) -> Action:
    """Hashes texts, at any depth; drops free text. `numbers`: hashes those too, as a text column has them."""

    def treat(value: Any) -> Any:
        if isinstance(value, str):
            is_prose = len(value) > LONGEST or "\n" in value or value == DROPPED
            return DROPPED if is_prose else hasher(value)
        if isinstance(value, list):
            return [treat(each) for each in value]
        if isinstance(value, dict):
            return {key: treat(each) for key, each in value.items()}
        if numbers and isinstance(value, int | float) and not isinstance(value, bool):
            return hasher(str(value))
        return value

    return treat


@dataclass(slots=True)
class Node:
    """How a value inside a payload is treated, and what is in it.

    - `own`: a scalar there, and whatever is declared nowhere.
    - `keys`: what is under the named keys of an object; `each`: in the elements of a list, or under all other
      keys of an object.
    """

    own: Action
    keys: dict[str, "Node"] = field(default_factory=dict)
    each: "Node | None" = None

    def __call__(self, value: Any) -> Any:
        """What is kept of the value."""
        if isinstance(value, dict) and (self.keys or self.each):
            return {key: self._of(key)(each) for key, each in value.items()}
        if isinstance(value, list) and self.each:
            return [self.each(each) for each in value]
        return self.own(value)

    def _of(self, key: str) -> Action:
        return self.keys.get(key) or self.each or self.own

    def below(self, key: str) -> "Node":
        """The node under a key, made if it is not there."""
        return self.keys.setdefault(key, Node(self.own))

    @property
    def inside(self) -> "Node":
        """The node of elements, or of keys that are not named, made if it is not there."""
        if self.each is None:
            self.each = Node(self.own)
        return self.each


def by_key(actions: Mapping[str, Action], other: Action) -> Node:
    """How an object's values are treated by their keys."""
    return Node(other, {key: Node(action) for key, action in actions.items()}, Node(other))
