"""Simulator and declarations, each written from Freshdesk's documentation alone, agree in both directions."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from freshdesk_assets.schema.column import Type
from freshdesk_assets.schema.sync import Keyset, LookBack, PerParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.landing.fitting import Fitter

CATALOG = declared_tables()

NOT_SENT = {
    "conversations": {"archived"},  # by the archive's path only
    "contacts": {"blocked"},  # ours: from the list that returned the row
    # SyncHub alone has it (docs/freshdesk_api.md, 4.15).
    "email_mailboxes": {"custom_mailbox_outgoing_failure_code"},
    "tickets": {"form_id", "archived"},  # by the row's own call only, and by the archive
    "groups": {
        "group_type",
        "business_hour_id",
        "auto_ticket_assign",
        "sync_status",
    },  # old and omni accounts
}
"""Declared columns that the simulated account does not send on these paths, with the reason."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    world = World(seed=3, tickets=900, now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    with serve(world) as running:
        yield running


def payloads(server: Server, table: Table) -> list[dict[str, Any]]:
    """Rows as they are sent in lists, and some row calls for the keys that lists leave out."""

    def get(path: str, **params: Any) -> Any:
        reply = requests.get(f"{server.url}/api/v2/{path}", params=params, auth=(server.key, "X"), timeout=30)
        assert reply.status_code == 200, (path, reply.status_code, reply.text)
        return reply.json()

    if isinstance(table.sync, PerParent):
        tickets = [ticket["id"] for ticket in get("tickets", updated_since="2000-01-01", per_page=100)]
        return [row for key in tickets for row in get(table.path.format(id=key), per_page=100)]
    match table.sync:
        case Keyset(since=name) | LookBack(after=name):
            since = {name: "2000-01-01T00:00:00Z"}
        case _:
            since = {}
    rows: list[dict[str, Any]] = []
    for listing in table.listings:
        found = get(table.path, **{**table.params, **listing.params, **since, "per_page": 100})
        rows += found
        if table.row_call:
            rows += [get(table.row_call.path.format(id=row["id"])) for row in found[:60]]
    return rows


@pytest.mark.parametrize("name", [table.name for table in CATALOG])
def test_everything_sent_is_declared_and_everything_declared_is_sent(server: Server, name: str) -> None:
    """What is sent and not declared ends in `_extra`; what is declared and never sent stays empty."""
    table = CATALOG[name]
    rows = payloads(server, table)
    fitter = Fitter(table)
    odd = [row for row in rows if not fitter.fits(json.dumps(row).encode())]
    assert odd == []
    sent = {column.name for column in table.columns for row in rows if _has(row, column.steps)}
    missing = {column.name for column in table.columns} - sent
    assert missing == NOT_SENT.get(name, set())


@pytest.mark.parametrize("name", [table.name for table in CATALOG])
def test_a_flag_that_a_reply_may_lack_is_false_then_or_its_description_says_what_null_means(
    server: Server, name: str
) -> None:
    """`where not archived` returned nothing while archived was null on every ticket but the archived ones."""
    flags = [column for column in CATALOG[name].columns if column.type is Type.BOOLEAN]
    unsaid = [each for each in flags if each.default is None and not re.search("null|not known", each.doc)]
    lacking = {
        each.name for each in unsaid for row in payloads(server, CATALOG[name]) if not _has(row, each.steps)
    }
    assert lacking == set()


def _has(row: Any, steps: tuple[str, ...]) -> bool:
    for step in steps:
        if not isinstance(row, dict) or step not in row:
            return False
        row = row[step]
    return True
