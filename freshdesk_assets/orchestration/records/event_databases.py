"""The SQLite databases of events: one for each run, and an index of what is queried across runs.

This module creates, opens, upgrades and removes them. sqlite_events.py writes and reads their events.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as db
from sqlalchemy.engine import Connection, Engine

from freshdesk_assets.orchestration.internals import (
    AssetEventTagsTable,
    ConfigurableClassData,
    EventLogEntry,
    SqlEventLogStorageTable,
    SqliteEventLogStorage,
)
from freshdesk_assets.orchestration.records.engines import Engines, is_made

INDEX = "index"
"""Dagster's name for the database of what is queried across runs."""

UNUSED_INDEXES = ("idx_step_key", "idx_asset_event_tags")
"""Nobody queries the index of all runs by step, and tags are found by their event: a fifth of its size."""

ENGINES_KEPT = 8
"""How many runs' databases are kept open; the UI looks at one or two at a time."""

MAKING_TRIES = 50
"""How often, a tenth of a second apart, a process tries to create a run's database while others create it."""

EVENTS = SqlEventLogStorageTable


class EventDatabases(SqliteEventLogStorage):
    """Dagster's storage of events, with its databases kept open, each by one engine.

    A run's database has one table, the only one that is used there.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = Engines(ENGINES_KEPT)
        self._tables: set[str] = set()
        self._columns: set[str] = set()
        super().__init__(base_dir, inst_data)
        # Reentrant: the index is also read from inside its own transaction.
        self._db_lock = threading.RLock()  # type: ignore[assignment]

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
                # Another process removed the run: the open file has been deleted.
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
                # Another process creates it: SQLite does not wait when the journal mode changes.
                if not left:
                    raise
                time.sleep(0.1)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; the file is asked until it has."""
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
        # The stock method looks for the table in a second connection, inside the transaction.
        if "asset_event_tags" not in self._tables and db.inspect(conn).has_table("asset_event_tags"):
            self._tables.add("asset_event_tags")
        super()._store_asset_event_tags(conn, events, event_ids)

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
