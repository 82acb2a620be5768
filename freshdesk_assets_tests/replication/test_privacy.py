"""Policies and forgetting, on a library's rows: whatever ends them early, and however odd the rows are."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from freshdesk_assets.personal.hashing import Hasher
from freshdesk_assets.replication.forgetting import NoFolder
from freshdesk_assets.replication.privacy import AnotherKey, Privacy
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets_tests.replication.privacy_library import (
    CATALOG,
    DROP,
    HASH,
    KEY,
    forgetter,
    replicate,
)

KEEP = Privacy(key=KEY)
HASHES = Privacy(policy=HASH, key=KEY)
DROPS = Privacy(policy=DROP, key=KEY)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A file that is not there yet."""
    return Warehouse(tmp_path / "replica.duckdb", lock_wait=5.0)


def row(id_: int, minute: int = 0, **fields: Any) -> bytes:
    """A row as it is sent."""
    return json.dumps({"id": id_, **fields, "updated_at": f"2024-01-01T12:{minute:02d}:00Z"}).encode()


def ada(**fields: Any) -> bytes:
    """A reader."""
    return row(
        1,
        **{
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "phone": "+49 170 1234567",
            "job": "Countess",
            "other_emails": ["countess@example.com"],
            "own": {"of": "Ockham", "since": 1835},
            **fields,
        },
    )


def rows() -> dict[str, list[bytes]]:
    """Two readers and what they lent."""
    return {
        "readers": [ada(), row(2, name="Ben Byron", email="ben@example.com", job="Countess")],
        "loans": [
            row(10, reader_id=1, title="Sums", note="for my engine", files=[{"id": 1, "name": "engine.pdf"}]),
            row(11, reader_id=2, title="Odes", note="Ada Lovelace knows", copies=["ada@example.com"]),
        ],
    }


def query(warehouse: Warehouse, statement: str) -> list[tuple[Any, ...]]:
    """What plain duckdb reads in the file."""
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def bytes_of(warehouse: Warehouse) -> bytes:
    """All that is on the disk."""
    files = (file for file in warehouse.path.parent.rglob("*") if file.is_file())
    return b"".join(file.read_bytes() for file in files)


def obstacle(warehouse: Warehouse) -> Path:
    """Something because of which the file cannot be written anew."""
    made = warehouse.path.with_name(f"{warehouse.path.name}.0a1b2c3d.unfinished")
    made.mkdir()
    return made


def test_what_a_conversion_left_in_the_file_goes_with_the_next_run(warehouse: Warehouse) -> None:
    """The rows are converted, the file could not be written anew: the next run does that, and says so."""
    replicate(warehouse, KEEP, rows())
    stands = obstacle(warehouse)
    with pytest.raises(WarehouseError, match="run again"):
        HASHES.apply(warehouse, CATALOG, print)
    assert query(warehouse, "select count(*) from freshdesk.readers where name like 'hash:%'") == [(2,)]
    assert b"Ada Lovelace" in bytes_of(warehouse)
    stands.rmdir()
    said: list[str] = []
    assert HASHES.apply(warehouse, CATALOG, said.append) is False
    assert len(said) == 1
    assert b"Ada Lovelace" not in bytes_of(warehouse)
    HASHES.apply(warehouse, CATALOG, said.append)
    assert len(said) == 1


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


@pytest.mark.parametrize("doing", ["convert", "forget"])
def test_a_process_that_is_killed_leaves_the_old_file_or_the_new(warehouse: Warehouse, doing: str) -> None:
    """Whenever that is: during the conversion, before the commit, or while the file is written anew."""
    many = rows()
    many["loans"] += [row(100 + n, reader_id=n % 3, note=f"Ada Lovelace {n}") for n in range(3000)]
    replicate(warehouse, KEEP, many)
    count = query(warehouse, "select count(*) from freshdesk.loans")
    whole, states = warehouse.path.read_bytes(), list[bool]()
    for wait in (0.0, 0.3, 0.6, None):
        warehouse.path.write_bytes(whole)
        kill(warehouse, doing, wait)
        assert query_written(warehouse, "select count(*) from freshdesk.loans") == count
        named = query_written(warehouse, "select name = 'Ada Lovelace' from freshdesk.readers where id = 1")
        states.append(named == [(True,)])
        (KEEP if doing == "forget" else HASHES).apply(warehouse, CATALOG, print)
        if doing == "forget" and states[-1]:
            forgetter(warehouse, email="ada@example.com").forget()
        assert b"Ada Lovelace" not in bytes_of(warehouse)
        assert query(warehouse, "select count(*) from freshdesk.loans") == count
    assert (states[0], states[-1]) == (True, False)


def kill(warehouse: Warehouse, doing: str, wait: float | None) -> None:
    """Kill the program after so many seconds, or when it writes the file anew."""
    program = [sys.executable, "-m", "freshdesk_assets_tests.replication.privacy_library"]
    with subprocess.Popen([*program, doing, str(warehouse.path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait or 0.0)
        while wait is None and process.poll() is None:
            if list(warehouse.path.parent.glob("*.unfinished")):
                break
        process.send_signal(signal.SIGKILL)


def query_written(warehouse: Warehouse, statement: str) -> list[tuple[Any, ...]]:
    """What the replica itself reads: a file with a log beside it is not opened by a reader alone."""
    with warehouse.open() as connection:
        return connection.execute(statement).fetchall()


def test_hashes_of_before_are_known_by_their_key_while_there_is_none(warehouse: Warehouse) -> None:
    """All is kept for a while, without the key; another one must not be mixed with it later."""
    replicate(warehouse, HASHES, rows())
    Privacy().apply(warehouse, CATALOG, print)
    with pytest.raises(AnotherKey):
        Privacy(policy=HASH, key="some other key, as long").apply(warehouse, CATALOG, print)
    HASHES.apply(warehouse, CATALOG, print)


def test_there_and_back_is_what_it_was(warehouse: Warehouse) -> None:
    """What was hashed stays hashed while all is kept, is hashed once, and is what a sync would write."""
    replicate(warehouse, HASHES, rows())
    before = query(warehouse, "select * exclude (_synced_at) from freshdesk.readers order by id")
    for privacy in (KEEP, HASHES, KEEP, HASHES):
        privacy.apply(warehouse, CATALOG, print)
    assert query(warehouse, "select * exclude (_synced_at) from freshdesk.readers order by id") == before
    assert replicate(warehouse, HASHES, rows()).updated == 0


def test_a_conversion_makes_what_a_sync_would(warehouse: Warehouse, tmp_path: Path) -> None:
    """Row by row, under each policy."""
    for policy in (HASHES, DROPS):
        converted, synced = (Warehouse(tmp_path / f"{policy.policy.default}{n}.duckdb") for n in "ab")
        odd = {"readers": [row(3, name=17, phone=4917012, desk="Ada's", more={"of": ["x"]}, Ada="y")]}
        replicate(converted, KEEP, rows())
        replicate(converted, KEEP, odd)
        policy.apply(converted, CATALOG, print)
        replicate(synced, policy, rows())
        replicate(synced, policy, odd)
        for table in ("readers", "loans"):
            asked = f"select * exclude (_synced_at) from freshdesk.{table} order by id"
            assert query(converted, asked) == query(synced, asked)


def test_lists_of_many_rows_are_converted(warehouse: Warehouse, tmp_path: Path) -> None:
    """DuckDB 2.0.0 could not read them back, once two columns had been updated in one transaction."""
    many = [
        row(n, title=f"{n}" * 200, copies=[f"{n}@x.org"] * (n % 3 < 2), labels=[f"{n}", "x"] * (n % 2))
        for n in range(20_000)
    ]
    synced = Warehouse(tmp_path / "synced.duckdb")
    replicate(warehouse, KEEP, {"loans": many})
    HASHES.apply(warehouse, CATALOG, print)
    replicate(synced, HASHES, {"loans": many})
    asked = "select * exclude (_synced_at) from freshdesk.loans order by id"
    assert query(warehouse, asked) == query(synced, asked)


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


def test_rejected_rows_are_treated_and_forgotten(warehouse: Warehouse) -> None:
    """They are no rows of a table, and nobody looks there."""
    keyless = json.dumps({"name": "Ada Lovelace", "email": "ada@example.com", "x": "y"}).encode()
    replicate(warehouse, KEEP, {"readers": [keyless, b'"Ada Lovelace"', b"\xff Ada Lovelace"]})
    assert len(query(warehouse, "from freshdesk_meta.rejected")) == 3
    HASHES.apply(warehouse, CATALOG, print)
    assert b"Lovelace" not in bytes_of(warehouse)
    replicate(warehouse, HASHES, {"readers": [keyless, b'"Ada Lovelace"', b"\xff Ada Lovelace"]})
    assert b"Lovelace" not in bytes_of(warehouse)


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


def test_an_exception_for_a_table_is_about_all_of_it(warehouse: Warehouse) -> None:
    """Also about what nobody declared there."""
    policy = Policy(exceptions={"readers": Treatment.DROP})
    privacy = Privacy(policy=policy, key=KEY)
    replicate(warehouse, privacy, {"readers": [ada(nick="Ada")], "loans": [row(10, reader="Ada")]})
    assert query(warehouse, "select name, _extra from freshdesk.readers") == [(None, None)]
    assert query(warehouse, "select _extra from freshdesk.loans") == [('{"reader":"Ada"}',)]
