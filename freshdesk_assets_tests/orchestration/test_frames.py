"""A frame's values arrive as they were, or the frame is refused and the table stays as it was."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas
import pytest

from freshdesk_assets_tests.orchestration.storing import (
    asset_of,
    columns,
    failure,
    ours,
    read,
    run,
    store,
)

DAY, NEXT = "2026-01-02", "2026-01-03"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "replica.duckdb"


def frame(day: str = DAY, **values: Any) -> pandas.DataFrame:
    """A frame of a day's rows."""
    length = max((len(value) for value in values.values()), default=1)
    return pandas.DataFrame({"lent_at": pandas.to_datetime([day] * length, utc=True), **values})


def values(file: Path, column: str) -> list[Any]:
    return [value for (value,) in read(file, f'select "{column}" from library.loans order by rowid')]


def test_columns_are_stored_by_name_whatever_their_order(file: Path) -> None:
    store(ours(file), frame(NEXT, title=["Iliad"], author=["Homer"]), NEXT)
    swapped = frame(author=["Verne", "Homer"], title=["Nemo", "Ulysses"])
    assert store(ours(file), swapped, DAY).success
    found = read(file, f"select title, author from library.loans where lent_at < '{NEXT}' order by title")
    assert found == [("Nemo", "Verne"), ("Ulysses", "Homer")]


def test_a_column_that_is_new_is_added_and_null_in_older_rows(file: Path) -> None:
    store(ours(file), frame(NEXT, id=[7]), NEXT)
    store(ours(file), frame(id=[8]), DAY)
    assert store(ours(file), frame(id=[8], shelf=["B2"]), DAY).success
    assert read(file, "select id, shelf from library.loans order by id") == [(7, None), (8, "B2")]


def test_a_column_that_the_frame_lacks_is_null(file: Path) -> None:
    store(ours(file), frame(id=[1], shelf=["B2"]), DAY)
    assert store(ours(file), frame(id=[2]), DAY).success
    assert read(file, "select id, shelf from library.loans") == [(2, None)]


@pytest.mark.parametrize("later", [["late"], [3.5], [[1, 2]]])
def test_a_column_of_only_nulls_takes_the_type_of_its_first_values(file: Path, later: list[Any]) -> None:
    """DuckDB types it "NULL", in which nothing can be stored, or before its version 2 INTEGER."""
    assert store(ours(file), frame(note=pandas.Series([None], dtype=object)), DAY).success
    store(ours(file), frame(NEXT, note=later), NEXT)
    assert values(file, "note") == [None, *later]
    assert store(ours(file), frame(note=pandas.Series([None], dtype=object)), DAY).success


def test_a_column_of_empty_lists_takes_the_type_of_its_first_elements(file: Path) -> None:
    store(ours(file), frame(tags=[[], None]), DAY)
    assert store(ours(file), frame(NEXT, tags=[[2**40]]), NEXT).success
    assert values(file, "tags") == [[], None, [2**40]]
    assert columns(file)["tags"] == "BIGINT[]"
    assert store(ours(file), frame(NEXT, tags=[[]]), NEXT).success


def test_a_fraction_is_not_rounded_into_a_column_of_integers(file: Path) -> None:
    store(ours(file), frame(paid=[1]), DAY)
    store(ours(file), frame(NEXT, paid=[1.5]), NEXT)
    assert values(file, "paid") == [1.0, 1.5]


def test_a_fraction_among_thousands_of_integer_objects_is_not_rounded(file: Path) -> None:
    """DuckDB looks at every so manieth value, and makes the type of those hold for all."""
    paid = pandas.Series([1, 1, 1, 1.5] * 1000, dtype=object)
    assert store(ours(file), frame(paid=paid), DAY).success
    assert max(values(file, "paid")) == 1.5


def test_whole_numbers_that_a_null_made_floats_stay_integers(file: Path) -> None:
    store(ours(file), frame(company=[2**53 + 1]), DAY)
    assert store(ours(file), frame(NEXT, company=[12.0, None]), NEXT).success
    assert columns(file)["company"] == "BIGINT"
    assert values(file, "company") == [2**53 + 1, 12, None]


def test_an_id_that_a_double_cannot_hold_is_not_widened_away(file: Path) -> None:
    store(ours(file), frame(company=[2**53 + 1]), DAY)
    result = store(ours(file), frame(NEXT, company=[1.5]), NEXT)
    assert "column 'company' is BIGINT in the table and DOUBLE in the frame" in failure(result)
    assert values(file, "company") == [2**53 + 1]


def test_text_for_a_column_of_integers_is_refused_and_the_old_rows_stay(file: Path) -> None:
    store(ours(file), frame(paid=[1]), DAY)
    store(ours(file), frame(NEXT, paid=[2]), NEXT)
    result = store(ours(file), frame(paid=["nothing"]), DAY)
    assert not result.success
    assert sorted(values(file, "paid")) == [1, 2]


def test_what_is_refused_is_said_in_one_sentence_without_the_value(file: Path) -> None:
    """The event log keeps what a run says, and a frame may hold what nobody should read there."""
    store(ours(file), frame(paid=[1]), DAY)
    said = failure(store(ours(file), frame(paid=["s3cret", "7"]), DAY))
    assert said.startswith(
        "library.loans: column 'paid' is BIGINT in the table and VARCHAR in the frame, and 1 of its values"
        " would change: convert it in the asset, or drop the table's column and materialise every partition"
        " again"
    )
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("held", "sent"),
    [
        ([True], [2]),
        ([[1]], [1]),
        ([1], [[1]]),
        ([1], [datetime(2026, 1, 1)]),
        ([[1]], [["x"]]),
        ([datetime(2026, 1, 1)], [datetime(9999, 1, 1)]),
        ([date(2026, 1, 1)], ["someday"]),
    ],
)
def test_values_of_another_kind_are_refused_and_the_old_rows_stay(
    file: Path, held: list[Any], sent: list[Any]
) -> None:
    store(ours(file), frame(value=held), DAY)
    before = values(file, "value")
    result = store(ours(file), frame(value=pandas.Series(sent, dtype=object)), DAY)
    assert not result.success
    assert "column 'value' is " in failure(result)
    assert values(file, "value") == before


@pytest.mark.parametrize(
    ("held", "sent", "type_"),
    [
        (pandas.Series([1], dtype="int32"), [2**40], "BIGINT"),
        (pandas.Series([0.5], dtype="float32"), [0.1], "DOUBLE"),
        ([2**40], pandas.Series([2**64 - 1], dtype="uint64"), "HUGEINT"),
        ([[1]], [[2**40]], "BIGINT[]"),
        ([[1]], [[1.5]], "DOUBLE[]"),
        ([{"a": 1}], [{"a": 2, "b": "x"}], "STRUCT(a INTEGER, b VARCHAR)"),
        ([date(2026, 1, 1)], [datetime(2026, 1, 1, 12)], "TIMESTAMP_NS"),
    ],
)
def test_a_column_is_widened_where_that_changes_no_value(
    file: Path, held: list[Any], sent: list[Any], type_: str
) -> None:
    store(ours(file), frame(value=held), DAY)
    assert store(ours(file), frame(NEXT, value=sent), NEXT).success
    assert columns(file)["value"] == type_
    assert values(file, "value")[1] == next(iter(sent))


def test_lists_and_objects_come_back_as_they_were(file: Path) -> None:
    tags, stats = [["late", "vip"], []], [{"opened": 1, "agents": ["ann"]}, {"opened": 2, "agents": []}]
    assert store(ours(file), frame(tags=tags, stats=stats), DAY).success
    assert columns(file)["stats"] == "STRUCT(opened INTEGER, agents VARCHAR[])"
    assert values(file, "tags") == tags
    assert values(file, "stats") == stats


def test_categories_are_stored_as_text_so_that_new_ones_fit(file: Path) -> None:
    store(ours(file), frame(status=pandas.Categorical(["open"])), DAY)
    assert store(ours(file), frame(NEXT, status=pandas.Categorical(["closed"])), NEXT).success
    assert values(file, "status") == ["open", "closed"]


def test_names_that_differ_only_in_case_are_one_column(file: Path) -> None:
    store(ours(file), frame(Id=[1]), DAY)
    assert store(ours(file), frame(NEXT, ID=[2]), NEXT).success
    assert values(file, "id") == [1, 2]


def test_a_kind_of_column_that_duckdb_cannot_read_is_named(file: Path) -> None:
    months = pandas.DataFrame({"month": pandas.period_range("2026-01", periods=1, freq="M")})
    assert "month period[M]): convert it first" in failure(store(ours(file), months))


def test_moments_are_stored_in_utc_and_those_without_a_zone_are_taken_to_be(file: Path) -> None:
    berlin = pandas.to_datetime(["2026-01-02 01:30"]).tz_localize("Europe/Berlin")
    naive = pandas.to_datetime(["2026-01-02 01:30"])
    store(ours(file), pandas.DataFrame({"zoned": berlin, "naive": naive}))
    assert columns(file) == {"zoned": "TIMESTAMP WITH TIME ZONE", "naive": "TIMESTAMP_NS"}
    assert store(ours(file), pandas.DataFrame({"zoned": naive, "naive": berlin})).success
    assert columns(file) == {"zoned": "TIMESTAMP WITH TIME ZONE", "naive": "TIMESTAMP_NS"}
    assert read(file, "select zoned, naive::timestamp from library.loans") == [
        (datetime(2026, 1, 2, 1, 30, tzinfo=UTC), datetime(2026, 1, 2, 0, 30))
    ]


def test_a_frame_of_no_rows_makes_the_table(file: Path) -> None:
    """Without one, whoever reads it fails."""
    empty = frame(id=[1], note=["x"]).iloc[:0]
    assert store(ours(file), empty).success
    assert columns(file).keys() == {"lent_at", "id", "note"}


def test_a_frame_of_no_rows_empties_its_partition_and_no_other(file: Path) -> None:
    store(ours(file), frame(id=[1]), DAY)
    store(ours(file), frame(NEXT, id=[2]), NEXT)
    assert store(ours(file), frame(id=[1]).iloc[:0], DAY).success
    assert values(file, "id") == [2]
    assert store(ours(file), pandas.DataFrame(), NEXT).success
    assert values(file, "id") == []
    assert columns(file)["id"] == "BIGINT"


def test_a_frame_of_nothing_at_all_makes_no_table(file: Path) -> None:
    assert store(ours(file), pandas.DataFrame()).success
    assert columns(file) == {}


def test_ids_above_two_to_the_53_are_loaded_exactly_beside_nulls(file: Path) -> None:
    """A float column, as which pandas would hold them, rounds them."""
    store(ours(file), pandas.DataFrame({"company": pandas.array([2**53 + 1, None], dtype="Int64")}))
    seen: list[Any] = []

    @dg.asset(ins={"loans": dg.AssetIn(key_prefix="library")})
    def companies(loans: pandas.DataFrame) -> None:
        seen.extend(loans["company"].dropna())

    assert run(ours(file), companies, beside=(asset_of(pandas.DataFrame()),)).success
    assert seen == [2**53 + 1]


def test_a_view_on_the_table_outlives_its_changes(file: Path) -> None:
    store(ours(file), frame(id=[1]), DAY)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create view library.latest as select id from library.loans")
    assert store(ours(file), frame(NEXT, id=[1.5], shelf=["B2"]), NEXT).success
    assert read(file, "select id from library.latest order by id") == [(1.0,), (1.5,)]
