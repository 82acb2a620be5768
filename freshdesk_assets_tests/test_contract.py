"""Simulator and declarations, each written from Freshdesk's documentation alone, agree in both directions."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from freshdesk_assets.extract.day_files import link_in, rows_in
from freshdesk_assets.extract.replies import given_by, list_reader
from freshdesk_assets.schema.column import Type
from freshdesk_assets.schema.sync import DayFiles, Keyset, LookBack
from freshdesk_assets.schema.table import Table
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.landing.fitting import EXTRA, Fitter

CATALOG = declared_tables()

NOT_SENT = {
    "conversations": {"archived"},  # by the archive's path only
    "contacts": {"blocked"},  # ours: from the list that returned the row
    # SyncHub alone has it (docs/freshdesk_api.md, 4.15).
    # The others are of the older list.
    "email_mailboxes": {
        "custom_mailbox_outgoing_failure_code",
        "to_email",
        "reply_email",
        "primary_role",
    },
    "tickets": {"form_id", "archived"},  # by the row's own call only, and by the archive
    "ticket_details": {"cloud_files"},  # by tickets with files from cloud storage
    "solution_folders": {"company_segment_ids"},  # by folders that segments of companies see
    "discussion_forums": {"posts_count"},  # on older accounts
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
    world = World(seed=3, tickets=900, now=datetime(2026, 3, 2, 9, tzinfo=UTC), live_keys=True)
    with serve(world, files=True, ticket_activities=True) as running:
        running.switches.custom_objects = True
        running.switches.urgent_key = True
        yield running


def payloads(server: Server, table: Table) -> list[dict[str, Any]]:
    """Rows as they are sent in lists, and some row calls for the keys that lists leave out."""

    def get(path: str, **params: Any) -> bytes:
        reply = requests.get(f"{server.url}/api/v2/{path}", params=params, auth=(server.key, "X"), timeout=30)
        found = reply.status_code == 200
        assert found or (optional and reply.status_code == 404), (path, reply.status_code, reply.text)
        return reply.content if found else b""

    optional = any(branch.optional for branch in table.branches)
    size = {"per_page": table.per_page} if table.per_page and not table.next_at else {}
    rows: list[bytes] = []
    for branch in table.branches:
        given: dict[str, Any] = {table.column(branch.column).path: 1}
        place = {}
        if branch.variants:
            place[branch.variants.column] = given[branch.variants.column] = "de"
        parse = list_reader(table, given, one=branch.one)
        asked = {} if branch.one else {**table.params, **size}
        for key in list(server.world.truth(branch.parent))[:300]:
            if not (branch.parent == "tickets" and server.world.truth("tickets")[key]["archived"]):
                rows += parse(body) if (body := get(branch.path.format(id=key, **place), **asked)) else []
    if isinstance(table.sync, DayFiles):
        for back in range(1, table.sync.days):
            day = (server.world.clock.now() - timedelta(days=back)).date().isoformat()
            link = link_in(get(table.path, **{table.sync.parameter: day}), table.sync)
            rows += rows_in(table, table.sync, requests.get(link, timeout=30).content)
    elif not table.branches:
        match table.sync:
            case Keyset(since=name) | LookBack(after=name):
                since = {name: "2000-01-01T00:00:00Z"}
            case _:
                since = {}
        for listing in table.listings:
            parse = list_reader(table, given_by(table, listing))
            params = {**table.params, **listing.params, **since, **size}
            rows += parse(get(listing.path or table.path, **params))
    found = [json.loads(row) for row in rows]
    if table.row_call:
        found += [json.loads(get(table.row_call.path.format(id=row["id"]))) for row in found[:60]]
    return found


@pytest.mark.parametrize("name", [table.name for table in CATALOG])
def test_everything_sent_is_declared_and_everything_declared_is_sent(server: Server, name: str) -> None:
    """What is sent and not declared ends in `_extra`; what is declared and never sent stays empty."""
    table = CATALOG[name]
    rows = payloads(server, table)
    fitter = Fitter(table)
    # A number that is sent as a text, or a time in milliseconds, fits once it is converted.
    odd = [json.loads(fitter.fit(line)) for row in rows if not fitter.fits(line := json.dumps(row).encode())]
    assert [row[EXTRA] for row in odd if EXTRA in row] == []
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
