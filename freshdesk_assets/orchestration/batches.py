"""A batch of events stored in one transaction, where it is asked for across runs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from sqlalchemy.engine import Connection

from freshdesk_assets.orchestration.internals import (
    ASSET_EVENTS,
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionsTable,
    EventLogEntry,
    SqlEventLogStorage,
    SqlEventLogStorageTable,
)


def insert_events(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert events; their ids, in order."""
    statement = SqlEventLogStorageTable.insert().returning(
        SqlEventLogStorageTable.c.id, sort_by_parameter_order=True
    )
    return [int(id_) for id_ in connection.execute(statement, list(rows)).scalars()]


def store_in_index(
    storage: SqlEventLogStorage,
    connection: Connection,
    events: Sequence[EventLogEntry],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Store a batch where it is asked for across runs: events, tags, each asset's last, checks planned."""
    ids = insert_events(connection, rows)
    of_assets = [
        (event, id_)
        for event, id_ in zip(events, ids, strict=True)
        if event.dagster_event_type in ASSET_EVENTS
    ]
    if of_assets:
        storage._store_asset_event_tags(
            connection, [each for each, _ in of_assets], [id_ for _, id_ in of_assets]
        )
    # Of an asset the last event of each kind decides; in order, as if all had been stored.
    last = {
        (event.get_dagster_event().asset_key, event.dagster_event_type): (event, id_)
        for event, id_ in of_assets
    }
    for event, id_ in sorted(last.values(), key=lambda each: each[1]):
        storage._store_asset_event(connection, event, id_)
    planned = [
        row
        for event, id_, stored in zip(events, ids, rows, strict=True)
        if event.dagster_event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
        for row in _planned_checks(event, id_, str(stored["event"]))
    ]
    if planned:
        connection.execute(AssetCheckExecutionsTable.insert(), planned)


def _planned_checks(event: EventLogEntry, id_: int, text: str) -> Iterator[dict[str, Any]]:
    """A row for each partition of a check that is planned, as the stock storage writes them."""
    planned = event.get_dagster_event().asset_check_planned_data
    keys = planned.partitions_subset.get_partition_keys() if planned.partitions_subset else [None]
    for partition in keys:
        yield {
            "asset_key": planned.asset_key.to_string(),
            "check_name": planned.check_name,
            "partition": partition,
            "run_id": event.run_id,
            "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
            "evaluation_event": text,
            "evaluation_event_timestamp": datetime.fromtimestamp(event.timestamp, UTC).replace(tzinfo=None),
            "evaluation_event_storage_id": id_,
        }
