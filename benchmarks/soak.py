"""Whether anything grows with time: `python -m benchmarks.soak [--tickets 200000] [--days 30]` (`make soak`).

An account is replicated day after day: people work, syncs run, the night reads days again, looks for what is
deleted and tidies. All clocks are set by hand. Memory, CPU, file and records of the last days are compared
with those of the first ones. A ratio beyond its limit is exit code 1, as is a row unlike the account's.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from benchmarks.replica import conditions, show
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.instance import dagster_instance
from freshdesk_assets.orchestration.names import TIDY
from freshdesk_assets.settings import Settings
from freshdesk_assets.simulator.days import RARE
from freshdesk_assets_tests.chaos.site import Ended, Site, forks, site

DAY = timedelta(days=1)

FOUR_HOURS = 4 * 3600
"""Seconds that a command may take: the first sync of 200,000 tickets calls Freshdesk 270,000 times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day's commands took, and what stands afterwards: CPU in seconds, sizes in MB.

    - left: bytes of rows that wait to be landed, and of what did not fit into memory.
    - files: how many there are in all, those of run records included.
    """

    cpu: float
    peak: float
    file: float
    copy: float
    records: float
    left: int
    files: int
    rows: int


LIMITS: dict[str, tuple[float, Callable[[Day], float]]] = {
    "peak memory": (1.15, lambda day: day.peak),
    "CPU a day": (1.3, lambda day: day.cpu),
    "file by row": (1.2, lambda day: day.file / day.rows),
    "copy by row": (1.2, lambda day: day.copy / day.rows),
    "run records": (1.2, lambda day: day.records),
    "files": (1.2, lambda day: day.files),
}
"""How many times as much the last days may have as the first ones, once old runs are being removed."""


def main() -> int:
    """Run the days; 1 if something grew, was left behind or is not as in the account."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--changes", type=int, help="a day; a hundredth of the tickets if left out")
    parser.add_argument("--syncs", type=int, default=4, help="a day")
    parser.add_argument("--keep", type=int, default=5, help="days for which runs are kept")
    parser.add_argument("--folder", type=Path, help="where there is room: 15 kB a ticket")
    options = parser.parse_args()
    if options.days < 2 * options.keep:
        parser.error("the days must be twice those that runs are kept, or nothing can be seen to be flat")
    print(conditions(), flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="freshdesk-soak-", dir=options.folder) as folder,
        forks() as forked,
    ):
        people = {"contacts": options.tickets // 20, "companies": options.tickets // 200, "agents": 40}
        with site(Path(folder), forked, seed=1, tickets=options.tickets, **people) as place:
            return soak(place, options)


def soak(place: Site, options: argparse.Namespace) -> int:
    """Let the days pass on a site."""
    place.patience = FOUR_HOURS
    place.environment |= {"FRESHDESK_PARTITIONS": "daily", "FRESHDESK_KEEP_RUNS": str(options.keep)}
    first = measured(place, [done(place, "sync")])
    tell(0, first)
    days: list[Day] = []
    for number in range(1, options.days + 1):
        days.append(live_a_day(place, options, random.Random(number)))
        tell(number, days[-1])
    # Old runs are removed from here on.
    settled = days[options.keep :]
    third = max(1, len(settled) // 3)
    ratios = {name: ratio(of, settled[:third], settled[-third:]) for name, (_, of) in LIMITS.items()}
    show(
        f"{options.tickets:,} tickets, {options.days} days, {options.syncs} syncs a day",
        ("last days by first days", "ratio", "limit"),
        [(name, ratios[name], limit) for name, (limit, _) in LIMITS.items()],
    )
    wrong = [f"{name} grew" for name, (limit, _) in LIMITS.items() if ratios[name] > limit]
    if left := sum(day.left for day in days):
        wrong.append(f"{left:,} bytes were left behind")
    wrong += place.complaints(whole=False)[:10]
    for said in wrong:
        print(said)
    return 1 if wrong else 0


def live_a_day(place: Site, options: argparse.Namespace, rng: random.Random) -> Day:
    """People work and syncs run; at night days are read again, and records are tidied."""
    began = place.world.clock.now()
    changes = options.changes or options.tickets // 100
    ended: list[Ended] = []
    for part in range(options.syncs):
        until = began + DAY * (part + 1) / (options.syncs + 1)
        step = (until - place.world.clock.now()) / (changes // options.syncs + 1)
        for _ in range(changes // options.syncs):
            place.world.clock.advance(step)
            place.world.random_change(rng)
        for happening in RARE if part == 0 else ():
            happening(place.world, rng)
        place.keep_time()
        ended.append(done(place, "sync"))
    place.pass_time(began + DAY - place.world.clock.now())
    ended.append(done(place, "sync", "--from", f"{place.world.clock.now() - 3 * DAY:%Y-%m-%d}"))
    ended.append(done(place, "sync", "--reconcile"))
    tidy(place)
    return measured(place, ended)


def done(place: Site, *arguments: str) -> Ended:
    """A command that must succeed."""
    ended = place.run(*arguments)
    if ended.code:
        raise RuntimeError(f"{' '.join(arguments)} failed with {ended.code}:\n{ended.output[-4000:]}")
    return ended


def tidy(place: Site) -> None:
    """What the schedule `tidy` runs."""
    os.environ |= place.environment
    job = build_defs(Settings()).resolve_job_def(TIDY)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dagster_instance() as instance:
        job.execute_in_process(instance=instance, run_config=quiet)


def measured(place: Site, ended: Sequence[Ended]) -> Day:
    """What commands took, and what stands after them."""
    copy = place.file.with_stem("replica_published")
    left = [each for each in place.folder.rglob("*") if {".spool", ".tmp"} & {*each.suffixes}]
    with duckdb.connect(str(place.file), read_only=True) as connection:
        found = connection.execute("select sum(estimated_size)::bigint from duckdb_tables()").fetchone()
    return Day(
        cpu=sum(each.cpu for each in ended),
        peak=max(each.peak for each in ended),
        file=stored(place.file),
        copy=stored(copy),
        records=stored(place.home),
        left=round(sum(map(stored, left)) * 1e6),
        files=sum(1 for each in place.folder.rglob("*") if each.is_file() and each.suffix != ".log"),
        rows=found[0] if found else 0,
    )


def stored(path: Path) -> float:
    """The MB of a file, or of a folder's files."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def ratio(of: Callable[[Day], float], first: Sequence[Day], last: Sequence[Day]) -> float:
    """How many times as much the last days have as the first ones, by their medians."""
    return statistics.median(map(of, last)) / statistics.median(map(of, first))


def tell(number: int, day: Day) -> None:
    """A line for a day, at once: a day takes minutes."""
    print(
        f"day {number}: {day.cpu:.1f} s of CPU, peak {day.peak:.0f} MB, file {day.file:.1f} MB,"
        f" copy {day.copy:.1f} MB, records {day.records:.1f} MB, {day.files} files, {day.rows:,} rows",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
