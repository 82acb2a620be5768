"""Lists that take more calls than they spare are not begun, and those that were begun are read on."""

from dataclasses import replace
from datetime import timedelta

from freshdesk_assets.warehouse.ledger.parents import Asked, pending
from freshdesk_assets_tests.library import SHELVES
from freshdesk_assets_tests.warehouse.ledger.test_spared import FIRST, REGULARS, tell
from freshdesk_assets_tests.warehouse.library import Library, at, page

FEW = Asked(source=SHELVES, branch=REGULARS.branches[0], doubting=True, worth="count(*) <= 2")


def due(library: Library, asked: Asked = FEW) -> list[int]:
    """The shelves whose lists are to be read."""
    with library.warehouse.open() as connection:
        return sorted(each.id for each in pending(connection, REGULARS, asked).parents)


def shelve(library: Library, *numbers: int) -> None:
    """Shelves are put up."""
    library.land(SHELVES, page(*({"id": number, "updated_at": at(0)} for number in numbers)))


def test_no_list_is_read_until_all_are_worth_their_calls(library: Library) -> None:
    """Shelves that are gone do not count, and null is no."""
    library.shape(SHELVES, REGULARS)
    assert due(library) == []
    shelve(library, 1, 2, 3)
    assert due(library) == []
    assert due(library, replace(FEW, worth="")) == [1, 2, 3]
    assert due(library, replace(FEW, worth="bool_or(null)")) == []
    with library.warehouse.open() as connection:
        connection.execute("update freshdesk.shelves set _deleted_at = now() where id = 3")
    assert due(library) == [1, 2]


def test_lists_that_were_begun_are_read_on_until_nothing_is_in_them(library: Library) -> None:
    """Else rows would stay that are gone, and those of other shelves be missing."""
    library.shape(SHELVES, REGULARS)
    shelve(library, 1, 2)
    tell(library, [10], FIRST)
    shelve(library, 3)
    later = replace(FEW, read_before=FIRST + timedelta(days=1), read_after=FIRST + timedelta(days=9))
    assert due(library, later) == [1, 2, 3]
    tell(library, None, FIRST + timedelta(hours=1))
    assert due(library, later) == []
