"""From keyed marks of persons who were forgotten to which rows are theirs, and what names them in others."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from freshdesk_assets.personal.hashing import Hasher, normal
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import Column
from freshdesk_assets.schema.table import Table

FORGOTTEN = "[forgotten]"
"""What stands in a text in the place of what named a forgotten person."""

ROW, ADDRESS, NUMBER, NAME = "row", "address", "number", "name"
FIRST, LAST = "first", "last"
"""Kinds of marks. FIRST is that of a name's first word, LAST of a number's last four digits: with them few
words and numbers of a text need more than a look."""

Mark = tuple[str, str]
"""Kind and digits."""

_number = re.compile(r"\+?\d[\d ()/.-]{4,}\d")
_word = re.compile(r"[^\W\d_]+")
_escaped = re.compile(r"\\u[0-9a-fA-F]{4}|\\.")
_local = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]*\Z")
_domain = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_letters = bytes(each if each > 127 or chr(each).isalpha() else ord(" ") for each in range(256))
_numbers = bytes(
    ord("_") if chr(each) == " " else each if chr(each) in "0123456789()/.+-" else ord(" ")
    for each in range(256)
)
_unicode = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9a-fA-F]{4})")

_not_digits = {ord(sign): None for sign in "+ _()/.-"}

REMEMBERED = 200_000
"""Words and numbers that are known to be nobody's, of some 60 bytes each."""

LONGEST_LOCAL = 64
"""Characters before the @ of an address (RFC 5321, 4.5.3.1.1)."""

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
    _passed: dict[str, set[bytes]] = field(default_factory=lambda: {FIRST: set(), LAST: set()})

    def of(self, kind: str, what: str) -> Mark:
        """The mark of a row, an address, a number's digits, or a name; or of the part of one."""
        return kind, self.hasher.mark(f"{kind} {what}")

    def of_person(self, texts: Iterable[str], name: str) -> Iterator[Mark]:
        """The marks of a person's addresses and numbers, whichever of the texts they are, and of the name.

        A name of one word has none: it would be found in other words about others.
        """
        for text in texts:
            if "@" in text:
                yield self.of(ADDRESS, normal(text))
            elif len(found := digits(text)) >= LEAST_DIGITS:
                yield self.of(NUMBER, found)
                yield self.of(LAST, found[-4:])
        words = [word.casefold() for word in words_of(name)]
        if 1 < len(words) <= MOST_WORDS:
            yield self.of(NAME, " ".join(words))
            yield self.of(FIRST, words[0])

    def masked(self, text: str) -> str:
        """A text, JSON or plain, in which nothing names a forgotten person."""
        spans = sorted(self._spans(without_escapes(text)))
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
            yield from self._addresses(text)
        encoded = text.encode(errors="replace")
        if NUMBER in kinds and self._may_have(LAST, encoded.translate(_numbers), number_ends):
            yield from self._numbers(text)
        if NAME in kinds and self._may_have(FIRST, encoded.translate(_letters), words_of):
            yield from self._names(text)

    def _may_have(self, kind: str, text: bytes, parts_of: Callable[[str], list[str]]) -> bool:
        """Whether a part of what stands between the blanks of a text has a mark of that kind.

        What has none is remembered, for texts are made of the same words: most cost no more than a look.
        """
        passed = self._passed[kind]
        if len(passed) > REMEMBERED:
            passed.clear()
        for run in set(text.split()) - passed:
            if any(self.of(kind, part.casefold()) in self.marks for part in parts_of(run.decode())):
                return True
            passed.add(run)
        return False

    def _addresses(self, text: str) -> Iterator[tuple[int, int]]:
        place = text.find("@")
        while place >= 0:
            before = _local.search(text, max(0, place - LONGEST_LOCAL), place)
            after = _domain.match(text, place + 1)
            if before and after:
                start = before.start()
                while text[start] in "'.-*":
                    start += 1
                if self.of(ADDRESS, normal(text[start : after.end()])) in self.marks:
                    yield start, after.end()
            place = text.find("@", place + 1)

    def _numbers(self, text: str) -> Iterator[tuple[int, int]]:
        for found in _number.finditer(text):
            if self.of(NUMBER, digits(found[0])) in self.marks:
                yield found.span()

    def _names(self, text: str) -> Iterator[tuple[int, int]]:
        words = list(_word.finditer(text))
        for place, first in enumerate(words):
            if self.of(FIRST, first[0].casefold()) in self.marks:
                for last in range(place + 1, min(place + MOST_WORDS, len(words))):
                    name = " ".join(word[0].casefold() for word in words[place : last + 1])
                    if self.of(NAME, name) in self.marks:
                        yield first.start(), words[last].end()

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
    return text.translate(_not_digits)


def words_of(text: str) -> list[str]:
    """The words of a name: what stands between blanks, hyphens, apostrophes and the like."""
    return _word.findall(text)


def number_ends(text: str) -> list[str]:
    """The last four digits of what may be a telephone number."""
    found = digits(text) if len(text) >= LEAST_DIGITS else ""
    return [found[-4:]] if len(found) >= LEAST_DIGITS else []


def without_escapes(text: str) -> str:
    """The text with blanks where JSON writes a line break and the like: their letters begin no words."""
    return _escaped.sub(lambda found: " " * len(found[0]), text) if "\\" in text else text


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
