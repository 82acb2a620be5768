"""Dagster's in-process executor, which reads first, and then makes only what has something to follow.

A run is planned whole, before anybody knows whether Freshdesk has news. So it is executed in rounds: the
tables, then what follows them. A run that only looks for news leaves out what would make again what stands:
no step, no event; the results of checks stay those that were last found.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

import dagster as dg

from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import Follower, followers, remember
from freshdesk_assets.orchestration.internals import (
    DagsterEvent,
    EngineEventData,
    ExecuteRunWithPlanIterable,
    ExecutionPlan,
    InMemoryJob,
    InProcessExecutor,
    PlanExecutionContext,
    PlanExecutionContextManager,
    PlanOrchestrationContext,
    core_execute_in_process,
    inprocess_execution_iterator,
)
from freshdesk_assets.orchestration.names import API_KIND, BY_NIGHT, FOLLOWS, PUBLISHED, WORK
from freshdesk_assets.orchestration.records.planned_checks import forget_planned
from freshdesk_assets.orchestration.resources import DuckDBFile
from freshdesk_assets.orchestration.run_tags import reading_of
from freshdesk_assets.replication.scope import Reading
from freshdesk_assets.warehouse.engines import let_go, lingering

NAMED = 3
"""So many of the steps that are not made are named."""


class FollowingExecutor(InProcessExecutor):
    """Executes the steps of a run in this process, in rounds."""

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[DagsterEvent]:
        """As the stock executor does, by an iterator of our own."""
        steps = execution_plan.step_keys_to_execute
        if not any(_follows(execution_plan, key) for key in steps):
            yield from super().execute(plan_context, execution_plan)
            return
        process = EngineEventData.in_process(os.getpid(), steps)
        yield DagsterEvent.engine_event(plan_context, f"Executing steps in process {os.getpid()}", process)
        yield from ExecuteRunWithPlanIterable(
            execution_plan=plan_context.execution_plan,
            iterator=_in_rounds,
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


def build_executor() -> dg.ExecutorDefinition:
    """The executor of all runs; its name and configuration are those of Dagster's own, which it replaces."""
    stock = dg.in_process_executor

    def create(context: dg.InitExecutorContext) -> dg.Executor:
        made = stock.executor_creation_fn(context) if stock.executor_creation_fn else None
        assert isinstance(made, InProcessExecutor)  # noqa: S101 - it is Dagster's, pinned
        return FollowingExecutor(
            retries=made.retries,
            step_dependency_config=made.step_dependency_config,
            marker_to_close=made.marker_to_close,
        )

    return dg.ExecutorDefinition(
        name=stock.name,
        config_schema=cast(
            "Any", stock.config_schema
        ),  # as a definition has it, which the constructor takes too
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
    """Run a job in this process, or of it some assets, by the executor that it has.

    `JobDefinition.execute_in_process` puts another executor in its place.
    """
    chosen = None if assets is None else frozenset(assets)
    return core_execute_in_process(
        job=InMemoryJob(job if chosen is None else job.get_subset(asset_selection=chosen)),
        instance=instance,
        output_capturing_enabled=False,
        raise_on_error=False,
        run_config=run_config or {},
        run_tags=tags,
        asset_selection=chosen,
    )


def _in_rounds(job_context: PlanExecutionContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
    """Round after round, all steps whose turn it is; those that follow tables only where they have to."""
    with lingering():
        run = _Run(job_context, execution_plan)
        while run.waiting:
            if chosen := run.next():
                yield from run.execute(chosen)
    if run.left_out:
        said = f"Nothing new for {len(run.left_out)} steps that follow the tables: left out"
        yield DagsterEvent.engine_event(job_context, said, EngineEventData({}))
    run.end()


class _Run:
    """What of a plan is done, and what waits.

    Steps that read, and others that follow nothing, come first; then what they wait for (the checks that hold
    damage back), and so on; last all that remains, whose state is known by then.
    """

    def __init__(self, context: PlanExecutionContext, plan: ExecutionPlan) -> None:
        self.context, self.plan = context, plan
        self.needs: dict[str, set[str]] = dict(plan.get_executable_step_deps())
        self.waiting = list(plan.step_keys_to_execute)
        self.following = {key for key in self.waiting if _follows(plan, key)}
        self.file = _file(context)
        self.warehouse = self.file.warehouse(context.log.info)
        tags = context.dagster_run.tags
        again = reading_of(tags) is Reading.AGAIN or tags.get(WORK) in BY_NIGHT
        # What reads nothing was asked for by name; what runs by night makes everything.
        self.looks = not again and self.following != set(self.waiting)
        self.failed: set[str] = set()
        self.cut: set[str] = set()
        self.left_out: dict[str, Follower] = {}
        self.made: dict[str, Follower] = {}

    def next(self) -> list[str]:
        """The steps of the next round, taken from those that wait; none where all of them are left out."""
        pending = set(self.waiting)
        reading = pending - _with_dependents(self.needs, pending & self.following)
        if not reading and (others := pending - self.following):
            # What the others wait for, and what that waits for.
            reading = _with_needs(self.needs, others) & pending - _with_dependents(self.needs, others)
        chosen = [key for key in self.waiting if key in (reading or pending)]
        self.waiting = [key for key in self.waiting if key not in chosen]
        return self._worth_making(chosen)

    def _worth_making(self, chosen: list[str]) -> list[str]:
        following = [key for key in chosen if key in self.following]
        known: dict[str, Follower] = {}
        if following:
            with as_dagster_errors():
                found, same = followers(self.plan, following, self.context.job_def, self.warehouse)
                known = {each.step: each for each in found}
                if self.looks:
                    self.left_out |= {
                        step: known[step] for step in same if not _unpublished(known[step], self.file)
                    }
        self.made |= {step: each for step, each in known.items() if step not in self.left_out}
        # What follows tables does not need them fresh, only to be there: it is made of what is stored.
        self.cut |= {step for step, each in self.made.items() if each.lacks and self.failed}
        for key in chosen:
            stops = self.cut | (self.failed & self.following if key in self.following else self.failed)
            if key in self.cut or (key not in self.left_out and self.needs[key] & stops):
                self.cut.add(key)
        if cut := [key for key in chosen if key in self.cut]:
            more = f" and {len(cut) - NAMED} more" if len(cut) > NAMED else ""
            self.context.log.error(f"not made, for what it needs failed: {', '.join(cut[:NAMED])}{more}")
        return [key for key in chosen if key not in self.left_out and key not in self.cut]

    def execute(self, chosen: list[str]) -> Iterator[DagsterEvent]:
        """Execute steps, and remember which failed."""
        part = self.plan.build_subset_plan(chosen, self.context.job_def, self.context.resolved_run_config)
        done: set[str] = set()
        for event in inprocess_execution_iterator(self.context, part):
            if event.is_step_failure or _holds_back(event):
                self.failed.add(str(event.step_key))
            elif event.is_step_success:
                done.add(str(event.step_key))
            elif event.is_step_start and not self.ours(str(event.step_key)):
                # Whoever wrote it may open the file by other means.
                let_go()
            yield event
        # A check that did not pass is made again, and what it held back.
        following = set(chosen) & self.following
        well = {self.made[key] for key in following & done - self.failed}
        with as_dagster_errors():
            remember(well, {self.made[key] for key in following} - well, self.warehouse)

    def ours(self, step: str) -> bool:
        """Whether it reads the API or follows what does."""
        made = [each.properties.asset_key for each in self.plan.get_step_by_key(step).step_outputs]
        graph = self.context.job_def.asset_layer.asset_graph
        return step in self.following or any(key and API_KIND in graph.get(key).kinds for key in made)

    def end(self) -> None:
        """Leave the results of the checks that were not made as they were."""
        unmade = [check for each in self.left_out.values() for check in each.checks]
        forget_planned(self.context.instance, self.context.run_id, unmade)


def _follows(plan: ExecutionPlan, step: str) -> bool:
    return FOLLOWS in (plan.get_step_by_key(step).tags or {})


def _with_dependents(needs: Mapping[str, set[str]], steps: set[str]) -> set[str]:
    """Steps and all that depend on them, in turn."""
    found, before = set(steps), set[str]()
    while found != before:
        before = set(found)
        found |= {key for key, above in needs.items() if above & found}
    return found


def _with_needs(needs: Mapping[str, set[str]], steps: set[str]) -> set[str]:
    """Steps and all that they depend on, in turn."""
    found, before = set(steps), set[str]()
    while found != before:
        before = set(found)
        found |= {above for key in before for above in needs.get(key, ())}
    return found


def _holds_back(event: DagsterEvent) -> bool:
    if event.event_type is not dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        return False
    found = event.asset_check_evaluation_data
    return not found.passed and found.severity is dg.AssetCheckSeverity.ERROR


def _file(context: PlanExecutionContext) -> DuckDBFile:
    resources: Any = context.scoped_resources_builder.build(required_resource_keys={"duckdb"})
    file: DuckDBFile = resources.duckdb
    return file


def _unpublished(follower: Follower, file: DuckDBFile) -> bool:
    """Whether it makes the copy, and there is none."""
    return PUBLISHED in follower.assets and (path := file.published_path) is not None and not path.exists()
