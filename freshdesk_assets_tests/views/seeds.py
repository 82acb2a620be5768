"""From the contract, two CSVs, to the tables and columns that the views of either shape must have."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from freshdesk_assets.views import declared_views

CONTRACT = Path(__file__).parents[2] / "docs" / "contract"
SHARED = Path(__file__).parents[3] / "shared" / "contract"
SCHEMAS = ("synchub", "stitch")
VIEWS = {view.id: view for view in declared_views() if view.schema in SCHEMAS}

Shape = list[tuple[str, str]]
"""Columns and their types, in order."""

MOMENT = "TIMESTAMP WITH TIME ZONE"
SYNCHUB_TYPES = {
    "string": "VARCHAR",
    "long": "BIGINT",
    "int": "INTEGER",
    "boolean": "BOOLEAN",
    "datetime": MOMENT,
}
STITCH_TYPES = {
    "INTEGER": "BIGINT",
    "NUMBER": "BIGINT",  # the three it has are integer codes: source, priority, status
    "STRING": "VARCHAR",
    "BOOLEAN": "BOOLEAN",
    "DATE-TIME": MOMENT,
    "OBJECT": "JSON",  # the account's own fields: each becomes a column once the account is known
}
RECEIVED: Shape = [
    ("_sdc_received_at", MOMENT),
    ("_sdc_batched_at", MOMENT),
    ("_sdc_sequence", "BIGINT"),
    ("_sdc_table_version", "BIGINT"),
]
OF_A_LIST: Shape = [("_sdc_source_key_id", "BIGINT"), ("_sdc_level_0_id", "BIGINT"), *RECEIVED]


def contract(name: str) -> dict[str, list[dict[str, str]]]:
    """The rows of one of the two CSVs, by table."""
    tables: dict[str, list[dict[str, str]]] = {}
    with (CONTRACT / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            tables.setdefault(row["table"], []).append(row)
    return tables


def stitch_shapes() -> Iterator[tuple[str, Shape]]:
    """Stitch's tables, and the sub-tables it makes of their arrays."""
    for table, columns in contract("stitch").items():
        own: Shape = []
        for row in columns:
            name, type_ = row["column"].replace(".", "__"), row["type"]
            if not type_.startswith("ARRAY"):
                own.append((name, STITCH_TYPES[type_]))
            elif type_ == "ARRAY":
                item = "BIGINT" if name.endswith("_ids") else "VARCHAR"
                yield f"{table}__{name}", [("value", item), *OF_A_LIST]
            else:
                named = type_.removeprefix("ARRAY(").removesuffix(")").split(", ")
                cells = [(key, STITCH_TYPES[kind]) for key, kind in (each.split() for each in named)]
                yield f"{table}__{name}", [*cells, *OF_A_LIST]
        yield table, [*own, *RECEIVED]


SHAPES: dict[tuple[str, str], Shape] = {
    ("synchub", table): [(row["column"], SYNCHUB_TYPES[row["type"]]) for row in columns]
    for table, columns in contract("synchub").items()
} | {("stitch", table): shape for table, shape in stitch_shapes()}

EVERY_VIEW = pytest.mark.parametrize("place", SHAPES, ids=".".join)


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    return connection.execute(sql).fetchall()
