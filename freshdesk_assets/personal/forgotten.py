"""From keyed marks of persons who were forgotten to which rows are theirs, and what names them in others."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from freshdesk_assets.personal.hashing import Hasher, normal
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import Column
from freshdesk_assets.schema.table import Table

FORGOTTEN = "[forgotten]"
"""What stands in a text in the place of what named a forgotten person."""

ROW, ADDRESS, NUMBER, NAME, FIRST = "row", "address", "number", "name", "first"
"""Kinds of marks; FIRST is that of a name's first word, so that few words of a text need more than a look."""

Mark = tuple[str, str]
"""Kind and digits."""

ESCAPE = r"\\u[0-9a-fA-F]{4}|\\."
"""What JSON writes for one character: the letter in it begins no word."""

_address = re.compile(rf"{ESCAPE}|[\w!#$%&'*+/=?^`{{|}}~.-]+@[\w-]+(?:\.[\w-]+)+")
_number = re.compile(rf"{ESCAPE}|\+?\d[\d ()/.-]{{4,}}\d")
_word = re.compile(rf"{ESCAPE}|[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_unicode = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9a-fA-F]{4})")

LEAST_DIGITS = 6
"""Digits of what is taken for a telephone number."""

MOST_WORDS = 5
"""Words of the longest name that is looked for."""


@dataclass(frozen=True, slots=True)
class Owners:
    """The columns by which a row of a table is somebody's, each with the table whose rows it names.

    A row belongs to a forgotten person if it is the person's own, names the person, or is a part of a row
    that does.
    """

    table: str
    keys: tuple[Column, ...]
    by: tuple[tuple[Column, str], ...]


def owners_of(table: Table, catalog: Catalog) -> Owners:
    """By which columns a row is somebody's."""
    people = {each.name for each in catalog if each.people}
    parts = {branch.column: branch.parent for branch in table.branches}
    if table.belongs_to:
        parts[table.belongs_to] = table.column(table.belongs_to).targets[0][0]
    by = [
        (column, named)
        for column in table.columns
        for named, _ in column.targets
        if named in people or parts.get(column.name) == named
    ]
    return Owners(table.name, tuple(table.column(name) for name in table.key), tuple(by))


@dataclass
class Marker:
    """Makes marks, and finds in a text what has one of them."""

    hasher: Hasher
    marks: set[Mark]
    _firsts: dict[str, bool] = field(default_factory=dict)

    def of(self, kind: str, what: str) -> Mark:
        """The mark of a row, an address, a number's digits, a name, or a name's first word."""
        return kind, self.hasher.mark(f"{kind} {what}")

    def of_person(self, texts: Iterable[str], name: str) -> Iterator[Mark]:
        """The marks of a person's addresses and numbers, whichever of the texts they are, and of the name.

        A name of one word has none: it would be found in other words about others.
        """
        for text in texts:
            if "@" in text:
                yield self.of(ADDRESS, normal(text))
            elif len(digits(text)) >= LEAST_DIGITS:
                yield self.of(NUMBER, digits(text))
        words = [word.casefold() for word in words_of(name)]
        if 1 < len(words) <= MOST_WORDS:
            yield self.of(NAME, " ".join(words))
            yield self.of(FIRST, words[0])

    def masked(self, text: str) -> str:
        """A text, JSON or plain, in which nothing names a forgotten person."""
        spans = sorted(self._spans(text))
        if not spans:
            return text
        made, end = [], 0
        for start, stop in spans:
            if start >= end:
                made += [text[end:start], FORGOTTEN]
            end = max(end, stop)
        return "".join([*made, text[end:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        kinds = self._kinds
        if ADDRESS in kinds and "@" in text:
            for found in _address.finditer(text):
                for part in (found[0], found[0].strip("'.-*")):
                    if "@" in part and self.of(ADDRESS, normal(part)) in self.marks:
                        start = found.start() + found[0].index(part)
                        yield start, start + len(part)
        if NUMBER in kinds:
            for found in _number.finditer(text):
                if found[0][0] != "\\" and self.of(NUMBER, digits(found[0])) in self.marks:
                    yield found.span()
        if NAME in kinds:
            yield from self._names(text)

    def _names(self, text: str) -> Iterator[tuple[int, int]]:
        words = [found for found in _word.finditer(text) if found[0][0] != "\\"]
        for place, first in enumerate(words):
            if self._is_first(first[0]):
                for last in range(place + 1, min(place + MOST_WORDS, len(words))):
                    name = " ".join(word[0].casefold() for word in words[place : last + 1])
                    if self.of(NAME, name) in self.marks:
                        yield first.start(), words[last].end()

    def _is_first(self, word: str) -> bool:
        known = self._firsts.get(word)
        if known is None:
            known = self._firsts[word] = self.of(FIRST, word.casefold()) in self.marks
        return known

    @cached_property
    def _kinds(self) -> set[str]:
        return {kind for kind, _ in self.marks}


@dataclass
class Forgotten:
    """What is known of forgotten persons, for the rows of one table.

    `fresh`: marks of rows that were found to be theirs, to be stored with the rows.
    """

    owners: Owners
    marker: Marker
    fresh: list[Mark] = field(default_factory=list)

    def owns(self, fields: Mapping[str, Any]) -> bool:
        """Whether a row is a forgotten person's; what is a part of it will be known to be theirs too."""
        marks = self.marker.marks
        own = self._mark(self.owners.table, [_at(fields, column) for column in self.owners.keys])
        if own in marks:
            return True
        if not any(self._mark(named, [_at(fields, column)]) in marks for column, named in self.owners.by):
            return False
        marks.add(own)
        self.fresh.append(own)
        return True

    def masked(self, row: bytes) -> bytes:
        """The row without what names forgotten persons."""
        text = row.decode("utf-8", errors="surrogateescape")
        return self.marker.masked(unescaped(text)).encode("utf-8", errors="surrogateescape")

    def _mark(self, table: str, key: Iterable[str]) -> Mark:
        return self.marker.of(ROW, row_name(table, key))


def row_name(table: str, key: Iterable[object]) -> str:
    """What a row's mark is made of."""
    return f"{table}:{','.join(map(str, key))}"


def digits(text: str) -> str:
    """The digits of a text alone, as numbers are written in many ways."""
    return "".join(each for each in text if each.isdecimal())


def words_of(text: str) -> list[str]:
    """The words of a name."""
    return [found[0] for found in _word.finditer(text) if found[0][0] != "\\"]


def unescaped(text: str) -> str:
    """A JSON text with the letters themselves where JSON escaped them, as it may those beyond ASCII."""
    if "\\u" not in text:
        return text

    def letter(found: re.Match[str]) -> str:
        made = chr(int(found[2], 16))
        return found[1] + made if made.isalpha() and not made.isascii() else found[0]

    return _unicode.sub(letter, text)


def _at(fields: Mapping[str, Any], column: Column) -> str:
    """A key's or reference's text; they stand at the top of a payload."""
    return bytes(fields.get(column.path, b"null")).decode("utf-8", errors="replace").strip('"')
