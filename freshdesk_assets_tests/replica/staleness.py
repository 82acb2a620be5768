"""What the UI marks as unsynced: the question that it asks of Dagster, for each asset."""

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
