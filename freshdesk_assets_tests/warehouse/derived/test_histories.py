"""What rows were before is kept once, without overlaps, in the transaction that stores what they are.

It has over 300 lines because a history is one contract, told from its first state to the row's end.
"""

import hashlib
import json
import random
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import DeclarationError, Type, bigint, bigints, text, timestamp
from freshdesk_assets.schema.endpoint import RowCall
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.derived.checks import check_current, check_key, check_spans
from freshdesk_assets.warehouse.derived.histories import Recorded, record_states
from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets_tests.library import BOOKS, ID, LOANS, MEMBERS, SHELVES, UPDATED_AT, declared
from freshdesk_assets_tests.programs import begun, line
from freshdesk_assets_tests.warehouse.library import Library, at, later, page

STATES = History(MEMBERS)

CLERKS = declared(
    "clerks",
    sync=FullList(),
    columns=(ID, bigints("desk_ids", "Desks they sit at.", detail=True), UPDATED_AT),
    row_call=RowCall("clerks/{id}"),
    history=("desk_ids",),
)


def member(minutes: float, standing: str = "good", id_: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": id_, "standing": standing, "updated_at": at(minutes), **more}


def minutes(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - later(0)).total_seconds() / 60


def states(library: Library, table: Table = MEMBERS, columns: str = "standing") -> list[tuple[Any, ...]]:
    """Each state: key, minutes it holds from and to, and what was so."""
    found = library.query(
        f"select id, valid_from, valid_to, {columns} from file.freshdesk.{table.name}_history"
        " order by id, valid_from"
    )
    return [(key, minutes(start), minutes(end), *values) for key, start, end, *values in found]


def sound(library: Library, table: Table = MEMBERS) -> bool:
    """Whether the checks that every history has pass."""
    history = History(table)
    with library.warehouse.open() as connection:
        found = (
            check_key(connection, history),
            check_spans(connection, history),
            check_current(connection, history),
        )
    return all(each.count == 0 for each in found)


def test_a_change_ends_a_state_where_the_next_begins(library: Library) -> None:
    """Without gap and without overlap, at Freshdesk's own times."""
    library.land(MEMBERS, page(member(0)), moment=later(10))
    library.land(MEMBERS, page(member(15, "owing")), moment=later(20))
    library.land(MEMBERS, page(member(21, "good")), moment=later(30))
    assert states(library) == [(1, 0, 15, "good"), (1, 15, 21, "owing"), (1, 21, None, "good")]
    assert sound(library)


def test_what_is_not_tracked_makes_no_state(library: Library) -> None:
    library.land(MEMBERS, page(member(0)), moment=later(10))
    library.land(MEMBERS, page(member(15, address="Main Street")), moment=later(20))
    assert states(library) == [(1, 0, None, "good")]


def test_a_state_says_when_it_was_seen_and_by_which_run(library: Library) -> None:
    with Spool(library.spools, MEMBERS, run="first-run") as spool:
        library.land_from(spool, page(member(0)), moment=later(10))
    seen = library.query("select _synced_at, _run_id from file.freshdesk.members_history")
    assert seen == [(later(10), "first-run")]


def test_the_same_again_in_any_order_changes_nothing(library: Library) -> None:
    """A backfill reads old days again, and two of them may come in the wrong order."""
    readings = [member(0), member(15, "owing"), member(21, "good"), member(25, "barred")]
    library.land(MEMBERS, page(readings[0]), moment=later(30))
    library.land(MEMBERS, page(readings[3]), moment=later(31))
    known = states(library)
    assert known == [(1, 0, 25, "good"), (1, 25, None, "barred")]
    for place, reading in enumerate([*reversed(readings), *readings]):
        library.land(MEMBERS, page(reading), moment=later(40 + place))
        assert states(library) == known


def test_several_readings_in_one_batch_are_one_state(library: Library) -> None:
    """A state is what a sync stored. Versions on earlier pages of the same batch are none."""
    library.land(MEMBERS, page(member(0)), page(member(2, "owing")), page(member(4)), moment=later(10))
    assert states(library) == [(1, 4, None, "good")]


def test_a_version_that_did_not_move_is_no_time_of_the_change(library: Library) -> None:
    """The row was read at that version before, and was otherwise: the change came after."""
    library.land(MEMBERS, page(member(0)), moment=later(10))
    library.land(MEMBERS, page(member(12, address="Main Street")), moment=later(20))
    library.land(MEMBERS, page(member(12, "owing", address="Main Street")), moment=later(30))
    assert states(library) == [(1, 0, 30, "good"), (1, 30, None, "owing")]


def test_a_version_ahead_of_our_clock_begins_a_state_when_it_was_stored(library: Library) -> None:
    """A state that holds from tomorrow on would hold at no sync of today."""
    library.land(MEMBERS, page(member(60)), moment=later(10))
    assert states(library) == [(1, 10, None, "good")]


def test_a_row_that_is_gone_ends_its_state_and_one_that_returns_begins_another(library: Library) -> None:
    full = replace(MEMBERS, sync=FullList())
    library.land(full, page(member(0), member(0, id_=2), completes=True), moment=later(10))
    library.land(full, page(member(0, id_=2), completes=True), moment=later(20))
    library.land(full, page(member(0), member(0, id_=2), completes=True), moment=later(30))
    assert states(library) == [(1, 0, 20, "good"), (1, 30, None, "good"), (2, 0, None, "good")]
    assert sound(library)


def test_a_parent_found_gone_ends_its_state_with_the_list_that_found_it(library: Library) -> None:
    """Its own table may not be read again for days."""
    shelves = replace(SHELVES, history=("label",))
    library.land(shelves, page({"id": 1, "label": "A", "updated_at": at(0)}), moment=later(10))
    with Spool(library.spools, BOOKS, parent=shelves) as spool:
        gone = ParentRead(id=1, version=later(0), gone=True)
        library.land_from(spool, page(parents=(gone,)), moment=later(20))
    assert states(library, shelves, "label") == [(1, 0, 20, "A")]
    assert sound(library, shelves)


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        ({"fields": {"a": 1}}, {"fields": {"a": 1, "b": None}}, True),
        ({"fields": {"a": 1, "b": 2}}, {"fields": {"b": 2, "a": 1}}, True),
        ({"fields": None}, {"fields": {"a": None}}, True),
        ({"fields": {"a": 1}}, {"fields": {"a": None}}, False),
        ({"fields": {"a": 1}}, {"fields": {"a": "1"}}, False),
        ({"fields": {"a": [1, 2]}}, {"fields": {"a": [2, 1]}}, False),
        ({"fields": [1]}, {"fields": [2]}, False),
        ({"interests": ["b", "a"]}, {"interests": ["a", "b"]}, True),
        ({"interests": ["a"]}, {"interests": []}, False),
        ({"interests": []}, {"interests": None}, False),
    ],
)
def test_a_field_that_is_empty_and_an_order_without_meaning_are_no_change(
    library: Library, before: Mapping[str, Any], after: Mapping[str, Any], alike: bool
) -> None:
    """An administrator who adds a field would otherwise change every ticket."""
    library.land(MEMBERS, page(member(0, **before)), moment=later(10))
    library.land(MEMBERS, page(member(15, **after)), moment=later(20))
    assert len(states(library)) == (1 if alike else 2)


def test_an_object_with_a_key_twice_is_compared_as_it_was_sent(library: Library) -> None:
    twice = b'{"id": 1, "fields": {"a": 1, "a": %d}, "updated_at": "%s"}'
    library.land(MEMBERS, page(twice % (2, at(0).encode())), moment=later(10))
    library.land(MEMBERS, page(twice % (3, at(15).encode())), moment=later(20))
    assert len(states(library)) == 2


def test_what_the_rows_own_view_sends_completes_the_state_that_the_list_began(library: Library) -> None:
    """No clerk ever sat at no desk because the list does not say at which."""
    listed = {"keep": frozenset({"desk_ids"})}
    library.land(CLERKS, page({"id": 1, "updated_at": at(0)}, **listed), moment=later(10))
    library.land(CLERKS, page({"id": 1, "desk_ids": [7], "updated_at": at(0)}), moment=later(11))
    assert states(library, CLERKS, "desk_ids") == [(1, 0, None, [7])]
    library.land(CLERKS, page({"id": 1, "updated_at": at(15)}, **listed), moment=later(20))
    library.land(CLERKS, page({"id": 1, "desk_ids": [], "updated_at": at(15)}), moment=later(21))
    assert states(library, CLERKS, "desk_ids") == [(1, 0, 21, [7]), (1, 21, None, [])]
    assert sound(library, CLERKS)


def test_a_file_of_a_version_without_history_begins_with_what_stands(library: Library) -> None:
    """For deleted rows with their last values."""
    without = replace(MEMBERS, history=(), sync=FullList())
    library.land(without, page(*(member(id_, id_=id_) for id_ in range(5)), completes=True), moment=later(10))
    library.land(
        without, page(*(member(id_, id_=id_) for id_ in range(1, 5)), completes=True), moment=later(20)
    )
    library.land(MEMBERS, page(member(25, "owing", id_=4)), moment=later(30))
    assert states(library) == [
        (0, 0, 20, "good"),
        (1, 1, None, "good"),
        (2, 2, None, "good"),
        (3, 3, None, "good"),
        (4, 25, None, "owing"),
    ]
    assert sound(library)


def test_a_column_tracked_later_is_filled_in_where_the_row_is_still_the_one_that_was_read(
    library: Library,
) -> None:
    """A state per row because of a new declaration would say that everything changed on that day."""
    library.land(MEMBERS, page(member(0, address="A"), member(0, id_=2, address="B")), moment=later(10))
    library.land(MEMBERS, page(member(15, id_=2, address="C")), moment=later(20))
    more = replace(MEMBERS, history=(*MEMBERS.history, "address"))
    library.land(more, page(), moment=later(30))
    assert states(library, columns="address") == [(1, 0, None, "A"), (2, 0, 20, None), (2, 20, None, "C")]
    assert sound(library, more)


def test_what_is_missing_is_mended_by_looking_at_the_whole(library: Library) -> None:
    library.land(MEMBERS, page(member(0), member(1, id_=2)), moment=later(10))
    known = states(library)
    with library.warehouse.open() as connection:
        connection.execute("delete from freshdesk.members_history where id = 1")
        found = check_current(connection, STATES)
        assert found.counts == {"without_state": 1, "of_no_row": 0}
        assert found.said == (
            "freshdesk.members_history: rows of members without a current state: 1; current states of no row:"
            " 0, like id 1. Materialize it in the UI with `whole: true` in the config: that compares all rows"
        )
        assert record_states(connection, MEMBERS) == Recorded()
        assert record_states(connection, MEMBERS, whole=True) == Recorded(begun=1)
    assert states(library) == known


def test_better_words_look_at_nothing_again(library: Library) -> None:
    """Nor does a file of an earlier version, which has a fingerprint of the words too."""
    library.land(MEMBERS, page(member(0)), moment=later(10))
    columns = tuple(replace(column, doc=f"Said better: {column.doc}") for column in MEMBERS.columns)
    reworded = replace(MEMBERS, columns=columns)
    other = tuple(
        replace(column, type=Type.JSON) if column.name == "standing" else column for column in columns
    )
    with library.warehouse.open() as connection:
        connection.execute("delete from freshdesk.members_history")
        assert record_states(connection, reworded, comments=True) == Recorded()
        earlier = hashlib.sha256(repr((STATES.keys, STATES.tracked)).encode()).hexdigest()
        connection.execute("update freshdesk_meta.derived set cut = ?", [earlier])
        assert record_states(connection, MEMBERS) == Recorded()
        assert record_states(connection, reworded) == Recorded()
        comments = "select comment from duckdb_columns() where table_name = ? and column_name = 'standing'"
        (said,) = connection.execute(comments, [STATES.name]).fetchall()
        assert said[0].startswith("Said better: ")
    with library.warehouse.open() as connection:
        assert record_states(connection, replace(MEMBERS, columns=other)) == Recorded(begun=1)


def test_the_history_of_a_table_that_was_never_read_is_empty(library: Library) -> None:
    """Materialising it before its table is no error."""
    with library.warehouse.open() as connection:
        assert record_states(connection, MEMBERS) == Recorded()
    assert states(library) == []
    assert sound(library)


def test_states_that_overlap_are_found(library: Library) -> None:
    library.land(MEMBERS, page(member(0)), moment=later(10))
    with library.warehouse.open() as connection:
        connection.execute(
            "insert into freshdesk.members_history by name"
            " select * replace (valid_from + interval 1 minute as valid_from) from freshdesk.members_history"
        )
        found = check_spans(connection, STATES)
        assert (found.count, found.examples) == (1, ({"id": 1, "states": 1},))
        assert ": 1, like id 1 states 1. Freshdesk has no past states to read again: put" in found.said


def test_random_readings_in_random_order_replay_what_every_landing_left(library: Library) -> None:
    """The oracle is the table itself, copied after each landing."""
    chance = random.Random(4)
    known: list[tuple[datetime, set[tuple[Any, ...]]]] = []
    table = replace(MEMBERS, sync=FullList())
    for turn in range(1, 17):
        rows = [
            member(
                chance.uniform(turn - 3, turn),
                chance.choice(("good", "owing")),
                id_,
                interests=chance.choice(([], ["a"], ["a", "b"])),
                fields={"x": chance.choice((None, 1, 2))},
            )
            for id_ in range(12)
            if chance.random() < 0.7
        ]
        library.land(table, page(*rows, completes=chance.random() < 0.5), moment=later(turn))
        standing = "from file.freshdesk.members where _deleted_at is null"
        known.append((later(turn), seen(library, standing)))
    assert sound(library, table)
    for moment, stood in known:
        assert stood == seen(library, AS_OF.format(moment=moment, table=MEMBERS.name))


AS_OF = """
from (
  from (
    select *, lead(valid_from) over (partition by id order by valid_from) as next
    from file.freshdesk.{table}_history
  )
  where _synced_at <= '{moment}'
  qualify row_number() over (partition by id order by _synced_at desc, valid_from desc) = 1
)
where valid_to is null or valid_to > '{moment}' or valid_to = next
"""
"""The latest of the states that were stored by then, unless the row was gone."""


def seen(library: Library, source: str) -> set[tuple[Any, ...]]:
    rows = library.query(f"select id, standing, interests, fields {source}")
    return {
        (id_, standing, tuple(interests), json.loads(fields)["x"])
        for id_, standing, interests, fields in rows
    }


def test_a_killed_process_leaves_rows_and_states_of_the_same_landing(library: Library) -> None:
    chance, landed = random.Random(9), 0
    for _ in range(5):
        with begun("land_states", library.folder, landed) as process:
            line(process)
            time.sleep(chance.uniform(0, 0.3))
        ((landed,),) = library.query("select max(standing::int) + 1 from file.freshdesk.members")
        assert states(library, columns="standing::int") == [
            (id_, turn, turn + 1 if turn + 1 < landed else None, turn)
            for id_ in range(50)
            for turn in range(landed)
        ]
    assert landed >= 5


def test_rows_known_by_several_columns_and_without_a_version_have_states_too(library: Library) -> None:
    """A state then begins when it was seen: nothing else is known of it."""
    table = replace(
        LOANS,
        path="loans",
        sync=FullList(),
        version=(),
        columns=(*LOANS.columns, text("place", "Where it is read.")),
        history=("place",),
    )
    loan = {"book_id": 1, "reader": "ada"}
    library.land(table, page({**loan, "place": "home"}, {**loan, "reader": "bob"}), moment=later(10))
    library.land(table, page({**loan, "place": "train"}, completes=True), moment=later(20))
    found = library.query(
        "select reader, valid_from, valid_to, place from file.freshdesk.loans_history order by all"
    )
    assert found == [
        ("ada", later(10), later(20), "home"),
        ("ada", later(20), None, "train"),
        ("bob", later(10), later(20), None),
    ]
    assert sound(library, table)


def test_a_table_named_like_anothers_history_is_one_too_many() -> None:
    with pytest.raises(DeclarationError, match="table members_history is declared twice"):
        Catalog([MEMBERS, declared("members_history")])


@pytest.mark.parametrize(
    ("different", "sentence"),
    [
        ({"history": ("shoe_size",)}, "its history names shoe_size, which is not a column"),
        ({"history": ("id",)}, "its history names id, which is its key and never changes"),
        ({"history": ("address", "address")}, "its history names address twice"),
        (
            {"columns": (ID, UPDATED_AT, text("photo", "Photo.", volatile=True)), "history": ("photo",)},
            "its history names photo, which differs on each read",
        ),
        (
            {"columns": (ID, UPDATED_AT, timestamp("valid_to", "End.")), "history": ("valid_to",)},
            "its history names valid_to, a column that every history has",
        ),
        (
            {
                "columns": (ID, UPDATED_AT, bigint("desk_id", "Desk.", detail=True)),
                "row_call": RowCall("members/{id}"),
                "history": ("desk_id",),
            },
            "its history names desk_id, a detail of which null does not say whether it was read",
        ),
    ],
)
def test_a_history_that_could_not_be_kept_fails_at_its_declaration(
    different: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(DeclarationError, match=sentence):
        replace(MEMBERS, **{"history": (), **different})
