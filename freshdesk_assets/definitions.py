"""Parts to `Definitions`: what `dagster dev` and every run load."""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from freshdesk_assets.orchestration.assets import build_assets
from freshdesk_assets.orchestration.io_manager import ReplicaIOManager
from freshdesk_assets.orchestration.jobs import build_jobs
from freshdesk_assets.orchestration.resources import DuckDBFile, account_in_environment
from freshdesk_assets.orchestration.settings import Partitioning
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.tables import declared_tables


def build_defs(
    partitioning: Partitioning,
    catalog: Catalog | None = None,
    *,
    resources: Mapping[str, Any] | None = None,
    assets: Iterable[dg.AssetsDefinition] = (),
    loggers: Mapping[str, dg.LoggerDefinition] | None = None,
) -> dg.Definitions:
    """The replica's definitions; `resources` replace ours by name, `assets` are added to ours."""
    catalog = catalog or declared_tables()
    file = resources["duckdb"] if resources and "duckdb" in resources else DuckDBFile()
    ours = {
        "freshdesk": account_in_environment(),
        "duckdb": file,
        "io_manager": ReplicaIOManager(file=file),
    }
    return dg.Definitions(
        assets=[*build_assets(catalog, partitioning), *assets],
        jobs=build_jobs(),
        resources={**ours, **(resources or {})},
        executor=dg.in_process_executor,
        loggers=loggers,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The replica of the account that the environment names."""
    return build_defs(Partitioning.from_environment())
