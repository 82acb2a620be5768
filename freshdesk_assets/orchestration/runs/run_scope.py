"""From dates and a selection to the assets, partitions and tags of a run."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from warnings import catch_warnings, simplefilter

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.names import ONLY_MISSING, RECONCILE
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.run_tags import backfill_tags
from freshdesk_assets.orchestration.runs.staleness import reached, stale_range
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.settings import Partitioning, SettingError
from freshdesk_assets.warehouse.file import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScope:
    """What a run makes.

    - `keys`: all its assets; `read`: those of them that are read from the API.
    - `start`, `end`: first and last partition.
    - `tags`: the run's tags.
    - `continues`: when the unfinished backfill was requested that this run continues; None for a new one.
    """

    keys: frozenset[dg.AssetKey]
    read: tuple[dg.AssetKey, ...]
    start: str
    end: str
    tags: Mapping[str, str]
    continues: datetime | None = None

    @property
    def names(self) -> list[str]:
        """The tables that are read."""
        return [key.path[-1] for key in self.read]


def run_scope(
    keys: Iterable[dg.AssetKey],
    instance: dg.DagsterInstance,
    catalog: Catalog,
    partitioning: Partitioning,
    warehouse: Warehouse,
    *,
    first: datetime | None,
    last: datetime | None,
    selection: str | None,
    reconcile: bool = False,
    whole: bool = False,
    names: Names = ALONE,
) -> RunScope:
    """The run that reads what is missing of the assets, or with dates the partitions that hold those days.

    - `selection` is the text that selected the assets; a backfill continues one of the same selection.
    - `reconcile` runs on the last partition, because any will do.
    - `whole` reads all partitions again, and lists and rows that no partition bounds.

    Raises SettingError, WarehouseError.
    """
    keys = frozenset(keys)
    read = tuple(sorted(reads(keys, catalog)))
    partitions = partitions_of(partitioning)
    tags, continues = {ONLY_MISSING: "true"}, None
    if reconcile:
        start = end = partitions.get_partition_keys()[-1]
        tags = {RECONCILE: "true"}
    elif first is None and last is None and not whole:
        since: datetime | None = partitioning.since
        # Without a file everything is missing, whatever Dagster remembers of one that was moved aside.
        if warehouse.exists():
            since = reached(warehouse, catalog, [key.path[-1] for key in read], partitioning.since)
        start, end = stale_range(instance, read, partitions, since)
    else:
        start, end = _asked_for(partitions, first or partitioning.since, last or datetime.now(UTC))
        same = {**_range(start, end), **names.tags}
        tags, continues = backfill_tags(instance, same, selection, whole=whole)
    if read:
        tags = {**tags, **_range(start, end)}
    tags = {**tags, **names.tags}
    return RunScope(keys=keys, read=read, start=start, end=end, tags=tags, continues=continues)


def _range(start: str, end: str) -> dict[str, str]:
    """The tags by which a run covers several partitions."""
    return {"dagster/asset_partition_range_start": start, "dagster/asset_partition_range_end": end}


def selected(
    definitions: dg.Definitions, job: str, selection: str | None, names: Names = ALONE
) -> set[dg.AssetKey]:
    """The assets of a job, or those of them that a selection chooses; raises SettingError.

    A selection is Dagster's, or names with commas between: `tickets`, `relations.tickets`, `stitch/users`.
    """
    graph = definitions.resolve_asset_graph()
    replicated = definitions.resolve_job_def(job).asset_layer.executable_asset_keys
    if selection is None:
        return set(replicated)
    words = [word.strip() for word in selection.split(",")]
    try:
        if all(NAME.fullmatch(word) for word in words):
            found = {_named(word, graph.get_all_asset_keys(), names) for word in words}
        else:
            with catch_warnings():
                # Dagster warns of its own parameter when it reads the selection.
                simplefilter("ignore", dg.BetaWarning)
                found = set(dg.AssetSelection.from_string(selection).resolve(graph))
    except SettingError:
        raise
    except Exception as error:
        raise SettingError(f"--select {selection!r} is no selection of Dagster's: {FORMS}") from error
    if not (chosen := found & set(replicated)):
        raise SettingError(f"--select {selection!r} selects nothing that this run makes: {FORMS}")
    return chosen


NAME = re.compile(r"\w+(?:[./]\w+)?")
"""A name that is no selection of Dagster's: of a table, or of a schema and a table."""

FORMS = "write a table's name, like tickets, or a selection, like 'group:people' or 'key:freshdesk/*'"


def _named(word: str, keys: Collection[dg.AssetKey], names: Names) -> dg.AssetKey:
    """The asset of a name: a table of ours first, else the only one of that name; raises SettingError."""
    path = re.split(r"[./]", word.lower())
    if (key := names.key(dg.AssetKey([SCHEMA, *path][-2:]))) in keys:
        return key
    same = sorted("/".join(key.path) for key in keys if key.path[-len(path) :] == path)
    if len(same) == 1:
        return dg.AssetKey(same[0].split("/"))
    known = sorted({name for key in keys for name in (key.path[-1], "/".join(key.path))})
    near = same or get_close_matches("/".join(path), known, n=3)
    meant = f"did you mean {' or '.join(near)}?" if near else FORMS
    raise SettingError(
        f"--select: {'more than one table is' if same else 'no table is'} called {word}: {meant}"
    )


def reads(keys: Iterable[dg.AssetKey], catalog: Catalog) -> frozenset[dg.AssetKey]:
    """Those of the assets that are read from the API."""
    return frozenset(key for key in keys if key.path[-1] in catalog and key.path[-2:-1] == [SCHEMA])


def ensure_days(
    partitioning: Partitioning,
    first: datetime | None,
    last: datetime | None,
    *,
    whole: bool = False,
    reconcile: bool = False,
) -> None:
    """Raise SettingError if no partition can lie between the days, or none need be given."""
    if reconcile and (first or last):
        raise SettingError("--reconcile goes through all stored rows: leave out --from and --to")
    if whole and (first or last or reconcile):
        raise SettingError("--whole reads from the start date: leave out --from, --to and --reconcile")
    now = datetime.now(UTC)
    if first and last and last < first:
        raise SettingError(f"--to {last:%Y-%m-%d} is before --from {first:%Y-%m-%d}")
    if first and first > now:
        raise SettingError(f"--from {first:%Y-%m-%d} is still to come: give today or a day before")
    if last and last < partitioning.since:
        raise SettingError(
            f"--to {last:%Y-%m-%d} is before {partitioning.since:%Y-%m-%d}, when the partitions begin: give a"
            " later day, or set FRESHDESK_START_DATE to an earlier one; all is read from there on then"
        )


def _asked_for(
    partitions: dg.TimeWindowPartitionsDefinition, first: datetime, last: datetime
) -> tuple[str, str]:
    """The partitions that hold the first and the last day."""
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
