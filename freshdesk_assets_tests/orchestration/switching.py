"""Switches a schedule on, as the UI does for one of a code location."""

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData


def switch_on(instance: dg.DagsterInstance, location: str, schedule: str) -> None:
    """Record that a schedule of the code location runs."""
    repository = RemoteRepositoryOrigin(
        code_location_origin=RegisteredCodeLocationOrigin(location), repository_name="__repository__"
    )
    origin = repository.get_instigator_origin(schedule)
    hourly = ScheduleInstigatorData("0 * * * *")
    instance.add_instigator_state(
        InstigatorState(origin, InstigatorType.SCHEDULE, InstigatorStatus.RUNNING, hourly)
    )
