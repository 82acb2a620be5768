"""JSON text taken apart by its brackets: no value is read, so none is too deep, too long or too odd for it.

Slow beside a decoder, and for what decoders refuse.
"""

import json
import re

TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]', re.DOTALL)

CLOSING = {"[": "]", "{": "}"}


def elements(text: str) -> list[str]:
    """The elements of an array, each its own text; raises ValueError when it is none, or is cut short."""
    return [part for part, _ in _parts(text.strip(), "[") if part]


def entries(text: str) -> list[tuple[str, str]]:
    """The keys of an object, with their values' texts; raises ValueError when it is none, or is cut short."""
    found = []
    for part, colon in _parts(text.strip(), "{"):
        if part:
            key = json.loads(part[:colon], strict=False)
            if not isinstance(key, str):
                raise ValueError("an object has a key that is no string")
            found.append((key, part[colon + 1 :].strip()))
    return found


def depth(text: str) -> int:
    """How many arrays and objects are inside each other at most."""
    deepest = now = 0
    for token in TOKEN.finditer(text):
        now += (token[0] in CLOSING) - (token[0] in "]}")
        deepest = max(deepest, now)
    return deepest


def _parts(text: str, bracket: str) -> list[tuple[str, int]]:
    """What is between the commas of the outermost brackets, and where in it the first colon is."""
    if not text.startswith(bracket):
        raise ValueError(f"it does not begin with {bracket}")
    parts: list[tuple[str, int]] = []
    closing: list[str] = []
    start, colon = 1, 0
    for token in TOKEN.finditer(text):
        sign = token[0]
        if sign in CLOSING:
            closing.append(CLOSING[sign])
        elif sign in "]}" and (not closing or closing.pop() != sign):
            raise ValueError("its brackets do not match")
        if len(closing) == 1 and sign == ":" and not colon:
            colon = token.start() - start
        ends = not closing
        if ends or (len(closing) == 1 and sign == ","):
            part = text[start : token.start()]
            parts.append((part.strip(), colon - (len(part) - len(part.lstrip()))))
            start, colon = token.end(), 0
        if ends:
            if start != len(text):
                raise ValueError("something follows it")
            return parts
    raise ValueError("it does not end")
