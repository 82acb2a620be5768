"""Dagster's events in SQLite: stored batch by batch, and read as if they had been stored one by one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import Any

import dagster as dg
import sqlalchemy as db
from watchdog.observers import Observer

from freshdesk_assets.orchestration.internals import (
    BATCH_WRITABLE_EVENTS,
    STEP_STATS_EVENT_TYPES,
    ConfigurableClassData,
    DagsterEventLogInvalidForRun,
    DeserializationError,
    EventLogConnection,
    EventLogCursor,
    EventLogEntry,
    EventLogRecord,
    EventRecordsFilter,
    RunShardedEventsCursor,
    build_run_step_stats_from_events,
    copy,
    deserialize_value,
)
from freshdesk_assets.orchestration.records.batches import (
    TakesRanges,
    batching,
    insert_events,
    rows_of_batch,
    store_in_index,
)
from freshdesk_assets.orchestration.records.blocks import (
    BLOCK_FROM,
    Stored,
    block_of,
    held_in_blocks,
    names_of,
    stored_events,
)
from freshdesk_assets.orchestration.records.event_databases import EVENTS, EventDatabases
from freshdesk_assets.orchestration.records.watching import Watchdog

RUNLESS = ""
"""Dagster's run id of what was reported from outside a run."""


class SqliteEvents(TakesRanges, EventDatabases):
    """Events of runs; a batch is one transaction in the run's database and one in the index."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        batching()

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events that Dagster batches: planned and made assets, planned checks."""
        kinds = {event.dagster_event_type for event in events}
        if not kinds <= BATCH_WRITABLE_EVENTS:
            super().store_event_batch(events)
            return
        by_run: dict[str, list[EventLogEntry]] = {}
        for event in events:
            by_run.setdefault(event.run_id, []).append(event)
        for run_id, of_run in by_run.items():
            rows = rows_of_batch(self, of_run)
            stored = self._store_in_run(run_id, list(chain.from_iterable(rows)))
            try:
                with self.index_transaction() as connection:
                    # Nobody queries the index by step; the run's database has the step.
                    index = [[{**row, "step_key": None} for row in of_event] for of_event in rows]
                    store_in_index(self, connection, of_run, index)
            except BaseException:
                # Dagster stores them one by one after an error, and would store these twice.
                with suppress(db.exc.SQLAlchemyError), self.run_connection(run_id) as connection:
                    connection.execute(EVENTS.delete().where(EVENTS.c.id.in_(stored)))
                raise

    def _store_in_run(self, run_id: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Store rows in the run's database, a large batch as one block; the ids of the rows written."""
        with self.run_connection(run_id) as connection:
            if len(rows) < BLOCK_FROM:
                return insert_events(connection, rows)
            # Nothing is written yet: the delete takes the write lock before the last id is read.
            connection.execute(EVENTS.delete().where(EVENTS.c.id == -1))
            last = connection.execute(db.select(db.func.max(EVENTS.c.id))).scalar() or 0
            block = block_of(rows, first=int(last) + 1)
            connection.execute(EVENTS.insert(), [block])
            return [block["id"]]

    def get_records_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: dg.DagsterEventType | set[dg.DagsterEventType] | None = None,
        limit: int | None = None,
        ascending: bool = True,
    ) -> EventLogConnection:
        """The events of a run in order, as the stock method gives them; those in blocks too."""
        after = before = None
        skip = 0
        if cursor is not None:
            parsed = EventLogCursor.parse(cursor)
            if parsed.is_offset_cursor():
                skip = parsed.offset()
            elif ascending:
                after = parsed.storage_id()
            else:
                before = parsed.storage_id()
        with self.run_connection(run_id) as connection:
            stored = stored_events(
                connection, run_id, names_of(of_type), ascending=ascending, after=after, before=before
            )
            events = list(islice(stored, skip, skip + limit if limit else None))
        found = [
            EventLogRecord(event.id, entry)
            for event, entry in zip(events, _entries(run_id, events), strict=True)
        ]
        if found:
            reached = EventLogCursor.from_storage_id(found[-1].storage_id).to_string()
        else:
            reached = cursor or EventLogCursor.from_storage_id(-1).to_string()
        return EventLogConnection(records=found, cursor=reached, has_more=bool(limit and len(found) == limit))

    def get_asset_partitions_for_run(
        self, run_id: str, of_type: dg.DagsterEventType | set[dg.DagsterEventType] | None = None
    ) -> Mapping[dg.AssetKey, set[str | None]]:
        """The partitions that events of a run are about."""
        partitions: dict[dg.AssetKey, set[str | None]] = {}
        with self.run_connection(run_id) as connection:
            for event in stored_events(connection, run_id, names_of(of_type)):
                if event.asset and (key := dg.AssetKey.from_db_string(event.asset)):
                    partitions.setdefault(key, set()).add(event.partition)
        return partitions

    def get_stats_for_run(self, run_id: str) -> Any:
        """A run's statistics, with the materializations in blocks."""
        counted = super().get_stats_for_run(run_id)
        with self.run_connection(run_id) as connection:
            made = held_in_blocks(connection, run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)
        return copy(counted, materializations=counted.materializations + made)

    def get_step_stats_for_run(self, run_id: str, step_keys: Sequence[str] | None = None) -> Any:
        """The statistics of a run's steps, from its events."""
        types = {each.value for each in STEP_STATS_EVENT_TYPES}
        with self.run_connection(run_id) as connection:
            events = [
                event
                for event in stored_events(connection, run_id, types)
                if event.step is not None and (not step_keys or event.step in step_keys)
            ]
        return build_run_step_stats_from_events(run_id, _entries(run_id, events))

    def _get_run_sharded_event_records(
        self, event_records_filter: EventRecordsFilter, limit: int | None = None, ascending: bool = False
    ) -> Sequence[EventLogRecord]:
        """Events of all runs. Of types stored in blocks, Dagster asks here for planned checks only."""
        wanted = event_records_filter
        if wanted.event_type not in BATCH_WRITABLE_EVENTS:
            return super()._get_run_sharded_event_records(wanted, limit, ascending)
        cursor = wanted.after_cursor
        since = cursor.run_updated_after if isinstance(cursor, RunShardedEventsCursor) else None
        runs = self._instance.get_run_records(
            filters=dg.RunsFilter(updated_after=since), order_by="update_timestamp", ascending=ascending
        )
        found: list[EventLogRecord] = []
        for run_id in [*(run.dagster_run.run_id for run in runs), RUNLESS]:
            if limit and len(found) >= limit:
                break
            records = [
                record
                for record in self.get_records_for_run(run_id, of_type=wanted.event_type).records
                if _matches(record, wanted)
            ]
            records.sort(key=lambda record: record.timestamp, reverse=not ascending)
            found.extend(records)
        return found[:limit] if limit else found

    def watch(self, run_id: str, cursor: str | None, callback: Any) -> None:
        """Call back for each new event of a run; a new event is in the write-ahead log at first."""
        observer: Any = self._obs
        if observer is None:
            observer = Observer()
            observer.start()
            self._obs = observer
        watchdog = Watchdog(self, run_id, callback, cursor)
        watch = observer.schedule(watchdog, self._base_dir, recursive=True)
        self._watchers[run_id][callback] = (watchdog, watch)


def _entries(run_id: str, events: Iterable[Stored]) -> list[EventLogEntry]:
    try:
        return [deserialize_value(event.text, EventLogEntry) for event in events]
    except (json.JSONDecodeError, DeserializationError) as error:
        unreadable: Exception = DagsterEventLogInvalidForRun(run_id=run_id)  # type: ignore[no-untyped-call]
        raise unreadable from error


def _matches(record: EventLogRecord, wanted: EventRecordsFilter) -> bool:
    """Whether a filter selects an event, as `_apply_filter_to_query` of the stock storage would."""
    event = record.event_log_entry.get_dagster_event()
    return (
        (wanted.asset_key is None or event.asset_key == wanted.asset_key)
        and (not wanted.asset_partitions or event.partition in wanted.asset_partitions)
        and (not wanted.before_timestamp or record.timestamp < wanted.before_timestamp)
        and (not wanted.after_timestamp or record.timestamp > wanted.after_timestamp)
        and (not wanted.storage_ids or record.storage_id in wanted.storage_ids)
    )
