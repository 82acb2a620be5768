"""What a place for a replica must be able to do; `file` and the engines know no more of it than this."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

Say = Callable[[str], None]
"""Gets a line for the log."""


class DestinationError(Exception):
    """The destination cannot be used; the message says why and what to do, and holds no secret."""


class DestinationBusy(DestinationError):
    """Another process had it for longer than was waited."""


class DestinationAway(DestinationError):
    """It does not answer, or has ended the session: it may answer again soon."""


class DestinationTaken(DestinationError):
    """Another run has the account since: this one must not go on."""


class Destination(ABC):
    """Where a replica is stored. Two of the same `name` are the same place."""

    lake: bool
    """Whether it is a lake, which many read while it is written, at a snapshot."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What messages and records call it; never a secret."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """The folder on this machine for what memory does not hold."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether there is anything yet. Raises DestinationError where that cannot be found out."""

    @abstractmethod
    def check(self) -> None:
        """Raise DestinationError if nothing could be stored there, before anything is opened."""

    @abstractmethod
    def prepare(self, root: duckdb.DuckDBPyConnection) -> None:
        """Load what an engine needs before it can open it; raises DestinationError."""

    @abstractmethod
    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Open it for writing as the catalog `sql.ALIAS`; raises duckdb.Error."""

    @abstractmethod
    def reading(self, name: str) -> str:
        """The statement that opens it for reading alone, under a catalog name."""

    @abstractmethod
    def version(self) -> object:
        """A value that differs once another process has written, as far as it can be told from outside."""

    @abstractmethod
    def versions(self, connection: duckdb.DuckDBPyConnection) -> tuple[object, object]:
        """The version that a transaction sees, and the last one that this process made."""

    @contextmanager
    @abstractmethod
    def writing(self, lock_wait: float, report: Say | None) -> Iterator[None]:
        """Keep other writers out while the block has a transaction; raises DestinationBusy."""

    @contextmanager
    @abstractmethod
    def turn(self, account: str, who: str, say: Say) -> Iterator[None]:
        """Keep other runs of the account out, on whatever machine they are; waits, and says so once."""

    @abstractmethod
    def busy(self, error: duckdb.Error) -> str | None:
        """Who has it, if the error says that it is in use; None for any other error."""

    @abstractmethod
    def unopened(self, error: duckdb.Error) -> str:
        """What is wrong, and what to do, where it could not be opened."""

    @abstractmethod
    def complaint(self, error: duckdb.Error) -> str | None:
        """The error in terms of what to do; None where there is nothing to do outside the code."""

    def away(self, error: duckdb.Error) -> bool:  # noqa: ARG002 - a file is never away
        """Whether it does not answer, or has ended the session."""
        return False

    @abstractmethod
    def hidden(self, text: str) -> str:
        """The text without keys and passwords."""

    @abstractmethod
    def size(self) -> int:
        """Bytes that it takes; raises DestinationError where a lake does not say."""
