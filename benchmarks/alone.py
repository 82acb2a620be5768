"""The calls of a sync and their landing without Dagster: `alone` runs this module as a process of its own."""

import json
import os
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path

from benchmarks.replica import DAY, Replica
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.replication.course import Course
from freshdesk_assets.replication.progress import Progress
from freshdesk_assets.replication.reconciling import Allowance
from freshdesk_assets.replication.scope import Reading, ReadScope
from freshdesk_assets.replication.spending import Spending
from freshdesk_assets.replication.table import Replication
from freshdesk_assets.schema.catalog import upstream
from freshdesk_assets.settings import Settings
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Spool


def alone(account: Replica, file: Path) -> float:
    """The CPU that the same calls take without Dagster, with their landing into another file."""
    ran = account.run("-m", "benchmarks.alone", FRESHDESK_DUCKDB=str(file))
    if ran.code:
        raise RuntimeError(ran.output[-6000:])
    return float(json.loads(ran.output.splitlines()[-1])["cpu"])


def main() -> None:
    """Read and land what is missing of all tables; print the CPU of that, without the imports."""
    began = time.process_time()
    catalog, settings = declared_tables(), Settings()
    since = settings.partitioning.since
    warehouse = Warehouse(settings.duckdb)
    now = datetime.now(UTC)
    order = TopologicalSorter({table.name: upstream(table) for table in catalog}).static_order()
    with (
        Client(domain=os.environ["FRESHDESK_DOMAIN"], api_key=os.environ["FRESHDESK_API_KEY"]) as client,
        ExitStack() as spools,
    ):
        reader = Reader(client)
        for table in map(catalog.__getitem__, order):
            belonging = {name: catalog.belonging_to(name) for name in (table.name, *upstream(table))}
            root = warehouse.path.with_suffix(".spool")
            spool = spools.enter_context(Spool(root, table, belonging, parent=catalog.parent_of(table)))
            replication = Replication(
                scope=ReadScope(
                    table=table,
                    catalog=catalog,
                    warehouse=warehouse,
                    start=since,
                    end=now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY,
                    since=since,
                    reading=Reading.MISSING,
                    requested_at=now,
                ),
                reader=reader,
                spool=spool,
                progress=Progress(table.name, client, lambda _: None, course=Course(say=lambda _: None)),
                spending=Spending(client=client, table=table.name),
                allowance=Allowance(client.tally, 0),
            )
            batch = replication.run()
            with warehouse.open() as connection:
                land(connection, batch, datetime.now(UTC))
    print(json.dumps({"cpu": time.process_time() - began}))


if __name__ == "__main__":
    main()
