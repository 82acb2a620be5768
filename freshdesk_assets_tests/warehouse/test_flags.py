"""A flag is false where Freshdesk leaves it out, so that `where not flag` returns rows."""

from typing import Any

import pytest

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import DeclarationError, boolean, json, text
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.landing.spool import Landed
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.warehouse.library import Library, at, later, page


def loans(default: bool | None = False) -> Table:
    """Loans with a flag, declared as it was before when `default` is None."""
    return declared("loans", boolean("late", "Whether it is late.", default=default), history=("late",))  # type: ignore[arg-type]


def loan(number: int, **values: Any) -> dict[str, Any]:
    return {"id": number, "updated_at": at(0), **values}


SENT = (loan(1), loan(2, late=None), loan(3, late=True), loan(4, late=False), loan(5, late="perhaps"))
FLAGS = [(1, False), (2, False), (3, True), (4, False), (5, None)]
"""Of the last one it is not known: what was sent is in `_extra`."""


def test_a_flag_that_a_reply_lacks_is_false_and_one_of_another_kind_is_not_known(library: Library) -> None:
    library.land(loans(), page(*SENT))
    assert library.rows(loans(), "id, late") == FLAGS
    assert library.rows(History(loans()), "id, late") == FLAGS
    assert library.query("select _extra->>'late' from file.freshdesk.loans where late is null") == [
        ("perhaps",)
    ]


def test_rows_of_an_older_file_are_filled_without_being_read_or_counted_as_changed(library: Library) -> None:
    """Half a million tickets would all have changed in the night of the upgrade, histories included."""
    library.land(loans(None), page(*SENT))
    times = "select _synced_at, _deleted_at, updated_at from file.freshdesk.loans order by id"
    states = "select id, valid_from, valid_to, _synced_at from file.freshdesk.loans_history order by all"
    before = library.query(times), library.query(states)
    assert library.rows(loans(None), "id, late")[:2] == [(1, None), (2, None)]
    library.shape(loans(), History(loans()))
    assert library.rows(loans(), "id, late") == FLAGS
    assert library.rows(History(loans()), "id, late") == FLAGS
    assert library.land(loans(), page(*SENT), moment=later(9)) == Landed(read=5, odd=1)
    assert (library.query(times), library.query(states)) == before


def test_a_change_after_the_upgrade_is_one(library: Library) -> None:
    library.land(loans(None), page(loan(1)))
    library.land(loans(), page(loan(1, late=True, updated_at=at(7))), moment=later(9))
    assert library.query("select late, valid_from from file.freshdesk.loans_history order by all") == [
        (False, later(0)),
        (True, later(7)),
    ]


def test_a_child_has_the_default_too(library: Library) -> None:
    readers = declared("readers", json("cards", "Cards."))

    def cards(default: bool | None) -> Child:
        lost = boolean("lost", "Whether it is lost.", path="value.lost", default=default)  # type: ignore[arg-type]
        return Child(
            name="reader_cards",
            doc="One row per card.",
            parent="readers",
            by="reader_id",
            cut=Elements("cards"),
            columns=(text("card", "Card.", path="value.card", required=True), lost),
            key=("card",),
        )

    sent = [{"card": "a"}, {"card": "b", "lost": None}, {"card": "c", "lost": True}, {"card": "d", "lost": 7}]
    library.land(readers, page({"id": 1, "cards": sent, "updated_at": at(0)}))
    for default in (None, False):
        with library.warehouse.open() as connection:
            derive(connection, cards(default), readers)
    assert library.query("select card, lost from file.freshdesk.reader_cards order by card") == [
        ("a", False),
        ("b", False),
        ("c", True),
        ("d", None),
    ]


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        (lambda: text("late", "Late.", default=False), "only a flag has one"),
        (
            lambda: boolean("late", "Late.", detail=True, default=False),
            "null says that it was not read yet",
        ),
    ],
)
def test_a_default_where_there_can_be_none_is_a_contradiction(column: Any, sentence: str) -> None:
    with pytest.raises(DeclarationError, match=f"column late: it has a default, but {sentence}"):
        column()
