"""Files of attachments equal the account's, wherever they come from; the key never gets to where they are."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.orchestration.names import FILES
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.simulator.files import file_bytes
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account

WITH_FILES = [
    "tickets",
    "conversations",
    "ticket_details",
    "canned_response_folders",
    "canned_responses",
    "solution_categories",
    "solution_folders",
    "solution_articles",
]
CHILDREN = {
    "conversation_attachments": "conversation_id",
    "ticket_attachments": "ticket_id",
    "canned_response_attachments": "canned_response_id",
    "solution_article_attachments": "solution_article_id",
}
RECORDED = "replica.freshdesk_meta.attachment_files"
STEP = "__".join(FILES.path)


@contextmanager
def filed(account: Callable[..., Any], tickets: int = 40, **different: Any) -> Iterator[Account]:
    """An account whose files can be had, and are to be put into a folder."""
    with account(tickets=tickets, files=True) as acme:
        acme.catalog = choose(declared_tables(), ["ticket_details"])
        acme.decide(files=acme.path.parent / "files", **different)
        yield acme


def read(acme: Account, *names: str, **options: Any) -> dg.ExecuteInProcessResult:
    """Sync the tables that have files, or these alone, an hour later."""
    acme.world.clock.advance(timedelta(hours=1))
    return acme.sync(select=list(names or WITH_FILES), **options)


def attachments(acme: Account) -> dict[tuple[str, int, int], bytes]:
    """What the replica should have: by table, row and id, the bytes that the store has."""
    found = {}
    for table, by in CHILDREN.items():
        living = f"select {by}, id from replica.freshdesk.{table} where _deleted_at is null"
        for parent, id_ in acme.query(living):
            found[table, parent, id_] = file_bytes(id_)
    return found


def stored(acme: Account) -> dict[tuple[str, int, int], bytes]:
    """What the folder has of what the ledger says is fetched."""
    rows = acme.query(f"select table_name, parent_id, id, path from {RECORDED} where error is null")
    return {
        (table, parent, id_): (acme.path.parent / "files" / path).read_bytes()
        for table, parent, id_, path in rows
    }


def failed(acme: Account) -> dict[str, int]:
    """How many are not fetched, by reason."""
    return dict(acme.query(f"select error, count(*) from {RECORDED} where error is not null group by error"))


def contents(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.long
def test_every_file_is_there_byte_for_byte_and_the_key_never_left(account: Callable[..., Any]) -> None:
    """Of each table that has files, by its hash, for this user alone; a second sync asks for none."""
    with filed(account) as acme:
        result = read(acme)
        truth = attachments(acme)
        assert {table for table, _, _ in truth} == set(CHILDREN)
        assert failed(acme) == {}
        assert stored(acme) == truth
        assert failed(acme) == {}
        folder = acme.path.parent / "files"
        for path in contents(folder):
            assert path.name == hashlib.sha256(path.read_bytes()).hexdigest()
            assert path.parent.name == path.name[:2]
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.parent.stat().st_mode & 0o777 == 0o700
        assert {path.read_bytes() for path in contents(folder)} == set(truth.values())
        asked = acme.server.files.counters()
        assert asked == {"requests": len(truth), "with_authorization": 0}
        told = acme.metadata(result, FILES.path[-1])
        assert told["files_fetched"] == told["files_in_all"] == len(truth)
        assert told["bytes_fetched"] == sum(map(len, truth.values()))

        read(acme)
        assert acme.server.files.counters() == asked
        number = acme.query("select ticket_id from replica.freshdesk.ticket_attachments")[0][0]
        acme.world.set_priority(number, 4)
        read(acme)
        assert acme.server.files.counters() == asked
