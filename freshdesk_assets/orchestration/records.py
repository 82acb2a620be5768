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
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy as db
from sqlalchemy.engine import Connection, Engine

from freshdesk_assets.orchestration.internals import (
    ASSET_EVENTS,
    BATCH_WRITABLE_EVENTS,
    SQLITE_BUSY_TIMEOUT_SECONDS,
    STEP_STATS_EVENT_TYPES,
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionsTable,
    ConfigurableClassData,
    DagsterSqliteStorage,
    EventLogConnection,
    EventLogCursor,
    EventLogEntry,
    EventLogRecord,
    SqlEventLogStorage,
    SqlEventLogStorageTable,
    SqliteEventLogStorage,
    SqliteRunStorage,
    SqliteScheduleStorage,
    build_run_step_stats_from_events,
    copy,
    deserialize_value,
)
from freshdesk_assets.orchestration.packing import DRIVER

BATCH_SIZE = "DAGSTER_EVENT_BATCH_SIZE"
"""Dagster's own switch: so many events of a batch are handed over together; without it, one at a time."""

BATCHES_OF = 5_000
"""Enough for ten years of days of one asset in a single transaction."""

INDEX = "index"
"""Dagster's name for the database of what is asked across runs."""

ENGINES_KEPT = 8
"""So many runs' databases are kept open; the UI looks at one or two at a time."""

BLOCK = "FRESHDESK_BLOCK"
"""Event type of a row that holds a batch; its id is that of the last event in it."""

BLOCK_FROM = 8
"""A smaller batch is stored row by row."""

EVENTS = SqlEventLogStorageTable


def batching() -> None:
    """Ask Dagster for batches, unless the environment says how large they are to be."""
    os.environ.setdefault(BATCH_SIZE, str(BATCHES_OF))


class _Engines:
    """The engines of a folder's databases, kept and bounded, made anew after a fork."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, Engine] = OrderedDict()
        self._process = os.getpid()
        self._lock = threading.Lock()

    def get(self, file: str) -> Engine:
        """The engine of a database file."""
        with self._lock:
            if self._process != os.getpid():
                # Connections of the parent are the parent's: SQLite forbids to use or close them here.
                for engine in self._kept.values():
                    engine.dispose(close=False)
                self._kept.clear()
                self._process = os.getpid()
            if file not in self._kept:
                self._kept[file] = _engine(file)
            engine = self._kept[file]
            self._kept.move_to_end(file)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)[1].dispose()
            return engine

    def close(self, file: str | None = None) -> None:
        """Close a file's connections, or all."""
        with self._lock:
            for name in [file] if file else list(self._kept):
                if engine := self._kept.pop(name, None):
                    engine.dispose()


def _engine(file: str) -> Engine:
    engine = db.create_engine(
        db.URL.create(DRIVER, database=file),
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
        max_overflow=-1,
    )

    @db.event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        # With a write-ahead log a process may be killed at any time and loses nothing; after a power cut the
        # last few events may be missing, and the file is whole.
        connection.execute("pragma synchronous = normal")

    return engine


def _file_of(conn_string: str) -> str:
    return str(db.make_url(conn_string).database)


def _is_made(file: str) -> bool:
    """Whether Dagster's tables are there: then there is nothing to look up in its migrations (0.2 s)."""
    if not Path(file).exists():
        return False
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            return connection.execute("select version_num from alembic_version").fetchone() is not None
        finally:
            connection.close()
    return False


class SqliteRuns(SqliteRunStorage):
    """Dagster's runs, by one engine."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = _Engines(1)
        super().__init__(conn_string, inst_data)

    @classmethod
    def from_local(cls, base_dir: str, inst_data: ConfigurableClassData | None = None) -> "SqliteRuns":
        """The database in a folder, made where it is missing."""
        file = os.path.join(os.path.abspath(base_dir), "runs.db")
        if _is_made(file):
            return cls(f"sqlite:///{file}", inst_data)
        made = super().from_local(base_dir, inst_data)
        assert isinstance(made, cls)  # noqa: S101 - the stock method makes a `cls`, and says less
        return made

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction."""
        with self._engines.get(_file_of(self._conn_string)).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close it."""
        self._engines.close()
        super().dispose()


class SqliteSchedules(SqliteScheduleStorage):
    """What schedules and sensors did, by one engine."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = _Engines(1)
        super().__init__(conn_string, inst_data)

    @classmethod
    def from_local(cls, base_dir: str, inst_data: ConfigurableClassData | None = None) -> "SqliteSchedules":
        """The database in a folder, made where it is missing."""
        file = os.path.join(os.path.abspath(base_dir), "schedules.db")
        if _is_made(file):
            return cls(f"sqlite:///{file}", inst_data)
        made = super().from_local(base_dir, inst_data)
        assert isinstance(made, cls)  # noqa: S101 - as above
        return made

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction."""
        with self._engines.get(_file_of(self._conn_string)).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close it."""
        self._engines.close()
        super().dispose()


class SqliteEvents(SqliteEventLogStorage):
    """Events of runs: a database for each run, and an index of what is asked across runs."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = _Engines(ENGINES_KEPT)
        self._tables: set[str] = set()
        self._columns: set[str] = set()
        super().__init__(base_dir, inst_data)
        # A look into the index from inside of its transaction is let in.
        self._db_lock = threading.RLock()  # type: ignore[assignment]
        batching()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A transaction of one database, one at a time in this process."""
        with self._db_lock:
            file = self.path_for_shard(shard)
            if shard not in self._initialized_dbs:
                if not _is_made(file):
                    if shard == INDEX:
                        self._initdb(db.create_engine(f"sqlite:///{file}", poolclass=db.pool.NullPool))
                    else:
                        self._make_run_database(file)
                self._initialized_dbs.add(shard)
            with self._engines.get(file).begin() as connection:
                yield connection

    def _make_run_database(self, file: str) -> None:
        """A run's database with its table, without the tables and indexes that nothing reads there."""
        table = db.schema.CreateTable(EVENTS, if_not_exists=True)
        with self._engines.get(self.path_for_shard(INDEX)).begin() as index:
            revision = index.execute(db.text("select version_num from alembic_version")).scalar()
        with self._engines.get(file).connect() as connection:
            connection.execute(db.text("pragma journal_mode = wal"))
            connection.execute(db.text("begin immediate"))
            connection.execute(table)
            connection.execute(
                db.text(
                    "create table if not exists alembic_version"
                    " (version_num varchar(32) not null primary key)"
                )
            )
            connection.execute(
                db.text("insert or ignore into alembic_version values (:revision)"), {"revision": revision}
            )
            connection.commit()

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
            rows = [self._event_to_row(event) for event in of_run]
            stored = self._store_in_run(run_id, rows)
            try:
                with self.index_transaction() as connection:
                    _index(self, connection, of_run, rows)
            except BaseException:
                # Dagster stores them one by one then, and would store these twice.
                with suppress(db.exc.SQLAlchemyError), self.run_connection(run_id) as connection:
                    connection.execute(EVENTS.delete().where(EVENTS.c.id.in_(stored)))
                raise

    def _store_in_run(self, run_id: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Store rows in the run's database; the ids of those that hold them."""
        with self.run_connection(run_id) as connection:
            if len(rows) < BLOCK_FROM:
                return _inserted(connection, rows)
            # Nothing was written yet in this transaction: take the right to write before looking at the ids.
            connection.execute(EVENTS.delete().where(EVENTS.c.id == -1))
            last = connection.execute(db.select(db.func.max(EVENTS.c.id))).scalar() or 0
            id_ = int(last) + len(rows)
            block = {
                "id": id_,
                "run_id": run_id,
                "event": json.dumps([[row["dagster_event_type"], row["event"]] for row in rows]),
                "dagster_event_type": BLOCK,
                "timestamp": rows[-1]["timestamp"],
            }
            connection.execute(EVENTS.insert(), [block])
            return [id_]

    def get_records_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: dg.DagsterEventType | set[dg.DagsterEventType] | None = None,
        limit: int | None = None,
        ascending: bool = True,
    ) -> EventLogConnection:
        """The events of a run in order, those of batches too; as the stock method gives them."""
        wanted = {of_type} if isinstance(of_type, dg.DagsterEventType) else of_type
        types = {each.value for each in wanted} if wanted else None
        query = db.select(EVENTS.c.id, EVENTS.c.event, EVENTS.c.dagster_event_type).where(
            EVENTS.c.run_id == run_id
        )
        query = query.order_by(EVENTS.c.id.asc() if ascending else EVENTS.c.id.desc())
        if types is not None:
            query = query.where(EVENTS.c.dagster_event_type.in_([*types, BLOCK]))
        after = skip = None
        if cursor is not None:
            parsed = EventLogCursor.parse(cursor)
            if parsed.is_offset_cursor():
                skip = parsed.offset()
            else:
                after = parsed.storage_id()
                if ascending:
                    query = query.where(EVENTS.c.id > after)
        found: list[EventLogRecord] = []
        with self.run_connection(run_id) as connection:
            for id_, text in _unblocked(connection.execute(query), types, ascending):
                if after is not None and not (id_ > after if ascending else id_ < after):
                    continue
                if skip:
                    skip -= 1
                    continue
                found.append(EventLogRecord(id_, deserialize_value(text, EventLogEntry)))
                if limit and len(found) == limit:
                    break
        if found:
            reached = EventLogCursor.from_storage_id(found[-1].storage_id).to_string()
        else:
            reached = cursor or EventLogCursor.from_storage_id(-1).to_string()
        return EventLogConnection(records=found, cursor=reached, has_more=bool(limit and len(found) == limit))

    def get_asset_partitions_for_run(
        self, run_id: str, of_type: dg.DagsterEventType | set[dg.DagsterEventType] | None = None
    ) -> Mapping[dg.AssetKey, set[str | None]]:
        """The partitions that events of a run are about, from the index, which has all such events."""
        types = {of_type} if isinstance(of_type, dg.DagsterEventType) else of_type
        query = db.select(EVENTS.c.asset_key, EVENTS.c.partition).distinct()
        query = query.where(EVENTS.c.run_id == run_id, EVENTS.c.asset_key.is_not(None))
        if types:
            query = query.where(EVENTS.c.dagster_event_type.in_([each.value for each in types]))
        partitions: dict[dg.AssetKey, set[str | None]] = {}
        with self.index_connection() as connection:
            for name, partition in connection.execute(query):
                if key := dg.AssetKey.from_db_string(name):
                    partitions.setdefault(key, set()).add(partition)
        return partitions

    def get_stats_for_run(self, run_id: str) -> Any:
        """What a run did in numbers; materializations are counted in the index."""
        counted = super().get_stats_for_run(run_id)
        made = dg.DagsterEventType.ASSET_MATERIALIZATION.value
        query = db.select(db.func.count()).where(
            EVENTS.c.run_id == run_id, EVENTS.c.dagster_event_type == made
        )
        with self.index_connection() as connection:
            return copy(counted, materializations=int(connection.execute(query).scalar() or 0))

    def get_step_stats_for_run(self, run_id: str, step_keys: Sequence[str] | None = None) -> Any:
        """What the steps of a run did, from its events."""
        records = self.get_records_for_run(run_id, of_type=set(STEP_STATS_EVENT_TYPES)).records
        events = [record.event_log_entry for record in records]
        chosen = [
            event
            for event in events
            if event.step_key is not None and (not step_keys or event.step_key in step_keys)
        ]
        return build_run_step_stats_from_events(run_id, chosen)

    def forget_run(self, run_id: str) -> None:
        """Remove the file of a run whose events are removed."""
        file = self.path_for_shard(run_id)
        self._engines.close(file)
        self._initialized_dbs.discard(run_id)
        for each in Path(file).parent.glob(f"{run_id}.db*"):
            each.unlink(missing_ok=True)

    def dispose(self) -> None:
        """Close all databases."""
        self._engines.close()
        super().dispose()


def _unblocked(rows: Iterable[Any], types: set[str] | None, ascending: bool) -> Iterator[tuple[int, str]]:
    """Ids and texts of events, those in blocks one by one."""
    for last, text, kind in rows:
        if kind != BLOCK:
            yield last, text
            continue
        held = json.loads(text)
        numbered = list(enumerate(held, start=last - len(held) + 1))
        for id_, (type_, each) in numbered if ascending else reversed(numbered):
            if types is None or type_ in types:
                yield id_, each


def _inserted(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert events; their ids, in order."""
    statement = EVENTS.insert().returning(EVENTS.c.id, sort_by_parameter_order=True)
    return [int(id_) for id_ in connection.execute(statement, list(rows)).scalars()]


def _index(
    storage: SqlEventLogStorage,
    connection: Connection,
    events: Sequence[EventLogEntry],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Store a batch where it is asked for across runs: events, tags, each asset's last, checks planned."""
    ids = _inserted(connection, rows)
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


class SqliteRecords(DagsterSqliteStorage):
    """Run records of one machine, under DAGSTER_HOME: what `dagster.yaml` names as `storage: custom:`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]
        self.base_dir = base_dir
        self._inst_data = inst_data
        self._run_storage = SqliteRuns.from_local(os.path.join(base_dir, "history", ""))
        self._event_log_storage = SqliteEvents(os.path.join(base_dir, "history", "runs", ""))
        self._schedule_storage = SqliteSchedules.from_local(os.path.join(base_dir, "schedules"))

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


__all__ = ["SqliteEvents", "SqliteRecords", "SqliteRuns", "SqliteSchedules", "batching", "forget_planned"]
