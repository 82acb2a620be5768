"""Whose account a file holds is known from Freshdesk's own id, asked for once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from freshdesk_assets.extract.http.budget import today
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import Unavailable, Unreachable
from freshdesk_assets.replication.ownership import AnotherAccount, check_account, held_in
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.account import Held
from freshdesk_assets.warehouse.ledger.credits import credits_of_day


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A file that is not there yet."""
    return Warehouse(tmp_path / "replica.duckdb")


@contextmanager
def served(seed: int = 1, **switches: Any) -> Iterator[Server]:
    """An account, served under an address of its own."""
    with serve(World(seed=seed, tickets=5), **switches) as server:
        yield server


def check(warehouse: Warehouse, server: Server, *, renamed: bool = False) -> list[str]:
    """What is said when the file is used for the account."""
    said: list[str] = []
    with Client(domain=server.url, api_key=server.key, attempts=1) as client:
        check_account(warehouse, client, host(server), renamed=renamed, say=said.append)
    return said


def host(server: Server) -> str:
    """The address under which the account is served."""
    return urlsplit(server.url).netloc


def test_an_account_is_asked_who_it_is_once(warehouse: Warehouse) -> None:
    """Not at each run: that would be a credit each."""
    with served() as server:
        for _ in range(3):
            assert check(warehouse, server) == []
        assert server.meter.calls["account"] == 1
        assert held_in(warehouse) == Held(host(server), "3456789")
    with warehouse.open() as connection:
        assert credits_of_day(connection, today()) == 1


def test_an_account_under_a_new_name_is_let_through_and_recorded(warehouse: Warehouse) -> None:
    """Accounts are renamed; their id stays."""
    with served() as server, served() as renamed:
        check(warehouse, server)
        (said,) = check(warehouse, renamed)
        assert host(server) in said
        assert check(warehouse, renamed) == []
        assert renamed.meter.calls["account"] == 1


def test_another_account_is_refused_whatever_the_user_says(warehouse: Warehouse) -> None:
    """Freshdesk's word counts more; both sentences name the ways out."""
    with served() as server, served(seed=2) as other:
        check(warehouse, server)
        for renamed in (False, True):
            with pytest.raises(AnotherAccount, match=r"FRESHDESK_DUCKDB .* begin-anew"):
                check(warehouse, other, renamed=renamed)
        assert held_in(warehouse) == Held(host(server), "3456789")


def test_without_the_right_to_ask_a_new_name_needs_the_users_word(warehouse: Warehouse) -> None:
    """Only administrators may ask for the account's id."""
    with served(admin=False) as server, served(admin=False) as renamed:
        check(warehouse, server)
        with pytest.raises(AnotherAccount, match="--renamed"):
            check(warehouse, renamed)
        assert check(warehouse, renamed, renamed=True)
        assert check(warehouse, renamed) == []


def test_a_replica_of_before_takes_the_account_that_it_is_read_from(warehouse: Warehouse) -> None:
    """It has no record of whose it is."""
    with warehouse.open() as connection:
        connection.execute("create schema freshdesk_meta")
    with served(seed=7) as server:
        check(warehouse, server)
        assert held_in(warehouse) == Held(host(server), "3456795")


def test_an_account_that_does_not_say_who_it_is_is_read_all_the_same(warehouse: Warehouse) -> None:
    """One path that is down must not stop a first sync: the next run asks."""
    with served() as server:
        server.faults.add("unavailable", path="account")
        check(warehouse, server)
        assert held_in(warehouse) is None
        with warehouse.open() as connection:
            assert credits_of_day(connection, today()) == 2, "one to see whether anything else is answered"
        check(warehouse, server)
        assert held_in(warehouse) == Held(host(server), "3456789")


def test_for_an_account_that_answers_nothing_no_file_is_made(warehouse: Warehouse) -> None:
    """Else the folder would show a replica of an account that may not exist."""
    with served() as server:
        server.faults.add("unavailable", times=None)
        with pytest.raises(Unavailable):
            check(warehouse, server)
    with pytest.raises(Unreachable), Client(domain=server.url, api_key=server.key, sleep=ignore) as client:
        check_account(warehouse, client, host(server))
    assert not warehouse.path.exists()


def ignore(seconds: float) -> None:
    """Wait no time at all."""
