"""From what DuckDB says of a file to one sentence: what is wrong with it, and what to do."""

from pathlib import Path

import duckdb

from freshdesk_assets.warehouse.paths import log_of

FULL = (
    "No space left",
    "Disk quota exceeded",
    "File too large",
    "Could not write",
    "max_temp_directory_size",
)
DAMAGED = ("Corrupt database file", "Could not read enough bytes", "Input/output error", "Checksum")
FORBIDDEN = ("Permission denied", "Read-only file system", "Operation not permitted")


VALUES_QUOTED = (
    duckdb.DataError,
    duckdb.IntegrityError,
    duckdb.InvalidInputException,
    duckdb.InternalException,
)
"""Errors in whose words a value of a row may be, which may be a customer's."""


def is_interrupt(error: RuntimeError) -> bool:
    """Whether a signal came while DuckDB worked: it says no more than that, whatever the handler raised."""
    return str(error) == "Query interrupted"


def may_quote(error: duckdb.Error) -> bool:
    """Whether the words of the error may hold a value: then they belong in no log and no record."""
    return isinstance(error, VALUES_QUOTED)


def reason(error: duckdb.Error) -> str:
    """What DuckDB says, in one line; of an error that may quote a value, its kind alone."""
    if may_quote(error):
        return f"DuckDB refuses a value ({type(error).__name__}), which is not shown here"
    return _first_line(error)


def cause(error: duckdb.Error) -> duckdb.Error | None:
    """What an error of ours is raised from: Dagster stores that too."""
    return None if may_quote(error) else error


def complaint(error: duckdb.Error, path: Path) -> str | None:
    """The error in terms of what to do; None where there is nothing to do outside the code."""
    message = str(error)

    def has(*words: str) -> bool:
        return any(each in message for each in words)

    if has(*FULL):
        return (
            f"the disk of {path} is full: nothing of this batch was stored, what was stored before is intact;"
            " make room and run again"
        )
    # Before what is said of the file: DuckDB uses the same words for both.
    if has("replaying WAL", "WAL does not match", f'{log_of(path)}": Is a directory'):
        return _of_another(error, path)
    if has("not a valid DuckDB database file"):
        return f"{path} is not a DuckDB file: move it away, or set FRESHDESK_DUCKDB"
    if has("Cannot open encrypted database"):
        return f"{path} is encrypted: set FRESHDESK_ENCRYPTION_KEY to its key, or FRESHDESK_DUCKDB"
    if has("Wrong encryption key"):
        return (
            f"{path} is encrypted with another key than FRESHDESK_ENCRYPTION_KEY: set that to the file's key,"
            " or change the file's with `freshdesk-assets rekey`"
        )
    if has("A key is explicitly specified"):
        return (
            f"{path} is not encrypted, and FRESHDESK_ENCRYPTION_KEY is set: `freshdesk-assets rekey` encrypts"
            " it, or leave the key out"
        )
    if has(*DAMAGED):
        return f"{path} is damaged: put a copy in its place, or move it away and read everything again"
    if has("Is a directory"):
        return f"{path} is a folder, not a file: set FRESHDESK_DUCKDB to a file in it"
    if has("Trying to read a database file with version"):
        return f"{path} was written by a newer DuckDB than {duckdb.__version__}: upgrade the package duckdb"
    if has("is not a known DuckDB version"):
        return (
            f"FRESHDESK_STORAGE is a version that DuckDB {duckdb.__version__} does not know: set it to that"
            " or an earlier one, or upgrade the package duckdb"
        )
    if has(*FORBIDDEN):
        return f"{path} cannot be written by this user: change its rights, or set FRESHDESK_DUCKDB"
    if isinstance(error, duckdb.OutOfMemoryException):
        return (
            f"loading into {path} needs more memory than it may use: set FRESHDESK_MEMORY to more"
            f" ({_first_line(error)})"
        )
    return None


def unopened(error: duckdb.Error, path: Path) -> str:
    """Any error of opening the file in terms of what to do: it lies with the file, not with the code."""
    return complaint(error, path) or (
        f"{path} cannot be opened: {_first_line(error)}; put a copy in its place, or set FRESHDESK_DUCKDB"
    )


def _of_another(error: duckdb.Error, path: Path) -> str:
    log = log_of(path)
    return (
        f"{log} does not belong to {path} as it is now, as when a backup was put in the place of a file that"
        f" a crash had left with its log: move it aside (mv '{log}' '{log}.old') and run again; what only the"
        f" log has is read from Freshdesk again ({_first_line(error)})"
    )


def _first_line(error: duckdb.Error) -> str:
    return str(error).partition("\n")[0]
