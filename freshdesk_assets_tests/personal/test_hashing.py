"""One text has one hash, wherever it stands and however often it is hashed."""

import pytest

from freshdesk_assets.personal.hashing import FORGOTTEN, HASHED, Hasher

HASHER = Hasher("a key that is long enough to be one")

TEXTS = [
    "Ada",
    "ada@example.com",
    "Ada Lovelace <ada@example.com>",
    '"Lovelace, Ada" <ada@example.com>',
    "<ada@example.com>",
    " \u00f6 \u2028 ",
    "half \ud83d a character",
    "hash:0123",
    "a@b.c, d@e.f",
    "0\x00",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_hash_is_not_hashed_again(text: str) -> None:
    """A replica that is treated twice holds what it held."""
    once = HASHER(text)
    assert once != text
    assert HASHER(once) == once


@pytest.mark.parametrize("text", ["", " ", "\n", FORGOTTEN])
def test_what_names_nobody_stays(text: str) -> None:
    """A hash of it would look like somebody's."""
    assert HASHER(text) == text


def test_an_address_has_one_hash_wherever_it_stands() -> None:
    """Joins and counts by it still work."""
    plain = HASHER("ada@example.com")
    assert HASHED.fullmatch(plain)
    assert HASHER(" ADA@Example.com ") == plain
    assert HASHER("ada@example.com <ada@example.com>") == f"{plain} <{plain}>"
    assert HASHER("Ada < ada@example.com >") == f"{HASHER('Ada')} <{plain}>"
    assert HASHER("Ada") != HASHER("ada")


def test_another_key_makes_other_hashes() -> None:
    """And another fingerprint, by which the file knows its key."""
    other = Hasher("another key that is long enough")
    assert other("Ada") != HASHER("Ada")
    assert other.fingerprint != HASHER.fingerprint
    assert HASHER("freshdesk_assets: which key is this?") == f"hash:{HASHER.fingerprint}"
