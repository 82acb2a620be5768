"""From declared child tables to assets: downstream of their parents, cut inside DuckDB by the IO manager."""

from dataclasses import dataclass

import dagster as dg

from freshdesk_assets.orchestration.assets.metadata import child_description, table_metadata
from freshdesk_assets.orchestration.following import follows
from freshdesk_assets.orchestration.names import DERIVED, FILE_KIND, OWNERS, asset_key
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.table import Table


@dataclass(frozen=True, slots=True)
class Derivation:
    """A child table to be cut, from the parents that changed or from all."""

    child: Child
    parent: Table
    whole: bool = False


class Deriving(dg.Config):
    """How a child table is brought up to date."""

    whole: bool = False
    """Cut it anew from every row of its parent, and not only from those that changed."""


def build_children(catalog: Catalog, pool: str) -> list[dg.AssetsDefinition]:
    """An asset for every child table of the catalog."""
    return [_asset(child, catalog, pool) for child in catalog.children]


def _asset(child: Child, catalog: Catalog, pool: str) -> dg.AssetsDefinition:
    parent = catalog[child.parent]

    @dg.asset(
        key=asset_key(child.name),
        deps=[asset_key(parent.name)],
        description=child_description(child),
        group_name=parent.group,
        kinds={FILE_KIND},
        owners=OWNERS,
        tags={DERIVED: "child"},
        metadata=table_metadata(child, catalog.places.get(child.name)),
        io_manager_key="io_manager",
        op_tags=follows(child),
        pool=pool,
    )
    def cut(config: Deriving) -> Derivation:
        return Derivation(child, parent, whole=config.whole)

    return cut
