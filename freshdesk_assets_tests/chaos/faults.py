"""The faults: what each does to an account, a machine, a file or a clock, by name and kind.

A fault changes a `Trial`, which is then carried out: a sync, and what happens to it and beside it.
"""

import random
import shutil
import signal
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import duckdb

from freshdesk_assets.simulator import faults as simulated
from freshdesk_assets_tests.chaos.trial import Fault, Kind, Strike, Trial
from freshdesk_assets_tests.programs import printed

PATHS = (None, "tickets", "tickets/{id}/conversations", "contacts", "agents", "roles", "time_entries")
"""Where a fault of the simulator strikes; None for any call."""

ROWS_OF = ("tickets", "tickets/{id}/conversations", "companies", "roles", "admin/groups", "sla_policies")
"""Lists whose rows are disturbed: those that are read again whole, with the days they are of."""

FAULTS: dict[str, Fault] = {}
"""All faults by name."""


def fault(kind: Kind, *, needs_file: bool = False, leaves_rows: bool = False) -> Callable[[Strike], Strike]:
    """Register a function as the fault of its name."""

    def register(strike: Strike) -> Strike:
        name = strike.__name__
        FAULTS[name] = Fault(name, kind, strike, needs_file, leaves_rows)
        return strike

    return register


UNNOTICED = {*simulated.ROW_FAULTS, *simulated.LIST_FAULTS}
"""Faults of the simulator that send something wrong as if it were right; a client notices the others."""

NETWORK = {"slow", "reset", "truncated", "invalid_json", *simulated.LINK_FAULTS, "redirect"}

OPTIONS: Mapping[str, Callable[[random.Random], dict[str, Any]]] = {
    "throttled": lambda rng: {"retry_after": rng.randint(1, 2)},
    "slow": lambda rng: {"seconds": rng.choice((0.2, 1.0))},
    "refused": lambda rng: {"status": rng.choice((400, 403, 404, 503)), "html": rng.random() < 0.3},
    "odd_headers": lambda rng: {
        "headers": {rng.choice(("Date", "X-RateLimit-Total", "Content-Type")): rng.choice((None, "", "odd"))}
    },
    "odd_value": lambda rng: {"kind": rng.choice(list(simulated.ODD_VALUES)), "row": rng.randrange(4)},
}


def of_the_simulator(name: str) -> Fault:
    """A fault that the simulator has."""
    unnoticed = name in UNNOTICED
    kind = Kind.DATA if unnoticed else Kind.NETWORK if name in NETWORK else Kind.SERVER

    def strike(trial: Trial, rng: random.Random) -> str:
        path = rng.choice(ROWS_OF if unnoticed else PATHS)
        times, after = rng.randint(1, 4), rng.randrange(12) if path is None else rng.randrange(3)
        options = OPTIONS[name](rng) if name in OPTIONS else {}
        trial.site.server.faults.add(name, path=path, times=times, after=after, **options)
        where = path or "any call"
        return f"{name} at {where}, {times} times after {after} calls {options or ''}".rstrip()

    return Fault(name, kind, strike, leaves_rows=unnoticed)


FAULTS.update({name: of_the_simulator(name) for name in simulated.NAMES})


@fault(Kind.NETWORK)
def nobody_listens(trial: Trial, rng: random.Random) -> str:
    """The address is one where no server is."""
    trial.settings["FRESHDESK_DOMAIN"] = "http://127.0.0.1:9"
    trial.patience = 40
    return "no server listens where the account is looked for, for the 40 seconds that somebody waits"


@fault(Kind.SERVER)
def key_revoked(trial: Trial, rng: random.Random) -> str:
    """The key is revoked while the sync runs, and given back afterwards."""
    at = rng.randint(1, 30)
    trial.at_call[at] = partial(switch, trial, "key", "another")
    return f"the key is revoked at call {at}"


@fault(Kind.SERVER)
def administrator_no_more(trial: Trial, rng: random.Random) -> str:
    """The key's owner loses the rights of an administrator for a while."""
    switch(trial, "admin", False)
    return "the key's owner is no administrator"


@fault(Kind.SERVER)
def feature_missing(trial: Trial, rng: random.Random) -> str:
    """The plan does not have surveys for a while."""
    switch(trial, "missing_features", {"Surveys"})
    return "the plan has no surveys"


@fault(Kind.SERVER)
def parameter_refused(trial: Trial, rng: random.Random) -> str:
    """One of the spellings of a parameter is refused."""
    switch(trial, "rejected_params", {("contacts", "_updated_since")})
    return "contacts refuses _updated_since"


def switch(trial: Trial, name: str, value: object) -> None:
    """Set a switch of the account, and back afterwards."""
    switches = trial.site.server.switches
    trial.afterwards.append(partial(setattr, switches, name, getattr(switches, name)))
    setattr(switches, name, value)


@fault(Kind.DATA)
def changes_between_pages(trial: Trial, rng: random.Random) -> str:
    """Something happens in the account before every list request."""
    every = rng.randint(1, 3)
    trial.site.world.churn(every)
    trial.afterwards.append(lambda: trial.site.world.churn(None))
    return f"a change before every {every}. list request"


@fault(Kind.DATA)
def bulk_update(trial: Trial, rng: random.Random) -> str:
    """An administrator changes more tickets in a second than two pages hold, during the sync."""
    at, count = rng.randint(1, 30), rng.choice((12, 250))
    trial.at_call[at] = lambda: trial.site.world.bulk_update(count)
    return f"{count} tickets change in a second at call {at}"


def signalled(name: str, kind: Kind, number: int, said: str) -> Fault:
    """The sync gets a signal in the middle."""

    def strike(trial: Trial, rng: random.Random) -> str:
        at = rng.randint(1, 60)
        trial.signal = (number, at)
        return f"{said} at call {at}"

    return Fault(name, kind, strike)


FAULTS["killed"] = signalled("killed", Kind.MACHINE, signal.SIGKILL, "kill -9")
FAULTS["terminated"] = signalled("terminated", Kind.MACHINE, signal.SIGTERM, "SIGTERM")
FAULTS["interrupted"] = signalled("interrupted", Kind.HUMAN, signal.SIGINT, "Ctrl-C")


@fault(Kind.MACHINE)
def clock_wrong(trial: Trial, rng: random.Random) -> str:
    """The machine's clock is wrong during the sync."""
    trial.skew = timedelta(minutes=rng.choice((-2880, -90, -7, 7, 90, 2880)))
    return f"the clock is ahead by {trial.skew}" if trial.skew > timedelta(0) else f"it lags by {-trial.skew}"


@fault(Kind.MACHINE)
def disk_full(trial: Trial, rng: random.Random) -> str:
    """No file can grow beyond a size, as on a disk that is full."""
    present = trial.site.file.stat().st_size if trial.site.file.exists() else 0
    trial.largest = present + rng.choice((50_000, 400_000, 2_000_000))
    return f"files cannot grow beyond {trial.largest:,} bytes"


@fault(Kind.MACHINE, needs_file=True)
def restored_from_backup(trial: Trial, rng: random.Random) -> str:
    """After the sync the replica is replaced by a copy from before it, and its records are not."""
    file = trial.site.file
    backup = file.with_name("backup.duckdb")
    if not file.exists():
        return "a backup was to be put back, but the file is gone already"
    shutil.copy2(file, backup)

    def restore() -> None:
        backup.replace(file)
        file.with_name("replica.duckdb.wal").unlink(missing_ok=True)

    trial.afterwards.append(restore)
    return "the replica is put back to where it was before the sync"


@fault(Kind.MACHINE, needs_file=True)
def replica_gone(trial: Trial, rng: random.Random) -> str:
    """Somebody deleted the file, and its records are still there."""
    trial.site.file.unlink()
    trial.site.file.with_name("replica.duckdb.wal").unlink(missing_ok=True)
    return "the replica's file is deleted"


@fault(Kind.MACHINE, needs_file=True)
def records_gone(trial: Trial, rng: random.Random) -> str:
    """DAGSTER_HOME was on a disk that a container lost."""
    shutil.rmtree(trial.site.home, ignore_errors=True)
    return "DAGSTER_HOME is deleted"


@fault(Kind.MACHINE, needs_file=True)
def file_held(trial: Trial, rng: random.Random) -> str:
    """Another program has the file open, for as long as the sync would wait and longer."""
    trial.settings["FRESHDESK_LOCK_WAIT"] = "1"
    connection = duckdb.connect(str(trial.site.file))
    trial.afterwards.append(connection.close)
    return "another program holds the file"


@fault(Kind.HUMAN)
def overlapping_sync(trial: Trial, rng: random.Random) -> str:
    """Two syncs are begun at once."""
    trial.beside.append(["sync", "--select", "kind:freshdesk"])
    return "another sync at the same time"


@fault(Kind.HUMAN)
def overlapping_backfill(trial: Trial, rng: random.Random) -> str:
    """The whole is read again while a sync runs, or two backfills at once."""
    day = trial.site.since + timedelta(days=rng.randrange(40))
    trial.beside.append(["sync", "--select", "kind:freshdesk", "--from", f"{day:%Y-%m-%d}"])
    if rng.random() < 0.5:
        until = day + timedelta(days=rng.randrange(30))
        trial.arguments += ["--from", f"{day:%Y-%m-%d}", "--to", f"{until:%Y-%m-%d}"]
    return f"a backfill from {day:%Y-%m-%d} at the same time as {' '.join(trial.arguments)}"


@fault(Kind.HUMAN)
def part_of_it(trial: Trial, rng: random.Random) -> str:
    """Only some tables are synced."""
    chosen = rng.choice(
        ("group:people", 'key:"freshdesk/conversations"', 'key:"freshdesk/tickets"', "group:setup")
    )
    trial.arguments = ["sync", "--select", chosen]
    return f"only {chosen} is synced"


@fault(Kind.HUMAN)
def budget_spent(trial: Trial, rng: random.Random) -> str:
    """A run may spend less than it needs."""
    trial.settings["FRESHDESK_RUN_CREDITS"] = "50"
    return "a budget of 50 credits"


@fault(Kind.HUMAN, needs_file=True)
def rows_deleted(trial: Trial, rng: random.Random) -> str:
    """An analyst deletes rows, or all rows of a table, in the replica."""
    table = rng.choice(("tickets", "conversations", "contacts", "agents", "time_entries", "roles"))
    where = rng.choice(("true", "id % 2 = 0"))
    with duckdb.connect(str(trial.site.file)) as connection:
        connection.execute(f"delete from freshdesk.{table} where {where}")
    return f"delete from {table} where {where}"


@fault(Kind.HUMAN, needs_file=True)
def table_dropped(trial: Trial, rng: random.Random) -> str:
    """An analyst drops a table of the replica, with all views of it."""
    table = rng.choice(("tickets", "conversations", "contacts", "companies", "ticket_tags", "roles"))
    with duckdb.connect(str(trial.site.file)) as connection:
        connection.execute(f"drop table if exists freshdesk.{table}")
    return f"drop table {table}"


@fault(Kind.HUMAN, needs_file=True)
def analyst_writes(trial: Trial, rng: random.Random) -> str:
    """An analyst makes tables of their own in the replica and in the published copy."""
    for file in (trial.site.file, trial.site.file.with_stem("replica_published")):
        if file.exists():
            with duckdb.connect(str(file)) as connection:
                connection.execute("create schema if not exists mine")
                connection.execute("create or replace table mine.notes as select 42 as x")
                connection.execute("create or replace view relations.mine as select 42 as x")
    return "somebody's own table and view are in the file and in its copy"


@fault(Kind.HUMAN, needs_file=True)
def copy_left_with_a_log(trial: Trial, rng: random.Random) -> str:
    """Whoever wrote into the published copy was cut off: its log lies beside it."""
    copy = trial.site.file.with_stem("replica_published")
    if not copy.exists():
        return "there is no copy yet"
    printed("leave_a_log", copy)
    return "the copy has a log of its own beside it"


@fault(Kind.HUMAN)
def agent_deletes(trial: Trial, rng: random.Random) -> str:
    """Agents delete tickets, contacts and conversations while the sync runs."""
    world = trial.site.world
    live = [number for _, number in world.shelves["live"].updated_at]
    chosen = rng.sample(live, k=min(3, len(live)))
    at = rng.randint(1, 30)

    def delete() -> None:
        for number, act in zip(chosen, (world.trash, world.purge, world.mark_spam), strict=False):
            if number in world.tickets and not world.tickets[number].archived:
                act(number)

    trial.at_call[at] = delete
    return f"agents delete tickets {chosen} at call {at}"
