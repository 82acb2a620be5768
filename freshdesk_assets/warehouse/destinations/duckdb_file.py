"""A DuckDB file as the destination: one process at a time has it open."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from freshdesk_assets.schema.names import META
from freshdesk_assets.warehouse.complaints import complaint, unopened
from freshdesk_assets.warehouse.destinations.destination import Destination, DestinationError, Say
from freshdesk_assets.warehouse.encryption import Encryption, NoCipher, option, prepare
from freshdesk_assets.warehouse.paths import opened
from freshdesk_assets.warehouse.sql import ALIAS, literal, scalar

ROW_GROUP_SIZE = 4_096
"""Rows per row group: a load's memory is bounded by the row group, and a ticket's text is large. DuckDB also
compresses a group that is not full again with every batch. Measured: 131 us a ticket against 185 with
16,384, the same file size; peak 455 MB at a million tickets, 5.1 GB with DuckDB's default of 122,880."""

STORAGE = "v1.4.0"
"""The oldest DuckDB that can open what is written. DuckDB 2.0.0's own default is itself (docs/engineering.md,
7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaFile(Destination):
    """A file.

    - `path`: without links.
    - `storage`: the oldest DuckDB that must be able to open the file. A file that is newer stays so.
    - `encryption`: the key of the file, if it has one.
    """

    path: Path
    storage: str = STORAGE
    encryption: Encryption | None = None

    lake = False

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def folder(self) -> Path:
        """The folder of the file."""
        return self.path.parent

    def exists(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    def check(self) -> None:
        """Raise DestinationError if the file's folder is missing."""
        if not self.path.parent.is_dir():
            raise DestinationError(f"{self.path.parent} is not a folder: create it, or set FRESHDESK_DUCKDB")

    def prepare(self, root: duckdb.DuckDBPyConnection) -> None:
        """Load the cipher; raises DestinationError where it is not there."""
        try:
            prepare(root, self.encryption)
        except NoCipher as error:
            raise DestinationError(str(error)) from None

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Open the file; no other process can from here on."""
        options = f"type duckdb, row_group_size {ROW_GROUP_SIZE}{option(self.encryption)}"
        try:
            connection.execute(
                f"attach {opened(self.path)} as {ALIAS} ({options}, storage_version {literal(self.storage)})"
            )
        except duckdb.InvalidInputException as error:
            if "cannot be lowered" not in str(error):
                raise
            connection.execute(f"attach {opened(self.path)} as {ALIAS} ({options})")
        try:
            wide = scalar(connection, f"select count(*) > 0 from {ALIAS}.{META}.wide_texts")
        except duckdb.CatalogException:
            wide = False  # the file is new, or of an earlier version
        compress_texts(connection, long=not wide)

    def reading(self, name: str) -> str:
        """The statement that opens the file for reading alone, under a catalog name."""
        return f"attach {opened(self.path)} as {name} (type duckdb, read_only{option(self.encryption)})"

    def version(self) -> object:
        """Inode, time and size."""
        found = self.path.stat()
        return found.st_ino, found.st_mtime_ns, found.st_size

    def versions(self, connection: duckdb.DuckDBPyConnection) -> tuple[object, object]:  # noqa: ARG002
        """The file is as it was opened."""
        return self.version(), None

    @contextmanager
    def writing(self, lock_wait: float, report: Say | None) -> Iterator[None]:  # noqa: ARG002
        """Nothing: DuckDB locks the file that it opens."""
        yield

    @contextmanager
    def turn(self, account: str, who: str, say: Say) -> Iterator[None]:  # noqa: ARG002
        """Nothing: a run locks files beside this one."""
        yield

    def busy(self, error: duckdb.Error) -> str | None:
        """The program that has the file open."""
        return holder(error) if is_lock(error) else None

    def unopened(self, error: duckdb.Error) -> str:
        """What is wrong with the file, never with its key in it."""
        return self.hidden(unopened(error, self.path))

    def hidden(self, text: str) -> str:
        """The text without the file's key."""
        return self.encryption.hidden(text) if self.encryption else text

    def complaint(self, error: duckdb.Error) -> str | None:
        """What to do about the file or its disk."""
        return complaint(error, self.path)

    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size


def remove_overflow(path: Path, keep: Path) -> None:
    """Remove the temporary folders of processes that were killed while they had the file open."""
    left = re.compile(rf"{re.escape(path.name)}\.[0-9a-f]{{8}}\.tmp")
    for folder in path.parent.iterdir():
        if left.fullmatch(folder.name) and folder != keep:
            shutil.rmtree(folder, ignore_errors=True)


def is_lock(error: duckdb.Error) -> bool:
    """Whether a file could not be opened because something else has it open."""
    message = str(error)
    return "Could not set lock on file" in message or "Unique file handle conflict" in message


def holder(error: duckdb.Error) -> str:
    """Who holds the file, from DuckDB's own words: a program and its process id."""
    match = re.search(r"Conflicting lock is held in (\S+)(?: \(deleted\))? \(PID (\d+)\)", str(error))
    if match:
        return f"{os.path.basename(match[1])} (process {match[2]})"
    return (
        f"another connection of this process ({os.getpid()})" if "Unique" in str(error) else "another process"
    )


def compress_texts(connection: duckdb.DuckDBPyConnection, *, long: bool) -> None:
    """Whether long texts are compressed from here on (see ledger/wide_texts.py)."""
    connection.execute(f"set disabled_compression_methods = {literal('' if long else 'zstd')}")
