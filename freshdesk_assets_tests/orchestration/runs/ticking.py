"""Schedules and sensors asked by Dagster's tick API, as its daemon asks them."""

from datetime import datetime

import dagster as dg


def schedule_tick(
    definitions: dg.Definitions, name: str, at: datetime, instance: dg.DagsterInstance
) -> list[dg.RunRequest] | str:
    """The runs a schedule asks for at a time, or why it asks for none."""
    schedule = definitions.resolve_schedule_def(name)
    context = dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=at,
        repository_def=definitions.get_repository_def(),
    )
    ticked = schedule.evaluate_tick(context)
    return list(ticked.run_requests or ()) or str(ticked.skip_message)


def only(ticked: list[dg.RunRequest] | str) -> dg.RunRequest:
    """The one run that is asked for."""
    assert not isinstance(ticked, str), ticked
    (request,) = ticked
    return request


def span_of(request: dg.RunRequest) -> tuple[str, str]:
    """First and last partition of the run that is asked for."""
    return (
        request.tags["dagster/asset_partition_range_start"],
        request.tags["dagster/asset_partition_range_end"],
    )


def enqueue(instance: dg.DagsterInstance, request: dg.RunRequest, status: dg.DagsterRunStatus) -> str:
    """Leave the run in the records in a state, as if Dagster had launched it; returns its id."""
    run = dg.DagsterRun(job_name=request.job_name or "", tags=dict(request.tags), status=status)
    instance.add_run(run)
    return run.run_id


def sensor_tick(
    definitions: dg.Definitions, name: str, instance: dg.DagsterInstance, cursor: str | None = None
) -> tuple[list[dg.RunRequest] | str, str | None]:
    """The runs a sensor asks for, or why it asks for none, and the cursor for its next tick."""
    sensor = definitions.resolve_sensor_def(name)
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, repository_def=definitions.get_repository_def()
    )
    ticked = sensor.evaluate_tick(context)
    return list(ticked.run_requests or ()) or str(ticked.skip_message), ticked.cursor
