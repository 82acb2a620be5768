"""One process at a time writes a lake, and one reads an account, on whatever machines they are.

Postgres says whose turn it is. Who lost its session, as one that was stopped for hours, cannot commit.
"""

from functools import partial
from pathlib import Path

import pytest

from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.file import FileLocked, Warehouse, WarehouseError
from freshdesk_assets_tests.lake.shelf import add, begin, numbers, shelf
from freshdesk_assets_tests.places import PASSWORD, ask
from freshdesk_assets_tests.programs import begun, line, rest


def end_session(warehouse: Warehouse) -> None:
    """End the session of the process that has, or had last, the lake, as a network does that is away."""
    assert isinstance(warehouse.place, Lake)
    assert ask(
        "postgres", f"select pg_terminate_backend(session, 5000) from {warehouse.place.schema}.freshdesk_turn"
    ) == [(True,)]


def go_on(process: object) -> None:
    """Let a program that waits for a line go on."""
    stdin = process.stdin  # type: ignore[attr-defined]
    stdin.write("\n")
    stdin.flush()


def test_the_second_process_waits_for_the_first_and_both_store(tmp_path: Path) -> None:
    """Two machines with a schedule each, of one account."""
    warehouse = begin(tmp_path)
    with begun("store_in_lake", tmp_path) as first:
        assert line(first) == "written"
        with begun("store_in_lake", tmp_path) as second:
            assert line(second).startswith("waiting for another run, which reads the same account into")
            assert numbers(warehouse) == (1000, 1000), "who reads is not kept waiting"
            go_on(first)
            assert rest(first) == ["stored"]
            assert line(second) == "written"
            go_on(second)
            assert rest(second) == ["stored"]
    assert numbers(warehouse) == (3000, 2000)


def test_a_lake_in_use_is_waited_for_and_then_named(tmp_path: Path) -> None:
    """As a file is that another process has open; the message says who has it."""
    begin(tmp_path)
    with begun("store_in_lake", tmp_path) as other:
        assert line(other) == "written"
        with pytest.raises(FileLocked, match=rf"in use by process {other.pid} on ") as refused:
            add(shelf(tmp_path, lock_wait=0.3), 1)
        assert PASSWORD not in str(refused.value)


def test_two_accounts_have_lakes_of_their_own_and_do_not_wait(tmp_path: Path) -> None:
    """They share a database, not a schema of it."""
    begin(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    begin(other)
    with begun("store_in_lake", tmp_path) as process:
        assert line(process) == "written"
        with shelf(other, lock_wait=0.0).turn("another", "this test", pytest.fail):
            add(shelf(other, lock_wait=0.0), 7)
        go_on(process)
        assert rest(process) == ["stored"]
    assert numbers(shelf(other)) == (1001, 1000)
    assert numbers(shelf(tmp_path)) == (2000, 2000)


def test_who_lost_its_session_cannot_commit_once_another_has_written(tmp_path: Path) -> None:
    """It read the account as it was; what it would store may be older than what is there."""
    warehouse = begin(tmp_path)
    with begun("store_in_lake", tmp_path) as late:
        assert line(late) == "written"
        end_session(warehouse)
        add(warehouse, 1000)
        go_on(late)
        (said,) = rest(late)
        assert said.startswith("refused: another process has ducklake:postgres:")
        assert "run again to continue" in said
    assert numbers(warehouse) == (1001, 1001)


def test_who_lost_its_session_within_a_transaction_cannot_commit_it(tmp_path: Path) -> None:
    """Another could have begun in the meantime: only the lock says that none did, and it is lost."""
    warehouse = begin(tmp_path)
    with begun("store_in_lake", tmp_path) as late:
        assert line(late) == "written"
        end_session(warehouse)
        go_on(late)
        assert rest(late)[0].startswith("refused: ")
    assert numbers(warehouse) == (1000, 1000)
    add(warehouse, 1000)
    assert numbers(warehouse) == (1001, 1001)


def test_who_lost_its_session_goes_on_if_nobody_came_between(tmp_path: Path) -> None:
    """A network that is away for a second costs no run."""
    warehouse = begin(tmp_path)
    with warehouse.turn("acme", "this run", pytest.fail):
        add(warehouse, 1000)
        end_session(warehouse)
        add(warehouse, 1001)
    assert numbers(warehouse) == (1002, 1002)


def test_who_lost_its_session_ends_if_another_reads_the_account_since(tmp_path: Path) -> None:
    """Both would spend its credits, and read what the other reads."""
    warehouse = begin(tmp_path)
    with warehouse.turn("acme", "this run", pytest.fail):
        add(warehouse, 1000)
        end_session(warehouse)
        with begun("store_in_lake", tmp_path) as other:
            assert line(other) == "written"
            go_on(other)
            # It has the account until it ends; the lake's own lock is free before that.
            with pytest.raises(WarehouseError, match="another run reads the account since"):
                add(warehouse, 1001)
            assert rest(other) == ["stored"]
        with pytest.raises(WarehouseError, match="another run reads the account since"):
            add(warehouse, 1002)  # the rest of the run must not go on without the account
    assert numbers(warehouse) == (2001, 2000)
    add(warehouse, 3000)


def test_who_lost_its_session_in_a_transaction_asks_for_the_account_again(tmp_path: Path) -> None:
    """A session that is made anew for anything else has not the lock of the account."""
    warehouse = begin(tmp_path)
    with warehouse.turn("acme", "this run", pytest.fail):
        with pytest.raises(WarehouseError, match="another process has"):
            add(warehouse, 1000, meanwhile=partial(end_session, warehouse))
        with begun("store_in_lake", tmp_path) as other:
            assert line(other) == "written"
            with pytest.raises(WarehouseError, match="another run reads the account since"):
                add(warehouse, 1001)
    assert numbers(warehouse) == (1000, 1000)
