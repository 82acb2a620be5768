"""What a command costs where nothing waits for Freshdesk: `python -m benchmarks.overhead [PART ...]`.

Real commands against the simulator, by the CPU they take (of their children too). The bounds are measured
beside them: `import dagster`, an empty run of Dagster's, and the same calls and landing without Dagster.

    year      the first sync of a year in daily partitions, and syncs that find nothing new
    history   the same for six years
    day       a day's change on a larger account
    commands  --help, a wrong setting, plan and doctor
"""

import argparse
import shutil
import statistics
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from benchmarks.alone import alone
from benchmarks.replica import Ran, Replica, conditions, replica, show
from freshdesk_assets.tables import declared_tables

YEAR, HISTORY = 365, 2_192
"""The number of daily partitions in a year, and in six."""

QUIET_SYNCS = 3
"""The number of syncs that find nothing new; the median is shown."""

SYNCS_A_DAY = 96
"""Syncs in a day at one every quarter of an hour."""

IMPORT = ("-c", "import dagster")

NOTHING = """
import dagster as dg

@dg.op
def nothing(): pass

@dg.job
def empty(): nothing()

with dg.DagsterInstance.get() as instance:
    empty.execute_in_process(instance=instance)
"""
EMPTY_RUN = ("-c", NOTHING)


def main() -> None:
    """Run the chosen parts, each on accounts of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all if not given")
    parser.add_argument("--tickets", type=int, default=20_000, help="of the account of the part `day`")
    parser.add_argument("--history-tickets", type=int, default=1_000, help="of the others")
    parser.add_argument("--keep", type=Path, help="copy what the last part made to this folder")
    options = parser.parse_args()
    if unknown := set(options.parts) - {*PARTS}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    print(conditions())
    for name in options.parts or PARTS:
        PARTS[name](options)
    print(f"\n{conditions()}")


def long_history(days: int, options: argparse.Namespace) -> None:
    """A first sync in daily partitions, beside monthly ones and no Dagster, and syncs after it."""
    with replica(
        tickets=options.history_tickets, days_behind=1, days=days - 3, partitions="daily"
    ) as account:
        imported = account.run(*IMPORT).cpu
        bound = alone(account, account.folder / "alone.duckdb")
        account.server.meter.reset()
        by_day, recorded = synced(account)
        spent = account.server.meter.credits
        quiet_syncs(account, f"Nothing new, {days:,} partitions")
        keep(account, options)
    with replica(
        tickets=options.history_tickets, days_behind=1, days=days - 3, partitions="monthly"
    ) as account:
        by_month, _ = synced(account)
    lines: list[tuple[object, ...]] = [
        ("import dagster", None, None, None, None, imported, None, None),
        ("calls and landing alone", None, None, None, None, bound, None, 1.0),
        *(
            (
                name,
                ran.first_line,
                ran.first_call,
                ran.cpu_to_call,
                ran.seconds,
                ran.cpu,
                ran.cpu - bound,
                ran.cpu / bound,
            )
            for name, ran in (("sync by month", by_month), ("sync by day", by_day))
        ),
    ]
    title = f"First sync of {options.history_tickets:,} tickets, {days:,} daily partitions, {spent:,} credits"
    show(
        title,
        ("", "first line s", "first call s", "by CPU", "seconds", "CPU s", "beside the bound", "ratio"),
        lines,
    )
    partitions = days * len(list(declared_tables()))
    print(
        f"\nRecords: {recorded / 1e6:.1f} MB, {recorded / partitions / 1e3:.2f} kB for each of {partitions:,}"
        " assets and partitions"
    )


def quiet_syncs(account: Replica, title: str) -> float:
    """Syncs that find nothing new, beside an empty run of Dagster's; returns the CPU of one."""
    account.sync()
    found: list[Ran] = []
    before: list[float] = []
    empty: list[float] = []
    account.server.meter.reset()
    records = stored(account.dagster_home)
    for _ in range(QUIET_SYNCS):
        before.append(account.run(*IMPORT).cpu)
        empty.append(account.run(*EMPTY_RUN, DAGSTER_HOME=str(made(account.folder / "empty_home"))).cpu)
        found.append(account.sync())
    each = (stored(account.dagster_home) - records) / QUIET_SYNCS
    bound, least, ran = statistics.median(before), statistics.median(empty), middle(found)
    spent = account.server.meter.credits / QUIET_SYNCS
    show(
        title,
        ("", "first line s", "first call s", "by CPU", "seconds", "CPU s", "of import", "credits"),
        [
            ("import dagster", None, None, None, None, bound, 1.0, None),
            ("an empty run", None, None, None, None, least, least / bound, None),
            (
                "sync",
                ran.first_line,
                ran.first_call,
                ran.cpu_to_call,
                ran.seconds,
                ran.cpu,
                ran.cpu / bound,
                spent,
            ),
        ],
    )
    print(f"\nRecords: {each / 1e3:.0f} kB a sync, {each * SYNCS_A_DAY / 1e6:.0f} MB a day of {SYNCS_A_DAY}")
    return ran.cpu


def day(options: argparse.Namespace) -> None:
    """A day's change, beside a sync that finds nothing and the calls and landing of the change alone."""
    with replica(tickets=options.tickets, days_behind=1, days=YEAR - 3, partitions="daily") as account:
        first, _ = synced(account)
        quiet = quiet_syncs(account, f"Nothing new, {options.tickets:,} tickets")
        account.server.world.day_of_changes()
        copy = account.folder / "alone.duckdb"
        shutil.copyfile(account.file, copy)
        bound = alone(account, copy)
        account.server.meter.reset()
        ran = account.sync()
        spent = account.server.meter.credits
        keep(account, options)
    show(
        f"A day's change, {options.tickets:,} tickets, {spent:,} credits",
        ("", "seconds", "CPU s", "beside calls and landing", "of the quiet sync"),
        [
            ("quiet sync", None, quiet, None, 1.0),
            ("calls and landing alone", None, bound, None, None),
            ("sync", ran.seconds, ran.cpu, ran.cpu - bound, (ran.cpu - bound) / quiet),
            ("the first sync", first.seconds, first.cpu, None, None),
        ],
    )


def commands(options: argparse.Namespace) -> None:
    """Commands other than sync: the median of three."""
    asked: Iterable[tuple[str, tuple[str, ...], dict[str, str], float]] = (
        ("--help", ("--help",), {}, 0.3),
        ("a wrong setting", ("sync",), {"FRESHDESK_PARTITIONS": "hourly"}, 0.5),
        ("plan, before the first sync", ("plan",), {}, 2.5),
        ("doctor", ("doctor",), {}, 2.5),
        ("plan, after it", ("plan",), {}, 2.5),
    )
    lines: list[tuple[object, ...]] = []
    with replica(
        tickets=options.history_tickets, days_behind=1, days=YEAR - 3, partitions="daily"
    ) as account:
        bound = middle([account.run(*IMPORT) for _ in range(QUIET_SYNCS)])
        lines.append(("import dagster", bound.seconds, bound.cpu, 1.0, None, None))
        for name, arguments, settings, aim in asked:
            if name.endswith("after it"):
                account.sync()
            account.server.meter.reset()
            ran = middle(
                [
                    account.run("-m", "freshdesk_assets.cli", *arguments, **settings)
                    for _ in range(QUIET_SYNCS)
                ]
            )
            lines.append(
                (
                    name,
                    ran.seconds,
                    ran.cpu,
                    ran.cpu / bound.cpu,
                    account.server.meter.requests // QUIET_SYNCS,
                    aim,
                )
            )
    show("Commands", ("", "seconds", "CPU s", "of import dagster", "calls", "aim s"), lines)


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "year": partial(long_history, YEAR),
    "history": partial(long_history, HISTORY),
    "day": day,
    "commands": commands,
}


def synced(account: Replica) -> tuple[Ran, int]:
    """Run a first sync; returns also the bytes of its run records."""
    ran = account.sync()
    return ran, stored(account.dagster_home)


def stored(folder: Path) -> int:
    """The bytes of a folder's files."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def made(folder: Path) -> Path:
    """The folder, made."""
    folder.mkdir(exist_ok=True)
    return folder


def middle(runs: list[Ran]) -> Ran:
    """The median by CPU."""
    return sorted(runs, key=lambda ran: ran.cpu)[len(runs) // 2]


def keep(account: Replica, options: argparse.Namespace) -> None:
    """Copy the replica and its records to where they were asked for."""
    if options.keep:
        shutil.copytree(account.folder, options.keep, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
