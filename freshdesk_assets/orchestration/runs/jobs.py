"""From selections of assets to the jobs that the CLI, the UI, schedules and the sensor launch."""

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.internals import UnresolvedAssetJobDefinition
from freshdesk_assets.orchestration.names import (
    API_KIND,
    BY_CADENCE,
    CADENCE,
    DERIVED,
    KEEP_CURRENT,
    KEY_CHECK,
    RECONCILE,
    RECONCILE_JOB,
    RECONCILED,
    REPLICATE,
)
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.table import Cadence


def replicated(names: Names = ALONE) -> dg.AssetSelection:
    """Every asset read from the API."""
    return names.only(dg.AssetSelection.kind(API_KIND))


def derived(kind: str, names: Names = ALONE) -> dg.AssetSelection:
    """Every asset made of others: child tables, histories, views, other tables, or the published copy."""
    return names.only(dg.AssetSelection.tag(DERIVED, kind))


def of_cadence(cadence: Cadence, names: Names = ALONE) -> dg.AssetSelection:
    """The tables of a cadence and all that is made of them."""
    tables = replicated(names) & dg.AssetSelection.tag(CADENCE, cadence.value)
    return tables | (tables.downstream() - replicated(names))


def reconciled(names: Names = ALONE) -> dg.AssetSelection:
    """The tables whose rows can be deleted in Freshdesk without any list showing it."""
    return replicated(names) & dg.AssetSelection.tag(RECONCILED, "true")


def blocking_checks(catalog: Catalog, names: Names = ALONE) -> dg.AssetSelection:
    """The blocking checks of the live tables."""
    keys = [
        dg.AssetCheckKey(names.asset(table.name), KEY_CHECK)
        for table in catalog
        if table.cadence is Cadence.LIVE
    ]
    return dg.AssetSelection.checks(*keys)


def build_jobs(catalog: Catalog, names: Names = ALONE) -> list[UnresolvedAssetJobDefinition]:
    """The job that replicates everything, and the jobs that do parts of it."""
    gone = reconciled(names)
    every = [names.only(dg.AssetSelection.tag(CADENCE, cadence.value)) for cadence in Cadence]
    tags = names.tags or None
    return [
        dg.define_asset_job(
            names.name(REPLICATE),
            tags=tags,
            selection=every[0] | every[1],
            description="Read the chosen partitions of every table from Freshdesk into DuckDB, cut child"
            " tables out of them, keep histories and views current, check it all and publish a copy.",
        ),
        dg.define_asset_job(
            names.name(BY_CADENCE[Cadence.LIVE]),
            tags=tags,
            selection=of_cadence(Cadence.LIVE, names),
            description="Like `replicate`, for the tables that agents work on and what is made of them.",
        ),
        dg.define_asset_job(
            names.name(KEEP_CURRENT),
            tags=tags,
            # The other checks are 40 % of the CPU and 60 % of the records of a run that finds nothing new.
            # They only warn, so they are made at night.
            selection=of_cadence(Cadence.LIVE, names).without_checks() | blocking_checks(catalog, names),
            description="Like `replicate_live`, but with only the blocking checks: it runs many times a day.",
        ),
        dg.define_asset_job(
            names.name(BY_CADENCE[Cadence.SLOW]),
            tags=tags,
            selection=of_cadence(Cadence.SLOW, names),
            description="Like `replicate`, for the account's set-up (groups, roles, fields and so on)"
            " and what is made of it.",
        ),
        dg.define_asset_job(
            names.name(RECONCILE_JOB),
            selection=gone | (gone.downstream() - replicated(names)) | derived("child", names),
            tags={RECONCILE: "true", **names.tags},
            description="Find rows that Freshdesk no longer has, for FRESHDESK_RECONCILE_CREDITS credits"
            " at most. It looks for them among all stored rows, whichever partition it is launched for.",
        ),
    ]
