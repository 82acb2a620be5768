"""JSON read without loss: numbers as they were written, keys sent twice kept, half characters escaped.

Python's own `json` turns 0.1000000000000000055 into 0.1 and forgets the first of two equal keys.
"""

import json
import re
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any

from freshdesk_assets.schema.json_text import depth, entries

HALF = re.compile("[\ud800-\udfff]")
"""A lone surrogate, half a character; no database stores it, and no encoding of text has it."""


DEEP = 100
"""Arrays and objects inside each other, beyond which a value is not read: Python allows for some hundreds."""


class TooDeep(ValueError):
    """A value has more arrays and objects inside each other than can be read."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written, NaN and Infinity included."""

    text: str


@dataclass(frozen=True, slots=True)
class Object:
    """An object as it was written: its keys and values in order, the same key twice if it was sent twice."""

    pairs: list[tuple[str, Any]]


def parsed(text: str) -> Any:
    """A JSON value with `Number` and `Object` in it; raises ValueError when it is none, TooDeep among others.

    A raw control character inside a string is accepted, though JSON forbids it.
    """
    try:
        return _decoder.decode(text)
    except RecursionError as error:
        raise TooDeep("it is nested too deep") from error


def shallow(text: str) -> tuple[Object, dict[str, str]]:
    """An object without the values that are nested too deep to be read, and these as the texts they are.

    Raises ValueError when it is no object.
    """
    pairs: list[tuple[str, Any]] = []
    deep: dict[str, str] = {}
    for key, value in entries(text):
        if depth(value) > DEEP:
            deep[key] = value
        else:
            pairs.append((key, parsed(value)))
    return Object(pairs), deep


def encoded(value: Any) -> str:
    """The value as JSON in one line, spaced as DuckDB does it; raises TooDeep when it is nested so.

    What JSON has no word for is written as a string: NaN, and half a character as its escape.
    """
    try:
        return _encoded(value)
    except RecursionError as error:
        raise TooDeep("it is nested too deep") from error


def whole(text: str, instead: str | None = None) -> str:
    """The text with each half character replaced, by its escape if nothing else is said."""
    return text if unbroken(text) else HALF.sub(lambda found: instead or f"\\u{ord(found[0]):04x}", text)


def unbroken(text: str) -> bool:
    """Whether it has no half characters."""
    return text.isascii() or not HALF.search(text)


def _encoded(value: Any) -> str:
    match value:
        case str():
            return encode_basestring(whole(value))
        case Number(text=text):
            return text if text[-1].isdigit() else f'"{text}"'
        case Object(pairs=pairs):
            return "{" + ",".join([f"{_encoded(key)}:{_encoded(item)}" for key, item in pairs]) + "}"
        case dict():
            return "{" + ",".join([f"{_encoded(key)}:{_encoded(item)}" for key, item in value.items()]) + "}"
        case list():
            return "[" + ",".join([_encoded(item) for item in value]) + "]"
        case _:
            return json.dumps(value, allow_nan=False)


_decoder = json.JSONDecoder(
    strict=False, object_pairs_hook=Object, parse_float=Number, parse_int=Number, parse_constant=Number
)
