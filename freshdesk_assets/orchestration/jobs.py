"""The runs that have a name: what the CLI, the UI and schedules launch."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from freshdesk_assets.orchestration.assets import API_KIND

REPLICATE = "replicate"


def replicated() -> dg.AssetSelection:
    """Every asset read from the API."""
    return dg.AssetSelection.kind(API_KIND)


def build_jobs() -> list[UnresolvedAssetJobDefinition]:
    """The job that replicates every table of the API, or those of its assets that a run selects."""
    return [
        dg.define_asset_job(
            REPLICATE,
            selection=replicated(),
            description="Read the chosen partitions of every table from Freshdesk into DuckDB.",
        )
    ]
