"""A DuckDB file, or a lake, to land a library's tables in, read back with plain duckdb."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.schema.catalog import Declared
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Landed, Spool
from freshdesk_assets.warehouse.ledger.tables import ensure_ledger
from freshdesk_assets.warehouse.shape import ensure_shape
from freshdesk_assets_tests.places import place, reading

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def later(minutes: float) -> datetime:
    """A moment so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


class Library:
    """A replica, and what tests do with it."""

    def __init__(self, folder: Path, spools: Path | None = None) -> None:
        self.folder = folder
        self.spools = spools or folder / "spool"
        self.warehouse = Warehouse(place(folder / "freshdesk.duckdb"), lock_wait=5.0)

    def land(self, table: Table, *pages: Page, moment: datetime = NOON) -> Landed:
        """Spool the pages and land them as one batch."""
        with Spool(self.spools, table) as spool:
            return self.land_from(spool, *pages, moment=moment)

    def land_from(self, spool: Spool, *pages: Page, moment: datetime = NOON) -> Landed:
        """Land the pages as the next batch of a spool."""
        for page in pages:
            spool.add(page)
        with self.warehouse.open() as connection:
            return land(connection, spool.take(), moment)

    def shape(self, *tables: Declared) -> None:
        """Create tables and the ledger without rows."""
        with self.warehouse.open() as connection:
            ensure_ledger(connection)
            for table in tables:
                ensure_shape(connection, table)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """What plain duckdb reads in the file."""
        return self.table(statement)[1]

    def table(self, statement: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The names of the columns of what plain duckdb reads, and the rows."""
        with reading(self.warehouse.place, "file") as connection:
            found = connection.execute(statement)
            return [name for name, *_ in found.description or ()], found.fetchall()

    def row(self, table: Declared, columns: str = "*") -> dict[str, Any]:
        """The only row of a table, by column."""
        names, (only,) = self.table(f"select {columns} from file.freshdesk.{table.name}")
        return dict(zip(names, only, strict=True))

    def rows(self, table: Declared, columns: str) -> list[tuple[Any, ...]]:
        """The rows of a table in the order of those columns."""
        return self.query(f"select {columns} from file.freshdesk.{table.name} order by all")

    def living(self, table: Table, column: str = "id") -> list[Any]:
        """A column of the rows that are not deleted, in order."""
        return [
            value
            for (value,) in self.query(
                f"select {column} from file.freshdesk.{table.name} where _deleted_at is null order by 1"
            )
        ]


def page(*rows: Mapping[str, Any] | bytes, **said: Any) -> Page:
    """A page of rows, which are the bytes of JSON or what makes them."""
    sent = tuple(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    return Page(**{"listing": "all", "rows": sent, **said})


def at(minutes: float) -> str:
    """A moment so many minutes after noon, as the API sends it."""
    return later(minutes).strftime("%Y-%m-%dT%H:%M:%SZ")


def complaint(warehouse: Warehouse) -> str:
    """What opening the file is refused with, in one line."""
    with pytest.raises(WarehouseError) as caught, warehouse.open():
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)
