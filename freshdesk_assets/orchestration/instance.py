"""The Dagster instance that a command records its runs in: the one `dagster dev` shows."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dagster as dg
from filelock import FileLock

from freshdesk_assets.orchestration.configuration import ensure_configuration
from freshdesk_assets.orchestration.names import POOL
from freshdesk_assets.orchestration.run_lock import end_dead_runs

DEFAULT_HOME = ".dagster_home"
"""Where run records go if DAGSTER_HOME is not set."""


@contextmanager
def dagster_instance() -> Iterator[dg.DagsterInstance]:
    """The instance of DAGSTER_HOME, or of DEFAULT_HOME in the working directory; configured if new."""
    home = Path(os.environ.get("DAGSTER_HOME") or DEFAULT_HOME).resolve()
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    with ExitStack() as opened:
        # Two processes that create the SQLite tables at once disturb each other (dagster 1.13.27).
        with FileLock(home / "opening.lock"):
            if left := ensure_configuration(home):
                print(left, file=sys.stderr)  # noqa: T201 - for the user of the command
            instance = opened.enter_context(dg.DagsterInstance.get())
            # A pool counts for runs only once it is registered.
            instance.event_log_storage.set_concurrency_slots(POOL, 1)
            end_dead_runs(instance)
        yield instance
