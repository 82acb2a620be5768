"""Two of Dagster's storages, of one SQLite file each: of runs, and of schedules and sensors."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Self

from sqlalchemy.engine import Connection

from freshdesk_assets.orchestration.internals import (
    ConfigurableClassData,
    SqliteRunStorage,
    SqliteScheduleStorage,
)
from freshdesk_assets.orchestration.records.engines import Engines, file_of, is_made


class _OneFile:
    """A storage of one database file, whose engine is kept."""

    FILE: ClassVar[str]
    _conn_string: str

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = Engines(1)
        super().__init__(conn_string, inst_data)  # type: ignore[call-arg]

    @classmethod
    def from_local(cls, base_dir: str, inst_data: ConfigurableClassData | None = None) -> Self:
        """The database in a folder, made where it is missing."""
        file = os.path.join(os.path.abspath(base_dir), cls.FILE)
        if is_made(file):
            return cls(f"sqlite:///{file}", inst_data)
        made: Self = super().from_local(base_dir, inst_data)  # type: ignore[misc]
        return made

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction."""
        with self._engines.get(file_of(self._conn_string)).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close it."""
        self._engines.close()
        super().dispose()  # type: ignore[misc]


class SqliteSchedules(_OneFile, SqliteScheduleStorage):
    """What schedules and sensors did."""

    FILE = "schedules.db"


class SqliteRuns(_OneFile, SqliteRunStorage):
    """Dagster's runs."""

    FILE = "runs.db"
    schedules: SqliteSchedules | None = None

    def dispose(self) -> None:
        """Close it, and what schedules did, which nobody else closes (dagster 1.13.27)."""
        if self.schedules:
            self.schedules.dispose()
        super().dispose()
