"""`python -m benchmarks.lake [--tickets 1000] [--store 30]`: a first sync and others, on lake and file.

Both are the real command line, one after another, against a simulated account that answers at once. The lake
has its catalogue in Postgres on loopback, and its files in a folder. With `--store` they are on a server
of S3 on loopback each of whose answers takes so many milliseconds longer, and its calls are counted. It
needs the extra `lake`: the python of `.venv-lake`, which `make test-lake` makes.

The limit beside them is Freshdesk's: 700 calls a minute bring 1,167 rows a second at most, whatever stores
them.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pgserver.postgres_server

from benchmarks.replica import conditions, replica, show
from freshdesk_assets_tests.lake.store import object_store


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument("--store", type=float, metavar="MS")
    asked = parser.parse_args()
    tickets = asked.tickets
    file, lake = (measure(kind, tickets, asked.store) for kind in ("file", "lake"))
    rows = [
        (name, file.get(name, ""), lake[name], lake[name] / file[name] if name in file else "")
        for name in lake
    ]
    show(f"{tickets:,} tickets; {conditions()}", ["", "file", "lake", "ratio"], rows)


SYNCS = (
    "first sync",
    "a day's changes",
    "nothing new",
    "nothing new, 2nd",
    "nothing new, 3rd",
    "nothing new, 4th",
)


def measure(kind: str, tickets: int, store: float | None) -> dict[str, float]:
    """What a first sync, one of a day's changes and some with nothing new take, and what is then stored."""
    found: dict[str, float] = {}
    with replica(tickets=tickets, days_behind=1) as made, placed(kind, store) as (settings, calls):
        for name in SYNCS:
            if name == "a day's changes":
                made.server.world.day_of_changes(random.Random(5))
            calls.clear()
            ran = made.command("sync", **settings)
            found[f"{name}, CPU s"] = ran.cpu
            found[f"{name}, s"] = ran.seconds
            if calls:
                found[f"{name}, calls to the store"] = float(len(calls))
        stored = [made.file]
        if kind == "lake" and store is None:
            stored = list(Path(settings["FRESHDESK_DATA_PATH"]).rglob("*.parquet"))
        if kind == "file" or store is None:
            found["files"] = float(len(stored))
            found["MB"] = sum(file.stat().st_size for file in stored) / 1e6
    return found


@contextmanager
def placed(kind: str, store: float | None) -> Iterator[tuple[dict[str, str], list[str]]]:
    """The settings of a destination, and the calls to its store."""
    if kind == "file":
        yield {"FRESHDESK_PUBLISHED": "off"}, []
        return
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = pgserver.postgres_server.get_server(Path(folder) / "postgres")
        stack.callback(server.cleanup)
        settings = {
            "FRESHDESK_DESTINATION": f"ducklake:postgres:{server.get_uri()}",
            "FRESHDESK_DATA_PATH": os.path.join(folder, "files"),
        }
        calls: list[str] = []
        if store is not None:
            served = stack.enter_context(object_store(Path(folder) / "store"))
            served.slow, calls = store / 1000, served.seen
            settings |= served.environment()
        yield settings, calls


if __name__ == "__main__":
    main()
