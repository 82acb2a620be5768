"""Switches a schedule on, as the UI does for one of a code location."""

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData

from freshdesk_assets.orchestration.internals import RemoteRepositoryOrigin


def switch_on(instance: dg.DagsterInstance, repository: RemoteRepositoryOrigin, schedule: str) -> None:
    """Record that the repository's schedule runs."""
    origin = repository.get_instigator_origin(schedule)
    hourly = ScheduleInstigatorData("0 * * * *")
    instance.add_instigator_state(
        InstigatorState(origin, InstigatorType.SCHEDULE, InstigatorStatus.RUNNING, hourly)
    )
