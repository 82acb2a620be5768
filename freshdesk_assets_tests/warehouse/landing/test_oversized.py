"""A row that does not fit into the memory stops nothing: it is set aside, with what to do about it."""

import json
from random import Random

import pytest

from freshdesk_assets.replication.table import PART_BYTES, in_parts
from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.warehouse.engines import _end_engines
from freshdesk_assets.warehouse.landing.spool import Landed, Spool
from freshdesk_assets_tests.library import SHELVES, SPECIMENS
from freshdesk_assets_tests.warehouse.library import NOON, Library, later, page

LARGE = b'{"id": 7, "title": "' + b"a pasted log " * 2_700_000 + b'"}'
"""35 MB."""


def landed(library: Library, memory: str, *rows: bytes) -> tuple[Landed, list[str]]:
    """What became of the rows, and what was said of them."""
    with Spool(library.spools, SPECIMENS, memory_limit=memory) as spool:
        return library.land_from(spool, page(*rows)), spool.warnings


def test_a_row_too_long_for_the_memory_is_set_aside_and_landed_when_there_is_more(library: Library) -> None:
    """A text of 100 MB would else fail each run, and keep all other rows of its page from being stored."""
    stored, said = landed(library, "256MB", b'{"id": 6}', LARGE)
    assert (stored.inserted, stored.rejected) == (1, 1)
    (sentence,) = said
    assert sentence.startswith("specimens: a row of 35 MB was set aside, because at most 32 MB fit")
    assert "set FRESHDESK_MEMORY to 1GB and read specimens again from its day on" in sentence
    assert sentence.endswith("(id 7)")
    ((row,),) = library.query("select row from file.freshdesk_meta.rejected")
    kept = json.loads(row)
    assert kept["id"] == 7
    assert kept["set_aside"] in sentence
    stored, said = landed(library, "1GB", LARGE)
    assert (stored.inserted, stored.rejected, said) == (1, 0, [])
    assert library.living(SPECIMENS) == [6, 7]
    assert library.query("select length(title) from file.freshdesk.specimens where id = 7") == [(35_100_000,)]


def test_a_row_that_is_set_aside_is_not_taken_for_deleted(library: Library) -> None:
    """The list has it: only its new state is missing, and what was stored of it before stays."""
    library.land(SHELVES, page({"id": 6}, {"id": 7, "label": "short"}, {"id": 8}, completes=True))
    with Spool(library.spools, SHELVES, memory_limit="256MB") as spool:
        library.land_from(spool, page(b'{"id": 6}', LARGE, completes=True))
    assert library.living(SHELVES) == [6, 7]


def test_what_is_no_row_is_not_stored_at_its_full_length_either(library: Library) -> None:
    stored, (sentence,) = landed(library, "256MB", LARGE[:-2])
    assert stored.rejected == 1
    assert sentence.endswith("(without a key)")


def test_a_page_of_long_rows_comes_in_parts_and_settles_at_the_last() -> None:
    """Else a crash after the first part would leave rows unread of an interval that counts as covered."""
    rows = [b'{"id": %d, "title": "%s"}' % (n, b"x" * (PART_BYTES // 3)) for n in range(7)]
    whole = page(*rows, covered_from=NOON, covered_to=later(1), completes=True, keep=frozenset({"title"}))
    *first, last = in_parts(whole)
    assert [row for part in (*first, last) for row in part.rows] == rows
    assert all(sum(map(len, part.rows)) <= PART_BYTES for part in (*first, last))
    assert {(part.listing, part.keep) for part in first} == {(whole.listing, whole.keep)}
    assert {(part.covered_to, part.completes) for part in first} == {(None, False)}
    assert (last.covered_from, last.covered_to, last.completes) == (NOON, later(1), True)


def test_the_rows_of_a_parent_stay_together() -> None:
    """Rows of the parent that are not in the part would be taken for deleted."""
    rows = [b"x" * PART_BYTES] * 2
    of_a_parent = page(*rows, parents=(ParentRead(id=1),))
    assert list(in_parts(of_a_parent)) == [of_a_parent]
    small = page({"id": 1})
    assert list(in_parts(small)) == [small]


def compressions(library: Library) -> set[str]:
    """How the file's titles are stored."""
    with library.warehouse.open() as connection:
        found = connection.execute(
            "select distinct compression from pragma_storage_info('freshdesk.specimens')"
            " where column_name = 'title' and segment_type = 'VARCHAR'"
        ).fetchall()
    return {name for (name,) in found}


def texts(length: int) -> list[bytes]:
    """Rows of so many random characters."""
    source = Random(length)
    return [
        b'{"id": %d, "title": "%s"}' % (number, source.randbytes(length // 2).hex().encode())
        for number in range(40)
    ]


@pytest.mark.file_only("Parquet is compressed otherwise")
@pytest.mark.parametrize(("length", "compressed"), [(20_000, True), (100_000, False)])
def test_long_texts_are_stored_so_that_each_can_be_read_alone(
    library: Library, length: int, compressed: bool
) -> None:
    """Else reading one takes two thousand of them apart, in memory. The next process knows it too."""
    landed(library, "512MB", *texts(length))
    assert (compressions(library) == {"ZSTD"}) is compressed
    _end_engines()
    landed(library, "512MB", b'{"id": 1, "title": "short"}', *texts(length)[2:4])
    with library.warehouse.open() as connection:
        connection.execute("update freshdesk.specimens set title = title || '.'")
    assert (compressions(library) == {"ZSTD"}) is compressed
