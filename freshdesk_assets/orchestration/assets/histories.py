"""From tables that track columns to an asset per history. Its run adds what landing missed."""

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.derived import Deriving, derived
from freshdesk_assets.orchestration.assets.metadata import history_description, table_metadata
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import forget_copy
from freshdesk_assets.orchestration.names import TABLE_KIND, UP_TO_DATE, asset_key
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.run_metadata import history_metadata
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.history import History
from freshdesk_assets.warehouse.derived.histories import record_states, state_counts


def build_histories(catalog: Catalog, names: Names = ALONE) -> list[dg.AssetsDefinition]:
    """An asset for the history of every table that has one."""
    return [_asset(history, catalog, names) for history in catalog.histories]


def _asset(history: History, catalog: Catalog, names: Names) -> dg.AssetsDefinition:
    table = history.table

    @derived(
        asset_key(history.name),
        [asset_key(table.name)],
        "history",
        group=table.group,
        doc=history_description(history),
        made_of=[history.keys, history.tracked, history.doc],
        kinds={TABLE_KIND},
        names=names,
        metadata=table_metadata(history, catalog.places.get(history.name)),
    )
    def complete(
        context: dg.AssetExecutionContext, config: Deriving, duckdb: DuckDBFile
    ) -> dg.MaterializeResult[None]:
        with as_dagster_errors(history.name), duckdb.warehouse(context.log.info).open() as connection:
            mended = record_states(connection, table, context.run.run_id, comments=True, whole=config.whole)
            states, holding = state_counts(connection, history)
            if config.whole:
                forget_copy(connection)
        return dg.MaterializeResult(
            metadata=history_metadata(mended, states, holding), data_version=UP_TO_DATE
        )

    return complete
