"""Dagster's in-process executor with an iterator of our own: in rounds, and with signs of life."""

import os
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from types import MappingProxyType
from typing import Any, cast

import dagster as dg

from freshdesk_assets.file_modes import make_files
from freshdesk_assets.orchestration.account_names import names_of
from freshdesk_assets.orchestration.completing import completing
from freshdesk_assets.orchestration.courses import course_of
from freshdesk_assets.orchestration.following import asking_steps
from freshdesk_assets.orchestration.internals import (
    DagsterEvent,
    EngineEventData,
    ExecuteRunWithPlanIterable,
    ExecutionPlan,
    InMemoryJob,
    InProcessExecutor,
    PlanExecutionContextManager,
    PlanOrchestrationContext,
    core_execute_in_process,
    uncaptured,
)
from freshdesk_assets.orchestration.names import ACCOUNT, PROCESS
from freshdesk_assets.orchestration.origin import record_origin, tags_of_origin
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.signs_of_life import showing_life, this_process
from freshdesk_assets.stopping import undisturbed


class FollowingExecutor(InProcessExecutor):
    """Executes the steps of a run in this process, in rounds."""

    files: Mapping[str, DuckDBFile] = MappingProxyType({})
    """The replicas by their accounts' prefixes: a run shows beside its own that it is alive."""

    file: DuckDBFile | None = None
    """The replica of the run's account."""

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[DagsterEvent]:
        """Execute as the stock executor does, but with an iterator of our own, and show signs of life."""
        run_id, names = plan_context.run_id, names_of(plan_context.job.get_definition())
        self.file = self.files.get(names.prefix)
        if self.file:
            make_files(self.file.file_mode)
        with ExitStack() as living:
            shown = living.enter_context(showing_life(self.file.locks, run_id)) if self.file else None
            plan_context.instance.add_run_tags(run_id, {PROCESS: this_process(run_id, shown), **names.tags})
            record_origin(plan_context.instance, run_id)
            asking = asking_steps(execution_plan, plan_context.job.get_definition())
            steps = len(execution_plan.step_keys_to_execute)
            living.enter_context(course_of(run_id, plan_context.log.info, asking, steps))
            try:
                yield from self._execute(plan_context, execution_plan)
            except dg.DagsterExecutionInterruptedError:
                if isinstance(plan_context.job, InMemoryJob):
                    # A command's own run, which a person stopped. Of a launched one, the daemon knows more.
                    plan_context.instance.report_run_canceling(plan_context.dagster_run)
                raise

    def _execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[DagsterEvent]:
        steps = execution_plan.step_keys_to_execute
        process = EngineEventData.in_process(os.getpid(), steps)
        yield DagsterEvent.engine_event(plan_context, f"Executing steps in process {os.getpid()}", process)
        yield from ExecuteRunWithPlanIterable(
            execution_plan=plan_context.execution_plan,
            iterator=partial(completing, file=self.file),
            execution_context_manager=PlanExecutionContextManager(
                job=plan_context.job,
                retry_mode=plan_context.retry_mode,
                execution_plan=plan_context.execution_plan,
                run_config=plan_context.run_config,
                dagster_run=plan_context.dagster_run,
                instance=plan_context.instance,
                raise_on_error=plan_context.raise_on_error,
                output_capture=plan_context.output_capture,
                step_dependency_config=self.step_dependency_config,
            ),
        )


def build_executor(
    file: DuckDBFile | None = None, *, files: Mapping[str, DuckDBFile] | None = None
) -> dg.ExecutorDefinition:
    """The executor of all runs. It replaces Dagster's own, whose name and configuration it has.

    Runs show beside the replica, `file`, that they are alive. With several accounts, `files` has each one's
    by its prefix.
    """
    stock = dg.in_process_executor

    def create(context: dg.InitExecutorContext) -> dg.Executor:
        made = stock.executor_creation_fn(context) if stock.executor_creation_fn else None
        assert isinstance(made, InProcessExecutor)  # noqa: S101 - it is Dagster's, pinned
        executor = FollowingExecutor(
            retries=made.retries,
            step_dependency_config=made.step_dependency_config,
            marker_to_close=made.marker_to_close,
        )
        executor.files = files or ({"": file} if file else {})
        return executor

    return dg.ExecutorDefinition(
        name=stock.name,
        # A definition has it in another form than the constructor declares, but takes it.
        config_schema=cast("Any", stock.config_schema),
        executor_creation_fn=create,
    )


def execute(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    *,
    tags: Mapping[str, str],
    assets: Collection[dg.AssetKey] | None = None,
    run_config: Mapping[str, Any] | None = None,
) -> dg.ExecuteInProcessResult:
    """Run a job, or some of its assets, in this process and with the job's own executor.

    `JobDefinition.execute_in_process` would use another executor. Raises KeyboardInterrupt if a signal comes
    before the run begins or after it ended; else the run's status is CANCELED. A run never stays behind.
    """
    chosen = None if assets is None else frozenset(assets)
    run_id = str(uuid.uuid4())
    uncaptured(instance)
    try:
        return core_execute_in_process(
            job=InMemoryJob(job if chosen is None else job.get_subset(asset_selection=chosen)),
            instance=instance,
            output_capturing_enabled=False,
            raise_on_error=False,
            run_config=run_config or {},
            run_tags={**tags_of_origin(instance, tags.get(ACCOUNT, "")), **tags},
            run_id=run_id,
            asset_selection=chosen,
        )
    except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
        with undisturbed():
            run = instance.get_run_by_id(run_id)
            if run is not None and not run.is_finished:
                instance.report_run_canceled(run, "The command was stopped.")
        raise KeyboardInterrupt from None
