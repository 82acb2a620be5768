"""From what DuckDB says of a lake to one sentence: what is wrong with catalogue or store, and what to do."""

from pathlib import Path

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


def is_away(error: duckdb.Error) -> bool:
    """Whether the catalogue does not answer, or has ended the session."""
    return any(each in str(error) for each in GONE)


def lake_complaint(error: duckdb.Error, name: str, data_path: str, folder: Path, said: str) -> str | None:
    """The error in terms of what to do; None where there is nothing to do outside the code.

    - `name`, `data_path`: what the lake and the place of its files are called.
    - `folder`: the one for what memory does not hold.
    - `said`: the first line of the error, without secrets.
    """
    message = str(error)

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
        return (
            f"{data_path} does not answer: nothing of this batch was stored, what was stored before"
            f" is there; run again when it does ({said})"
        )
    if is_away(error):
        return (
            f"{name} does not answer: nothing of this batch was stored, what was stored before is"
            " there; see to it that the database runs and can be reached with what FRESHDESK_DESTINATION"
            f" says, and run again ({said})"
        )
    if has("database is locked"):
        return (
            f"another process kept {name} for too long: nothing of this batch was stored, what was stored"
            " before is there; end it there, or run again later"
        )
    if has("No space left", "Disk quota exceeded"):
        return (
            f"the disk of {data_path} or of {folder} is full: nothing of this batch was stored,"
            " what was stored before is intact; make room and run again"
        )
    if has("does not match existing data path"):
        return (
            f"the lake in {name} has its files elsewhere than FRESHDESK_DATA_PATH says: set that to"
            f" where it was begun ({said})"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"loading into {name} needs more memory than it may use: set FRESHDESK_MEMORY to more ({said})"
    return None
