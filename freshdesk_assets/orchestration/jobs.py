"""The runs that have a name: what the CLI, the UI and schedules launch."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from freshdesk_assets.orchestration.children import DERIVED
from freshdesk_assets.orchestration.metadata import API_KIND

REPLICATE = "replicate"


def replicated() -> dg.AssetSelection:
    """Every asset read from the API."""
    return dg.AssetSelection.kind(API_KIND)


def derived(kind: str) -> dg.AssetSelection:
    """Every asset made of others: child tables, views, other tables, or the published copy."""
    return dg.AssetSelection.tag(DERIVED, kind)


def build_jobs() -> list[UnresolvedAssetJobDefinition]:
    """The job that replicates every table of the API and makes the others, or what a run selects of them."""
    assets = replicated() | derived("child") | derived("view") | derived("table") | derived("copy")
    return [
        dg.define_asset_job(
            REPLICATE,
            selection=assets,
            description="Read the chosen partitions of every table from Freshdesk into DuckDB, cut child"
            " tables out of them, keep the views current, check it all and publish a copy.",
        )
    ]
