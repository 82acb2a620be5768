"""From what DuckDB says of a lake to one sentence: what is wrong with catalogue or store, and what to do."""

from pathlib import Path
from typing import NamedTuple

import duckdb

from freshdesk_assets.warehouse.destinations.fence import OVER

GONE = (
    "Unable to connect to Postgres",
    "server closed the connection",
    "terminating connection",
    # DuckDB says no more than that where a commit finds the connection gone.
    'Failed to execute query "ROLLBACK"',
)
"""What DuckDB says where the catalogue is away, or has ended the connection."""


class Places(NamedTuple):
    """What the lake and the place of its files are called, and the folder for what memory does not hold."""

    name: str
    data_path: str
    folder: Path


def is_away(error: duckdb.Error) -> bool:
    """Whether the error says that the catalogue does not answer, or has ended the session."""
    return any(each in str(error) for each in GONE)


def lake_complaint(error: duckdb.Error, places: Places, said: str, *, away: bool, reads: bool) -> str | None:
    """The error in terms of what to do; None where there is nothing to do outside the code.

    - `said`: the first line of the error, without secrets.
    - `away`: whether the catalogue does not answer, or has ended the session.
    - `reads`: nothing was to be stored.
    """
    message = str(error)
    name, data_path, folder = places
    kept = "" if reads else " nothing of this batch was stored, what was stored before is there;"

    def has(*words: str) -> bool:
        return any(each in message for each in words)

    if has(OVER):
        return (
            f"another process has {name} since: nothing of this batch was stored, what was stored"
            " before is there; run again to continue"
        )
    if has("HTTP 403", "403 (Forbidden)", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"):
        return (
            f"{data_path} refuses the keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to those"
            f" of somebody who may read and write there ({said})"
        )
    if has("NoSuchBucket", "HTTP 404"):
        return f"{data_path} is not there: make the bucket, or set FRESHDESK_DATA_PATH ({said})"
    if has(
        "HTTP 5",
        "HTTP GET error",
        "HTTP PUT error",
        "Could not establish connection",
        "Could not connect",
        "SlowDown",
    ):
        return f"{data_path} does not answer:{kept} run again when it does ({said})"
    if away:
        return (
            f"{name} does not answer:{kept} see to it that the database runs and can be reached with what"
            f" FRESHDESK_DESTINATION says, and run again{f' ({said})' if is_away(error) else ''}"
        )
    if has("database is locked"):
        return f"another process kept {name} for too long:{kept} end it there, or run again later"
    if has("No space left", "Disk quota exceeded"):
        return f"the disk of {data_path} or of {folder} is full:{kept} make room and run again"
    if has("does not match existing data path"):
        return (
            f"the lake in {name} has its files elsewhere than FRESHDESK_DATA_PATH says: set that to"
            f" where it was begun ({said})"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        what = "reading" if reads else "loading into"
        return f"{what} {name} needs more memory than it may use: set FRESHDESK_MEMORY to more ({said})"
    return None
