"""An account with an archive, and the search of it that `freshdesk-assets archive` makes."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from freshdesk_assets.extract.http.budget import Budget
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.replication.archive import Search
from freshdesk_assets.replication.archived import archived_tables
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.truth import plain, true_value

TICKET, TALK = "tickets/archived/{id}", "tickets/archived/{id}/conversations"
TABLES = ["tickets", "conversations"]
BY_LIST_ALONE = "stats."
"""Freshdesk's times of a ticket are sent by its list and not by the archive."""


def aged(seed: int = 1, tickets: int = 120) -> World:
    """An account whose older tickets are archived for the most part, and some purged; the newest lives."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    world, rng = World(seed=seed, tickets=tickets, now=now, days=30), random.Random(seed)
    for ticket in rng.sample(sorted(world.tickets)[:-1], tickets * 2 // 5):
        (world.purge if rng.random() < 0.3 else world.archive)(ticket)
    return world


def archived(world: World) -> list[int]:
    """The tickets that are archived."""
    return sorted(key for key, row in world.truth("tickets").items() if row["archived"])


def gaps(world: World) -> list[int]:
    """The ids below the highest that no list shows."""
    shown = {key for key, row in world.truth("tickets").items() if not row["archived"]}
    return sorted(set(range(1, max(shown))) - shown)


def pages(world: World, tickets: Sequence[int]) -> int:
    """How many pages the conversations of tickets have."""
    talk = [row["ticket_id"] for row in world.truth_conversations().values()]
    return sum(max(1, -(-talk.count(ticket) // 100)) for ticket in tickets)


def searched(acme: Account, *, most: int | None = None, seconds: float = 600.0, **options: Any) -> Search:
    """What `freshdesk-assets archive` does, in turns of so many seconds."""
    acme.server.meter.reset()
    search = searching(acme, **options)
    budget = Budget(run=most, run_named="--credits")
    with Client(domain=acme.server.url, api_key=acme.server.key, budget=budget) as client:
        while not search.go_on(client, seconds):
            pass
    return search


def searching(acme: Account, **options: Any) -> Search:
    """A search that has not begun."""
    file = duckdb_file(acme.settings)
    (found,) = archived_tables(acme.catalog)
    parts: dict[str, Any] = {
        "warehouse": file.warehouse(),
        "spools": file.spool_root,
        "memory": file.memory,
        "privacy": file.privacy,
        "say": print,
    }
    return Search(archived=found, catalog=acme.catalog, **parts, **options)


def differing(acme: Account, table: str, true: dict[int, dict[str, Any]], archived: bool) -> list[Any]:
    """Where stored rows that were archived are not what the truth makes them, cell by cell."""
    declared = declared_tables()[table]
    names = [column.name for column in declared.columns]
    with duckdb.connect(str(acme.path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.execute(
            f"select {', '.join(names)} from replica.freshdesk.{table} where archived and _deleted_at is null"
        ).fetchall()
    stored = {row[names.index("id")]: row for row in rows}
    assert stored.keys() == true.keys()
    return [
        (key, column.name, plain(column, cell), true_value(column, true[key]))
        for key, row in stored.items()
        for column, cell in zip(declared.columns, row, strict=True)
        if not column.path.startswith(BY_LIST_ALONE)
        and plain(column, cell) != (archived if column.name == "archived" else true_value(column, true[key]))
    ]
