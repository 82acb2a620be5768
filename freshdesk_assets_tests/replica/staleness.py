"""What the UI marks as unsynced or not evaluated: the questions that it asks of Dagster."""

import asyncio

import dagster as dg
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest


def unsynced(instance: dg.DagsterInstance, job: dg.JobDefinition) -> dict[str, str]:
    """By asset of the job that the UI marks: the first reason that it gives."""
    graph = job.asset_layer.asset_graph
    asked = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
    marked = {}
    for key in sorted(graph.executable_asset_keys):
        if asked.get_status(key) == StaleStatus.STALE:
            marked[key.to_user_string()] = asked.get_stale_causes(key)[0].reason
    return marked


def unevaluated(instance: dg.DagsterInstance, job: dg.JobDefinition) -> set[str]:
    """The checks of the job whose last result is about an earlier materialization: the UI shows none."""
    checks = sorted(job.asset_layer.asset_graph.asset_check_keys)
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(checks)

    async def ask() -> set[str]:
        asked = LoadingContextForTest(instance)
        return {
            key.to_user_string()
            for key, record in latest.items()
            if not await record.targets_latest_materialization(asked)
        }

    return asyncio.run(ask())
