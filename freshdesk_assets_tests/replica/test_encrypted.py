"""A replica with a key, from the first sync on or from a later day: all that reads it goes on as before."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.planted import MARK, found_in, plant
from freshdesk_assets_tests.replica.test_runs import command

KEY, OTHER = "a long key that nobody guesses", "another key that nobody guesses"
BUILT_IN = {"FRESHDESK_ENCRYPTION_BY": "mbedtls"}
"""The tests need no network, from which the extension would come."""

COUNT = "select count(*) as n from freshdesk.tickets"


def told(acme: Account, *arguments: str, code: int = 0, **environment: str) -> str:
    """What a command says; no key is in it."""
    process = command(acme, *arguments, **BUILT_IN, COLUMNS="1000", **environment)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == code, said
    assert KEY not in said
    assert OTHER not in said
    return said


def found(acme: Account, **environment: str) -> list[Any]:
    said = told(acme, "query", "--format", "json", COUNT, code=0, **environment)
    rows: list[Any] = json.loads(said)
    return rows


def legible(acme: Account, words: set[str]) -> set[str]:
    """The files of the replica that hold a planted word, the page among them."""
    files = [path for path in acme.path.parent.iterdir() if path.is_file()]
    return {path.name for path in files if any(word.encode() in path.read_bytes() for word in words)}


@pytest.mark.long
def test_syncs_queries_copies_and_pages_of_a_replica_with_a_key(
    account: Callable[..., Any], tmp_path: Path
) -> None:
    with account(tickets=30) as acme:
        words = set(plant(acme.world).words)
        number = len(acme.world.truth("tickets"))
        assert "encrypted" in told(acme, "sync", FRESHDESK_ENCRYPTION_KEY=KEY)
        assert legible(acme, words) == set()
        assert (tmp_path / "replica_page.html").exists()
        assert found(acme, FRESHDESK_ENCRYPTION_KEY=KEY) == [{"n": number}]
        assert ", encrypted\n" in told(acme, "doctor", FRESHDESK_ENCRYPTION_KEY=KEY)
        assert "freshdesk.tickets" in told(acme, "tables", "freshdesk", FRESHDESK_ENCRYPTION_KEY=KEY)
        assert "What it would cost" in told(acme, "plan", FRESHDESK_ENCRYPTION_KEY=KEY)

        acme.world.clock.advance(timedelta(hours=1))
        acme.world.create_ticket(subject=f"{MARK}later")
        told(acme, "sync", FRESHDESK_ENCRYPTION_KEY=KEY)
        assert found(acme, FRESHDESK_ENCRYPTION_KEY=KEY) == [{"n": number + 1}]
        assert legible(acme, words | {f"{MARK}later"}) == set()

        for wrong in ({}, {"FRESHDESK_ENCRYPTION_KEY": OTHER}):
            said = told(acme, "query", COUNT, code=1, **wrong)
            assert "replica_published.duckdb is encrypted" in said
            assert "FRESHDESK_ENCRYPTION_KEY" in said
            said = told(acme, "sync", code=1, **wrong)
            assert "replica.duckdb is encrypted" in said
            assert "Traceback" not in said

        # Dagster has neither key nor text.
        assert found_in(tmp_path / "cli_home", {KEY, OTHER, *words}) == {}
        copy = tmp_path / "replica_published.duckdb"
        with duckdb.connect() as connection:
            connection.execute(f"attach '{copy}' as replica (read_only, encryption_key '{KEY}')")
            assert connection.execute(f"use replica; {COUNT}").fetchone() == (number + 1,)


@pytest.mark.long
def test_a_replica_of_before_gets_a_key_and_goes_on(account: Callable[..., Any]) -> None:
    """File and copy change together, and each command says what it lacks."""
    with account(tickets=30) as acme:
        told(acme, "sync")
        number = len(acme.world.truth("tickets"))
        said = told(acme, "sync", code=1, FRESHDESK_ENCRYPTION_KEY=KEY)
        assert "replica.duckdb is not encrypted" in said
        assert "freshdesk-assets rekey" in said
        said = told(acme, "rekey", FRESHDESK_ENCRYPTION_KEY=KEY)
        assert said.count("is encrypted with the key that is set now") == 2
        said = told(acme, "rekey", FRESHDESK_ENCRYPTION_KEY=KEY)
        assert said.count("is encrypted with the key that is set already") == 2
        told(acme, "sync", FRESHDESK_ENCRYPTION_KEY=KEY)
        assert found(acme, FRESHDESK_ENCRYPTION_KEY=KEY) == [{"n": number}]
        said = told(acme, "rekey", code=1, FRESHDESK_ENCRYPTION_KEY=OTHER)
        assert "set the latter to the key that it was encrypted with" in said
        told(acme, "rekey", FRESHDESK_ENCRYPTION_KEY=OTHER, FRESHDESK_FORMER_ENCRYPTION_KEY=KEY)
        assert found(acme, FRESHDESK_ENCRYPTION_KEY=OTHER) == [{"n": number}]
        told(acme, "rekey", FRESHDESK_FORMER_ENCRYPTION_KEY=OTHER)
        assert found(acme) == [{"n": number}]
        assert acme.differences() == []
