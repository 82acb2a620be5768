"""What is stored replaces its own partition and no other, whatever kind of partition it is."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pandas
import pytest

from freshdesk_assets_tests.orchestration.replicated import replicate
from freshdesk_assets_tests.orchestration.storing import (
    DAYS,
    FIRST,
    SECOND,
    THIRD,
    asset_of,
    failure,
    ids,
    loans,
    metadata,
    ours,
    read,
    run,
    span,
    store,
)
from freshdesk_assets_tests.programs import printed

pytestmark = pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`:dagster.BetaWarning")
"""What a range in one run is, pinned with Dagster."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "replica.duckdb"


def test_windows_are_in_utc_whatever_the_zone_of_the_process(tmp_path: Path) -> None:
    """In New York a 2 January of the process's own would begin and end five hours late."""
    assert printed("store_days", tmp_path / "replica.duckdb", TZ="America/New_York") == "[1, 2, 3]"


@pytest.mark.parametrize("type_", ["DATE", "TIMESTAMP", "TIMESTAMP_NS", "VARCHAR"])
def test_a_time_without_a_zone_is_meant_in_the_zone_of_the_partitions(file: Path, type_: str) -> None:
    days = dg.DailyPartitionsDefinition(FIRST, end_date="2026-02-01", timezone="America/New_York")
    for day in (SECOND, THIRD, SECOND):
        frame = pandas.DataFrame({"id": [int(day[-2:])], "lent_at": [day]})
        metadata = {"partition_expr": f"lent_at::{type_}"}
        assert store(ours(file), frame, day, partitions_def=days, metadata=metadata).success
    assert ids(file) == [2, 3]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_a_moment_belongs_to_the_day_it_has_in_the_zone_of_the_partitions(file: Path, zone: str) -> None:
    days = dg.DailyPartitionsDefinition(FIRST, end_date="2026-02-01", timezone=zone)
    moments = pandas.to_datetime(["2026-01-02 00:00:00", "2026-01-02 23:59:59"]).tz_localize(zone)
    frame = pandas.DataFrame({"id": [1, 2], "lent_at": moments})
    for _ in range(2):
        assert store(ours(file), frame, SECOND, partitions_def=days).success
    assert ids(file) == [1, 2]
    assert not store(ours(file), frame, THIRD, partitions_def=days).success


def test_rows_outside_their_partition_are_refused(file: Path) -> None:
    """The next run would not delete them, and so store them twice."""
    store(ours(file), loans(d02=[1]), SECOND)
    said = failure(store(ours(file), loans(d02=[1], d03=[2]), SECOND))
    assert ids(file) == [1]
    assert "1 rows of the frame lie outside the partition" in said
    assert "cast(\"lent_at\" as timestamptz) >= timestamptz '2026-01-02 00:00:00+00:00'" in said


def test_a_row_without_a_time_is_in_no_partition(file: Path) -> None:
    timeless = loans(d02=[1]).assign(lent_at=pandas.Series([pandas.NaT]))
    assert "1 rows of the frame lie outside" in failure(store(ours(file), timeless, SECOND))


def test_a_row_of_a_frame_that_moves_stays_in_its_old_partition_until_that_is_run(file: Path) -> None:
    """A frame's table has no key to know the row by. Materialise both partitions, or in one run."""
    store(ours(file), loans(d02=[1]), SECOND)
    store(ours(file), loans(d03=[1]), THIRD)
    assert ids(file) == [1, 1]
    run(
        ours(file),
        asset_of(
            loans(d03=[1]),
            partitions_def=DAYS,
            metadata={"partition_expr": "lent_at"},
            backfill_policy=dg.BackfillPolicy.single_run(),
        ),
        tags=span(SECOND, THIRD),
    )
    assert ids(file) == [1]


def test_a_row_of_the_replica_that_moves_is_stored_once(file: Path) -> None:
    replicate(file, SECOND, {"id": 1, "updated_at": f"{SECOND}T12:00:00Z"})
    replicate(file, THIRD, {"id": 1, "updated_at": f"{THIRD}T12:00:00Z"})
    assert read(file, "select id, updated_at from freshdesk.books") == [
        (1, datetime(2026, 1, 3, 12, tzinfo=UTC))
    ]


def test_each_partition_of_a_range_is_told_its_own_number_of_rows(file: Path) -> None:
    asset = asset_of(
        loans(d01=[1, 2], d03=[3]),
        partitions_def=DAYS,
        metadata={"partition_expr": "lent_at"},
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    found = metadata(run(ours(file), asset, tags=span(FIRST, THIRD)))
    assert {day: said["dagster/partition_row_count"] for day, said in found.items()} == {
        FIRST: 2,
        SECOND: 0,
        THIRD: 1,
    }
    assert {said["dagster/row_count"] for said in found.values()} == {3}


MONTHS = dg.MonthlyPartitionsDefinition("2026-01-01", end_date="2026-04-01", timezone="UTC")
SHELVES = dg.StaticPartitionsDefinition(["A", "B's"])
BOTH = dg.MultiPartitionsDefinition({"month": MONTHS, "shelf": SHELVES})


@pytest.mark.parametrize(
    ("partitions", "expression", "keys"),
    [
        (MONTHS, "day", ["2026-01-01", "2026-02-01"]),
        (SHELVES, "shelf", ["A", "B's"]),
        (
            BOTH,
            {"month": "day", "shelf": "shelf"},
            [dg.MultiPartitionKey({"month": f"2026-0{m}-01", "shelf": s}) for m, s in ((1, "A"), (1, "B's"))],
        ),
    ],
)
def test_months_names_and_both_are_replaced_one_by_one(
    file: Path, partitions: dg.PartitionsDefinition[Any], expression: Any, keys: list[str]
) -> None:
    given: dict[str, Any] = {"partitions_def": partitions, "metadata": {"partition_expr": expression}}
    month = 2 if partitions is MONTHS else 1
    frames = [
        pandas.DataFrame({"id": [1], "day": [date(2026, 1, 31)], "shelf": ["A"]}),
        pandas.DataFrame({"id": [2], "day": [date(2026, month, 28)], "shelf": ["B's"]}),
    ]
    for key, frame in [*zip(keys, frames, strict=True)] * 2:
        result = store(ours(file), frame, key, **given)
        assert result.success, failure(result)
    assert ids(file) == [1, 2]
    (said,) = metadata(result).values()
    assert (said["dagster/partition_row_count"], said["dagster/row_count"]) == (1, 2)


def test_a_dimension_without_an_expression_is_asked_for(file: Path) -> None:
    both = dg.MultiPartitionsDefinition({"day": DAYS, "shelf": dg.StaticPartitionsDefinition(["A"])})
    key = dg.MultiPartitionKey({"day": SECOND, "shelf": "A"})
    result = store(
        ours(file),
        loans(d02=[1]),
        key,
        partitions_def=both,
        metadata={"partition_expr": {"day": "lent_at"}},
    )
    assert "library.loans has several partition dimensions" in failure(result)
