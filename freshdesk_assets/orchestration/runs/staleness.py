"""From what is materialized and stored to the range of partitions that a run has to read."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg

from freshdesk_assets.replication import itinerary
from freshdesk_assets.replication.scope import Reading, ReadScope
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.warehouse.engines import lingering
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.row_counts import losses


def stale_range(
    instance: dg.DagsterInstance,
    keys: Iterable[dg.AssetKey],
    partitions: dg.TimeWindowPartitionsDefinition,
    reached: datetime | None,
    now: datetime | None = None,
) -> tuple[str, str]:
    """First and last partition to read: from the first that misses an asset, or where the last sync ended."""
    every: Sequence[str] = partitions.get_partition_keys(current_time=now)
    complete = set(every)
    for key in keys:
        complete &= instance.get_materialized_partitions(key)
    missing = [key for key in every if key not in complete]
    first = missing[0] if missing else every[-1]
    if reached is not None:
        open_since = [
            key
            for key in every
            if partitions.time_window_for_partition_key(key).end.astimezone(UTC) > reached
        ]
        first = min(first, open_since[0] if open_since else every[-1], key=every.index)
    return first, every[-1]


def last_days(partitions: dg.TimeWindowPartitionsDefinition, days: int, now: datetime) -> tuple[str, str]:
    """First and last partition of those that hold the last days, today's included."""
    every: Sequence[str] = partitions.get_partition_keys(current_time=now)
    since = now - timedelta(days=days)
    touched = [key for key in every if partitions.time_window_for_partition_key(key).end > since]
    return touched[0], touched[-1]


def ended_yesterday(partitions: dg.TimeWindowPartitionsDefinition, now: datetime) -> str | None:
    """The partition that ended at the last midnight; None if none did."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ended = [
        key
        for key in partitions.get_partition_keys(current_time=now)
        if partitions.time_window_for_partition_key(key).end == midnight
    ]
    return ended[-1] if ended else None


def reached(
    warehouse: Warehouse, catalog: Catalog, names: Collection[str], since: datetime
) -> datetime | None:
    """The time up to which all of the tables are stored that are read by time; None if nothing is.

    `replication.itinerary` says what is still missing `since` the start date. All of a table is that has lost
    rows.
    """
    if not warehouse.exists():
        return None
    with warehouse.open(checkpoint=False) as connection:
        if any(not isinstance(catalog[loss.table].sync, FullList) for loss in losses(connection, names)):
            return since
    now = datetime.now(UTC)
    scopes = [
        ReadScope(
            table=catalog[name],
            catalog=catalog,
            warehouse=warehouse,
            start=since,
            end=now + timedelta(days=1),
            since=since,
            reading=Reading.MISSING,
            requested_at=now,
        )
        for name in names
    ]
    with lingering():
        ends = [moment for scope in scopes if (moment := itinerary.reached(scope))]
    return min(ends, default=None)
