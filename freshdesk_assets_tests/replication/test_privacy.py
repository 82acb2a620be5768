"""A policy holds for all that comes and is stored, whatever ends a conversion, however odd rows are."""

import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from freshdesk_assets.replication.privacy import AnotherKey, Privacy
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.stopping import Stopped, stoppable
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets_tests.replication.privacy_library import (
    CATALOG,
    DROPS,
    HASH,
    HASHES,
    KEEP,
    KEY,
    READERS,
    ada,
    bytes_of,
    forgetter,
    obstacle,
    query,
    query_written,
    replicate,
    row,
    rows,
)


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


def test_who_stops_it_is_told_so(warehouse: Warehouse) -> None:
    """Whatever DuckDB makes of an interrupt inside a query, the command was stopped; nothing was changed."""
    many = rows()
    many["loans"] += [row(100 + n, title=f"{n}" * 99, note="x", copies=[f"{n}@x.org"]) for n in range(20_000)]
    replicate(warehouse, KEEP, many)

    def interrupt(said: str) -> None:
        assert "from now on" in said
        threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()

    with pytest.raises(Stopped), stoppable(to_the_end=False):
        HASHES.apply(warehouse, CATALOG, interrupt)
    assert query_written(warehouse, "select count(*) from freshdesk.loans where copies[1] like 'hash:%'") == [
        (0,)
    ]
    HASHES.apply(warehouse, CATALOG, print)


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


def test_tables_that_are_not_replicated_now_are_treated_and_forgotten_too(warehouse: Warehouse) -> None:
    """Their rows of before are in the file."""
    replicate(warehouse, KEEP, rows())
    fewer = Catalog((READERS,), chosen_from=CATALOG)
    replace(forgetter(warehouse, contact=1), catalog=fewer).forget()
    assert query(warehouse, "select note, copies from freshdesk.loans order by id") == [
        (None, None),
        ("[forgotten] knows", ["[forgotten]"]),
    ]
    DROPS.apply(warehouse, fewer, print)
    assert query(warehouse, "select count(note), count(copies) from freshdesk.loans") == [(0, 0)]
    said: list[str] = []
    assert DROPS.apply(warehouse, CATALOG, said.append) is False


def test_rejected_rows_are_treated_and_forgotten(warehouse: Warehouse) -> None:
    """They are no rows of a table, and nobody looks there."""
    keyless = json.dumps({"name": "Ada Lovelace", "email": "ada@example.com", "x": "y"}).encode()
    replicate(warehouse, KEEP, {"readers": [keyless, b'"Ada Lovelace"', b"\xff Ada Lovelace"]})
    assert len(query(warehouse, "from freshdesk_meta.rejected")) == 3
    HASHES.apply(warehouse, CATALOG, print)
    assert b"Lovelace" not in bytes_of(warehouse)
    replicate(warehouse, HASHES, {"readers": [keyless, b'"Ada Lovelace"', b"\xff Ada Lovelace"]})
    assert b"Lovelace" not in bytes_of(warehouse)


def test_an_exception_for_a_table_is_about_all_of_it(warehouse: Warehouse) -> None:
    """Also about what nobody declared there."""
    policy = Policy(exceptions={"readers": Treatment.DROP})
    privacy = Privacy(policy=policy, key=KEY)
    replicate(warehouse, privacy, {"readers": [ada(nick="Ada")], "loans": [row(10, reader="Ada")]})
    assert query(warehouse, "select name, _extra from freshdesk.readers") == [(None, None)]
    assert query(warehouse, "select _extra from freshdesk.loans") == [('{"reader":"Ada"}',)]
