"""From dates and a selection to one Dagster run in this process, and what it brought."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from warnings import catch_warnings, simplefilter

import dagster as dg
from rich.console import Console

from freshdesk_assets.orchestration.assets import partitions_of
from freshdesk_assets.orchestration.console import arrived, console_logger, left_open, made_anew, warnings
from freshdesk_assets.orchestration.instance import dagster_instance
from freshdesk_assets.orchestration.jobs import REPLICATE
from freshdesk_assets.orchestration.readings import ONLY_MISSING, backfill_tags
from freshdesk_assets.orchestration.resources import DuckDBFile, account_in_environment
from freshdesk_assets.orchestration.settings import Partitioning, SettingError
from freshdesk_assets.orchestration.staleness import reached, stale_range
from freshdesk_assets.orchestration.turns import PROCESS, this_process
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets.warehouse.shape import SCHEMA

PROGRESS_SECONDS = 3.0
"""A person at a terminal wants to see more often than a log that something moves."""

FEW = 5
"""So many views are named that were made anew."""

REQUIRED = {
    "FRESHDESK_DOMAIN": "your account's address, like acme.freshdesk.com",
    "FRESHDESK_API_KEY": "the API key from your profile in Freshdesk (Profile settings, View API key)",
}


def sync(
    build: Callable[..., dg.Definitions],
    catalog: Catalog,
    partitioning: Partitioning,
    *,
    first: datetime | None = None,
    last: datetime | None = None,
    selection: str | None = None,
) -> int:
    """Run the replication once; 0 when every table succeeded, 1 when one failed.

    `build` makes the definitions with the `loggers` and `resources` it is given. Without dates only what
    is missing is read; with them, the partitions from `first` to `last` are read again. Raises
    SettingError.
    """
    check_environment()
    console = Console()
    definitions = build(
        loggers={"terminal": console_logger(console)},
        resources={"freshdesk": account_in_environment(PROGRESS_SECONDS)},
    )
    job = definitions.resolve_job_def(REPLICATE)
    keys = _selected(definitions, selection)
    read = [key for key in keys if key.path[-1] in catalog and key.path[0] == SCHEMA]
    partitions = partitions_of(partitioning)
    began = time.monotonic()
    with dagster_instance() as instance:
        tags = {ONLY_MISSING: "true"}
        if first is None and last is None:
            names = [key.path[-1] for key in read]
            try:
                since = reached(DuckDBFile().warehouse(console.print), catalog, names, partitioning.since)
            except WarehouseError as error:
                console.print(str(error), style="red", markup=False)
                return 1
            start, end = stale_range(instance, read, partitions, since)
        else:
            start, end = _asked_for(partitions, first or partitioning.since, last or datetime.now(UTC))
            tags, before = backfill_tags(instance, _range(start, end), selection)
            if before:
                console.print(f"Going on with what was asked for at {before:%H:%M} UTC and did not end.")
        result = job.execute_in_process(
            instance=instance,
            asset_selection=sorted(keys),
            raise_on_error=False,
            run_config={"loggers": {"terminal": {}}},
            tags={
                PROCESS: this_process(),
                **tags,
                **(_range(start, end) if read else {}),
            },
        )
    console.print(arrived(result))
    if views := made_anew(result):
        shown = ", ".join(views) if len(views) <= FEW else f"{len(views)} of them"
        console.print(f"Views made anew: {shown}", markup=False)
    for line in warnings(result):
        console.print(line, style="yellow", markup=False)
    if left := left_open(result):
        said = "; ".join(f"{name}: {what}" for name, what in left.items())
        console.print(
            f"The budget is spent, what was read is stored; run again to go on. Left: {said}",
            style="yellow",
            markup=False,
        )
    took = timedelta(seconds=round(time.monotonic() - began))
    outcome = "Done" if result.success else "Failed, what was read is stored; run again to go on"
    partitions_read = f"partitions {start} to {end}; " if read else ""
    console.print(f"{outcome} in {took}; {partitions_read}run {result.run_id}", markup=False)
    return 0 if result.success else 1


def _range(start: str, end: str) -> dict[str, str]:
    """The tags by which a run covers several partitions."""
    return {"dagster/asset_partition_range_start": start, "dagster/asset_partition_range_end": end}


def check_environment() -> None:
    """Raise SettingError with every required setting that is missing."""
    missing = [
        f"{name} is not set: set it to {what}" for name, what in REQUIRED.items() if not os.environ.get(name)
    ]
    if missing:
        raise SettingError(". ".join(missing) + ". In the environment, or in a file .env (see .env.example).")


def _selected(definitions: dg.Definitions, selection: str | None) -> set[dg.AssetKey]:
    graph = definitions.resolve_asset_graph()
    replicated = definitions.resolve_job_def(REPLICATE).asset_layer.executable_asset_keys
    if selection is None:
        return set(replicated)
    try:
        with catch_warnings():
            # Dagster warns of its own parameter when it reads the selection.
            simplefilter("ignore", dg.BetaWarning)
            chosen = set(dg.AssetSelection.from_string(selection).resolve(graph)) & set(replicated)
    except Exception as error:
        raise SettingError(f"--select {selection!r} is not an asset selection: {error}") from error
    if not chosen:
        raise SettingError(
            f"--select {selection!r} selects no table: try 'group:people' or 'key:freshdesk/*'"
        )
    return chosen


def _asked_for(
    partitions: dg.TimeWindowPartitionsDefinition, first: datetime, last: datetime
) -> tuple[str, str]:
    """The partitions that hold the first and the last day."""
    if last < first:
        raise SettingError(f"--to {last:%Y-%m-%d} is before --from {first:%Y-%m-%d}")
    every = partitions.get_partition_keys()
    windows = {key: partitions.time_window_for_partition_key(key) for key in every}
    until = last + timedelta(days=1)
    touched = [key for key, window in windows.items() if window.end > first and window.start < until]
    if not touched:
        raise SettingError(
            f"no partition lies between {first:%Y-%m-%d} and {last:%Y-%m-%d}:"
            f" they go from {every[0]} to {every[-1]}"
        )
    return touched[0], touched[-1]
