"""A table of the replica in a file, handed over as the replica's own assets do."""

import json
from pathlib import Path
from typing import Any

import dagster as dg

from freshdesk_assets.schema.column import text
from freshdesk_assets.schema.page import Page
from freshdesk_assets.warehouse.landing.spool import Batch, Landed, Spool
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.orchestration.storing import (
    DAYS,
    failure,
    ours,
    run,
)

BOOKS = declared("books", text("order", "Where it stands in its series."))
"""A table of the replica, with a column that SQL has another use for."""


def books_of(file: Path, *rows: dict[str, Any]) -> dg.AssetsDefinition:
    """An asset that hands over rows of BOOKS as the replica's own do."""

    @dg.asset(key=["freshdesk", "books"], partitions_def=DAYS, metadata={"partition_expr": BOOKS.window})
    def books() -> Batch:
        with Spool(file.with_name("spool"), BOOKS) as spool:
            spool.add(Page(listing="all", rows=tuple(json.dumps(row).encode() for row in rows)))
            return spool.take_last(Landed())

    return books


def replicate(file: Path, partition: str, *rows: dict[str, Any]) -> None:
    result = run(ours(file), books_of(file, *rows), partition)
    assert result.success, failure(result)
    assert list(file.with_name("spool").iterdir()) == []
