"""Runs the real `Replication` on pages made beforehand: only what follows the reply is timed."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from benchmarks.payloads import Tickets
from benchmarks.timing import Measured, timed
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.reading import EPOCH, Reader
from freshdesk_assets.personal.rows import RowTreatment
from freshdesk_assets.replication.course import Course
from freshdesk_assets.replication.progress import Progress
from freshdesk_assets.replication.reconciling import Allowance
from freshdesk_assets.replication.scope import Reading, ReadScope
from freshdesk_assets.replication.spending import Spending
from freshdesk_assets.replication.table import Replication
from freshdesk_assets.schema.endpoint import Listing
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.sync import Keyset
from freshdesk_assets.schema.table import Table
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Spool

PER_PAGE = 100


@dataclass(slots=True)
class Canned(Reader):
    """A reader whose pages are made beforehand, in place of the one that asks Freshdesk."""

    numbers: Iterable[int] = ()
    later: int = 0
    making: float = 0.0
    making_cpu: float = 0.0
    _tickets: Tickets = field(default_factory=Tickets)

    def read_keyset(
        self,
        table: Table,
        sync: Keyset,  # noqa: ARG002 (the real reader's signature)
        listing: Listing,
        start: datetime,
        end: datetime | None,
        *,
        plain: bool = False,  # noqa: ARG002
    ) -> Iterator[Page]:
        """Pages of the asked-for rows, under the first listing."""
        numbers = iter(self.numbers if listing is table.listings[0] else ())
        while True:
            began, cpu_before = time.perf_counter(), time.thread_time()
            rows = tuple(self._tickets.row(number, self.later) for number in islice(numbers, PER_PAGE))
            page = Page(
                listing=listing.name, rows=rows, defaults=listing.defaults, covered_from=start, covered_to=end
            )
            self.making += time.perf_counter() - began
            self.making_cpu += time.thread_time() - cpu_before
            if not rows:
                return
            yield page


class TimedSpool(Spool):
    """A spool that sums the time that adding took."""

    spent = 0.0

    def add(self, page: Page) -> None:
        """Add, and count the time."""
        began = time.perf_counter()
        super().add(page)
        self.spent += time.perf_counter() - began


def replicated(folder: Path, numbers: range, later: int, treatment: RowTreatment | None = None) -> Measured:
    """Replicate the rows of these numbers; returns seconds, those for making the rows not included."""
    catalog = declared_tables()
    table = catalog["tickets"]
    warehouse = Warehouse(folder / "replica.duckdb")
    with (
        Client(domain="http://127.0.0.1:1", api_key="none") as client,
        TimedSpool(folder / "spool", table, treatment=treatment) as spool,
    ):
        reader = Canned(client, numbers=numbers, later=later)
        scope = ReadScope(
            table=table,
            catalog=catalog,
            warehouse=warehouse,
            start=EPOCH,
            end=datetime.now(UTC),
            since=EPOCH,
            reading=Reading.AGAIN,
            requested_at=datetime.now(UTC),
        )
        replication = Replication(
            scope=scope,
            reader=reader,
            spool=spool,
            progress=Progress("tickets", client, lambda _: None, course=Course(say=lambda _: None)),
            spending=Spending(client=client, table="tickets"),
            allowance=Allowance(client.tally, 0),
        )

        def run() -> None:
            batch = replication.run()
            with warehouse.open() as connection:
                landed = batch.landed + land(connection, batch, datetime.now(UTC))
            if landed.inserted + landed.updated != len(numbers):
                raise RuntimeError(f"landed {landed} of {len(numbers)} rows")

        measured = timed(run)
    seconds, cpu = measured["seconds"] - reader.making, measured["cpu"] - reader.making_cpu
    return {
        "seconds": seconds,
        "cpu": cpu,
        "spooling": spool.spent,
        "landing": seconds - spool.spent,
        "file": warehouse.path.stat().st_size / 1e6,
    }
