"""Types and names that warehouses lack are written as others, and nothing of them is lost."""

from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.warehouse.exporting.types import as_written, loadable


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("HUGEINT", "170141183460469231731687303715884105::hugeint"),
        ("UBIGINT", "18446744073709551615::ubigint"),
        ("MAP(VARCHAR, INTEGER)", "map {'a': 1}"),
        ("TIMESTAMP_NS", "timestamp_ns '2026-01-01 00:00:00'"),
        ("INTERVAL", "interval 3 days"),
        ("JSON[]", "['1'::json]"),
        ("DECIMAL(18,3)", "1.234::decimal(18, 3)"),
    ],
)
def test_types_that_parquet_or_warehouses_lack_lose_nothing(type_: str, value: str, tmp_path: Path) -> None:
    written, _ = as_written("v", type_)
    file = tmp_path / "v.parquet"
    duckdb.execute(f"copy (select {written} as v from (select {value} as v)) to '{file}'")
    (found,) = duckdb.execute(f"select v::varchar from '{file}'").fetchone() or ("",)
    (right,) = duckdb.execute(f"select {written}::varchar from (select {value} as v)").fetchone() or ("",)
    (kind,) = duckdb.execute(f"select typeof(v) from '{file}'").fetchone() or ("",)
    assert found == right
    assert kind.partition("(")[0] in ("VARCHAR", "DECIMAL", "TIMESTAMP", "VARCHAR[]")


def test_names_that_a_warehouse_refuses_are_mended_and_stay_apart() -> None:
    found = loadable(
        ["Größe", "grö e", "_partition_x", "1st", "a" * 300, "id", "ID_", "partition_day"], ["partition_day"]
    )
    assert found["id"] == "id"
    assert found["_partition_x"] == "x__partition_x"
    assert found["1st"] == "x_1st"
    assert len({name.lower() for name in found.values()}) == len(found)
    assert found["partition_day"] != "partition_day"
    assert all(name.replace("_", "a").isascii() and len(name) <= 127 for name in found.values())
