"""Who is forgotten is nowhere, and does not come back."""

from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.personal.hashing import Hasher
from freshdesk_assets.replication.forgetting import NoFolder
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets_tests.replication.privacy_library import (
    CATALOG,
    DROPS,
    HASH,
    HASHES,
    KEEP,
    KEY,
    ada,
    bytes_of,
    forgetter,
    obstacle,
    query,
    replicate,
    row,
    rows,
)


def test_what_forgetting_left_in_the_file_goes_with_the_next_run(warehouse: Warehouse) -> None:
    """Also where all else is kept, and no policy is ever applied."""
    replicate(warehouse, KEEP, rows())
    stands = obstacle(warehouse)
    with pytest.raises(WarehouseError, match="run again"):
        forgetter(warehouse, contact=1).forget()
    stands.rmdir()
    KEEP.apply(warehouse, CATALOG, print)
    assert b"Ada Lovelace" not in bytes_of(warehouse)
    assert b"ada@example.com" not in bytes_of(warehouse)


def test_a_person_is_found_in_a_replica_that_hashes(warehouse: Warehouse, tmp_path: Path) -> None:
    """By the address and by the id; and nothing of them comes back, not as a hash either."""
    hashed = Hasher(KEY)("ada@example.com").encode()
    for who in ({"contact": 1}, {"email": "ADA@example.com"}):
        file = Warehouse(tmp_path / f"{len(who)}{next(iter(who))}.duckdb")
        replicate(file, HASHES, rows())
        done = forgetter(file, HASH, **who).forget()
        assert (done.people, done.owned, done.others) == (1, 1, 1)
        replicate(file, HASHES, rows())
        assert hashed not in file.path.read_bytes()
        assert query(file, "select name, email, own from freshdesk.readers where id = 1") == [
            (None, None, '{"of":null,"since":null}')
        ]
        assert query(file, "select copies from freshdesk.loans where id = 11") == [(["[forgotten]"],)]
        # Others do the same work; it names nobody.
        assert query(file, "select job is null from freshdesk.readers where id = 2") == [(False,)]


def test_who_comes_later_under_another_id_is_blank(warehouse: Warehouse) -> None:
    """As after a contact was made anew; and so are the loans that come with it or after it."""
    replicate(warehouse, KEEP, {"readers": []})
    done = forgetter(warehouse, email="ada@example.com").forget()
    assert (done.people, done.owned) == (0, 0)
    replicate(
        warehouse,
        KEEP,
        {
            "readers": [
                row(7, name="Augusta King", email="ADA@example.com"),
                row(8, name="King", other_emails=["ada@example.com"]),
                row(9, name="Ben Byron", email="ben@example.com", job="secretary of ada@example.com"),
            ],
            "loans": [
                row(10, reader_id=7, title="Sums", note="for my engine"),
                row(11, reader_id=9, note="x"),
            ],
        },
    )
    assert query(warehouse, "select id, name, job from freshdesk.readers order by id") == [
        (7, None, None),
        (8, None, None),
        (9, "Ben Byron", "secretary of [forgotten]"),
    ]
    assert query(warehouse, "select id, title, note from freshdesk.loans order by id") == [
        (10, "Sums", None),
        (11, None, "x"),
    ]


def test_a_number_that_is_none_does_not_cost_a_row(warehouse: Warehouse) -> None:
    """The digits of a telephone may be those of an id."""
    replicate(warehouse, KEEP, {"readers": [ada(phone="9999999")]})
    forgetter(warehouse, contact=1).forget()
    landed = replicate(warehouse, KEEP, {"loans": [row(9999999, reader_id=2, note="call 99-99-999")]})
    assert (landed.inserted, landed.rejected) == (1, 0)
    assert query(warehouse, "select id, note from freshdesk.loans") == [(9999999, "call [forgotten]")]


def test_columns_that_are_not_declared_are_treated_too(warehouse: Warehouse) -> None:
    """Those that earlier versions kept beside another, and those that a user added."""
    replicate(warehouse, KEEP, rows())
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute("alter table freshdesk.readers add column email_was_json json")
        connection.execute("""alter table freshdesk.readers add column "My note" varchar""")
        connection.execute("""update freshdesk.readers set "My note" = 'of Ada Lovelace',
          email_was_json = to_json(email)""")
    forgetter(warehouse, contact=1).forget()
    asked = """select "My note", email_was_json from freshdesk.readers order by id"""
    assert query(warehouse, asked) == [(None, None), ("of [forgotten]", '"ben@example.com"')]
    DROPS.apply(warehouse, CATALOG, print)
    assert query(warehouse, asked) == [(None, None), (None, None)]


def test_files_that_cannot_be_removed_end_it_before_anything_is_changed(warehouse: Warehouse) -> None:
    """Nobody would know of them any more: their paths are forgotten with the person."""
    replicate(warehouse, KEEP, rows())
    with warehouse.open() as connection:
        connection.execute(
            "insert into freshdesk_meta.attachment_files (table_name, parent_table, parent_id, id, path)"
            " values ('loan_files', 'loans', 10, 1, 'ab/abc')"
        )
    with pytest.raises(NoFolder):
        forgetter(warehouse, contact=1).forget()
    assert query(warehouse, "select name from freshdesk.readers where id = 1") == [("Ada Lovelace",)]
