"""From our errors to Dagster's: a retry where that can help, else a failure with one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

from freshdesk_assets.extract.http.errors import (
    ConfigurationError,
    FreshdeskError,
    Redirected,
    Unavailable,
    Unreachable,
)
from freshdesk_assets.orchestration.internals import DagsterEvent
from freshdesk_assets.orchestration.names import REFUSES_ALL
from freshdesk_assets.replication.file_store import FolderError
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.settings import SettingError
from freshdesk_assets.warehouse.complaints import is_interrupt
from freshdesk_assets.warehouse.file import FileLocked, WarehouseAway, WarehouseError, WarehouseTaken
from freshdesk_assets.warehouse.frame_types import FrameRefused

RETRY_SECONDS = 30.0
"""Seconds until a step is retried when Freshdesk or the replica was not available."""


@contextmanager
def as_dagster_errors(subject: str = "", told: Callable[[str], str] = str) -> Iterator[None]:
    """Turn our errors into Dagster's; the message begins with the subject, if there is one.

    `told` makes of a message what it is for the account.
    """
    try:
        yield
    except (
        FreshdeskError,
        WarehouseError,
        SettingError,
        FrameRefused,
        DeclarationError,
        FolderError,
    ) as error:
        passing = isinstance(error, Unavailable | FileLocked | WarehouseAway)
        if passing and not isinstance(error, Unreachable):
            # What was stored is there: the retry does not pay for it again.
            raise dg.RetryRequested(max_retries=2, seconds_to_wait=RETRY_SECONDS) from error
        # A retry would change nothing and cost credits.
        said = told(f"{subject}: {error}" if subject else str(error))
        # A redirect may concern one list alone.
        everywhere = isinstance(error, ConfigurationError | SettingError | Unreachable | WarehouseTaken)
        everywhere = everywhere and not isinstance(error, Redirected)
        notes = {REFUSES_ALL: True} if everywhere else None
        raise dg.Failure(said, metadata=notes, allow_retries=False) from error
    except KeyboardInterrupt:
        # A signal that came while DuckDB worked; in a run Dagster has its own name for one.
        raise dg.DagsterExecutionInterruptedError from None
    except RuntimeError as error:
        if is_interrupt(error):
            raise dg.DagsterExecutionInterruptedError from None
        raise


def refuses_all(event: DagsterEvent) -> bool:
    """Whether a step failed because no call of the account is answered."""
    failure = event.step_failure_data.user_failure_data
    return failure is not None and REFUSES_ALL in failure.metadata
