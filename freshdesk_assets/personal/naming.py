"""From texts that name persons to keyed marks of what names them, and to the places of it in other texts."""

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from freshdesk_assets.personal.hashing import FORGOTTEN, HASHED, PREFIX, Hasher, normal

ADDRESS, NUMBER, NAME, FIRST, HASH = "address", "number", "name", "first", "hash"
"""Kinds of marks; FIRST is that of a name's first word up to its first letter beyond ASCII, in lower case,
so that few words of a text need more than a look.
HASH is that of a hash: in a replica that hashes, a person's addresses may be known by nothing else."""

Mark = tuple[str, str]
"""Kind and digits."""

LEAST_DIGITS = 7
"""Digits of what is taken for a telephone number."""

LAST_DIGITS = 8
"""The digits that are compared of a longer number: it is written with the country's code and without."""

MOST_DIGITS = 15
"""Digits of the longest telephone number (ITU-T E.164)."""

MOST_WORDS = 6
"""Words of the longest name that is looked for."""

MOST_KNOWN = 200_000
"""Words of which it is remembered that no name begins with them: the words of many languages, in 30 MB."""

OFTEN = 40
"""Characters of the longest text that may come often, as keys do, and is remembered when it names nobody."""

SHORTEST = 5
"""Characters of the shortest text that can name somebody here."""

_string = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_address = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+@[\w-]+(?:\.[\w-]+)*")
_number = re.compile(r"\+?\d(?:[\s()/.\u2010-\u2015-]{0,4}\d){6,}")
_word = re.compile(r"[^\W\d_]+")
_tag = re.compile(r"<[/!]?[a-zA-Z][^<>]*>")
_other_letters = re.compile(r"&#?\w{1,31};|%40|[^\W\d_][\u0300-\u036f]+")
_at = re.compile(r"@|%40|&#0*64;|&#x0*40;|&commat;")
_perhaps_number = re.compile(r"\d(?:(?:[\s()/.\u2010-\u2015-]|&#?\w{1,8};|<[^<>]*>){0,6}\d){6,}")
_ascii_letters = bytes(each if each < 128 and chr(each).isalpha() else ord(" ") for each in range(256))
_moment = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d[\d.]*(?:Z|[+-]\d\d:?\d\d)?)?")


@dataclass
class Marker:
    """Makes marks, and finds in a text what has one of them."""

    hasher: Hasher
    marks: set[Mark]
    _others: set[bytes] = field(default_factory=set)
    _nothing_in: set[str] = field(default_factory=set)

    def of(self, kind: str, what: str) -> Mark:
        """The mark of a row, an address, a number, a name, a name's first word, or a hash."""
        return kind, self.hasher.mark(f"{kind} {what}")

    def of_person(self, texts: Iterable[str], name: str) -> Iterator[Mark]:
        """The marks of a person's addresses and numbers, whichever of the texts they are, and of the name.

        A name of one word has none: it would be found in other words about others. One of several is found
        with the last of them in front too.
        """
        for text in texts:
            if HASHED.fullmatch(text):
                yield self.of(HASH, text)
            elif "@" in text:
                yield self.of(ADDRESS, normal(text))
            elif len(digits(text)) >= LEAST_DIGITS:
                yield self.of(NUMBER, compared(digits(text)))
        if words := words_of(name):
            for order in (words, [words[-1], *words[:-1]]):
                yield self.of(NAME, " ".join(order))
                yield from (self.of(FIRST, run.decode()) for run in _beginnings(order[0]))

    def masked(self, text: str) -> str:
        """A JSON text in whose strings, and keys, nothing names a forgotten person.

        Numbers stay: in the place of one, no remark can stand. It is the very text that was given if nothing
        is found.
        """
        changed = False

        def literal(found: re.Match[str]) -> str:
            nonlocal changed
            given = found[0]
            if len(given) < SHORTEST + 2 or given in self._nothing_in:
                return given
            said, read = _said(given)
            made = self.masked_words(said)
            if made is said:
                if len(given) <= OFTEN and len(self._nothing_in) < MOST_KNOWN:
                    self._nothing_in.add(given)
                return given
            changed = True
            return _written(made) if read else f'"{made}"'

        made = _string.sub(literal, text)
        return made if changed else text

    def masked_words(self, text: str) -> str:
        """A text in which nothing names a forgotten person; the very one that was given if nothing does."""
        if _moment.fullmatch(text) or not (spans := sorted(self._spans(text))):
            return text
        made, end = [], 0
        for start, stop in spans:
            if start >= end:
                made += [text[end:start], FORGOTTEN]
            end = max(end, stop)
        return "".join([*made, text[end:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it is; also where it is written with tags, HTML's or a URL's escapes, or accents apart."""
        if not (finders := self._finders(text)):
            return
        without = _tag.sub(lambda tag: " " * len(tag[0]), text) if "<" in text else text
        for seen in dict.fromkeys((text, without)):
            yield from (span for find in finders for span in find(seen))
            if _other_letters.search(seen):
                plain = _other_letters.sub(_letters, seen)
                if spans := [span for find in finders for span in find(plain)]:
                    places = _places(seen)
                    yield from ((places[start], places[stop]) for start, stop in spans)

    def _finders(self, text: str) -> list[Callable[[str], Iterator[tuple[int, int]]]]:
        """What may find something in a text: a look at all of it, for most texts name nobody."""
        kinds, found = self._kinds, list[Callable[[str], Iterator[tuple[int, int]]]]()
        if kinds & {ADDRESS, HASH} and _at.search(text):
            found.append(self._addresses)
        if HASH in kinds and PREFIX in text:
            found.append(self._hashes)
        if NUMBER in kinds and _perhaps_number.search(text):
            found.append(self._numbers)
        if NAME in kinds and self._may_begin(text):
            found.append(self._names)
        return found

    def _may_begin(self, text: str) -> bool:
        """Whether a name may begin in the text: its first word does, up to the first letter beyond ASCII.

        Words come again and again, and a mark takes time to make.
        """
        if self._begins(b""):
            return True
        runs = set(text.encode(errors="replace").translate(_ascii_letters).split())
        return any(self._begins(run) for run in runs - self._others)

    def _begins(self, run: bytes) -> bool:
        if run in self._others:
            return False
        if self.of(FIRST, run.lower().decode()) in self.marks:
            return True
        if len(self._others) > MOST_KNOWN:
            self._others.clear()
        self._others.add(run)
        return False

    def _hashes(self, text: str) -> Iterator[tuple[int, int]]:
        for found in HASHED.finditer(text):
            if self.of(HASH, found[0]) in self.marks:
                yield found.span()

    def _addresses(self, text: str) -> Iterator[tuple[int, int]]:
        """Addresses in what may have more before them and behind them, as `?to=ada@example.com.` has."""
        for found in _address.finditer(text):
            local, _, domain = found[0].rpartition("@")
            starts = [0, *(place.end() for place in re.finditer(r"\W", local))]
            ends = [*(place.start() for place in re.finditer(r"[.-]", domain)), len(domain)]
            parts = (
                (start, f"{local[start:]}@{domain[:end]}")
                for start in starts
                for end in reversed(ends)
                if start < len(local)
            )
            for start, part in parts:
                if self._is_address(part):
                    yield found.start() + start, found.start() + start + len(part)
                    break

    def _is_address(self, text: str) -> bool:
        return self.of(ADDRESS, normal(text)) in self.marks or (
            HASH in self._kinds and self.of(HASH, self.hasher(text)) in self.marks
        )

    def _numbers(self, text: str) -> Iterator[tuple[int, int]]:
        """Numbers in runs of digits and of what may be between them: an hour may follow."""
        for found in _number.finditer(text):
            groups = list(re.finditer(r"\d+", found[0]))
            for last in range(len(groups)):
                if (first := self._first_of(groups, last)) is not None:
                    start = groups[first].start() if first else 0
                    yield found.start() + start, found.start() + groups[last].end()

    def _first_of(self, groups: list[re.Match[str]], last: int) -> int | None:
        """Where a number begins that ends with this group of digits; None if none does."""
        made = ""
        for first in range(last, -1, -1):
            made = groups[first][0] + made
            if len(made) >= LEAST_DIGITS and self.of(NUMBER, compared(made)) in self.marks:
                while first and len(made) + len(groups[first - 1][0]) < MOST_DIGITS:
                    first -= 1
                    made = groups[first][0] + made
                return first
            if len(made) > LAST_DIGITS:
                break
        return None

    def _names(self, text: str) -> Iterator[tuple[int, int]]:
        words = list(_word.finditer(text))
        for place, first in enumerate(words):
            if self._begins(_ascii(first[0])):
                for last in range(place + 1, min(place + MOST_WORDS, len(words))):
                    name = " ".join(word[0].casefold() for word in words[place : last + 1])
                    if self.of(NAME, name) in self.marks:
                        yield first.start(), words[last].end()

    @cached_property
    def _kinds(self) -> set[str]:
        return {kind for kind, _ in self.marks}


def _beginnings(word: str) -> set[bytes]:
    """The letters of ASCII with which a word begins, without capitals, in whichever way it is written."""
    forms = {word, unicodedata.normalize("NFD", word), word.replace("ss", "\u00df")}
    return {_ascii(form) for form in forms}


def _ascii(word: str) -> bytes:
    return word.lower().encode().translate(_ascii_letters).partition(b" ")[0]


def digits(text: str) -> str:
    """The digits of a text alone, as numbers are written in many ways."""
    return "".join(each for each in text if each.isdecimal())


def compared(number: str) -> str:
    """What is compared of a number's digits."""
    return number[-LAST_DIGITS:]


def words_of(name: str) -> list[str]:
    """The words of a name without capitals; none of a name of one word, or of more than are looked for."""
    words = [word.casefold() for word in _word.findall(unicodedata.normalize("NFC", html.unescape(name)))]
    return words if len(name.split()) > 1 and 1 < len(words) <= MOST_WORDS else []


def _letters(escape: re.Match[str]) -> str:
    """The letters that HTML or a URL escaped, or of which the accents stand apart."""
    return "@" if escape[0] == "%40" else unicodedata.normalize("NFC", html.unescape(escape[0]))


def _places(text: str) -> list[int]:
    """Of each character of a text whose escapes are read, where it was; and the end."""
    places, end = list[int](), 0
    for escape in _other_letters.finditer(text):
        places += range(end, escape.start())
        places += [escape.start()] * len(_letters(escape))
        end = escape.end()
    return [*places, *range(end, len(text) + 1)]


def _said(literal: str) -> tuple[str, bool]:
    """What a JSON string says, and whether it had to be read: else it is what stands between its marks."""
    if "\\" in literal:
        try:
            return str(json.loads(literal, strict=False)), True
        except ValueError:
            pass
    return literal[1:-1], False


def _written(text: str) -> str:
    """A text as a JSON string, with the bytes that were none as they were."""
    made = json.dumps(text, ensure_ascii=False)
    try:
        made.encode("utf-8", errors="surrogateescape")
    except UnicodeEncodeError:
        return json.dumps(text)
    return made
