"""`python -m benchmarks.lake [--tickets 1000]`: a first sync and a day's changes, on a lake and on a file.

Both are the real command line, one after another, against a simulated account that answers at once. The lake
has its catalogue in Postgres on loopback, and its files in a folder. It needs the extra `lake`: the python of
`.venv-lake`, which `make test-lake` makes.

The limit beside them is Freshdesk's: 700 calls a minute bring 1,167 rows a second at most, whatever stores
them.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pgserver.postgres_server

from benchmarks.replica import conditions, replica, show


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1000)
    tickets = parser.parse_args().tickets
    file, lake = (measure(kind, tickets) for kind in ("file", "lake"))
    rows = [(name, file[name], lake[name], lake[name] / file[name]) for name in file]
    show(f"{tickets:,} tickets; {conditions()}", ["", "file", "lake", "ratio"], rows)


def measure(kind: str, tickets: int) -> dict[str, float]:
    """What a first sync, a sync of a day's changes and one with nothing new take, and what is then stored."""
    found: dict[str, float] = {}
    with replica(tickets=tickets, days_behind=1) as made, placed(kind) as settings:
        for name in ("first sync", "a day's changes", "nothing new"):
            if name == "a day's changes":
                made.server.world.day_of_changes(random.Random(5))
            ran = made.command("sync", **settings)
            found[f"{name}, CPU s"] = ran.cpu
            found[f"{name}, s"] = ran.seconds
        stored = [made.file]
        if kind == "lake":
            stored = list(Path(settings["FRESHDESK_DATA_PATH"]).rglob("*.parquet"))
        found["files"] = float(len(stored))
        found["MB"] = sum(file.stat().st_size for file in stored) / 1e6
    return found


@contextmanager
def placed(kind: str) -> Iterator[dict[str, str]]:
    """The settings of a destination."""
    if kind == "file":
        yield {"FRESHDESK_PUBLISHED": "off"}
        return
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.postgres_server.get_server(Path(folder) / "postgres")
        try:
            yield {
                "FRESHDESK_DESTINATION": f"ducklake:postgres:{server.get_uri()}",
                "FRESHDESK_DATA_PATH": os.path.join(folder, "files"),
            }
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
