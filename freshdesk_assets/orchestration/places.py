"""From the steps of a run to their places in pools: what a step waits for is said, and waiting costs nothing.

Steps wait only where `dagster.yaml` limits pools by step. Dagster's own loop then asks for the place without
a pause, and the log says nothing (dagster 1.13.27).
"""

import time
from collections.abc import Iterator
from contextlib import closing

import dagster as dg

from freshdesk_assets.orchestration.courses import course
from freshdesk_assets.orchestration.internals import (
    DagsterEvent,
    ExecutionPlan,
    InstanceConcurrencyContext,
    PlanExecutionContext,
    inner_plan_execution_iterator,
)
from freshdesk_assets.orchestration.run_lock import end_dead_runs

LOOK_AGAIN = 0.5
"""Seconds after which a wait looks whether a signal came."""

SAID_EVERY = 300.0
"""Seconds between two lines on the same wait."""


def waiting_for_places(
    job_context: PlanExecutionContext, execution_plan: ExecutionPlan
) -> Iterator[DagsterEvent]:
    """Execute a plan's steps in this process, as Dagster's own executor does."""
    of_run = course(job_context.run_id)
    follows = {step for step in execution_plan.step_keys_to_execute if of_run.follows(step)}
    if follows:
        of_run.begin_part()
    with _Places(job_context) as places:
        steps = inner_plan_execution_iterator(job_context, execution_plan, places)
        with closing(steps) as events:  # type: ignore[type-var]
            for event in events:
                places.note_retry(event)
                if event.is_step_start and event.step_key in follows:
                    of_run.make(str(event.step_key))
                yield event


class _Places(InstanceConcurrencyContext):
    """The places that the steps of a run have or wait for."""

    def __init__(self, context: PlanExecutionContext) -> None:
        super().__init__(context.instance, context.dagster_run)
        self._log = context.log
        self._said: dict[str, float] = {}
        self._retried: set[str] = set()

    def note_retry(self, event: DagsterEvent) -> None:
        """Note which steps wait for their retry."""
        if event.is_step_up_for_retry:
            self._retried.add(str(event.step_key))
        elif event.is_step_restarted:
            self._retried.discard(str(event.step_key))

    def claim(self, concurrency_key: str, step_key: str, step_priority: int = 0) -> bool:
        """Whether the step has its place; if not, dead runs give theirs back, and who has it is said."""
        if super().claim(concurrency_key, step_key, step_priority):
            return True
        if time.monotonic() - self._said.get(step_key, -SAID_EVERY) >= SAID_EVERY:
            self._said[step_key] = time.monotonic()
            end_dead_runs(self._instance)
            self._say(concurrency_key, step_key)
        return False

    def has_pending_claims(self) -> bool:
        """Whether a step waits for a place, or for its retry: each wait is then the one below."""
        return super().has_pending_claims() or bool(self._retried)

    def interval_to_next_pending_claim_check(self) -> float:
        """Seconds until Dagster's loop looks again; its own answer is never more than 0.

        Dagster heeds no signal while it waits. A wait ends here, where one came, and else is short.
        """
        with dg.raise_execution_interrupts():
            pass
        if not self._pending_claims:
            return LOOK_AGAIN
        again = min(self._pending_timeouts.values(), default=0.0) - time.time()
        return min(LOOK_AGAIN, max(0.0, again))

    def _say(self, pool: str, step: str) -> None:
        held = self._instance.event_log_storage.get_concurrency_info(pool).claimed_slots
        by = ", ".join(sorted({f"step {slot.step_key} of run {slot.run_id}" for slot in held}))
        self._log.info(
            f"{step} waits for a place in the pool {pool}, held by {by or 'nobody: its limit is 0'}."
            " Places are given back in the UI, under Deployment, Concurrency"
        )
