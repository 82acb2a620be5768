"""What treating personal data costs: landing of tickets that are kept, hashed or dropped, in one run."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.canned import replicated
from benchmarks.replica import conditions, show
from benchmarks.timing import Measured
from freshdesk_assets.personal.forgotten import Forgotten, owners_of
from freshdesk_assets.personal.hashing import Hasher
from freshdesk_assets.personal.naming import Marker
from freshdesk_assets.personal.rows import RowTreatment
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.tables import declared_tables

KEY = "the benchmark's key, long enough"

FORGOTTEN = "keep, and somebody was forgotten"


def main() -> None:
    """Each policy in a process of its own, the ratio to what is kept beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--part", choices=[*Treatment, FORGOTTEN], help="run one part, in this process")
    options = parser.parse_args()
    if options.part:
        print(json.dumps(measure(options.part, options.rows)))
        return
    print(conditions())
    parts = {name: _part(name, options.rows) for name in (*map(str, Treatment), FORGOTTEN)}
    kept = parts[str(Treatment.KEEP)]
    show(
        f"{options.rows:,} tickets, spooled and landed",
        ("", "rows/s", "CPU µs/row", "CPU of keep", "spooling s"),
        [
            (
                name,
                options.rows / each["seconds"],
                each["cpu"] / options.rows * 1e6,
                each["cpu"] / kept["cpu"],
                each["spooling"],
            )
            for name, each in parts.items()
        ],
    )


def _part(name: str, rows: int) -> Measured:
    asked = [sys.executable, "-m", "benchmarks.privacy", "--part", name, "--rows", str(rows)]
    measured: Measured = json.loads(
        subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True).stdout
    )
    return measured


def measure(name: str, rows: int) -> Measured:
    """Land the rows as a sync does."""
    with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-") as folder:
        return replicated(Path(folder), range(rows), later=0, treatment=_treatment(name))


def _treatment(name: str) -> RowTreatment | None:
    catalog = declared_tables()
    table, hasher = catalog["tickets"], Hasher(KEY)
    if name == Treatment.KEEP:
        return None
    if name != FORGOTTEN:
        return RowTreatment(table, catalog.children, Policy(default=Treatment(name)), hasher, None)
    marker = Marker(hasher, set())
    marker.marks.update(marker.of_person(["ada@example.com", "+44 20 7946 0000"], "Ada Lovelace"))
    return RowTreatment(
        table, catalog.children, Policy(), hasher, Forgotten(owners_of(table, catalog), marker)
    )


if __name__ == "__main__":
    main()
