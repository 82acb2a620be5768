"""The runs that have a name: what the CLI, the UI and schedules launch."""

import dagster as dg

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
    asset_key,
)
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.table import Cadence


def replicated() -> dg.AssetSelection:
    """Every asset read from the API."""
    return dg.AssetSelection.kind(API_KIND)


def derived(kind: str) -> dg.AssetSelection:
    """Every asset made of others: child tables, histories, views, other tables, or the published copy."""
    return dg.AssetSelection.tag(DERIVED, kind)


def of_cadence(cadence: Cadence) -> dg.AssetSelection:
    """The tables of a cadence and all that is made of them."""
    tables = replicated() & dg.AssetSelection.tag(CADENCE, cadence.value)
    return tables | (tables.downstream() - replicated())


def reconciled() -> dg.AssetSelection:
    """The tables whose rows may be gone without any list saying so."""
    return replicated() & dg.AssetSelection.tag(RECONCILED, "true")


def blocking_checks(catalog: Catalog) -> dg.AssetSelection:
    """The checks that hold damage back, of the live tables."""
    keys = [
        dg.AssetCheckKey(asset_key(table.name), KEY_CHECK)
        for table in catalog
        if table.cadence is Cadence.LIVE
    ]
    return dg.AssetSelection.checks(*keys)


def build_jobs(catalog: Catalog) -> list[UnresolvedAssetJobDefinition]:
    """The job that replicates every table of the API and makes the others, and those that do it in parts."""
    gone = reconciled()
    every = [dg.AssetSelection.tag(CADENCE, cadence.value) for cadence in Cadence]
    return [
        dg.define_asset_job(
            REPLICATE,
            selection=every[0] | every[1],
            description="Read the chosen partitions of every table from Freshdesk into DuckDB, cut child"
            " tables out of them, keep histories and views current, check it all and publish a copy.",
        ),
        dg.define_asset_job(
            BY_CADENCE[Cadence.LIVE],
            selection=of_cadence(Cadence.LIVE),
            description="The same for the tables that agents work on, and what is made of them.",
        ),
        dg.define_asset_job(
            KEEP_CURRENT,
            # The others are 40 % of the CPU and 60 % of the records of a run that finds nothing new: what
            # only warns is looked at in the night.
            selection=of_cadence(Cadence.LIVE).without_checks() | blocking_checks(catalog),
            description="The same with only those checks that hold damage back: it runs many times a day.",
        ),
        dg.define_asset_job(
            BY_CADENCE[Cadence.SLOW],
            selection=of_cadence(Cadence.SLOW),
            description="The same for the account's set-up, and what is made of it.",
        ),
        dg.define_asset_job(
            RECONCILE_JOB,
            selection=gone | (gone.downstream() - replicated()) | derived("child"),
            tags={RECONCILE: "true"},
            description="Find out which rows Freshdesk no longer has, for the credits that"
            " FRESHDESK_RECONCILE_CREDITS allows: which partition it is launched for means nothing.",
        ),
    ]
