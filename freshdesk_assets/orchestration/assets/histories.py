"""From tables that track columns to assets: their histories, which landing writes and a run looks after."""

import dagster as dg

from freshdesk_assets.orchestration.assets.metadata import history_description, table_metadata
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import follows
from freshdesk_assets.orchestration.names import DERIVED, FILE_KIND, OWNERS, asset_key
from freshdesk_assets.orchestration.resources import DuckDBFile
from freshdesk_assets.orchestration.run_metadata import history_metadata
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.history import History
from freshdesk_assets.warehouse.derived.histories import record_states, state_counts


class Recording(dg.Config):
    """How a history is looked after."""

    whole: bool = False
    """Compare every row with its state, and not only those that changed since the last time."""


def build_histories(catalog: Catalog, pool: str) -> list[dg.AssetsDefinition]:
    """An asset for the history of every table that has one."""
    return [_asset(history, catalog, pool) for history in catalog.histories]


def _asset(history: History, catalog: Catalog, pool: str) -> dg.AssetsDefinition:
    table = history.table

    @dg.asset(
        key=asset_key(history.name),
        deps=[asset_key(table.name)],
        description=history_description(history),
        group_name=table.group,
        kinds={FILE_KIND},
        owners=OWNERS,
        tags={DERIVED: "history"},
        metadata=table_metadata(history, catalog.places.get(history.name)),
        op_tags=follows(history.keys, history.tracked, history.doc),
        pool=pool,
    )
    def look_after(
        context: dg.AssetExecutionContext, config: Recording, duckdb: DuckDBFile
    ) -> dg.MaterializeResult[None]:
        with as_dagster_errors(history.name), duckdb.warehouse(context.log.info).open() as connection:
            mended = record_states(connection, table, context.run.run_id, comments=True, whole=config.whole)
            states, holding = state_counts(connection, history)
        return dg.MaterializeResult(metadata=history_metadata(mended, states, holding))

    return look_after
