"""From declared child tables to assets downstream of their parents, cut from them inside DuckDB."""

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.derived import Deriving, derived
from freshdesk_assets.orchestration.assets.metadata import child_description, table_metadata
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import forget_copy
from freshdesk_assets.orchestration.names import TABLE_KIND, UP_TO_DATE, asset_key
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.run_metadata import deriving_metadata
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.frames import select_statement


def build_children(catalog: Catalog, names: Names = ALONE) -> list[dg.AssetsDefinition]:
    """An asset for every child table of the catalog."""
    return [_asset(child, catalog, names) for child in catalog.children]


def _asset(child: Child, catalog: Catalog, names: Names) -> dg.AssetsDefinition:
    parent = catalog[child.parent]

    @derived(
        asset_key(child.name),
        [asset_key(parent.name)],
        "child",
        group=parent.group,
        doc=child_description(child),
        made_of=[child],
        kinds={TABLE_KIND},
        names=names,
        metadata=table_metadata(child, catalog.places.get(child.name)),
    )
    def cut(
        context: dg.AssetExecutionContext, config: Deriving, duckdb: DuckDBFile
    ) -> dg.MaterializeResult[None]:
        with as_dagster_errors(child.name), duckdb.warehouse(context.log.info).open() as connection:
            done = derive(connection, child, parent, whole=config.whole)
            if config.whole:
                forget_copy(connection)
        rows = select_statement(SCHEMA, child.name)
        return dg.MaterializeResult(
            metadata={**deriving_metadata(done), "Query": rows}, data_version=UP_TO_DATE
        )

    return cut
