"""From a budget of credits to the rows that were archived before the first sync, and what is made of them."""

import csv
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from rich.console import Console

from freshdesk_assets.commands.account import check_owner
from freshdesk_assets.commands.files import ensure_writable
from freshdesk_assets.commands.sync import sync
from freshdesk_assets.extract.archive import NoArchive
from freshdesk_assets.extract.http.budget import Budget
from freshdesk_assets.extract.http.errors import FreshdeskError
from freshdesk_assets.orchestration.account_names import Names
from freshdesk_assets.orchestration.instance import dagster_home, dagster_instance
from freshdesk_assets.orchestration.replica_file import DuckDBFile, duckdb_file
from freshdesk_assets.orchestration.resources import FreshdeskApi, freshdesk_api
from freshdesk_assets.orchestration.run_lock import LOOK_AGAIN, run_lock
from freshdesk_assets.replication.archive import LONG_RUN, Search
from freshdesk_assets.replication.archived import Left, archived_tables
from freshdesk_assets.replication.spending import spent_today
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.settings import SettingError, Settings
from freshdesk_assets.warehouse.file import WarehouseError

TURN = 600.0
"""Seconds after which a run that waits for the account is let go first: a search may take days."""

COLUMNS = ("ticketid", "id", "displayid")
"""The columns that hold ids, by their names without case, spaces and signs; else it is the first."""


def archive(
    build: Callable[..., dg.Definitions],
    catalog: Catalog,
    settings: Settings,
    *,
    ids: str | None = None,
    most: int | None = None,
    dry_run: bool = False,
    whole: bool = False,
    again: bool = False,
) -> int:
    """Search the archive for rows that are not stored, and store them; 0, or 1 if that failed.

    - `build` as in `sync`, which makes what follows the tables afterwards.
    - `ids`: a file of ids to ask for; None for those below the highest stored one that have no row.
    - `most`: credits that it may spend; None for what a run may.
    - `dry_run`: only what it would cost is said, and nothing is asked.
    - `whole`, `again`: as in `Search`.

    Raises SettingError.
    """
    given = read_ids(Path(ids)) if ids else None
    if given is not None and whole:
        raise SettingError("--whole is about ids without a list: leave out --ids or --whole")
    ensure_writable(duckdb_file(settings))
    dagster_home()
    console = Console(soft_wrap=True, markup=False, highlight=False)
    api, file = freshdesk_api(settings), duckdb_file(settings)
    try:
        check_owner(api, file.warehouse(console.print), console.print)
        file.privacy.apply(file.warehouse(console.print), catalog, console.print)
        searches = [
            Search(
                archived=archived,
                catalog=catalog,
                warehouse=file.warehouse(console.print),
                spools=file.spool_root,
                memory=file.memory,
                privacy=file.privacy,
                say=console.print,
                given=given,
                whole=whole,
                again=datetime.now(UTC) if again else None,
            )
            for archived in archived_tables(catalog)
        ]
        if not searches:
            console.print("None of the tables that are replicated has an archive.")
        for search in searches:
            name = search.archived.table.name
            if not search.ready:
                console.print(
                    f"{name} was not read to its end yet, so it is not known which are missing: run"
                    " freshdesk-assets sync first",
                    style="red",
                )
                return 1
            _say_cost(console, search, settings, most)
            if not dry_run:
                with api.reporting(console.print):
                    _search(search, api, file, settings, most, console.print)
                console.print(search.line())
                _say_left(console, search)
    except NoArchive as error:
        console.print(
            f"The account has no archive, so nothing is missing: {api.told(str(error))}", style="yellow"
        )
        return 0
    except (FreshdeskError, WarehouseError) as error:
        console.print(api.told(str(error)), style="red")
        return 1
    if not any(search.found or search.lists for search in searches):
        return 0
    _observe(searches, Names(settings.prefix))
    console.print("What is made of these rows follows; that asks Freshdesk nothing.")
    return sync(build, catalog, settings, derive=True)


def _search(
    search: Search,
    api: FreshdeskApi,
    file: DuckDBFile,
    settings: Settings,
    most: int | None,
    say: Callable[[str], None],
) -> None:
    """Search to the end, or to that of the credits; from time to time runs that wait are let go first."""
    who = f"freshdesk-assets archive (process {os.getpid()} of {socket.gethostname()})"
    limits = {"--credits": most, "FRESHDESK_RUN_CREDITS": settings.run_credits}
    name, limit = min(
        ((named, given) for named, given in limits.items() if given is not None),
        key=lambda each: each[1],
        default=("", None),
    )
    while True:
        budget = Budget(run=limit, day=settings.day_credits, run_named=name, run_spent=search.credits)
        with (
            run_lock(api.host, file.locks, who, say),
            search.warehouse.turn(api.host, who, say),
            api.connect(budget) as reader,
        ):
            if budget.day is not None:
                budget.count_others(spent_today(search.warehouse))
            if search.go_on(reader.client, TURN):
                return
        time.sleep(2 * LOOK_AGAIN)


def _observe(searches: Iterable[Search], names: Names) -> None:
    """Note on the tables' assets what was found: it came by no run."""
    with dagster_instance([names.pool]) as instance:
        for search in searches:
            noted: dict[str, int | str] = {
                "archived_found": search.found,
                "lists_read": search.lists,
                "api_credits": search.credits,
                **({"unfinished": search.unfinished} if search.unfinished else {}),
            }
            for table in (search.archived.table, *(table for table, _ in search.archived.lists)):
                instance.report_runless_asset_event(
                    dg.AssetObservation(names.asset(table.name), description=search.line(), metadata=noted)
                )


def _say_cost(console: Console, search: Search, settings: Settings, most: int | None) -> None:
    left, name = search.left(), search.archived.table.name
    if search.given is not None:
        console.print(
            f"{name}: {len(search.given):,} ids in the file, of which {left.stored:,} are stored and"
            f" {left.known:,} were asked for before"
        )
    console.print(
        f"{name}: {left.ids:,} ids to ask the archive for, a credit each; one more for each list of what is"
        f" found ({', '.join(table.name for table, _ in search.archived.lists) or 'none'}), and for every"
        " further hundred rows in it"
    )
    if left.lists:
        console.print(f"{name}: {left.lists:,} lists of what was found before are to be read, a credit each")
    _say_below(console, left, name)
    least, all_ = left.ids + left.lists, left.ids * (1 + len(search.archived.lists)) + left.lists
    console.print(f"At least {least:,} credits; {all_:,} if all were found.")
    for named, limit, spans in (
        ("--credits", most, "runs"),
        ("FRESHDESK_RUN_CREDITS", settings.run_credits, "runs"),
        ("FRESHDESK_DAY_CREDITS", settings.day_credits, "days"),
    ):
        if limit is not None and all_ > limit:
            fewest = max(1, -(-least // limit))
            console.print(f"{named} is {limit:,}: {fewest:,} to {-(-all_ // limit):,} {spans}")


def _say_below(console: Console, left: Left, name: str) -> None:
    if left.below:
        console.print(
            f"{name}: {left.below:,} ids below {left.first:,} are left out, because all that is stored is"
            f" more than {LONG_RUN:,} above them. They are asked for if more turns up down there, or with"
            " --whole"
        )


def _say_left(console: Console, search: Search) -> None:
    left, name = search.left(), search.archived.table.name
    if search.unfinished:
        console.print(
            f"The credit budget is spent: {search.unfinished}. What was found is stored; run again to go on."
            f" Left: {left.ids:,} ids, {left.lists:,} lists",
            style="yellow",
        )
        return
    if left.ids or left.lists:
        console.print(
            f"{name}: {left.ids:,} ids and {left.lists:,} lists got no answer; run again to ask for them",
            style="yellow",
        )
    _say_below(console, left, name)


def read_ids(path: Path) -> tuple[int, ...]:
    """The ids in a file, a line each or in a column of a CSV; raises SettingError, without a word of it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            rows = [row for row in csv.reader(file, delimiter=max(",;\t", key=first.count)) if any(row)]
    except UnicodeDecodeError:
        raise SettingError(f"--ids: {path} is not text in UTF-8: export the ids as CSV") from None
    except csv.Error as error:
        raise SettingError(f"--ids: {path} cannot be read as CSV: {error}") from None
    except OSError as error:
        raise SettingError(f"--ids: {path} cannot be read: {error.strerror}") from None
    names = ["".join(filter(str.isalnum, cell)).lower() for cell in rows[0]] if rows else []
    column = next((names.index(name) for name in COLUMNS if name in names), 0)
    titled = bool(names) and _id(rows[0], column) is None
    ids = list(_ids(path, rows, column, titled=titled))
    if not ids:
        raise SettingError(
            f"--ids: {path} has no ids: write one in each line, or a CSV with a column Ticket ID"
        )
    return tuple(dict.fromkeys(ids))


def _ids(path: Path, rows: list[list[str]], column: int, *, titled: bool) -> Iterator[int]:
    for line, row in enumerate(rows[titled:], start=1 + titled):
        id_ = _id(row, column)
        if id_ is None:
            raise SettingError(
                f"--ids: {path} has no id in row {line}, column {column + 1}: ids are whole numbers from 1 on"
            )
        yield id_


def _id(row: list[str], column: int) -> int | None:
    """The id in a row's cell; None for anything else."""
    cell = row[column].strip().lstrip("#") if column < len(row) else ""
    fits = cell.isascii() and cell.isdecimal() and 0 < len(cell) < 19 and int(cell) > 0
    return int(cell) if fits else None
