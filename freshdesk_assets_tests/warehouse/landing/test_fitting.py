"""What the API sends is stored in its type without loss, or kept verbatim in `_extra` where it was.

It has over 300 lines because each type is tried with everything that was ever sent for it.
"""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from freshdesk_assets.schema.column import bigint
from freshdesk_assets.warehouse.landing.fitting import TAKEN_APART, Fitter, merged_extra
from freshdesk_assets_tests.library import LOANS, SPECIMENS, UPDATED_AT, declared
from freshdesk_assets_tests.warehouse.library import Library, page

FITTER = Fitter(SPECIMENS)


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


# What is sent, as it stands in the reply; what the column holds; what `_extra` holds of it.
FITTING: list[tuple[str, str, Any]] = [
    ("count", "7", 7),
    ("count", "-0", 0),
    ("count", str(2**63 - 1), 2**63 - 1),
    ("count", str(-(2**63)), -(2**63)),
    ("count", "null", None),
    ("room", str(2**31 - 1), 2**31 - 1),
    ("open", "true", True),
    ("open", "false", False),
    ("weight", "1.5", 1.5),
    ("weight", "-3", -3.0),
    ("weight", "0.1", 0.1),
    ("title", '"Emma"', "Emma"),
    ("title", '""', ""),
    ("title", '"caf\\u00e9 \\ud83d\\ude00 \\/"', "café 😀 /"),
    ("title", '"a\\u0000b"', "a\0b"),
    ("bought_at", '"2024-01-01T12:00:00Z"', moment(2024, 1, 1, 12)),
    ("bought_at", '"2024-01-01T12:00:00+05:30"', moment(2024, 1, 1, 6, 30)),
    ("bought_at", '"2024-01-01T12:00:00+0530"', moment(2024, 1, 1, 6, 30)),
    ("bought_at", '"2024-01-01T12:00:00"', moment(2024, 1, 1, 12)),
    ("bought_at", '"2024-01-01 12:00:00"', moment(2024, 1, 1, 12)),
    ("bought_at", '"2024-01-01T12:00:00.123Z"', moment(2024, 1, 1, 12, 0, 0, 123000)),
    ("bought_at", '"2024-01-01T12:00:00.123456-08:00"', moment(2024, 1, 1, 20, 0, 0, 123456)),
    ("printed_on", '"2024-02-29"', date(2024, 2, 29)),
    ("pages", "[]", []),
    ("pages", "[1, 9007199254740993]", [1, 9007199254740993]),
    ("authors", '["Jane", ""]', ["Jane", ""]),
]

CONVERTED: list[tuple[str, str, Any]] = [
    ("count", '"123"', 123),
    ("count", '"-9223372036854775808"', -(2**63)),
    ("count", "1.0", 1),
    ("count", "9007199254740993.0", 9007199254740993),
    ("count", "1e3", 1000),
    ("count", '"12.0"', 12),
    ("count", '" 7 "', 7),
    ("count", '""', None),
    ("count", '" "', None),
    ("room", '"5"', 5),
    ("open", '"true"', True),
    ("open", '"false"', False),
    ("open", "1", True),
    ("open", "0", False),
    ("open", '"1"', True),
    ("open", '"t"', True),
    ("open", '"False"', False),
    ("open", '"yes"', True),
    ("open", '"off"', False),
    ("open", '""', None),
    ("weight", '"1.5"', 1.5),
    ("weight", '" 1.5 "', 1.5),
    ("weight", '""', None),
    ("weight", "1e3", 1000.0),
    ("title", "12", "12"),
    ("title", "1.50", "1.50"),
    ("title", str(2**70), str(2**70)),
    ("title", "0.1000000000000000055", "0.1000000000000000055"),
    ("title", "true", "true"),
    ("title", '"a\tb"', "a\tb"),
    ("bought_at", '"2024-01-01"', moment(2024, 1, 1)),
    ("bought_at", '"2024-01-01T12:00Z"', moment(2024, 1, 1, 12)),
    ("bought_at", '"2024-01-01t12:00:00z"', moment(2024, 1, 1, 12)),
    ("bought_at", '"2024-01-01T12:00:00.123456000Z"', moment(2024, 1, 1, 12, 0, 0, 123456)),
    ("bought_at", '"2024-01-01 12:00:00 UTC"', moment(2024, 1, 1, 12)),
    ("bought_at", '"2024-01-01 12:00:00 +0530"', moment(2024, 1, 1, 6, 30)),
    ("bought_at", '"13-01-2024 12:00:00 +0530"', moment(2024, 1, 13, 6, 30)),
    ("bought_at", '"2024/01/01 12:00:00"', moment(2024, 1, 1, 12)),
    ("bought_at", '"Mon, 01 Jan 2024 12:00:00 GMT"', moment(2024, 1, 1, 12)),
    ("bought_at", '" 2024-01-01T12:00:00,5Z"', moment(2024, 1, 1, 12, 0, 0, 500000)),
    ("bought_at", "1704110400", moment(2024, 1, 1, 12)),
    ("bought_at", "1704110400123", moment(2024, 1, 1, 12, 0, 0, 123000)),
    ("bought_at", '""', None),
    ("bought_at", '"9999-12-31T23:59:59Z"', moment(9999, 12, 31, 23, 59, 59)),
    ("printed_on", '"2024-01-01T00:00:00Z"', date(2024, 1, 1)),
    ("printed_on", '"2024-01-01 00:00:00"', date(2024, 1, 1)),
    ("printed_on", '"2024-01-01T00:00:00-08:00"', date(2024, 1, 1)),
    ("printed_on", '""', None),
    ("pages", "7", [7]),
    ("pages", '"7"', [7]),
    ("pages", '""', None),
    ("authors", '"Jane"', ["Jane"]),
    ("authors", '""', None),
    ("stats", '{"lent_at": "", "loans": ""}', None),
    ("stats", '""', None),
    ("pages", '["1", 2, null]', [1, 2, None]),
    ("authors", '["Jane", 5, null]', ["Jane", "5", None]),
]

ODD: list[tuple[str, str, Any, str]] = [
    ("count", "1.5", None, "1.5"),
    ("count", "true", None, "true"),
    ("count", str(2**63), None, str(2**63)),
    ("count", str(2**64), None, str(2**64)),
    ("count", "1e999999999", None, "1e999999999"),
    ("count", "1e99999999999999999999", None, "1e99999999999999999999"),
    ("count", '"1e-99999999999999999999"', None, '"1e-99999999999999999999"'),
    ("count", '"1,234"', None, '"1,234"'),
    ("count", "[7]", None, "[7]"),
    ("count", '"abc"', None, '"abc"'),
    ("count", '"007"', None, '"007"'),
    ("count", '"٣"', None, '"٣"'),
    ("count", '"' + "1" * 5000 + '"', None, '"' + "1" * 5000 + '"'),
    ("count", "1" * 5000, None, "1" * 5000),
    ("count", '{"value":1}', None, '{"value":1}'),
    ("count", "NaN", None, '"NaN"'),
    ("room", str(2**31), None, str(2**31)),
    ("open", "2", None, "2"),
    ("open", '"perhaps"', None, '"perhaps"'),
    ("weight", '"heavy"', None, '"heavy"'),
    ("weight", "true", None, "true"),
    ("weight", "1e400", None, "1e400"),
    ("weight", "1e-99999999999999999999", 0.0, "1e-99999999999999999999"),
    ("weight", "-Infinity", None, '"-Infinity"'),
    ("weight", "0.1000000000000000055", 0.1, "0.1000000000000000055"),
    ("weight", "9007199254740993", 9007199254740992.0, "9007199254740993"),
    ("title", '{"en": "Emma", "n": 1.50}', None, '{"en":"Emma","n":1.50}'),
    ("title", '["Emma"]', None, '["Emma"]'),
    ("title", '"half \\ud800"', "half �", '"half \\\\ud800"'),
    ("bought_at", '"yesterday"', None, '"yesterday"'),
    ("bought_at", '"2024-02-30T12:00:00Z"', None, '"2024-02-30T12:00:00Z"'),
    ("bought_at", '"2024-01-01T24:00:00Z"', None, '"2024-01-01T24:00:00Z"'),
    ("bought_at", '"2016-12-31T23:59:60Z"', None, '"2016-12-31T23:59:60Z"'),
    ("bought_at", "1704110", None, "1704110"),
    ("bought_at", "-1704110400", None, "-1704110400"),
    ("bought_at", '"0000-00-00 00:00:00"', None, '"0000-00-00 00:00:00"'),
    ("bought_at", '"10000-01-01T00:00:00Z"', None, '"10000-01-01T00:00:00Z"'),
    ("bought_at", '"01/02/2024 12:00:00"', None, '"01/02/2024 12:00:00"'),
    ("bought_at", "true", None, "true"),
    (
        "bought_at",
        '"2024-01-01T12:00:00.123456789Z"',
        moment(2024, 1, 1, 12, 0, 0, 123456),
        '"2024-01-01T12:00:00.123456789Z"',
    ),
    ("printed_on", '"2024-02-30"', None, '"2024-02-30"'),
    ("printed_on", '"2024-01-01T12:00:00Z"', None, '"2024-01-01T12:00:00Z"'),
    ("printed_on", '"1/2/2024"', None, '"1/2/2024"'),
    ("printed_on", "20240101", None, "20240101"),
    ("pages", "[1, 1.5]", None, "[1,1.5]"),
    ("pages", '"seven"', None, '"seven"'),
    ("pages", "{}", None, "{}"),
    ("authors", '{"name":"Ann"}', None, '{"name":"Ann"}'),
    ("authors", '["Jane", {"name": "Ann"}]', None, '["Jane",{"name":"Ann"}]'),
    ("authors", '["\\udc00"]', ["�"], '["\\\\udc00"]'),
    ("stats", "[1]", None, "[1]"),
]


FORMS = [
    str(2**70),
    "0.1000000000000000055",
    "12345678901234567.89",
    "-0.1000000000000000055e-7",
    "[1e400,1E5]",
    '{"a":0.1000000000000000055,"b":[18446744073709551616]}',
    '{"a":1,"a":2}',
    '{"a.b":1,"\\"":2,"ключ":3,"1":4,"":5}',
    '"text"',
    "true",
    "[]",
]


def row_with(key: str, sent: str, id_: int = 1) -> bytes:
    return f'{{"id": {id_}, "{key}": {sent}}}'.encode()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[bytes, dict[str, Any]]:
    """All rows of this module's lists, landed together, by what was sent."""
    library = Library(tmp_path_factory.mktemp("fitting"))
    cases = [(key, sent) for key, sent, *_ in (*FITTING, *CONVERTED, *ODD)]
    cases += [("form", form + odd) for form in FORMS for odd in ("", ', "unknown": 1')]
    library.land(SPECIMENS, page(*(row_with(*case, id_) for id_, case in enumerate(cases))))
    names, rows = library.table("select * from file.freshdesk.specimens order by id")
    return {
        row_with(*case): dict(zip(names, row, strict=True)) for case, row in zip(cases, rows, strict=True)
    }


Stored = dict[bytes, dict[str, Any]]


@pytest.mark.parametrize(("key", "sent", "held"), FITTING)
def test_a_value_of_its_type_passes_as_the_bytes_that_were_received(
    stored: Stored, key: str, sent: str, held: Any
) -> None:
    """Taking a row apart costs fifteen times as much as finding that it fits."""
    row = row_with(key, sent)
    assert FITTER.fits(row)
    assert (stored[row][key], stored[row]["_extra"]) == (held, None)


@pytest.mark.parametrize(("key", "sent", "held"), CONVERTED)
def test_a_value_of_another_type_is_converted_where_that_loses_nothing(
    stored: Stored, key: str, sent: str, held: Any
) -> None:
    """DuckDB alone would make 2 of 1.5 and 1 of true, so it is not DuckDB that converts."""
    row = row_with(key, sent)
    assert not FITTER.fits(row) or key == "bought_at"
    column = "lent_at" if key == "stats" else key
    assert (stored[row][column], stored[row]["_extra"]) == (held, None)


@pytest.mark.parametrize(("key", "sent", "held", "extra"), ODD)
def test_a_value_that_its_column_cannot_hold_is_kept_verbatim(
    stored: Stored, key: str, sent: str, held: Any, extra: str
) -> None:
    """Nothing the API sent is dropped; where a column can hold the nearest value, it does as well."""
    row = row_with(key, sent)
    assert not FITTER.fits(row)
    column = "lent_at" if key == "stats" else key
    assert (stored[row][column], stored[row]["_extra"]) == (held, f'{{"{key}":{extra}}}')


@pytest.mark.parametrize("odd", ["", ', "unknown": 1'], ids=["a row that fits", "an odd row"])
@pytest.mark.parametrize("form", FORMS)
def test_json_is_kept_as_it_was_sent(stored: Stored, form: str, odd: str) -> None:
    """DuckDB, like most readers of JSON, turns 0.1000000000000000055 into 0.1."""
    assert stored[row_with("form", form + odd)]["form"] == form


def test_null_and_missing_are_null(library: Library) -> None:
    library.land(SPECIMENS, page(b'{"id": 1, "form": null, "stats": null, "pages": null}'))
    assert set(library.row(SPECIMENS, "* exclude (id, _synced_at)").values()) == {None}
    library.land(SPECIMENS, page(b'{"id": 1, "form": null, "stats": {"loans": null}, "new": null}'))
    row = library.row(SPECIMENS, "* exclude (id, _synced_at)")
    assert row.pop("_extra") == '{"new":null}'
    assert set(row.values()) == {None}


def test_what_is_not_declared_is_kept_by_its_dotted_place(library: Library) -> None:
    """A step that holds a dot itself is quoted, or two places could be taken for one."""
    row = {
        "id": 1,
        "isbn": "0-14",
        "stats": {"lent_at": "2024-01-01T12:00:00Z", "read": [1], "loans": {"total": 3, "late": 1}},
        "stats.read": 2,
        'a"b': 3,
        "ключ": 4,
        "1": 5,
        "": 6,
        "_extra": 7,
        "_json": 8,
        "ID": 9,
    }
    library.land(SPECIMENS, page(row))
    found = library.row(SPECIMENS)
    assert (found["lent_at"], found["loans"]) == (moment(2024, 1, 1, 12), 3)
    assert json.loads(found["_extra"]) == {
        "isbn": "0-14",
        "stats.read": [1],
        "stats.loans.late": 1,
        '"stats.read"': 2,
        '"a\\"b"': 3,
        "ключ": 4,
        "1": 5,
        '""': 6,
        "_extra": 7,
        "_json": 8,
        "ID": 9,
    }


def test_numbers_in_extra_keep_their_digits(library: Library) -> None:
    library.land(
        SPECIMENS, page(b'{"id": 1, "new": [0.1000000000000000055, 1.50, 1e400, 36893488147419103232]}')
    )
    assert library.row(SPECIMENS, "_extra") == {
        "_extra": '{"new":[0.1000000000000000055,1.50,1e400,36893488147419103232]}'
    }


@pytest.mark.parametrize("sent", ['"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-08:00"'])
def test_a_time_of_a_year_that_only_duckdb_has_is_kept_verbatim(library: Library, sent: str) -> None:
    """It fits, and by its zone it is of the year 0 or 10000, which neither Python nor pandas can read."""
    library.land(
        SPECIMENS, page(row_with("bought_at", sent), row_with("bought_at", '"9999-12-31T23:59:59Z"', 2))
    )
    assert library.rows(SPECIMENS, "id, bought_at, _extra") == [
        (1, None, f'{{"bought_at":{sent}}}'),
        (2, moment(9999, 12, 31, 23, 59, 59), None),
    ]


def test_of_a_key_sent_twice_the_last_counts_and_the_others_are_kept(library: Library) -> None:
    """The decoder does not see it and DuckDB refuses the whole file for it."""
    row = b'{"id": 1, "title": "A", "title": "B", "stats": {"loans": {"total": 1, "total": 2}}}'
    assert FITTER.fits(row)
    library.land(SPECIMENS, page(row))
    assert library.row(SPECIMENS, "title, loans, _extra") == {
        "title": "B",
        "loans": 2,
        "_extra": '{"title (sent twice)":["A"],"stats.loans.total (sent twice)":[1]}',
    }


def test_bytes_that_are_no_text_are_kept_as_escapes(library: Library) -> None:
    """They are replaced in the column, which must be text, and can be told apart in `_extra`."""
    library.land(SPECIMENS, page(b'{"id": 1, "title": "a\xffb", "form": {"k": "\xfe"}, "\xfd": 1}'))
    assert library.row(SPECIMENS, "title, form, _extra") == {
        "title": "a�b",
        "form": '{"k":"\\\\udcfe"}',
        "_extra": '{"title":"a\\\\udcffb","\\\\udcfd":1}',
    }


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"7",
        b"[1]",
        b'{"id": 1',
        b'{"id": 1} {"id": 2}',
        b'{"title": "no key"}',
        b'{"id": null}',
        b'{"id": "abc"}',
        b'{"id": ' + b"[" * 2000 + b"]" * 2000 + b"}",
        b"[" * 2000 + b"]" * 2000,
    ],
)
def test_what_is_no_row_is_said_to_be_none(row: bytes) -> None:
    assert not FITTER.fits(row)
    with pytest.raises(ValueError, match=r"it (is|has|does)|Expecting|Extra data"):
        FITTER.fit(row)


@pytest.mark.parametrize("levels", [150, 900, 3000, 100_000])
@pytest.mark.parametrize("key", ["form", "new", "stats"])
def test_a_value_too_deep_to_be_read_is_kept_as_text(library: Library, key: str, levels: int) -> None:
    """Python stops at some hundreds of brackets; the row's other values are as good as any."""
    sent = '[{"a":' * (levels // 2) + "1" + "}]" * (levels // 2)
    library.land(SPECIMENS, page(f'{{"id": 1, "{key}": {sent}, "count": 1.50, "title": "A"}}'.encode()))
    row = library.row(SPECIMENS, "title, form, _extra")
    assert row["title"] == "A"
    kept = {"form": row["form"]} if row["form"] else json.loads(row["_extra"])
    assert "count" in row["_extra"]
    assert kept[key] == sent or json.dumps(kept[key], separators=(",", ":")) == sent


def test_all_of_a_key_is_needed() -> None:
    fitter = Fitter(LOANS)
    assert fitter.fits(b'{"book_id": 1, "reader": "Ann"}')
    assert not fitter.fits(b'{"book_id": 1}')
    with pytest.raises(ValueError, match="it has no reader"):
        fitter.fit(b'{"book_id": 1, "reader": null}')


def test_a_key_may_lie_inside_an_object() -> None:
    fitter = Fitter(
        declared("cards", columns=(bigint("id", "Its id.", path="card.id", required=True), UPDATED_AT))
    )
    assert fitter.fits(b'{"card": {"id": 1}}')
    assert not any(fitter.fits(row) for row in (b"{}", b'{"card": null}', b'{"card": {}}'))
    with pytest.raises(ValueError, match=r"it has no card\.id"):
        fitter.fit(b'{"card": 5}')


def test_a_row_taken_apart_is_marked_as_such() -> None:
    """A file that DuckDB refuses is taken apart row by row, and what was must not be again."""
    assert FITTER.fit(b'{"id":1,"new":2}').startswith(TAKEN_APART + b"{")


def test_two_replies_about_a_row_share_its_extra() -> None:
    assert merged_extra(None, None, frozenset()) is None
    assert merged_extra(None, '{"a":1}', frozenset()) == '{"a":1}'
    assert merged_extra('{"a":1.50}', None, frozenset()) == '{"a":1.50}'
    assert merged_extra('{"a":1,"b":null}', '{"b":{"c":2}}', frozenset()) == '{"a":1,"b":{"c":2}}'
    assert merged_extra('{"a":1,"b":2}', None, frozenset({"a", "b"})) is None
