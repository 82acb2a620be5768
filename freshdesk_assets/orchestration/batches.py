"""A batch of events stored in one transaction, where it is asked for across runs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from sqlalchemy.engine import Connection

from freshdesk_assets.orchestration.internals import (
    ASSET_EVENTS,
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionsTable,
    AssetMaterializationPlannedData,
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


def rows_of(storage: SqlEventLogStorage, event: EventLogEntry) -> list[dict[str, Any]]:
    """An event as rows: one, or of an asset planned for a range of partitions one for each, as stock ones are.

    Dagster makes an event for each partition unless a storage takes the range (0.4 ms of CPU against 0.02): the
    rows of one differ in the partition alone.
    """
    planned = event.dagster_event.event_specific_data if event.dagster_event else None
    if not isinstance(planned, AssetMaterializationPlannedData) or planned.partitions_subset is None:
        return [storage._event_to_row(event)]
    first, *others = planned.partitions_subset.get_partition_keys()
    data = planned._replace(partition=first, partitions_subset=None)
    dagster_event = event.get_dagster_event()._replace(event_specific_data=data)
    row = storage._event_to_row(event._replace(dagster_event=dagster_event))
    before, mark, after = str(row["event"]).partition(f'"partition": {json.dumps(first)}')
    if not mark:
        raise ValueError(f"the event planned for {first} does not name it")
    return [row] + [
        {**row, "partition": key, "event": f'{before}"partition": {json.dumps(key)}{after}'} for key in others
    ]


def store_in_index(
    storage: SqlEventLogStorage,
    connection: Connection,
    events: Sequence[EventLogEntry],
    rows: Sequence[Sequence[Mapping[str, Any]]],
) -> None:
    """Store a batch where it is asked for across runs: events, tags, each asset's last, checks planned.

    `rows` are those of each event.
    """
    ids = iter(insert_events(connection, [row for of_event in rows for row in of_event]))
    numbered = [
        (event, [next(ids) for _ in of_event][-1]) for event, of_event in zip(events, rows, strict=True)
    ]
    of_assets = [(event, id_) for event, id_ in numbered if event.dagster_event_type in ASSET_EVENTS]
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
        for (event, id_), stored in zip(numbered, rows, strict=True)
        if event.dagster_event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
        for row in _planned_checks(event, id_, str(stored[-1]["event"]))
    ]
    if planned:
        connection.execute(AssetCheckExecutionsTable.insert(), planned)


def plans_a_range(event: EventLogEntry) -> bool:
    """Whether it says that an asset is planned for several partitions at once."""
    data = event.dagster_event.event_specific_data if event.dagster_event else None
    return isinstance(data, AssetMaterializationPlannedData) and data.partitions_subset is not None


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
