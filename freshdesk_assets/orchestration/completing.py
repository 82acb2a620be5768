"""From the steps of a run to those nobody selected: what follows changed tables, the copy, its page.

Whoever launches a run selects tables, a group, or an asset of their own. What is made of the changed rows is
then made in the same run, by a larger job of the same assets and those that follow them, and published. That
job is built only if something follows that is not selected and would not be the same as before.

Such a step is not in the plan that Dagster stored of the run, so the UI shows it in the run's events and on
its asset's page, but not as planned. Checks that are not selected are left to the night.
"""

from collections.abc import Iterator
from contextlib import nullcontext

import dagster as dg

from freshdesk_assets.orchestration.account_names import names_of
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import Assets, following, forget_copy, unselected
from freshdesk_assets.orchestration.internals import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
    DagsterEvent,
    EngineEventData,
    ExecuteRunWithPlanIterable,
    ExecutionPlan,
    InMemoryJob,
    PartitionBackfill,
    PlanExecutionContext,
    PlanExecutionContextManager,
    create_execution_plan,
)
from freshdesk_assets.orchestration.io_manager import ReplicaIOManager
from freshdesk_assets.orchestration.names import API_KIND, BACKFILL, FOLLOWS, RETRY_STRATEGY
from freshdesk_assets.orchestration.places import waiting_for_places
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.rounds import (
    file_of,
    in_rounds,
    is_follower,
    needs_rounds,
    unpublished,
)
from freshdesk_assets.warehouse.engines import lingering


def completing(
    job_context: PlanExecutionContext, execution_plan: ExecutionPlan, *, file: DuckDBFile | None
) -> Iterator[DagsterEvent]:
    """Execute a plan's steps, in rounds if any are ours, and then what follows them unselected.

    `file` is the replica, for a run whose own steps do not ask for it.
    """
    _claim(job_context)
    rounds = needs_rounds(execution_plan, job_context.job_def)
    failed = False
    # Between steps of somebody else's, nothing of ours keeps the file open.
    with lingering() if rounds else nullcontext():
        for event in (in_rounds if rounds else waiting_for_places)(job_context, execution_plan):
            failed |= event.is_step_failure and is_follower(execution_plan, str(event.step_key))
            yield event
        file = file_of(job_context) or file
        more = _more(job_context, file) if file and _stores(job_context.job_def) else frozenset()
    if more:
        yield from _execute(job_context, more)
        if failed and file and more & names_of(job_context.job_def).copies:
            # What failed may be made by the next run, though the tables are the same then.
            with as_dagster_errors(), file.warehouse().open(checkpoint=False) as connection:
                forget_copy(connection)


def _stores(job: dg.JobDefinition) -> bool:
    """Whether a job has assets of ours, or stores one through our IO manager."""
    graph = job.asset_layer.asset_graph
    for key in job.asset_layer.executable_asset_keys:
        made = graph.get(key).assets_def
        if API_KIND in graph.get(key).kinds or FOLLOWS in made.node_def.tags:
            return True
        manager = job.resource_defs.get(made.get_io_manager_key_for_asset_key(key))
        kind = getattr(manager, "configurable_resource_cls", object)
        if isinstance(kind, type) and issubclass(kind, ReplicaIOManager):
            return True
    return False


def _more(context: PlanExecutionContext, file: DuckDBFile) -> Assets:
    """The assets to be made though they are not selected."""
    wanted = _wanted(context)
    with as_dagster_errors():
        wanted |= unpublished(names_of(context.job_def).copies, file)
        found = unselected(context.job_def, file.warehouse(context.log.info), wanted=wanted)
    stopped = _stopped(context) if found else frozenset()
    return frozenset().union(*(each.assets for each in found if not each.sources & stopped))


def _stopped(context: PlanExecutionContext) -> Assets:
    """The assets of which nothing may be made: a blocking check failed when it was last made, or just now."""
    graph = context.job_def.asset_layer.asset_graph.source_asset_graph
    checks = [key for key in graph.asset_check_keys if graph.get_check_spec(key).blocking]
    latest = context.instance.event_log_storage.get_latest_asset_check_execution_by_key(checks)
    return frozenset(key.asset_key for key, record in latest.items() if _stops(record, context.run_id))


def _stops(record: AssetCheckExecutionRecord, run_id: str) -> bool:
    """Whether a check did not pass, or is one of this run's that could not be made."""
    if record.status is AssetCheckExecutionRecordStatus.PLANNED:
        return record.run_id == run_id
    found = record.evaluation
    return found is not None and not found.passed and found.severity is dg.AssetCheckSeverity.ERROR


def _wanted(context: PlanExecutionContext) -> Assets:
    """What a backfill asks for of what follows the run: it is made even if it would be the same."""
    data = found.asset_backfill_data if (found := _backfill(context)) else None
    return following(context.job_def) & (data.target_subset.non_partitioned_asset_keys if data else set())


def _claim(context: PlanExecutionContext) -> None:
    """Note in a backfill that this run makes what follows it, so that Dagster launches no other run for that.

    Its daemon looks every 30 seconds, and launches one for the children of a table as soon as that is stored.
    If it writes at the same moment, this may be lost: then another run makes them once more.
    """
    backfill = _backfill(context)
    data = backfill.asset_backfill_data if backfill else None
    if backfill and data and (wanted := _wanted(context)):
        claimed = data.requested_subset._replace(
            non_partitioned_asset_keys=wanted.union(data.requested_subset.non_partitioned_asset_keys)
        )
        noted = backfill._replace(asset_backfill_data=data.replace_requested_subset(claimed))
        context.instance.update_backfill(noted)


def _backfill(context: PlanExecutionContext) -> PartitionBackfill | None:
    """The backfill that launched the run, if any."""
    name = context.dagster_run.tags.get(BACKFILL)
    return context.instance.get_backfill(name) if name else None


def _execute(context: PlanExecutionContext, more: Assets) -> Iterator[DagsterEvent]:
    """Execute the steps of more assets of the same definitions, as a part of the run."""
    job = context.job_def
    graph = job.asset_layer.asset_graph.source_asset_graph
    # The configuration of the run may name any of its own steps, so that they are in the larger job too. But
    # what was made of an operation's assets is not made again with the rest of them.
    operations = {graph.get(key).assets_def.node_def.name for key in more}
    beside = {
        key
        for key in job.asset_layer.executable_asset_keys
        if graph.get(key).assets_def.node_def.name not in operations
    }
    larger = InMemoryJob(
        job.get_subset(
            asset_selection=more | beside,
            asset_check_selection=set(job.asset_layer.asset_graph.asset_check_keys),
        )
    )
    config, instance = context.run_config, context.instance
    plan = create_execution_plan(
        larger,
        run_config=config,
        step_keys_to_execute=sorted(operations),
        instance_ref=instance.get_ref() if instance.is_persistent else None,
        tags=context.run_tags,
    )
    said = f"{len(operations)} more steps, which were not selected, follow tables that have changed"
    yield DagsterEvent.engine_event(context, said, EngineEventData({}))
    # Dagster knows no step but the planned ones, and would find nothing to run again of a run that died here.
    instance.add_run_tags(context.run_id, {RETRY_STRATEGY: "ALL_STEPS"})
    yield from ExecuteRunWithPlanIterable(
        execution_plan=plan,
        iterator=in_rounds,
        execution_context_manager=PlanExecutionContextManager(
            job=larger,
            execution_plan=plan,
            run_config=config,
            dagster_run=context.dagster_run,
            instance=instance,
            retry_mode=context.retry_mode,
            raise_on_error=context.raise_on_error,
            output_capture=context.output_capture,
            step_dependency_config=context.step_dependency_config,
        ),
    )
