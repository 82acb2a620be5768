"""Whatever names a forgotten person is found, however it is written; what does not is left as it is."""

import json
import re
from collections.abc import Iterable

import pytest

from freshdesk_assets.personal.hashing import FORGOTTEN, Hasher
from freshdesk_assets.personal.naming import HASH, Marker
from freshdesk_assets.personal.patterns import patterns_of

HASHER = Hasher("a key that is long enough to be one")


def marker(*texts: str, name: str = "") -> Marker:
    """One that knows a person."""
    made = Marker(HASHER, set())
    made.marks.update(made.of_person(texts, name))
    return made


def would_look(text: str, texts: Iterable[str], name: str) -> bool:
    """Whether the cheaper look finds that marks may be in a text."""
    return any(
        all(re.search(each, text, re.IGNORECASE | re.DOTALL) for each in together)
        for together in patterns_of(texts, name)
    )


NAMED = {
    "Zoë O'Brien-Lang": [
        "Zoë O'Brien-Lang",
        "ZOË O'BRIEN-LANG",
        "Zoë O\u2019Brien-Lang's ticket",
        "zoë  o'brien\nlang",
        "Lang, Zoë O'Brien",
        "Zoe\u0308 O'Brien-Lang",
        "Zo&euml; O&#39;Brien-Lang",
        "Zo&#235; O&rsquo;Brien-Lang",
        "Zo&#xEB;&nbsp;O'Brien&#8209;Lang",
        "<b>Zoë</b> <i>O'Brien-Lang</i>",
        '<img alt="Zoë O\'Brien-Lang">',
        "zoë_o'brien_lang.pdf",
    ],
    "Uwe Strauß": ["uwe strauß", "UWE STRAUSS", "Strauss, Uwe", "Uwe Strau&szlig;"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in NAMED.items() for text in texts])
def test_a_name_is_found_however_it_is_written(name: str, text: str) -> None:
    """With other capitals and apostrophes, in HTML, with accents apart, the last word first."""
    for written in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        assert FORGOTTEN in marker(name=name).masked(written)
        assert would_look(written, (), name)


@pytest.mark.parametrize("name", ["Zoë", "Anne-Marie", "O'Brien", "", "?", "a b c d e f g h"])
def test_a_name_of_one_word_is_nobodys_alone(name: str) -> None:
    """It would be found in what is about others."""
    assert marker(name=name).marks == set()
    assert list(patterns_of((), name)) == []


ADDRESSED = [
    "ada@example.com",
    "ADA@Example.COM.",
    "'ada@example.com'",
    "Ada <ada@example.com>, Ben <ben@example.com>",
    "mailto:ada@example.com?subject=x",
    "https://example.org/?to=ada@example.com&x=1",
    "https://example.org/?to=ada%40example.com",
    "&lt;ada&#64;example.com&gt;",
    "ada@example.com.Regards",
    "=ada@example.com-",
]


@pytest.mark.parametrize("text", ADDRESSED)
def test_an_address_is_found_wherever_it_stands(text: str) -> None:
    """With whatever else an address may begin or end with in front of it and behind it."""
    masked = marker("Ada@example.com").masked(json.dumps(text))
    assert FORGOTTEN in masked
    assert "ada@" not in masked.lower()
    assert would_look(text, ["Ada@example.com"], "")


@pytest.mark.parametrize(
    "text", ["bada@example.com", "ada@example.community", "ada@example", "x@ada.example.com"]
)
def test_another_address_is_left(text: str) -> None:
    """One that has the person's in it is somebody else's."""
    assert marker("ada@example.com").masked(json.dumps(text)) == json.dumps(text)


CALLED = [
    "+49 170 1234567",
    "0170/1234567",
    "0049-170-123 45 67",
    "(0170) 1234567 10:30",
    "Tel. 5 0170 1234567",
    "+49&nbsp;170&nbsp;1234567",
    "01701234567",
]


@pytest.mark.parametrize("text", CALLED)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    """With its country's code or without, and with whatever between its digits."""
    masked = marker("+49 170 1234567").masked(json.dumps(text))
    assert FORGOTTEN in masked
    assert "4567" not in masked
    assert would_look(text, ["+49 170 1234567"], "")


def test_what_is_no_text_stays_what_it_is() -> None:
    """A remark in the place of a number or a time would be no JSON, and the row would be lost."""
    row = '{"id":1701234567,"due_by":"2024-01-01T10:00:00Z","at":"2024-01-01"}'
    for number in ("0170 1234567", "2024 01 01 10", "2024-01-01"):
        assert marker(number).masked(row) is row


def test_escapes_and_odd_strings_stay_what_they_are() -> None:
    """Only what names the person is written anew; half characters and false escapes are no reason to stop."""
    known = marker("ada@example.com", name="Ada Lovelace")
    kept = r'{"a":"\ud83d \u00f6","b":"\x","c":0.1000000000000000055,"d":"ö"}'
    assert known.masked(kept) is kept
    said = known.masked(r'{"a":"\ud83d Ada Lovelace","b":"\x ada@example.com","c":1e2}')
    assert said == r'{"a":"\ud83d [forgotten]","b":"\x [forgotten]","c":1e2}'
    assert known.masked(r'{"ada@example.com":"\u003cada@example.com\u003e"}') == (
        '{"[forgotten]":"<[forgotten]>"}'
    )


def test_a_person_is_found_by_a_hash_alone() -> None:
    """As in a replica that hashes: in what is stored there, and in what is sent in clear from now on."""
    known = marker(HASHER("ada@example.com"))
    assert {kind for kind, _ in known.marks} == {HASH}
    assert known.masked('"Ada@example.com"') == '"[forgotten]"'
    assert known.masked(json.dumps(f"x <{HASHER('ada@example.com')}>")) == '"x <[forgotten]>"'
    assert HASHER(FORGOTTEN) == FORGOTTEN


def test_of_those_who_are_not_named_nothing_is_lost() -> None:
    """Texts without the person, whatever they look like, are the very ones that were given."""
    known = marker("ada@example.com", "+49 170 1234567", name="Ada Lovelace")
    for text in (
        "",
        '"',
        "[]",
        "no JSON",
        '{"a":"Ada and Ben Lovelace"}',
        '"ada @ example.com"',
        '"<&amp;>"',
    ):
        assert known.masked(text) is text
