"""Dagster's run records in Postgres, stored batch by batch; records/ says why.

It is not in records/ because dagster-postgres is an optional dependency.

`freshdesk_assets.orchestration.records_postgres.PostgresRecords` is named under `storage: custom:` in the
`dagster.yaml` of every DAGSTER_HOME with Postgres: neither this module nor the class may be renamed or moved.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import sqlalchemy as db
from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import get_token_provider_from_config, pg_url_from_config

from freshdesk_assets.environment import file_mode
from freshdesk_assets.file_modes import make_files
from freshdesk_assets.orchestration.internals import (
    BATCH_WRITABLE_EVENTS,
    ConfigurableClassData,
    EventLogEntry,
    SqlEventLogStorageTable,
)
from freshdesk_assets.orchestration.records.batches import (
    TakesRanges,
    batching,
    rows_of_batch,
    store_in_index,
)

BATCHED = BATCH_WRITABLE_EVENTS - {dg.DagsterEventType.ASSET_FAILED_TO_MATERIALIZE}
"""The event types that are stored as a batch. The stock storage leaves out the same one."""

ONE_AFTER_ANOTHER = db.text(f"lock table {SqlEventLogStorageTable.name} in share row exclusive mode")
"""Sensors ask for events above the last id they saw: an id must not become visible after a higher one."""


class PostgresEvents(TakesRanges, PostgresEventLogStorage):
    """Events of all runs, in one table."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._tables: set[str] = set()
        super().__init__(*arguments, **options)
        batching()

    def has_table(self, table_name: str) -> bool:
        """Whether there is such a table; the database is asked until there is."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events that Dagster batches, in one transaction: planned and made assets, planned checks."""
        if not events or not {event.dagster_event_type for event in events} <= BATCHED:
            super().store_event_batch(events)
            return
        rows = rows_of_batch(self, events)
        with self.index_transaction() as connection:
            connection.execute(ONE_AFTER_ANOTHER)
            store_in_index(self, connection, events, rows)


class PostgresRecords(DagsterPostgresStorage):
    """Run records in Postgres: what `dagster.postgres.yaml` names as `storage: custom:`."""

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
        token_provider: Any = None,
    ) -> None:
        super(DagsterPostgresStorage, self).__init__()  # type: ignore[no-untyped-call]
        # As in records/: Dagster keeps no events here, but its logs are files.
        make_files(file_mode())
        self.postgres_url = postgres_url
        self.should_autocreate_tables = should_autocreate_tables
        self._inst_data = inst_data
        given: dict[str, Any] = {"token_provider": token_provider}
        self._run_storage = PostgresRunStorage(postgres_url, should_autocreate_tables, **given)
        self._event_log_storage = PostgresEvents(postgres_url, should_autocreate_tables, **given)
        self._schedule_storage = PostgresScheduleStorage(postgres_url, should_autocreate_tables, **given)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PostgresRecords":
        """As `dagster.yaml` configures it, in the words of `storage: postgres:`."""
        return cls(
            pg_url_from_config(config_value),
            config_value.get("should_autocreate_tables", True),
            inst_data,
            get_token_provider_from_config(config_value),
        )


__all__ = ["PostgresEvents", "PostgresRecords"]
