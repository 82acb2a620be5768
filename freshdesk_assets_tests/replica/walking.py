"""Accounts of which some tables alone are replicated, day after day, and compared with the truth."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.truth import surplus

SOLUTIONS = ["solution_categories", "solution_folders", "solution_articles"]
CANNED = ["canned_response_folders", "canned_responses"]
DISCUSSIONS = ["discussion_categories", "discussion_forums", "discussion_topics", "discussion_comments"]


@contextmanager
def knowing(account: Callable[..., Any], *names: str, **options: Any) -> Iterator[Account]:
    """An account of which these tables are replicated alone, and were once."""
    with account(tickets=60, **options) as acme:
        acme.catalog = declared_tables()
        read(acme, *names)
        yield acme


def read(acme: Account, *names: str) -> int:
    """Read the tables as a later sync does; returns the credits that it took."""
    acme.world.clock.advance(timedelta(hours=25))
    acme.sync(select=list(names))
    assert wrong(acme, *names) == []
    return int(acme.server.meter.credits)


def wrong(acme: Account, *names: str) -> list[Any]:
    """Where the tables differ from the truth: cells, rows that are missing, rows that are not there."""
    found: list[Any] = list(acme.differences(only=names))
    for name in names:
        found += [(name, key) for key in surplus(acme.path, acme.world, name)]
    return found


def folders(acme: Account) -> dict[int, dict[str, Any]]:
    return acme.world.truth("solution_folders")
