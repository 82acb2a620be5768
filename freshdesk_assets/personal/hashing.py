"""From a text that names a person to a keyed hash: one for each text, and nothing without the key."""

import hmac
import re
from functools import lru_cache

PREFIX = "hash:"
DIGITS = 32
"""Hexadecimal digits of a hash that are kept: 128 bits, with which no two texts of an account meet."""

FORGOTTEN = "[forgotten]"
"""What stands in a text in the place of what named a forgotten person; it is not hashed."""

HASHED = re.compile(rf"{PREFIX}[0-9a-f]{{{DIGITS}}}")

NAMED_ADDRESS = re.compile(rf"\s*(.*?)\s*<\s*([^<>\s]+@[^<>\s]+|{HASHED.pattern})\s*>\s*", re.DOTALL)
"""`Ada Lovelace <ada@example.com>`, as senders and recipients are sent."""


class Hasher:
    """HMAC-SHA-256 of texts under a secret key.

    Of `Ada Lovelace <ada@example.com>` the name and the address are hashed apart, and capitals do not count
    in an address: wherever it stands, a person's address has one hash. Joins and counts by it still work.
    """

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        # Tags and choices come again and again.
        self.mark = lru_cache(maxsize=20_000)(self._mark)

    def __call__(self, text: str) -> str:
        """The hash of a text; a blank text, and what is a hash already, as they are."""
        if named := NAMED_ADDRESS.fullmatch(text):
            name, address = named.groups()
            return f"{self._one(name)} <{self._one(address)}>".lstrip()
        return self._one(text)

    def _one(self, text: str) -> str:
        if not text.strip() or text == FORGOTTEN or HASHED.fullmatch(text):
            return text
        return PREFIX + self.mark(normal(text))

    def _mark(self, text: str) -> str:
        """The hexadecimal digits alone, of the text as it stands."""
        return hmac.digest(self._key, text.encode(errors="surrogatepass"), "sha256").hex()[:DIGITS]

    @property
    def fingerprint(self) -> str:
        """Tells one key from another, without saying anything of it."""
        return self.mark("freshdesk_assets: which key is this?")


def normal(text: str) -> str:
    """The text that is hashed: an address without capitals and blanks, anything else as it is."""
    return text.strip().casefold() if "@" in text else text
