"""Rows are stored by key, the newest version wins in any order, and what is unchanged is not written.

It has over 300 lines because the claims about one row, new, changed, gone or sent twice, share their
library and are read together.
"""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.schema.column import bigint, text, timestamp
from freshdesk_assets.schema.column import json as json_column
from freshdesk_assets.schema.endpoint import RowCall
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.schema.page import Page, ParentRead
from freshdesk_assets.warehouse.landing.merging import land, row_count, window_counts
from freshdesk_assets.warehouse.landing.spool import Landed, Spool
from freshdesk_assets_tests.library import BOOKS, ID, LOANS, SHELVES, SPECIMENS, UPDATED_AT, declared
from freshdesk_assets_tests.warehouse.library import NOON, Library, at, later, page

READERS = declared(
    "readers",
    columns=(
        ID,
        text("name", "Name."),
        text("address", "Address.", detail=True),
        json_column("card", "Card.", detail=True),
        text("photo", "Signed address of the photo.", volatile=True),
        text("status", "Status, known from the list."),
        UPDATED_AT,
    ),
    row_call=RowCall("readers/{id}"),
)
DETAIL = READERS.detail


def title(text: str, minutes: float | None = 0, id_: int = 1) -> dict[str, Any]:
    return {"id": id_, "title": text, "updated_at": None if minutes is None else at(minutes)}


def parent(id_: int, minutes: float | None = 0, *, gone: bool = False) -> ParentRead:
    return ParentRead(id=id_, version=None if minutes is None else later(minutes), gone=gone)


def books_of(shelf: int, *books: int, minutes: float = 0, version: float = 0, gone: bool = False) -> Page:
    rows = ({"id": book, "shelf_id": shelf, "updated_at": at(minutes)} for book in books)
    return page(*rows, parents=(parent(shelf, version, gone=gone),))


def test_a_row_is_stored_in_its_types(library: Library) -> None:
    landed = library.land(SPECIMENS, page(title("Emma")), moment=later(5))
    assert landed == Landed(read=1, inserted=1)
    row = library.row(SPECIMENS)
    assert (row["id"], row["title"], row["updated_at"]) == (1, "Emma", NOON)
    assert (row["_synced_at"], row["_deleted_at"], row["_extra"]) == (later(5), None, None)


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1, 2])))
def test_the_newest_version_wins_in_any_order_of_batches(library: Library, order: tuple[int, ...]) -> None:
    """A backfill reads old pages after new ones."""
    for version in order:
        library.land(SPECIMENS, page(title(f"version {version}", version)))
    assert library.row(SPECIMENS, "title, updated_at") == {"title": "version 2", "updated_at": later(2)}


def test_an_older_version_counts_as_nothing(library: Library) -> None:
    library.land(SPECIMENS, page(title("new", 1)))
    assert library.land(SPECIMENS, page(title("old", 0))) == Landed(read=1)


def test_the_greatest_of_several_times_is_the_version(library: Library) -> None:
    """An edited note was seen with updated_at 19:31:18 and last_edited_at 19:41:45."""
    notes = declared(
        "notes",
        columns=(ID, text("body", "Text."), timestamp("edited_at", "When it was edited."), UPDATED_AT),
        version=("updated_at", "edited_at"),
    )
    library.land(notes, page({"id": 1, "body": "edited", "updated_at": at(1), "edited_at": at(9)}))
    library.land(notes, page({"id": 1, "body": "stale", "updated_at": at(5), "edited_at": None}))
    assert library.row(notes, "body") == {"body": "edited"}


def test_at_one_version_the_later_reading_wins(library: Library) -> None:
    """Freshdesk changes some fields without a new time of change."""
    library.land(SPECIMENS, page(title("first")))
    assert library.land(SPECIMENS, page(title("second"))) == Landed(read=1, updated=1)
    assert library.row(SPECIMENS, "title") == {"title": "second"}


def test_any_order_of_any_batches_ends_as_it_should(library: Library) -> None:
    """What stands is compared with a model that is too simple to be wrong; DuckDB's joins have been."""
    chance = random.Random(7)
    model: dict[int, tuple[float | None, str]] = {}
    for _ in range(12):
        rows = []
        for _ in range(chance.randrange(60)):
            minutes = chance.choice([None, *range(8)])
            row = title(chance.choice("abc"), minutes, chance.randrange(40))
            rows.append(row)
        best: dict[int, tuple[float | None, str]] = {}
        for row in rows:
            minutes = None if row["updated_at"] is None else int(row["updated_at"][14:16])
            known = best.get(row["id"])
            if known is None or known[0] is None or (minutes is not None and minutes >= known[0]):
                best[row["id"]] = (minutes, row["title"])
        before = dict(model)
        for id_, (minutes, name) in best.items():
            stored = model.get(id_, (None, ""))[0]
            if stored is None or minutes is None or minutes >= stored:
                model[id_] = (minutes, name)
        changed = sum(model[id_] != before[id_] for id_ in before)
        landed = library.land(SPECIMENS, page(*rows))
        assert landed == Landed(read=len(rows), inserted=len(model) - len(before), updated=changed)
        found = library.rows(SPECIMENS, "id, minute(updated_at), title")
        assert found == sorted((id_, minutes, name) for id_, (minutes, name) in model.items())


def test_a_row_without_a_version_is_taken_as_it_comes(library: Library) -> None:
    library.land(SPECIMENS, page(title("first", None)))
    library.land(SPECIMENS, page(title("second", None)))
    assert library.row(SPECIMENS, "title") == {"title": "second"}
    library.land(SPECIMENS, page(title("third", 1)))
    library.land(SPECIMENS, page(title("fourth", None)))
    assert library.row(SPECIMENS, "title") == {"title": "fourth"}


def test_a_table_need_not_have_a_version(library: Library) -> None:
    notes = declared("notes", columns=(ID, text("body", "Text."), UPDATED_AT), version=())
    for body in ("first", "second"):
        library.land(notes, page({"id": 1, "body": body}, {"id": 1, "body": body.upper()}))
    assert library.rows(notes, "id, body") == [(1, "SECOND")]


def test_a_row_read_again_unchanged_is_not_written(library: Library) -> None:
    """Each run reads the last page of a list again; rewriting it would grow the file."""
    row = {
        "id": 1,
        "title": "Emma",
        "form": {"b": 1.50, "a": [None]},
        "pages": [1],
        "stats": {"loans": {"total": 2}},
        "new": 1,
        "updated_at": at(0),
    }
    library.land(SPECIMENS, page(row), moment=later(1))
    before = library.row(SPECIMENS)
    assert library.land(SPECIMENS, page(row), moment=later(9)) == Landed(read=1, odd=1)
    assert library.row(SPECIMENS) == before
    assert before["_synced_at"] == later(1)


def test_a_volatile_column_is_stored_but_is_no_change(library: Library) -> None:
    """The address of an attachment is signed anew on each read."""
    library.land(READERS, page({"id": 1, "name": "Ann", "photo": "signed 1", "updated_at": at(0)}))
    again = {"id": 1, "name": "Ann", "photo": "signed 2", "updated_at": at(0)}
    assert library.land(READERS, page(again)).updated == 0
    assert library.row(READERS, "photo") == {"photo": "signed 1"}
    library.land(READERS, page(again | {"name": "Anne"}))
    assert library.row(READERS, "name, photo") == {"name": "Anne", "photo": "signed 2"}


def test_of_duplicates_in_a_batch_the_newest_and_last_is_stored(library: Library) -> None:
    """A row that changes while a list is read is met on two of its pages."""
    rows = [title("a", 1), title("b", 3), title("c", 3), title("d", 2), title("e", None)]
    assert library.land(SPECIMENS, page(*rows)) == Landed(read=5, inserted=1)
    assert library.rows(SPECIMENS, "id, title") == [(1, "c")]


def test_the_last_of_many_alike_is_stored(library: Library) -> None:
    """DuckDB reads a file in parallel; the order of its lines must survive that."""
    rows = [title(f"{place}" + "x" * 200, 0, id_=place % 7) for place in range(40_000)]
    library.land(SPECIMENS, page(*rows))
    found = dict(library.rows(SPECIMENS, "id, title"))
    assert found == {id_: rows[max(range(id_, 40_000, 7))]["title"] for id_ in range(7)}


def test_listings_give_what_their_rows_leave_out(library: Library) -> None:
    """Only the list it came by says that a ticket is in the trash; of two lists the later counts."""
    row = {"id": 1, "updated_at": at(0)}
    plain = page(row, listing="all", defaults={"label": "usual", "default": 1})
    lost = page(row, listing="lost", defaults={"label": "it's lost", "default": 2})
    library.land(SHELVES, plain, lost)
    assert library.row(SHELVES, 'label, "default"') == {"label": "it's lost", "default": 2}
    library.land(SHELVES, plain, lost, plain)
    assert library.row(SHELVES, "label") == {"label": "usual"}
    library.land(SHELVES, page(row | {"label": "said"}, listing="lost", defaults={"label": "lost"}))
    assert library.row(SHELVES, "label") == {"label": "said"}


def test_columns_that_a_reply_does_not_carry_stay(library: Library) -> None:
    """The list has no details and the row's own call no status: neither takes away what the other said."""
    listed = page({"id": 1, "name": "Ann", "updated_at": at(0)}, keep=DETAIL, defaults={"status": "active"})
    called = page(
        {"id": 1, "name": "Ann", "address": "Bath", "card": {"no": 1}, "updated_at": at(0)},
        listing="row_call",
        keep=frozenset({"status"}),
    )
    complete = {"name": "Ann", "address": "Bath", "card": '{"no":1}', "status": "active"}
    library.land(READERS, listed)
    library.land(READERS, called)
    assert library.row(READERS, ", ".join(complete)) == complete
    assert library.land(READERS, listed) == Landed(read=1)
    assert library.land(READERS, called) == Landed(read=1)
    assert library.row(READERS, ", ".join(complete)) == complete
    newer = page({"id": 1, "name": "Anne", "updated_at": at(1)}, keep=DETAIL, defaults={"status": "away"})
    assert library.land(READERS, newer) == Landed(read=1, updated=1)
    assert library.row(READERS, ", ".join(complete)) == complete | {"name": "Anne", "status": "away"}


def test_what_a_reply_carries_all_the_same_is_not_dropped(library: Library) -> None:
    """Where nothing stands there is nothing to keep."""
    library.land(READERS, page({"id": 1, "address": "Bath", "updated_at": at(0)}, keep=DETAIL))
    assert library.row(READERS, "address") == {"address": "Bath"}
    library.land(READERS, page({"id": 1, "address": "London", "updated_at": at(1)}, keep=DETAIL))
    assert library.row(READERS, "address") == {"address": "Bath"}


def test_list_and_row_call_share_extra_without_overwriting_each_other(library: Library) -> None:
    """Else list and row call would overwrite each other, and the row change at every read."""
    listed = page({"id": 1, "a": 1.50, "b": {"x": 1}, "n": None, "updated_at": at(0)}, keep=DETAIL)
    called = page(
        {"id": 1, "b": {"y": 2}, "c": 3, "updated_at": at(0)}, listing="row_call", keep=frozenset({"status"})
    )
    library.land(READERS, listed)
    library.land(READERS, called)
    assert library.row(READERS, "_extra") == {"_extra": '{"a":1.5,"b":{"y":2},"n":null,"c":3}'}
    assert library.land(READERS, called).updated == 0
    agreeing = page({"id": 1, "a": 1.50, "n": None, "updated_at": at(0)}, keep=DETAIL)
    assert library.land(READERS, agreeing).updated == 0


def test_what_fits_at_last_leaves_extra(library: Library) -> None:
    library.land(READERS, page({"id": 1, "name": ["Ann"], "address": 5.5, "updated_at": at(0)}, keep=DETAIL))
    assert library.row(READERS, "_extra") == {"_extra": '{"name":["Ann"]}'}
    library.land(READERS, page({"id": 1, "name": "Ann", "updated_at": at(1)}, keep=DETAIL))
    assert library.row(READERS, "name, address, _extra") == {"name": "Ann", "address": "5.5", "_extra": None}


def test_rows_without_a_key_are_set_aside_once(library: Library) -> None:
    """They cannot be told from others; kept as they were sent they can be looked at."""
    rows = (b'{"title": 1.50}', b'{"id": "x", "title": null}', b"[7]", b'{"id": 1', b'{"title": "\xff"}')
    assert library.land(SPECIMENS, page(title("Emma"), *rows)) == Landed(read=6, inserted=1, rejected=5)
    set_aside = "select row::varchar from freshdesk_meta.rejected where table_name = 'specimens'"
    before = library.query(set_aside)
    assert {text for (text,) in before} == {
        '{"title": 1.50}',
        '{"id": "x", "title": null}',
        "[7]",
        json.dumps('{"id": 1'),
        json.dumps('{"title": "\\xff"}'),
    }
    assert library.land(SPECIMENS, page(*rows)) == Landed(read=5, rejected=5)
    assert library.query(set_aside) == before


def test_a_file_that_duckdb_refuses_is_read_row_by_row(library: Library) -> None:
    """The refusal ends the transaction, and so undoes the batch's other files."""
    twice = b'{"id": 3, "title": "A", "title": "B", "new": 1}'
    fine = page(title("fine", id_=1), listing="a")
    odd = page(b'{"id": 2, "title": 5, "new": [1.50]}', twice, title("good", id_=4), listing="b")
    more = page(b'{"id": 5, "id": 6, "form": 1.50}', title("Emma", id_=7), listing="c")
    keyless = page(b'{"id": 8, "count": 1, "count": "\\ud800"}', listing="d")
    landed = library.land(SPECIMENS, fine, odd, more, keyless)
    assert landed == Landed(read=7, inserted=7, odd=4)
    assert library.rows(SPECIMENS, "id, title, _extra") == [
        (1, "fine", None),
        (2, "5", '{"new":[1.50]}'),
        (3, "B", '{"title (sent twice)":["A"],"new":1}'),
        (4, "good", None),
        (6, None, '{"id (sent twice)":[5]}'),
        (7, "Emma", None),
        (8, None, '{"count (sent twice)":[1],"count":"\\\\ud800"}'),
    ]


def test_a_text_of_twenty_megabytes_is_stored(library: Library) -> None:
    """DuckDB reads objects of up to 16 MB unless told otherwise."""
    long = "x" * 20_000_000
    library.land(SPECIMENS, page(title("short", id_=2), title(long)))
    assert library.rows(SPECIMENS, "id, length(title)") == [(1, 20_000_000), (2, 5)]
    library.land(SPECIMENS, page(b'{"id": 3, "title": "' + long.encode() + b'", "new": 1}'))
    assert library.rows(SPECIMENS, "id, length(title)")[-1] == (3, 20_000_000)


def test_names_that_sql_keeps_for_itself_are_names_like_others(library: Library) -> None:
    row = {"id": 1, "default": 1, "order": "asc", "group": "a", "select": "b", "updated_at": at(0)}
    library.land(SHELVES, page(row, completes=True))
    library.land(SHELVES, page(row | {"default": 2}, keep=frozenset({"order"}), completes=True))
    assert library.rows(SHELVES, '"default", "order", "group", "select"') == [(2, "asc", "a", "b")]


def test_a_full_list_marks_what_it_lacks_when_it_is_complete(library: Library) -> None:
    """It takes several batches, and until the last of them nothing is known to be gone."""
    library.land(SHELVES, page(*({"id": id_} for id_ in range(6))))
    with Spool(library.spools, SHELVES) as spool:
        library.land_from(spool, page({"id": 1}, {"id": 2}), moment=later(1))
        library.land_from(spool, page({"id": 3}, {"id": 3}), moment=later(2))
        assert library.living(SHELVES) == [0, 1, 2, 3, 4, 5]
        last = page({"id": 9}, b'{"label": "no key"}', completes=True)
        landed = library.land_from(spool, last, moment=later(3))
    assert landed == Landed(read=2, inserted=1, deleted=3, rejected=1)
    assert library.rows(SHELVES, "_deleted_at, id") == [
        *((later(3), id_) for id_ in (0, 4, 5)),
        *((None, id_) for id_ in (1, 2, 3, 9)),
    ]
    assert library.land(SHELVES, page(*({"id": id_} for id_ in (1, 2, 3, 9)), completes=True)) == Landed(
        read=4
    )


def test_an_empty_full_list_marks_all(library: Library) -> None:
    library.land(SHELVES, page({"id": 1}, {"id": 2}))
    assert library.land(SHELVES, page(completes=True)) == Landed(deleted=2)
    assert library.living(SHELVES) == []


def test_a_row_that_is_listed_again_is_there_again(library: Library) -> None:
    library.land(SHELVES, page({"id": 1, "updated_at": at(0)}, completes=True))
    library.land(SHELVES, page(completes=True))
    landed = library.land(SHELVES, page({"id": 1, "updated_at": at(0)}, completes=True), moment=later(7))
    assert landed == Landed(read=1, updated=1)
    assert library.row(SHELVES, "_deleted_at, _synced_at") == {"_deleted_at": None, "_synced_at": later(7)}


def test_rows_that_a_parents_list_lacks_are_marked(library: Library) -> None:
    """Only those of the parents that were read: of the others nothing is known."""
    library.shape(SHELVES)
    library.land(BOOKS, books_of(1, 11, 12), books_of(2, 21, 22))
    landed = library.land(BOOKS, books_of(1, 12, 13, version=1), moment=later(1))
    assert landed == Landed(read=2, inserted=1, deleted=1)
    assert library.living(BOOKS) == [12, 13, 21, 22]
    assert library.land(BOOKS, books_of(2, version=1)) == Landed(deleted=2)
    assert library.land(BOOKS, books_of(2, 22, version=2)) == Landed(read=1, updated=1)
    assert library.living(BOOKS) == [12, 13, 22]


def test_rows_of_a_parents_list_are_told_apart_by_their_whole_key(library: Library) -> None:
    library.shape(BOOKS)
    rows = [{"book_id": 1, "reader": "Ann"}, {"book_id": 1, "reader": "Bob"}]
    library.land(LOANS, page(*rows, parents=(parent(1),)))
    assert library.land(LOANS, page(rows[0], parents=(parent(1, 1),))) == Landed(read=1, deleted=1)
    assert library.living(LOANS, "reader") == ["Ann"]


def test_a_parent_that_is_gone_is_marked_with_its_rows(library: Library) -> None:
    """Its list was asked for and Freshdesk said it has no such parent."""
    library.land(SHELVES, page({"id": 1}, {"id": 2}))
    library.land(BOOKS, books_of(1, 11, 12), books_of(2, 21))
    landed = library.land(BOOKS, books_of(1, gone=True), moment=later(1))
    assert landed == Landed(deleted=2)
    assert library.rows(SHELVES, "id, _deleted_at") == [(1, later(1)), (2, None)]
    assert library.rows(BOOKS, "id, _deleted_at") == [(11, later(1)), (12, later(1)), (21, None)]
    assert library.query("select parent_id from freshdesk_meta.parents_read where gone") == [(1,)]


def test_a_row_whose_own_call_finds_it_gone_is_marked(library: Library) -> None:
    library.land(READERS, page({"id": 1}, {"id": 2}, keep=DETAIL))
    landed = library.land(READERS, page(listing="row_call", parents=(parent(2, None, gone=True),)))
    assert landed == Landed(deleted=1)
    assert library.living(READERS) == [1]


@pytest.mark.parametrize("bumped", [False, True], ids=["at its old version", "at a new version"])
@pytest.mark.parametrize("order", ["left first", "arrived first", "in one batch", "in one batch, turned"])
def test_a_row_that_moved_lives_under_its_new_parent(library: Library, order: str, bumped: bool) -> None:
    """Its old parent's list lacks it and its new one's has it, whichever is read first."""
    library.shape(SHELVES)
    library.land(BOOKS, books_of(1, 11, 12), books_of(2, 21))
    left = books_of(1, 12, version=1)
    arrived = books_of(2, 21, 11, minutes=1 if bumped else 0, version=1)
    match order:
        case "left first":
            library.land(BOOKS, left)
            library.land(BOOKS, arrived)
        case "arrived first":
            library.land(BOOKS, arrived)
            library.land(BOOKS, left)
        case "in one batch":
            library.land(BOOKS, left, arrived)
        case _:
            library.land(BOOKS, arrived, left)
    assert library.rows(BOOKS, "id, shelf_id, _deleted_at") == [(11, 2, None), (12, 1, None), (21, 2, None)]


def test_columns_that_are_not_ours_keep_their_values(library: Library) -> None:
    """Somebody may have added a note to each row; it must neither stop us nor be lost."""
    library.land(SPECIMENS, page(title("Emma"), title("Dune", id_=2)))
    with library.warehouse.open() as connection:
        specimens = f"{SCHEMA}.specimens"
        connection.execute(f"alter table {specimens} add column \"my note\" varchar default 'none'")
        connection.execute(f"alter table {specimens} add column first integer")
        connection.execute(f"update {specimens} set \"my note\" = 'read it' where id = 1")
    library.land(SPECIMENS, page(title("Emma!", 1), title("Dune!", 1, id_=2), title("Solaris", id_=3)))
    assert library.rows(SPECIMENS, 'id, title, "my note"') == [
        (1, "Emma!", "read it"),
        (2, "Dune!", "none"),
        (3, "Solaris", "none"),
    ]


@pytest.mark.file_only("DuckLake has no keys")
def test_a_key_that_somebody_made_of_the_id_is_no_obstacle(library: Library) -> None:
    library.land(SPECIMENS, page(title("Emma")))
    with library.warehouse.open() as connection:
        connection.execute(f"alter table {SCHEMA}.specimens add primary key (id)")
    library.land(SPECIMENS, page(title("Emma!", 1), title("Dune", id_=2)))
    assert library.rows(SPECIMENS, "id, title") == [(1, "Emma!"), (2, "Dune")]


def test_what_landed_is_counted(library: Library) -> None:
    library.land(SPECIMENS, page(*(title("a", 0, id_) for id_ in range(10))))
    rows: list[dict[str, Any] | bytes] = [
        *(title("a", 0, id_) for id_ in range(3)),  # as they stand
        *(title("b", 1, id_) for id_ in range(3, 5)),  # newer
        title("c", 0, 5) | {"new": 1},  # changed, and odd
        title("d", -1, 6),  # older
        *(title("e", 0, id_) for id_ in (10, 10, 11)),  # new, one of them twice
        b'{"title": "keyless"}',
    ]
    assert library.land(SPECIMENS, page(*rows)) == Landed(read=11, inserted=2, updated=3, rejected=1, odd=1)
    with library.warehouse.open() as connection:
        assert row_count(connection, SPECIMENS) == 12
        windows = [(later(1), later(2)), (later(0), later(1)), (later(2), later(3))]
        assert window_counts(connection, SPECIMENS, windows) == [2, 10, 0]


def test_what_is_not_landed_to_the_end_leaves_nothing(library: Library) -> None:
    """Rows and what reading them settled are one transaction."""
    library.shape(SHELVES)
    library.land(BOOKS, books_of(1, 11))
    with Spool(library.spools, BOOKS) as spool:
        spool.add(books_of(2, 21))
        with pytest.raises(ZeroDivisionError), library.warehouse.open() as connection:
            assert land(connection, spool.take(), NOON).inserted / 0
    assert library.rows(BOOKS, "id") == [(11,)]
    assert library.query("select parent_id from freshdesk_meta.parents_read") == [(1,)]


def test_the_folder_may_be_called_anything(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s a "folder" é'
    folder.mkdir()
    library = Library(folder)
    library.land(SHELVES, page({"id": 1}))
    library.land(SHELVES, page({"id": 2}, completes=True))
    with library.warehouse.open() as connection:
        found = connection.execute("select id from freshdesk.shelves where _deleted_at is null").fetchall()
    assert found == [(2,)]


def test_ids_above_what_a_double_holds_stay_apart(library: Library) -> None:
    """2^53 and 2^53 + 1 are one number to a reader that uses doubles."""
    rows = [{"id": 2**53}, {"id": 2**53 + 1}]
    library.land(declared("cards", columns=(ID, bigint("no", "Number."), UPDATED_AT)), page(*rows))
    assert library.query("select id from file.freshdesk.cards order by 1") == [(2**53,), (2**53 + 1,)]


def test_a_row_that_a_run_lands_twice_counts_once(library: Library) -> None:
    """A first sync that reports updates looks as if somebody had been at work in the meantime."""
    listed = page(*({"id": id_, "updated_at": at(0)} for id_ in (1, 2)), keep=DETAIL)
    called = page(
        {"id": 1, "address": "Bath", "updated_at": at(0)}, listing="row_call", keep=frozenset({"status"})
    )
    assert library.land(READERS, listed, called) == Landed(read=2, inserted=2)
    changed = page({"id": 1, "updated_at": at(1)}, {"id": 3, "updated_at": at(1)}, keep=DETAIL)
    later = page(
        {"id": 1, "address": "London", "updated_at": at(1)}, listing="row_call", keep=frozenset({"status"})
    )
    assert library.land(READERS, changed, later) == Landed(read=2, inserted=1, updated=1)
