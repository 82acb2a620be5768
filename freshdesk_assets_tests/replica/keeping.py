"""Stores a replica as today's code makes it, to test later code on it.

`python -m freshdesk_assets_tests.replica.keeping NAME`, once for each release; test_upgrade.py opens all.
"""

import lzma
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from freshdesk_assets.cli import main
from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World

KEPT = Path(__file__).with_name("kept")
START = datetime(2026, 10, 1, tzinfo=UTC)


def kept_world() -> World:
    """The account that every kept file is a replica of, without what accounts have gained since."""
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    world = World(seed=3, tickets=30, now=now, days=30, contacts=20, agents=6)
    hours, policies, groups = (world.tables[name] for name in ("business_hours", "sla_policies", "groups"))
    for table in (hours, policies):
        for row_id in list(table)[2:]:
            del table[row_id]
    for row in hours.values():
        row.pop("holidays", None)
    default, other = policies.values()
    default["position"], other["position"], other["sla_target"] = 1, 2, default["sla_target"]
    for position, group in enumerate(groups.values()):
        group["business_calendar_id"] = None if position % 2 else next(iter(hours))
    # An automation's message counted as an agent's.
    world.tickets[26].stats["agent_responded_at"] = "2026-11-15T13:21:09Z"
    return world


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, serve(kept_world()) as server:
        file = Path(folder) / "replica.duckdb"
        os.environ |= {
            "DAGSTER_HOME": f"{folder}/home",
            "FRESHDESK_DOMAIN": server.url,
            "FRESHDESK_API_KEY": server.key,
            "FRESHDESK_DUCKDB": str(file),
            "FRESHDESK_PUBLISHED": "off",
            "FRESHDESK_START_DATE": f"{START:%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": "monthly",
        }
        if code := main(["sync"]):
            sys.exit(code)
        (KEPT / f"{sys.argv[1]}.xz").write_bytes(lzma.compress(file.read_bytes(), preset=9))
