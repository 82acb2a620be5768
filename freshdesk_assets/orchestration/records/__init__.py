"""Dagster's run records in SQLite or Postgres, stored batch by batch instead of event by event.

Dagster writes two events for each partition of each asset, and hands them over in batches
(`EventLogStorage.store_event_batch`) to storages that can take them. Its own SQLite storage takes a batch
apart, and makes an engine, a connection and two transactions for each event: 40 ms an event on a busy disk.
The storages here are subclasses of Dagster's, with the same tables. They differ in how they write:

- a batch is one transaction in the run's database and one in the index of all runs;
- an engine is kept for each database, and with it SQLAlchemy's compiled statements;
- long texts are packed (packing.py), and a batch is one row of the run's database, a `BLOCK`;
- a run's database has the one table that is used of it.

They read what the stock storage has written. The stock storage cannot read what they have written.

`freshdesk_assets.orchestration.records.SqliteRecords` is named under `storage: custom:` in the `dagster.yaml`
of every DAGSTER_HOME with SQLite: neither this package nor the class may be renamed or moved. The
storages that it consists of are in sqlite_runs.py and sqlite_events.py; no stored file names them.
"""

import os
from collections.abc import Mapping
from typing import Any

from filelock import FileLock

from freshdesk_assets.environment import file_mode
from freshdesk_assets.file_modes import make_files
from freshdesk_assets.orchestration.internals import (
    ConfigurableClassData,
    DagsterSqliteStorage,
)
from freshdesk_assets.orchestration.records.sqlite_events import SqliteEvents
from freshdesk_assets.orchestration.records.sqlite_runs import SqliteRuns, SqliteSchedules


class SqliteRecords(DagsterSqliteStorage):
    """Run records of one machine, under DAGSTER_HOME: what `dagster.yaml` names as `storage: custom:`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]
        self.base_dir = base_dir
        self._inst_data = inst_data
        # Of all processes that Dagster starts, each opens the records first of all.
        make_files(file_mode())
        os.makedirs(base_dir, exist_ok=True)
        # Two processes that create the tables at once disturb each other (dagster 1.13.27).
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
