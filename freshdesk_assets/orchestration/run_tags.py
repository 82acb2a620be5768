"""From a run's tags to what it reads, and to when that was requested."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg

from freshdesk_assets.orchestration.names import (
    CHOSEN,
    ONLY_MISSING,
    RECONCILE,
    REQUESTED_AT,
    ROOT_RUN,
    UNFINISHED,
    WHOLE,
)
from freshdesk_assets.replication.scope import Reading

RESUMED_WITHIN = timedelta(days=1)
"""For so long after it was requested, repeating the command continues a backfill that did not end."""


def reading_of(tags: Mapping[str, str]) -> Reading:
    """What a run with these tags reads; without any it is a backfill, as the UI launches it."""
    if tags.get(RECONCILE) == "true":
        return Reading.EXISTENCE
    if tags.get(WHOLE) == "true":
        return Reading.WHOLE
    return Reading.MISSING if tags.get(ONLY_MISSING) == "true" else Reading.AGAIN


def requested_at(instance: dg.DagsterInstance, run: dg.DagsterRun) -> datetime:
    """When the work of the run was first requested, by this machine's clock.

    A run that Dagster retries or re-executes continues the work of the first one.
    """
    for run_id in (run.tags.get(ROOT_RUN), run.run_id):
        record = instance.get_run_record_by_id(run_id) if run_id else None
        if record is not None:
            given = record.dagster_run.tags.get(REQUESTED_AT)
            asked = datetime.fromisoformat(given) if given else record.create_timestamp.astimezone(UTC)
            # The clock may have been set back since: nothing was requested later than now.
            return min(asked, datetime.now(UTC))
    return datetime.now(UTC)


def backfill_tags(
    instance: dg.DagsterInstance, range_tags: Mapping[str, str], selection: str | None, *, whole: bool = False
) -> tuple[dict[str, str], datetime | None]:
    """The tags of a backfill requested now, and when the backfill was requested that it continues, if any.

    It continues the last one of the same range and selection, if that one failed, was canceled or is
    unfinished, and was requested within RESUMED_WITHIN.
    """
    same = {**range_tags, CHOSEN: selection or "all", **({WHOLE: "true"} if whole else {})}
    now = datetime.now(UTC)
    for run in instance.get_runs(dg.RunsFilter(tags=same), limit=1):
        asked = requested_at(instance, run)
        if (run.status in UNENDED or UNFINISHED in run.tags) and timedelta(0) <= now - asked < RESUMED_WITHIN:
            return {**same, REQUESTED_AT: asked.isoformat()}, asked
    return {**same, REQUESTED_AT: now.isoformat()}, None


UNENDED = {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
