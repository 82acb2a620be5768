"""What becomes of a step whose table or file failed it: tried again where that can help, else a clear end."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from freshdesk_assets.extract.http.errors import FreshdeskError, Unavailable
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.warehouse.file import FileLocked, WarehouseError
from freshdesk_assets.warehouse.frames import FrameRefused

RETRY_SECONDS = 30.0
"""After how long a table is tried again when Freshdesk or the file was not to be had."""


@contextmanager
def as_dagster_errors(subject: str = "") -> Iterator[None]:
    """Turn our errors into Dagster's; what is said begins with the subject, if there is one."""
    try:
        yield
    except (Unavailable, FileLocked) as error:
        # What was read is stored, so that going on later costs nothing twice.
        raise dg.RetryRequested(max_retries=2, seconds_to_wait=RETRY_SECONDS) from error
    except (FreshdeskError, WarehouseError, FrameRefused, DeclarationError) as error:
        # Trying again would change nothing and cost credits.
        said = f"{subject}: {error}" if subject else str(error)
        raise dg.Failure(said, allow_retries=False) from error
