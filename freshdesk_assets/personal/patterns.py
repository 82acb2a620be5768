"""From texts that name a person to regular expressions for the texts in which their marks may be."""

import html.entities
import re
import unicodedata
from collections.abc import Iterable, Iterator

from freshdesk_assets.personal.hashing import HASHED, normal
from freshdesk_assets.personal.naming import LEAST_DIGITS, compared, digits, words_of


def patterns_of(texts: Iterable[str], name: str) -> Iterator[tuple[str, ...]]:
    """Regular expressions, capitals not counting, that all match where one of a person's marks may be.

    They match in some places more, and cost less than to look for marks in each text.
    """
    for text in texts:
        if HASHED.fullmatch(text):
            yield (re.escape(text),)
        elif "@" in text:
            local, _, domain = normal(text).rpartition("@")
            yield _pattern(local), _pattern(domain)
        elif len(found := digits(text)) >= LEAST_DIGITS:
            yield (r"(?:[^0-9a-z]|&\w+;|&#\w+;){0,6}".join(compared(found)),)
    if words := words_of(name):
        yield tuple(_pattern(word) for word in words)


def _pattern(word: str) -> str:
    """A word as a text may have it, as HTML may write it, and as JSON may."""
    return "".join(_letter(each) for each in re.findall("ss|.", word, re.DOTALL))


def _letter(letter: str) -> str:
    if letter == "ss":
        return "(?:ss|\u00df|\u1e9e|&szlig;|&#223;|&#xdf;|\\\\u00df|\\\\u1e9e)"
    if letter.isascii():
        return re.escape(letter)
    forms = []
    for each in dict.fromkeys((letter, letter.upper(), letter.lower())):
        if len(each) == 1:
            apart = unicodedata.normalize("NFD", each)
            named = html.entities.codepoint2name.get(ord(each))
            escaped = "".join(part if part.isascii() else f"\\\\u{ord(part):04x}" for part in apart)
            forms += [each, apart, f"\\\\u{ord(each):04x}", escaped]
            forms += [f"&#0*{ord(each)};", f"&#x0*{ord(each):x};"]
            forms += [f"&{named};"] if named else []
    return f"(?:{'|'.join(dict.fromkeys(forms))})"
