"""What a process keeps of a file between two openings, and when it must not trust it."""

import os
import time
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.warehouse.engines import ENGINES_KEPT, LINGER, _kept, let_go, lingering
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.notes import once
from freshdesk_assets_tests.programs.open_file import can_be_opened


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "kept.duckdb", lock_wait=0.0)
    with made.open() as connection:
        connection.execute("create table replica.main.t as select 1 as a")
    return made


def ensured(warehouse: Warehouse, how: object = None) -> bool:
    """Whether something was still to be made sure of."""
    with warehouse.open() as connection:
        return once(connection, "it", how)


def test_what_was_made_sure_of_is_not_looked_at_again(warehouse: Warehouse) -> None:
    """Shapes and ledger were looked at four hundred times in a sync that found nothing new."""
    assert ensured(warehouse)
    assert not ensured(warehouse)
    assert ensured(warehouse, "otherwise")
    assert ensured(warehouse), "it is as it was said last, not as it was said once"


def test_what_was_rolled_back_is_made_again(warehouse: Warehouse) -> None:
    """A table that a failed load had created is not there."""

    def fail() -> None:
        with warehouse.open() as connection:
            assert once(connection, "it")
            connection.execute("select no_such_column from t")

    with pytest.raises(duckdb.Error):
        fail()
    assert ensured(warehouse)


def test_a_file_that_somebody_else_wrote_is_looked_at_anew(warehouse: Warehouse) -> None:
    """A backup put in its place, or a table dropped by hand: the daemon's process lives for weeks."""
    assert ensured(warehouse)
    with duckdb.connect(str(warehouse.path)) as other:
        other.execute("drop table t")
    assert ensured(warehouse)
    backup = warehouse.path.with_name("backup.duckdb")
    with duckdb.connect(str(backup)) as other:
        other.execute("create table u as select 1 as a")
    warehouse.path.write_bytes(backup.read_bytes())
    assert ensured(warehouse)


def test_between_two_openings_anybody_can_have_the_file(warehouse: Warehouse) -> None:
    """Only the engine is kept, not the file."""
    assert can_be_opened(warehouse.path)
    with duckdb.connect(str(warehouse.path)) as here:
        assert here.execute("select a from t").fetchone() == (1,)


def test_a_file_lingers_for_a_moment_and_no_longer(warehouse: Warehouse) -> None:
    """Steps of a run follow each other within milliseconds; a call may wait for the limit for minutes."""
    with lingering():
        with warehouse.open():
            pass
        deadline = time.monotonic() + 30
        while not can_be_opened(warehouse.path):
            assert time.monotonic() < deadline
        with warehouse.open() as connection:
            assert connection.execute("select a from t").fetchone() == (1,)
        let_go()
        assert can_be_opened(warehouse.path)
        with warehouse.open():
            pass
    assert can_be_opened(warehouse.path)


def test_a_file_that_lingered_can_be_opened_whenever_that_ends(warehouse: Warehouse) -> None:
    """Just then another thread may be about to close it."""
    for early in range(25):
        with lingering():
            with warehouse.open() as connection:
                connection.execute(
                    "create or replace table u as select md5(range::varchar) from range(20000)"
                )
            time.sleep(LINGER - 0.004 + early * 0.0003)
        with duckdb.connect() as other:
            other.execute(f"attach '{warehouse.path}' as other (read_only)")


def test_a_process_keeps_few_engines(tmp_path: Path) -> None:
    """Each holds threads and memory; a test process opens hundreds of files."""
    for number in range(5):
        with Warehouse(tmp_path / f"{number}.duckdb").open():
            pass
    assert len(_kept) <= ENGINES_KEPT


def test_a_child_that_was_forked_has_an_engine_of_its_own(warehouse: Warehouse) -> None:
    """A fork copies no threads: an engine that came with it would wait for them for ever."""
    if child := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        return
    code = 1
    try:
        with warehouse.open() as connection:
            code = 0 if connection.execute("select a from t").fetchone() == (1,) else 2
    finally:
        os._exit(code)
