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
    """The account that every kept file is a replica of."""
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    return World(seed=3, tickets=30, now=now, days=30, contacts=20, agents=6)


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
