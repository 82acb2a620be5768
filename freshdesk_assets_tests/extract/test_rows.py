"""Replies taken apart: whatever arrived whole is rows, whatever did not is refused and asked for again."""

import msgspec
import pytest

from freshdesk_assets.extract.rows import RowReader, row_of, rows_of
from freshdesk_assets.schema.column import bigint, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Table

SHELVES = Table(
    name="shelves",
    doc="One row per shelf.",
    path="shelves",
    sync=FullList(),
    group="library",
    docs="shelves",
    columns=(
        bigint("id", "Shelf's id.", required=True),
        text("title", "What it says on it."),
        timestamp("updated_at", "When it last changed."),
    ),
)

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


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'[{"id":1},{"id":', b'[{"id":1},{"tags":["a"]', b"[1,", b"]"]
)
def test_a_body_that_was_cut_short_is_refused(body: bytes) -> None:
    """A page counts only when it was read and parsed whole."""
    with pytest.raises(msgspec.MsgspecError):
        rows_of(body)
