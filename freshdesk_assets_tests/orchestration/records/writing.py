"""Processes that write to one store, and the run that they record."""

import os
import traceback
from collections.abc import Callable

import dagster as dg

from freshdesk_assets_tests.orchestration.records import recorded
from freshdesk_assets_tests.orchestration.records.recorded import KEYS
from freshdesk_assets_tests.orchestration.storing import QUIET, span


def forked(work: Callable[[], object]) -> int:
    """A process that does this and ends, whatever happens: it must not go on with our tests."""
    child = os.fork()
    if child:
        return child
    failed = 1
    try:
        work()
        failed = 0
    finally:
        if failed:
            traceback.print_exc()
        os._exit(failed)


def materialize(instance: dg.DagsterInstance, **tags: str) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [recorded.loans, recorded.fines],
        instance=instance,
        tags={**span(KEYS[0], KEYS[-1]), **tags},
        run_config=QUIET,
    )
