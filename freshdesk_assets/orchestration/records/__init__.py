"""Dagster's run records in SQLite or Postgres, stored batch by batch instead of event by event.

Dagster writes two events for each partition of each asset, and hands them over in batches
(`EventLogStorage.store_event_batch`) to storages that can take them. Its own SQLite storage takes a batch
apart, and makes an engine, a connection and two transactions for each event: 40 ms an event on a busy disk.
The classes here are those of Dagster, with the same tables, and differ in how they write:

- a batch is one transaction in the run's database and one in the index of all runs;
- an engine is kept for each database, and with it SQLAlchemy's compiled statements;
- long texts are packed (packing.py), and a batch is one row of the run's database, a `BLOCK`;
- a run's database has the one table that is used of it.

They are named in `dagster.yaml` under `storage: custom:`. What the stock storage has written they read; what
they have written the stock storage does not.
"""

import json
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy as db
from filelock import FileLock
from sqlalchemy.engine import Connection, Engine
from watchdog.observers import Observer

from freshdesk_assets.orchestration.internals import (
    BATCH_WRITABLE_EVENTS,
    STEP_STATS_EVENT_TYPES,
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    ConfigurableClassData,
    DagsterEventLogInvalidForRun,
    DagsterSqliteStorage,
    DeserializationError,
    EventLogConnection,
    EventLogCursor,
    EventLogEntry,
    EventLogRecord,
    EventRecordsFilter,
    RunShardedEventsCursor,
    SqlEventLogStorage,
    SqlEventLogStorageTable,
    SqliteEventLogStorage,
    SqliteEventLogStorageWatchdog,
    SqliteRunStorage,
    SqliteScheduleStorage,
    build_run_step_stats_from_events,
    copy,
    deserialize_value,
)
from freshdesk_assets.orchestration.records.batches import (
    TakesRanges,
    insert_events,
    rows_of_batch,
    store_in_index,
)
from freshdesk_assets.orchestration.records.blocks import (
    BLOCK,
    BLOCK_FROM,
    Stored,
    block_of,
    held_in_blocks,
    names_of,
    stored_events,
)
from freshdesk_assets.orchestration.records.engines import Engines, file_of, is_made

BATCH_SIZE = "DAGSTER_EVENT_BATCH_SIZE"
"""Dagster's own switch: so many events of a batch are handed over together; without it, one at a time."""

BATCHES_OF = 5_000
"""Enough for ten years of days of one asset in a single transaction."""

INDEX = "index"
"""Dagster's name for the database of what is asked across runs."""

UNUSED_INDEXES = ("idx_step_key", "idx_asset_event_tags")
"""Of the index of all runs nobody asks for a step; and tags are found by their event. A fifth of its size."""

RUNLESS = ""
"""Dagster's id of no run: what was reported from outside of one."""

ENGINES_KEPT = 8
"""So many runs' databases are kept open; the UI looks at one or two at a time."""

MAKING_TRIES = 50
"""So often, a tenth of a second apart, a run's database is tried to be made while others make it."""

EVENTS = SqlEventLogStorageTable


def batching() -> None:
    """Ask Dagster for batches, unless the environment says how large they are to be."""
    os.environ.setdefault(BATCH_SIZE, str(BATCHES_OF))


class SqliteRuns(SqliteRunStorage):
    """Dagster's runs, by one engine."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = Engines(1)
        self.schedules: SqliteSchedules | None = None
        super().__init__(conn_string, inst_data)

    @classmethod
    def from_local(cls, base_dir: str, inst_data: ConfigurableClassData | None = None) -> "SqliteRuns":
        """The database in a folder, made where it is missing."""
        file = os.path.join(os.path.abspath(base_dir), "runs.db")
        if is_made(file):
            return cls(f"sqlite:///{file}", inst_data)
        made = super().from_local(base_dir, inst_data)
        assert isinstance(made, cls)  # noqa: S101 - the stock method makes a `cls`, and says less
        return made

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction."""
        with self._engines.get(file_of(self._conn_string)).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close it, and what schedules did, which nobody else closes (dagster 1.13.27)."""
        self._engines.close()
        if self.schedules:
            self.schedules.dispose()
        super().dispose()


class SqliteSchedules(SqliteScheduleStorage):
    """What schedules and sensors did, by one engine."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = Engines(1)
        super().__init__(conn_string, inst_data)

    @classmethod
    def from_local(cls, base_dir: str, inst_data: ConfigurableClassData | None = None) -> "SqliteSchedules":
        """The database in a folder, made where it is missing."""
        file = os.path.join(os.path.abspath(base_dir), "schedules.db")
        if is_made(file):
            return cls(f"sqlite:///{file}", inst_data)
        made = super().from_local(base_dir, inst_data)
        assert isinstance(made, cls)  # noqa: S101 - as above
        return made

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction."""
        with self._engines.get(file_of(self._conn_string)).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close it."""
        self._engines.close()
        super().dispose()


class SqliteEvents(TakesRanges, SqliteEventLogStorage):
    """Events of runs: a database for each run, and an index of what is asked across runs."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = Engines(ENGINES_KEPT)
        self._tables: set[str] = set()
        self._columns: set[str] = set()
        super().__init__(base_dir, inst_data)
        # A look into the index from inside of its transaction is let in.
        self._db_lock = threading.RLock()  # type: ignore[assignment]
        batching()

    def _initdb(self, engine: Engine, for_index_shard: bool = False) -> None:
        with engine.connect() as connection:
            is_new = not db.inspect(connection).has_table(EVENTS.name)
        super()._initdb(engine, for_index_shard)
        if is_new:
            with engine.begin() as connection:
                for name in UNUSED_INDEXES:
                    connection.execute(db.text(f"drop index if exists {name}"))

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A transaction of one database, one at a time in this process."""
        with self._db_lock:
            file = self.path_for_shard(shard)
            if shard in self._initialized_dbs and not os.path.exists(file):
                # Another process removed the run; what is kept open has no name any more.
                self._engines.close(file)
                self._initialized_dbs.discard(shard)
            if shard not in self._initialized_dbs:
                if not is_made(file):
                    if shard == INDEX:
                        self._initdb(db.create_engine(f"sqlite:///{file}", poolclass=db.pool.NullPool))
                    else:
                        self._make_run_database(file)
                self._initialized_dbs.add(shard)
            with self._engines.get(file).begin() as connection:
                yield connection

    def _make_run_database(self, file: str) -> None:
        """A run's database with its table, without the tables and indexes that nothing reads there."""
        with self._engines.get(self.path_for_shard(INDEX)).begin() as index:
            revision = index.execute(db.text("select version_num from alembic_version")).scalar()
        for left in reversed(range(MAKING_TRIES)):
            try:
                with self._engines.get(file).connect() as connection:
                    connection.execute(db.text("pragma journal_mode = wal"))
                    connection.execute(db.text("begin immediate"))
                    connection.execute(db.schema.CreateTable(EVENTS, if_not_exists=True))
                    connection.execute(
                        db.text(
                            "create table if not exists alembic_version"
                            " (version_num varchar(32) not null primary key)"
                        )
                    )
                    connection.execute(
                        db.text("insert or ignore into alembic_version values (:revision)"),
                        {"revision": revision},
                    )
                    connection.commit()
                return
            except db.exc.OperationalError:
                # Another process makes it: SQLite does not wait for a change of the journal's mode.
                if not left:
                    raise
                time.sleep(0.1)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; asked of the file until it has."""
        if table_name not in self._tables:
            with self.index_connection() as connection:
                if db.inspect(connection).has_table(table_name):
                    self._tables.add(table_name)
        return table_name in self._tables

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        if column_name not in self._columns and super()._has_asset_key_col_on_connection(conn, column_name):
            self._columns.add(column_name)
        return column_name in self._columns

    def _store_asset_event_tags(
        self, conn: Connection, events: Sequence[EventLogEntry], event_ids: Sequence[int]
    ) -> None:
        # The stock method asks for the table in a connection of its own, inside the transaction.
        if "asset_event_tags" not in self._tables and db.inspect(conn).has_table("asset_event_tags"):
            self._tables.add("asset_event_tags")
        super()._store_asset_event_tags(conn, events, event_ids)

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
                    # Nobody asks the index for a step: what is left out there stands in the run's database.
                    index = [[{**row, "step_key": None} for row in of_event] for of_event in rows]
                    store_in_index(self, connection, of_run, index)
            except BaseException:
                # Dagster stores them one by one then, and would store these twice.
                with suppress(db.exc.SQLAlchemyError), self.run_connection(run_id) as connection:
                    connection.execute(EVENTS.delete().where(EVENTS.c.id.in_(stored)))
                raise

    def _store_in_run(self, run_id: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Store rows in the run's database; the ids of those that hold them."""
        with self.run_connection(run_id) as connection:
            if len(rows) < BLOCK_FROM:
                return insert_events(connection, rows)
            # Nothing was written yet in this transaction: take the right to write before looking at the ids.
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
        """The events of a run in order, those of batches too; as the stock method gives them."""
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
        """What a run did in numbers."""
        counted = super().get_stats_for_run(run_id)
        with self.run_connection(run_id) as connection:
            made = held_in_blocks(connection, run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)
        return copy(counted, materializations=counted.materializations + made)

    def get_step_stats_for_run(self, run_id: str, step_keys: Sequence[str] | None = None) -> Any:
        """What the steps of a run did, from its events."""
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
        """Events of all runs; of those that come in batches only planned checks are asked for here."""
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
        """Call back for each new event of a run; what is new stands in its write-ahead log at first."""
        observer: Any = self._obs
        if observer is None:
            observer = Observer()
            observer.start()
            self._obs = observer
        watchdog = _Watchdog(self, run_id, callback, cursor)
        watch = observer.schedule(watchdog, self._base_dir, recursive=True)
        self._watchers[run_id][callback] = (watchdog, watch)

    def delete_events_for_run(self, conn: Connection, run_id: str) -> None:
        """Remove a run's events, and from the index their tags."""
        of_run = db.select(EVENTS.c.id).where(EVENTS.c.run_id == run_id)
        if db.inspect(conn).has_table(AssetEventTagsTable.name):
            conn.execute(AssetEventTagsTable.delete().where(AssetEventTagsTable.c.event_id.in_(of_run)))
        conn.execute(EVENTS.delete().where(EVENTS.c.run_id == run_id))

    def wipe(self) -> None:
        """Remove everything."""
        self._engines.close()
        super().wipe()

    def upgrade(self) -> None:
        """Bring the databases to the shape of the installed Dagster."""
        super().upgrade()
        self._engines.close()

    def blocks_of(self, run_id: str) -> int:
        """How many batches of a run are stored as one row."""
        query = db.select(db.func.count()).where(EVENTS.c.dagster_event_type == BLOCK)
        with self.run_connection(run_id) as connection:
            return int(connection.execute(query).scalar() or 0)

    def forget_run(self, run_id: str) -> None:
        """Remove the file of a run whose events are removed."""
        file = self.path_for_shard(run_id)
        self._engines.close(file)
        self._initialized_dbs.discard(run_id)
        for each in Path(file).parent.glob(f"{run_id}.db*"):
            each.unlink(missing_ok=True)

    def dispose(self) -> None:
        """Stop watching, and close all databases."""
        super().dispose()
        self._engines.close()


class _Watchdog(SqliteEventLogStorageWatchdog):
    """Looks for new events whenever a run's database or its write-ahead log was written to."""

    def __init__(self, storage: SqliteEvents, run_id: str, callback: Any, cursor: str | None) -> None:
        super().__init__(storage, run_id, callback, cursor)
        self._patterns = [self._log_path, f"{self._log_path}-wal"]

    def on_modified(self, event: object) -> None:  # noqa: ARG002 - watchdog's signature
        """Hand over what is new."""
        before = self._cursor
        self._process_log()
        if self._cursor == before:
            # The log is written to a moment before readers are shown what is in it.
            time.sleep(0.01)
            self._process_log()


def _entries(run_id: str, events: Iterable[Stored]) -> list[EventLogEntry]:
    try:
        return [deserialize_value(event.text, EventLogEntry) for event in events]
    except (json.JSONDecodeError, DeserializationError) as error:
        unreadable: Exception = DagsterEventLogInvalidForRun(run_id=run_id)  # type: ignore[no-untyped-call]
        raise unreadable from error


def _matches(record: EventLogRecord, wanted: EventRecordsFilter) -> bool:
    """Whether an event is what is asked for, as `_apply_filter_to_query` of the stock storage asks."""
    event = record.event_log_entry.get_dagster_event()
    return (
        (wanted.asset_key is None or event.asset_key == wanted.asset_key)
        and (not wanted.asset_partitions or event.partition in wanted.asset_partitions)
        and (not wanted.before_timestamp or record.timestamp < wanted.before_timestamp)
        and (not wanted.after_timestamp or record.timestamp > wanted.after_timestamp)
        and (not wanted.storage_ids or record.storage_id in wanted.storage_ids)
    )


class SqliteRecords(DagsterSqliteStorage):
    """Run records of one machine, under DAGSTER_HOME: what `dagster.yaml` names as `storage: custom:`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]
        self.base_dir = base_dir
        self._inst_data = inst_data
        os.makedirs(base_dir, exist_ok=True)
        # Two processes that make the tables at once are in each other's way (dagster 1.13.27).
        with FileLock(os.path.join(base_dir, "records.lock")):
            self._run_storage = SqliteRuns.from_local(os.path.join(base_dir, "history", ""))
            self._event_log_storage = SqliteEvents(os.path.join(base_dir, "history", "runs", ""))
            self._schedule_storage = SqliteSchedules.from_local(os.path.join(base_dir, "schedules"))
        self._run_storage.schedules = self._schedule_storage

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "SqliteRecords":
        """As `dagster.yaml` configures it: `base_dir` is the folder of DAGSTER_HOME."""
        return cls.from_local(inst_data=inst_data, base_dir=config_value["base_dir"])


def forget_planned(instance: dg.DagsterInstance, run_id: str, checks: Iterable[dg.AssetCheckKey]) -> None:
    """Forget that a run was to make these checks, which it left out: their last results stand."""
    storage, made = instance.event_log_storage, AssetCheckExecutionsTable.c
    keys = list(checks)
    if not isinstance(storage, SqlEventLogStorage) or not keys:
        return
    which = db.tuple_(made.asset_key, made.check_name).in_(
        [(key.asset_key.to_string(), key.name) for key in keys]
    )
    planned = AssetCheckExecutionRecordStatus.PLANNED.value
    with storage.index_connection() as connection:
        connection.execute(
            AssetCheckExecutionsTable.delete().where(
                made.run_id == run_id, made.execution_status == planned, which
            )
        )


__all__ = [
    "SqliteEvents",
    "SqliteRecords",
    "SqliteRuns",
    "SqliteSchedules",
    "batching",
    "forget_planned",
]
