"""From dates and a selection to one Dagster run in this process, and a report of it on the terminal."""

import gc
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import dagster as dg
from rich.console import Console

from freshdesk_assets.commands.account import check_owner
from freshdesk_assets.commands.console import (
    arrived,
    awaiting,
    console_logger,
    created_views,
    has_read,
    how_to_open,
    unfinished,
    warnings,
)
from freshdesk_assets.commands.display import Display
from freshdesk_assets.commands.files import ensure_writable
from freshdesk_assets.extract.http.errors import FreshdeskError
from freshdesk_assets.orchestration.account_names import Names
from freshdesk_assets.orchestration.courses import watched
from freshdesk_assets.orchestration.executor import execute
from freshdesk_assets.orchestration.instance import dagster_home, dagster_instance
from freshdesk_assets.orchestration.names import PROCESS, RECONCILE_JOB, REPLICATE
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.resources import freshdesk_api
from freshdesk_assets.orchestration.runs.run_scope import ensure_days, reads, run_scope, selected
from freshdesk_assets.orchestration.signs_of_life import this_process
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.settings import Settings
from freshdesk_assets.stopping import STOPPED
from freshdesk_assets.warehouse.file import WarehouseError

FEW = 5
"""Up to so many created or changed views are named; more are counted."""


def sync(
    build: Callable[..., dg.Definitions],
    catalog: Catalog,
    settings: Settings,
    *,
    first: datetime | None = None,
    last: datetime | None = None,
    selection: str | None = None,
    reconcile: bool = False,
    renamed: bool = False,
    whole: bool = False,
    derive: bool = False,
) -> int:
    """Run the replication once; 0 when every table succeeded, 1 when one failed, STOPPED after a signal.

    - `build` makes the definitions, with the `loggers` and `resources` it is given.
    - Without `first` and `last`, only what is missing is read; with them, the partitions from one to the
      other are read again.
    - `selection` is a Dagster asset selection; None for all tables.
    - `reconcile` finds rows that Freshdesk no longer has, instead of reading.
    - `whole` reads the tables again from the start date, whatever is remembered.
    - `derive` reads nothing, and makes what follows the tables of what they hold.
    - `renamed`: the account has a new name, and its key may not ask Freshdesk whether it is the same.

    Raises SettingError.
    """
    ensure_days(settings.partitioning, first, last, whole=whole, reconcile=reconcile)
    ensure_writable(duckdb_file(settings))
    dagster_home()
    console = Console()
    display = Display(console)
    api, file = freshdesk_api(settings), duckdb_file(settings).warehouse(console.print)
    definitions = build(
        loggers={"terminal": console_logger(console, display)},
        resources={"freshdesk": api},
    )
    names = Names(settings.prefix)
    job = definitions.resolve_job_def(names.name(RECONCILE_JOB if reconcile else REPLICATE))
    began = time.monotonic()
    chosen = selected(definitions, job.name, selection, names)
    if derive:
        chosen -= reads(chosen, catalog)
    try:
        if reads(chosen, catalog):
            check_owner(api, file, console.print, renamed=renamed, begin=True)
    except (FreshdeskError, WarehouseError) as error:
        console.print(api.told(str(error)), style="red", markup=False)
        return 1
    with dagster_instance([names.pool]) as instance:
        try:
            request = run_scope(
                chosen,
                instance,
                catalog,
                settings.partitioning,
                file,
                first=first,
                last=last,
                selection=selection,
                reconcile=reconcile,
                whole=whole,
                names=names,
            )
        except WarehouseError as error:
            console.print(str(error), style="red", markup=False)
            return 1
        if request.continues:
            console.print(
                f"Continuing the backfill requested at {request.continues:%H:%M} UTC, which did not end."
            )
        if request.read:
            console.print(f"{len(request.read)} tables, partitions {request.start} to {request.end}")
        # The objects made so far live until the end: only what is made from here on can be garbage.
        gc.freeze()
        gc.enable()
        resource = duckdb_file(settings)
        copy, page = (
            path if path and not path.exists() else None
            for path in (resource.published_path, resource.page_path)
        )
        with display, watched(display.show):
            result = execute(
                job,
                instance,
                assets=request.keys if selection or derive else None,
                run_config={"loggers": {"terminal": {}}},
                tags={PROCESS: this_process(), **request.tags},
            )
    if has_read(result):
        console.print(arrived(result))
    if views := created_views(result):
        shown = ", ".join(views) if len(views) <= FEW else f"{len(views)} of them"
        console.print(f"Views created or changed: {shown}", markup=False)
    for line in warnings(result):
        console.print(line, style="yellow", markup=False)
    if said := awaiting(result):
        console.print(said, markup=False)
    if left := unfinished(result):
        said = "; ".join(f"{name}: {what}" for name, what in left.items())
        console.print(
            f"The credit budget is spent. What was read is stored; run again to continue. Unfinished: {said}",
            style="yellow",
            markup=False,
        )
    took = timedelta(seconds=round(time.monotonic() - began))
    stopped = result.dagster_run.status is dg.DagsterRunStatus.CANCELED
    outcome = "Done" if result.success else "Failed; what was read is stored, run again to continue"
    if request.read and not result.success and not has_read(result):
        outcome = "Failed, no table was read to its end; mend what is said above and run again"
    outcome = "Stopped; what was read is stored, run again to continue" if stopped else outcome
    partitions_read = f"partitions {request.start} to {request.end}; " if request.read else ""
    console.print(f"{outcome} in {took}; {partitions_read}run {result.run_id}", markup=False)
    if result.success and copy and copy.exists():
        told = how_to_open(copy.resolve(), encrypted=resource.encryption is not None)
        console.print(told, markup=False, highlight=False, soft_wrap=True)
    if page and page.exists():
        console.print(f"A page to look at every morning: {page.resolve()}", markup=False, soft_wrap=True)
    if stopped:
        return STOPPED
    return 0 if result.success else 1
