"""`run_without_pandas FILE`: load the definitions and run an asset of the replica, all without pandas."""

import sys

import dagster as dg

from freshdesk_assets import definitions
from freshdesk_assets.orchestration.io_manager import ReplicaIOManager
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.landing.spool import Batch


def main(database: str) -> None:
    definitions.defs().resolve_job_def("replicate")
    assert "pandas" not in sys.modules, "loading"
    table = next(iter(declared_tables()))

    @dg.asset(key=["freshdesk", table.name])
    def replicated() -> Batch:
        return Batch(table=table)

    manager = ReplicaIOManager(file=DuckDBFile(database=database))
    dg.materialize([replicated], resources={"io_manager": manager})
    assert "pandas" not in sys.modules, "running"


if __name__ == "__main__":
    main(sys.argv[1])
