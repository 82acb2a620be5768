"""From a change of a run's database file to the new events in it."""

import time
from typing import Any

from freshdesk_assets.orchestration.internals import (
    SqliteEventLogStorage,
    SqliteEventLogStorageWatchdog,
)


class Watchdog(SqliteEventLogStorageWatchdog):
    """Looks for new events whenever a run's database or its write-ahead log was written to."""

    def __init__(
        self, storage: SqliteEventLogStorage, run_id: str, callback: Any, cursor: str | None
    ) -> None:
        super().__init__(storage, run_id, callback, cursor)
        self._patterns = [self._log_path, f"{self._log_path}-wal"]

    def on_modified(self, event: object) -> None:  # noqa: ARG002 - watchdog's signature
        """Hand over the new events."""
        before = self._cursor
        self._process_log()
        if self._cursor == before:
            # The log is written a moment before readers can see what is in it.
            time.sleep(0.01)
            self._process_log()
