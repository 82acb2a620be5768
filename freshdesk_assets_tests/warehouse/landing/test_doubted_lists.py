"""A list that lacks too much at once is looked at a second time before any row is marked as deleted."""

from collections.abc import Iterable
from dataclasses import replace

from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.landing.spool import Landed, Spool
from freshdesk_assets_tests.library import ID, SHELVES, declared
from freshdesk_assets_tests.warehouse.library import Library, later, page

ALWAYS = replace(SHELVES, name="always", never_empty=True)
PAIRS = declared("pairs", replace(ID, name="side", path="side"), sync=FullList(), key=("id", "side"))


def listed(library: Library, ids: Iterable[int], run: str, table: Table = SHELVES) -> Landed:
    """Land the whole list as a run reads it."""
    with Spool(library.spools, table, run=run) as spool:
        rows = ({"id": id_, **({"side": 1} if table == PAIRS else {})} for id_ in ids)
        return library.land_from(spool, page(*rows, completes=True), moment=later(5))


def test_a_list_that_cannot_be_empty_marks_nothing_before_a_second_run(library: Library) -> None:
    """Freshdesk, or a gateway before it, sends [] now and then."""
    listed(library, range(3), "first", ALWAYS)
    assert listed(library, [], "second", ALWAYS) == Landed(held_back=3)
    # A step that is tried again looks seconds later, at the same trouble.
    assert listed(library, [], "second", ALWAYS) == Landed(held_back=3)
    assert listed(library, range(3), "third", ALWAYS) == Landed(read=3)
    # A good look in between ends the doubt.
    assert listed(library, [], "fourth", ALWAYS) == Landed(held_back=3)
    assert listed(library, [], "fifth", ALWAYS) == Landed(deleted=3)


def test_a_list_that_may_be_empty_is_believed(library: Library) -> None:
    """Whoever has two surveys may delete both."""
    listed(library, range(2), "first")
    assert listed(library, [], "second") == Landed(deleted=2)


def test_most_rows_gone_at_once_are_marked_by_the_second_run_that_misses_them(library: Library) -> None:
    """What it was known to have in between is not."""
    listed(library, range(30), "first")
    assert listed(library, range(14), "second") == Landed(read=14, held_back=16)
    assert library.living(SHELVES) == list(range(30))
    assert listed(library, range(2, 16), "third") == Landed(read=14, deleted=16)
    assert library.living(SHELVES) == list(range(2, 16))


def test_another_great_loss_at_the_second_look_is_held_back_in_its_turn(library: Library) -> None:
    """Only rows that two runs have missed are marked while a list is doubted."""
    listed(library, range(60), "first")
    assert listed(library, range(20), "second") == Landed(read=20, held_back=40)
    assert listed(library, range(4), "third") == Landed(read=4, deleted=40, held_back=16)
    assert listed(library, range(4), "fourth") == Landed(read=4, deleted=16)


def test_fewer_gone_rows_are_marked_at_once(library: Library) -> None:
    """People do delete, and a second look costs a day for what is read once a day."""
    listed(library, range(40), "first")
    assert listed(library, range(20), "second") == Landed(read=20, deleted=20)
    assert listed(library, range(10), "third") == Landed(read=10, deleted=10)
    assert listed(library, [], "fourth") == Landed(deleted=10)


def test_a_doubted_list_is_not_recorded_as_read(library: Library) -> None:
    """Lists that are read whole once a week are then read again the next night."""
    read = "select rows, listed_at from file.freshdesk_meta.listed"
    listed(library, range(30), "first")
    before = library.query(read)
    listed(library, range(3), "second")
    assert library.query(read) == before
    listed(library, range(3), "third")
    assert [rows for rows, _ in library.query(read)] == [3]


def test_rows_are_known_by_all_of_their_key(library: Library) -> None:
    """A row is missed twice only if it is the same row."""
    listed(library, range(30), "first", PAIRS)
    assert listed(library, range(5), "second", PAIRS) == Landed(read=5, held_back=25)
    assert library.query("select min(row_key) from file.freshdesk_meta.unlisted") == [('["10","1"]',)]
    assert listed(library, range(5), "third", PAIRS) == Landed(read=5, deleted=25)
