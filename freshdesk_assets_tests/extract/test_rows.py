"""Replies taken apart: whatever arrived whole is rows, whatever did not is refused and asked for again."""

from datetime import UTC, datetime

import msgspec
import pytest

from freshdesk_assets.extract.rows import RowReader, fields_of, row_of, rows_of
from freshdesk_assets_tests.library import SHELVES

ODD = [
    rb'{"id":1,"title":"half \ud800 a pair","updated_at":"2026-01-01T00:00:00Z"}',
    b'{"id":1,"title":"a bell\x07","updated_at":"2026-01-01T00:00:00Z"}',
    b'{"id":1,"title":"caf\xff","updated_at":"2026-01-01T00:00:00Z"}',
]


@pytest.mark.parametrize("row", ODD)
def test_a_row_that_is_no_proper_text_is_a_row_all_the_same(row: bytes) -> None:
    """It is sent like that every time: refused, its page would be asked for again until the run fails."""
    assert rows_of(b"[" + row + b', {"id": 2}]') == [row, b'{"id": 2}']
    assert row_of(row) == [row]
    reader = RowReader(SHELVES, "updated_at")
    assert reader.mark(row) == (b"1", b'"2026-01-01T00:00:00Z"')
    assert str(reader.moment(row)) == "2026-01-01 00:00:00+00:00"


DEEP = b'{"id":1,"updated_at":"2026-01-01T00:00:00Z","form":' + b"[" * 3000 + b"]" * 3000 + b"}"
LONG = b'{"id":1,"updated_at":"2026-01-01T00:00:00Z","count":' + b"1" * 5000 + b"}"


@pytest.mark.parametrize("row", [DEEP, LONG])
@pytest.mark.parametrize("beside", [b'{"id":2}', ODD[0]])
def test_a_row_that_no_decoder_takes_is_a_row_all_the_same(row: bytes, beside: bytes) -> None:
    """Python stops at a thousand brackets and at 4,300 digits; the rows beside such a one are sound."""
    assert rows_of(b"[" + row + b", " + beside + b"]") == [row, beside]
    assert row_of(row) == [row]
    reader = RowReader(SHELVES, "updated_at")
    assert reader.key(row) == ("1",)
    assert reader.mark(row) == (b"1", b'"2026-01-01T00:00:00Z"')
    assert reader.moment(row) == reader.version(row) == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("id_", [b"1" * 5000, b"[" * 3000 + b"]" * 3000, b"NaN", b'{"a":1}', b"null"])
def test_a_key_that_is_none_has_a_text_all_the_same(id_: bytes) -> None:
    """The sensor compares keys before anything is landed, where such a row is set aside."""
    (key,) = RowReader(SHELVES).key(b'{"id":' + id_ + b"}")
    assert isinstance(key, str)


def test_what_follows_in_commas_and_marks_is_no_row() -> None:
    assert rows_of(b'\n[ {"id":1,"a":"]}, \\"{"} ,{"id":2,"a":"\\ud800"},, ]\r\n') == [
        b'{"id":1,"a":"]}, \\"{"}',
        b'{"id":2,"a":"\\ud800"}',
    ]
    assert rows_of(b'[1, null, "\\ud800"]') == [b"1", b"null", b'"\\ud800"']


def test_of_a_key_sent_twice_the_last_is_read_in_odd_rows_too() -> None:
    assert fields_of(b'{"id": 1, "\\u0069d": 2, "t": "\\ud800"}') == {"id": b"2", "t": b'"\\ud800"'}
    assert fields_of(b"[1]") == fields_of(b"") == fields_of(b'{"id"') == {}


TIMES = {
    b'"2026-01-01T12:00:00Z"': 12,
    b'"2026-01-01T12:00:00.000Z"': 12,
    b'"2026-01-01T17:30:00+05:30"': 12,
    b'"2026-01-01T17:30:00+0530"': 12,
    b'"2026-01-01T12:00:00"': 12,
    b'"2026-01-01 12:00:00"': 12,
    b'"2026-01-01 12:00:00 UTC"': 12,
    b'"2026-01-01 17:30:00 +0530"': 12,
    b'"2026/01/01 12:00:00 -0000"': 12,
    b'"Thu, 01 Jan 2026 12:00:00 GMT"': 12,
    b'" 2026-01-01t12:00z "': 12,
    b'"2026-01-01"': 0,
    b"1767268800": 12,
    b"1767268800000": 12,
    b"1767268800.5": 12,
}


@pytest.mark.parametrize("sent", TIMES)
def test_a_time_is_read_however_it_is_written(sent: bytes) -> None:
    """Without it, a list in order of time is paged by number, which ends at page 300."""
    row = b'{"id":1,"updated_at":' + sent + b"}"
    reader = RowReader(SHELVES, "updated_at")
    assert reader.moment(row) == reader.version(row) == datetime(2026, 1, 1, TIMES[sent], tzinfo=UTC)


@pytest.mark.parametrize(
    "sent",
    [
        b"null",
        b'""',
        b'"soon"',
        b'"0001-01-01T00:00:00Z"',
        b'"0001-01-01T00:00:00+14:00"',
        b'"9999-12-31T23:59:59Z"',
        b'"9999-12-31T23:59:59-08:00"',
        b'"99999-01-01T00:00:00Z"',
        b'"2026-13-01 12:00:00 UTC"',
        b'"Thu, 32 Jan 2026 12:00:00 GMT"',
        b"0",
        b"true",
        b"NaN",
        b"1e400",
        b"17672688000000000000",
        b'["2026-01-01T12:00:00Z"]',
    ],
)
def test_a_time_that_cannot_be_one_is_none(sent: bytes) -> None:
    """Nor is one at the ends of the calendar: readers add to times and take from them."""
    row = b'{"id":1,"updated_at":' + sent + b"}"
    reader = RowReader(SHELVES, "updated_at")
    assert reader.moment(row) is reader.version(row) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'[{"id":1},{"id":',
        b'[{"id":1},{"tags":["a"]',
        b"[1,",
        b"]",
        b'[{"id":1,"t":"\\ud800"},{"id":2,"t":"}]',
        b'[{"id":1,"t":"\\ud800"}',
        b'[{"id":1]}',
        b'[{"id":1}{"id":2}]',
        b"[" * 3000,
        b"[" + DEEP[:-1] + b"]",
    ],
)
def test_a_body_that_was_cut_short_is_refused(body: bytes) -> None:
    """A page counts only when it was read and parsed whole."""
    with pytest.raises(msgspec.MsgspecError):
        rows_of(body)
