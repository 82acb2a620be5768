"""Of a row as it was sent no more is kept than was decided, however odd it is; and no row is lost."""

import json
from typing import Any

import pytest

from freshdesk_assets.personal.hashing import Hasher
from freshdesk_assets.personal.rows import UNREADABLE, RowTreatment
from freshdesk_assets.schema.child import Child, Elements, Rows
from freshdesk_assets.schema.column import bigint, bigints, boolean, text, texts, timestamp
from freshdesk_assets.schema.column import json as json_
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets_tests.library import declared

HASHER = Hasher("a key that is long enough to be one")

READERS = declared(
    "readers",
    text("name", "Name.", pii=True),
    text("note", "Note.", prose=True),
    texts("addresses", "Addresses.", pii=True),
    text("kind", "Kind."),
    boolean("active", "Whether they come."),
    bigint("desk", "Desk."),
    bigints("desks", "Desks."),
    timestamp("seen_at", "When they came.", path="stats.seen_at"),
    json_("own", "The library's own fields.", own=True),
    json_("files", "Files.", pii=True),
)
FILES = Child(
    name="reader_files",
    doc="One row per file.",
    parent="readers",
    by="reader_id",
    cut=Elements("files"),
    columns=(
        bigint("id", "Id.", path="value.id"),
        text("name", "Name.", path="value.name", pii=True),
        text("type", "Type.", path="value.type"),
        timestamp("at", "When.", path="value.at"),
    ),
    key=("id",),
)


def treated(row: bytes | dict[str, Any], default: str, **policy: Any) -> Any:
    """What is kept of a row, read again."""
    sent = row if isinstance(row, bytes) else json.dumps(row).encode()
    treat = RowTreatment(READERS, (FILES,), Policy(default=Treatment(default), **policy), HASHER, None)
    kept = treat(sent)
    assert treat(kept) == kept, "it is not the same when it is treated again"
    return json.loads(kept, strict=False)


ODD = [
    {"name": 4917012345678},
    {"name": ["Ada"]},
    {"name": {"Ada": "Ada"}},
    {"addresses": "Ada"},
    {"addresses": {"Ada": ["Ada"]}},
    {"addresses": [["Ada"], {"x": "Ada"}]},
    {"kind": {"of": "Ada"}},
    {"kind": ["Ada"]},
    {"active": "Ada"},
    {"desk": "Ada"},
    {"desk": {"x": "Ada"}},
    {"desks": ["Ada"]},
    {"desks": [{"x": "Ada"}]},
    {"desks": "Ada"},
    {"stats": "Ada"},
    {"stats": ["Ada"]},
    {"stats": {"seen_at": "2024-01-01 Ada"}},
    {"stats": {"seen_at": "2024-01-01T10:00:00Z Ada"}},
    {"stats": {"seen_at": ["Ada"]}},
    {"stats": {"Ada": 1}},
    {"stats": {"by": "Ada"}},
    {"Ada": 1},
    {"who": "Ada"},
    {"who": {"Ada": {"Ada": ["Ada"]}}},
    {"who": {"ada@example.com Ada": None}},
    {"phone": 4917012345678},
    {"own": "Ada"},
    {"own": ["Ada"]},
    {"own": {"cf_x": {"y": ["Ada"]}}},
    {"files": "Ada"},
    {"files": {"Ada": "Ada"}},
    {"files": [{"id": 1, "name": ["Ada"]}]},
    {"files": [{"id": {"by": "Ada"}}]},
    {"files": [{"id": "Ada", "type": ["Ada"], "at": "2024-01-01 Ada"}]},
    {"files": [{"id": 1, "owner": "Ada", "Ada": 1, "more": {"Ada": "Ada"}}]},
    {"files": [{"id": 1, "phone": 4917012345678}]},
    {"files": [["Ada"], "Ada"]},
]


@pytest.mark.parametrize("default", ["hash", "drop"])
@pytest.mark.parametrize("fields", ODD, ids=str)
def test_a_name_is_nowhere_wherever_it_stood(fields: dict[str, Any], default: str) -> None:
    """In a value of another type, in an object where a text belongs, in a key that no declaration knows."""
    kept = treated({"id": 1, **fields}, default)
    assert "Ada" not in json.dumps(kept)
    assert "4917012345678" not in json.dumps(kept)
    assert kept["id"] == 1


MALFORMED = [
    b"Ada",
    b'"Ada"',
    b'["Ada"]',
    b"\xff\xfeAda",
    b'{"id": 1, "name": "Ada',
    b"",
    b"null",
    b'{"id": 1} Ada',
]


@pytest.mark.parametrize("row", MALFORMED, ids=str)
@pytest.mark.parametrize("default", ["hash", "drop"])
def test_of_what_is_no_row_nothing_is_kept(row: bytes, default: str) -> None:
    """It is stored among the rejected ones, where anybody may be named."""
    assert treated(row, default) == json.loads(UNREADABLE)


@pytest.mark.parametrize("default", ["hash", "drop"])
def test_a_row_that_no_decoder_reads_is_treated_too(default: str) -> None:
    """With bytes that are no text, half characters, keys sent twice, and depths beyond any stack."""
    deep = b"[" * 20_000 + b'"Ada"' + b"]" * 20_000
    row = b'{"id":1,"kind":"\xff","name":"Ada\xff","name":"\\ud83dAda","who":%s,"note":"Ada\nAda"}' % deep
    treat = RowTreatment(READERS, (FILES,), Policy(default=Treatment(default)), HASHER, None)
    kept = treat(row)
    assert b"Ada" not in kept
    assert kept.startswith(b'{"id":1,"kind":"\xff",')


def test_what_is_about_nobody_stays_as_it_was_sent() -> None:
    """Byte for byte, so that an unchanged row is one."""
    row = (
        b'{"id":1,"kind":"x\\u00f6","active":true,"desk":12345678,"desks":[1234567,2],'
        b'"stats":{"seen_at":"2024-01-01T10:00:00.000Z"},"updated_at":"2024-01-01T10:00:00+02:00"}'
    )
    for default in Treatment:
        treat = RowTreatment(READERS, (FILES,), Policy(default=default), HASHER, None)
        assert treat(row) == row


def test_numbers_and_flags_of_ones_own_fields_are_kept_as_hashes_cannot_be_counted() -> None:
    """They are columns of numbers in views; texts are hashed, long ones are dropped."""
    own = {"cf_a": 12345678, "cf_b": True, "cf_c": "Ada", "cf_d": "Ada\nAda", "cf_e": None}
    kept = treated({"id": 1, "own": own}, "hash")["own"]
    assert kept == {**own, "cf_c": HASHER("Ada"), "cf_d": "[dropped]"}
    assert treated({"id": 1, "own": own}, "drop")["own"] == dict.fromkeys(own)


def test_what_children_say_of_files_is_kept_where_it_is_about_nobody() -> None:
    files = [{"id": 4917012345678, "name": "Ada.pdf", "type": "pdf", "at": "2024-01-01T10:00:00Z"}]
    assert treated({"id": 1, "files": files}, "hash")["files"] == [{**files[0], "name": HASHER("Ada.pdf")}]
    assert treated({"id": 1, "files": files}, "drop")["files"] == [{**files[0], "name": None}]


def test_keys_of_which_rows_are_made_are_labels_of_fields() -> None:
    """A child table says which field was changed; what it became is hashed."""
    changes = Child(
        name="reader_changes",
        doc="One row per change.",
        parent="readers",
        by="reader_id",
        cut=Rows("select id as reader_id, 'x' as field from parents", reads=("files",)),
        columns=(text("field", "Field."),),
        key=("field",),
    )
    treat = RowTreatment(READERS, (changes,), Policy(default=Treatment.HASH), HASHER, None)
    kept = json.loads(treat(b'{"id":1,"files":{"Shelf No.":"Ada","by":{"Ada":"Ada"}}}'))["files"]
    assert kept == {"Shelf No.": HASHER("Ada"), "by": {HASHER("Ada"): HASHER("Ada")}}


def test_exceptions_are_taken_from_the_most_exact_name() -> None:
    """A field before its column, a column before its table; `own_fields` before the default."""
    row = {"id": 1, "name": "Ada", "kind": "Ada", "who": "Ada", "own": {"a": "Ada", "b": "Ada"}}
    drop, keep, hashed = Treatment.DROP, Treatment.KEEP, Treatment.HASH
    exceptions = {"readers": drop, "readers.name": keep, "readers.own": hashed, "readers.own.a": keep}
    assert treated(row, "keep", exceptions=exceptions) == {
        "id": 1,
        "name": "Ada",
        "kind": "Ada",
        "own": {"a": "Ada", "b": HASHER("Ada")},
    }
    assert treated(row, "drop", exceptions={"readers.kind": hashed, "readers": keep}) == {
        **row,
        "kind": HASHER("Ada"),
    }
    assert treated(row, "hash", own_fields=keep)["own"] == row["own"]
    assert treated(row, "keep", own_fields=drop)["own"] == {"a": None, "b": None}


def test_a_column_that_names_persons_in_some_rows_is_treated_in_these() -> None:
    """As the choices of a field do, which are all agents if it is the agent's."""
    fields = declared(
        "fields",
        text("kind", "Kind."),
        json_("choices", "Choices.", pii_where=("kind", ("people", "readers"))),
    )
    people = {"id": 1, "kind": "people", "choices": {"Ada": 1, "ben": 2}}
    others = {"id": 1, "kind": "colours", "choices": {"Red": 1, "blue": 2}}
    for default, kept in (
        (Treatment.HASH, {HASHER("Ada"): 1, HASHER("ben"): 2}),
        (Treatment.DROP, None),
        (Treatment.KEEP, people["choices"]),
    ):
        treat = RowTreatment(fields, (), Policy(default=default), HASHER, None)
        assert json.loads(treat(json.dumps(people).encode()))["choices"] == kept
        assert json.loads(treat(json.dumps(others).encode())) == others


def test_to_hash_takes_a_key() -> None:
    """Without one nothing is written; settings refuse it before."""
    with pytest.raises(ValueError, match="key"):
        RowTreatment(READERS, (), Policy(default=Treatment.HASH), None, None)
