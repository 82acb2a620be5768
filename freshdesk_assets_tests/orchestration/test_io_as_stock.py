"""What Dagster's own DuckDB IO manager lets an asset do, ours does, and some of what its users ask for.

It has over 300 lines because the comparison is one list, and is read as one.
"""

import decimal
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas
import pytest
from dagster_duckdb_pandas import DuckDBPandasIOManager

from freshdesk_assets_tests.orchestration.replicated import replicate
from freshdesk_assets_tests.orchestration.storing import (
    DAYS,
    FIRST,
    QUIET,
    SECOND,
    THIRD,
    Seen,
    asset_of,
    borrowed,
    columns,
    failure,
    loans,
    logged,
    metadata,
    ours,
    read,
    records,
    run,
    span,
    store,
)

pytestmark = pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`:dagster.BetaWarning")
"""What a range in one run is, pinned with Dagster."""

SHELVES = dg.StaticPartitionsDefinition(["A", "B's", "C"])
BOTH = dg.MultiPartitionsDefinition({"day": DAYS, "shelf": SHELVES})
BY_BOTH = {"partition_expr": {"day": "day::timestamp", "shelf": "shelf"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "replica.duckdb"


def objects(*values: Any) -> pandas.Series:
    return pandas.Series(values, dtype=object)


VALUES: dict[str, Any] = {
    "nullable": pandas.array([1, None], dtype="Int64"),
    "truth": pandas.array([True, None], dtype="boolean"),
    "string": pandas.array(["a", None], dtype="string"),
    "number": pandas.Categorical([3, 4]),
    "length": pandas.to_timedelta(["1 days 02:03:04.5", None]),
    "zoned": pandas.to_datetime(["2026-01-01 10:00", "NaT"]).tz_localize("Europe/Berlin"),
    "naive": pandas.to_datetime(["2026-01-01 10:00", "NaT"]),
    "exact": objects(decimal.Decimal("1.10"), decimal.Decimal("12345678901234567890.123")),
    "mixed": objects(1, "a"),
    "lists": objects([1], ["a"]),
    "nested": objects({"a": [{"b": 1}]}, None),
    "differing": objects({"a": 1}, {"b": "x"}),
    "bytes": objects(b"\x00\xff", None),
    "uuid": objects(uuid.UUID(int=5), None),
    "day": objects(date(2026, 1, 1), None),
    "clock": objects(time(1, 2), None),
    "moment": objects(datetime(2026, 1, 1, tzinfo=UTC), None),
    "span": objects(timedelta(1), None),
    "huge": objects(2**70, None),
    "set": objects({1, 2}, None),
    "path": objects(Path("/x"), None),
    "infinite": [float("inf"), float("nan")],
    "small": pandas.array([1.5, 2.5], dtype="float32"),
}


def test_values_of_every_kind_are_stored_and_loaded_as_the_stock_manager_does(tmp_path: Path) -> None:
    found = []
    for name, manager in (
        ("stock", DuckDBPandasIOManager(database=str(tmp_path / "stock.duckdb"))),
        ("ours", ours(tmp_path / "ours.duckdb")),
    ):
        frame, seen = pandas.DataFrame(VALUES), Seen()
        result = run(manager, asset_of(frame))
        assert result.success, failure(result)
        assert run(manager, borrowed(seen), beside=(asset_of(frame),)).success
        loaded = seen[-1].assign(zoned=seen[-1]["zoned"].dt.tz_convert("UTC"))
        loaded = loaded.assign(moment=loaded["moment"].dt.tz_convert("UTC"))
        found.append(
            (columns(tmp_path / f"{name}.duckdb"), loaded.dtypes.to_dict(), loaded.map(str).to_dict())
        )
    assert found[0] == found[1]


def test_an_output_says_what_the_stock_manager_says_of_it(file: Path) -> None:
    (said,) = metadata(store(ours(file), loans(d02=[1]))).values()
    assert said["dagster/storage_kind"] == "duckdb"
    assert [(each.name, each.type) for each in said["dataframe_columns"].columns] == [
        ("id", "BIGINT"),
        ("lent_at", "TIMESTAMP WITH TIME ZONE"),
    ]


def test_an_operation_outside_of_assets_names_its_schema_and_table(file: Path) -> None:
    seen = Seen()

    @dg.op(out=dg.Out(metadata={"schema": "work", "table": "made"}))
    def make() -> pandas.DataFrame:
        return loans(d02=[1, 2])

    @dg.op
    def take(made: pandas.DataFrame) -> None:
        seen.append(made)

    @dg.job(resource_defs={"io_manager": ours(file)})
    def work() -> None:
        take(make())

    assert work.execute_in_process(run_config=QUIET, instance=records()).success
    assert seen.ids() == [1, 2]
    assert read(file, "select count(*) from work.made") == [(2,)]


def test_an_asset_reads_its_own_past_from_its_first_partition_on(file: Path) -> None:
    """There is no table then, and before the first partition never will be anything."""
    before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    @dg.asset(
        key_prefix="library",
        partitions_def=DAYS,
        metadata={"partition_expr": "day::timestamp"},
        ins={"stock": dg.AssetIn(["library", "stock"], partition_mapping=before)},
    )
    def stock(context: dg.AssetExecutionContext, stock: pandas.DataFrame) -> pandas.DataFrame:
        return pandas.DataFrame({"day": [context.partition_key], "before": [len(stock)]})

    for day in (FIRST, SECOND, SECOND):
        result = run(ours(file), stock, day)
        assert result.success, failure(result)
    assert read(file, "select * from library.stock order by day") == [(FIRST, 0), (SECOND, 1)]
    assert run(ours(file.with_name("other.duckdb")), stock, THIRD).success


@pytest.mark.parametrize("annotation", [pandas.DataFrame | None, object, Any])
def test_an_input_that_leaves_its_class_open_is_a_frame(file: Path, annotation: Any) -> None:
    store(ours(file), loans(d02=[1]))
    seen = Seen()

    def open_minded(loans):  # type: ignore[no-untyped-def]
        seen.append(loans)

    open_minded.__annotations__ = {"loans": annotation, "return": None}
    asset = dg.asset(ins={"loans": dg.AssetIn(key_prefix="library")})(open_minded)
    assert run(ours(file), asset, beside=(asset_of(loans()),)).success
    assert seen.ids() == [1]


def test_a_column_asked_for_may_be_an_expression(file: Path) -> None:
    store(ours(file), loans(d02=[1, 2]))
    seen = Seen()
    chosen = {"columns": ["ID", "id * 10 as tenfold"]}
    given = dg.AssetIn(key_prefix="library", metadata=chosen)
    assert run(ours(file), borrowed(seen, given=given), beside=(asset_of(loans()),)).success
    assert seen[-1].to_numpy().tolist() == [[1, 10], [2, 20]]


def taken(file: Path, mapping: dg.PartitionMapping, upstream: dg.AssetsDefinition, **options: Any) -> Seen:
    seen = Seen()
    given = dg.AssetIn(key_prefix="library", partition_mapping=mapping)
    result = run(ours(file), borrowed(seen, given=given), beside=(upstream,), **options)
    assert result.success, failure(result)
    return seen


def test_partitions_that_do_not_follow_each_other_are_taken_alone(file: Path) -> None:
    """The stock manager takes ranges only."""
    for day in (FIRST, SECOND, THIRD):
        store(ours(file), loans(**{f"d{day[-2:]}": [int(day[-2:])]}), day)
    upstream = asset_of(loans(), partitions_def=DAYS, metadata={"partition_expr": "lent_at"})
    assert taken(file, dg.SpecificPartitionsPartitionMapping([FIRST, THIRD]), upstream).ids() == [1, 3]


def test_several_dimensions_are_replaced_and_taken_by_any_set_of_keys(file: Path) -> None:
    """The stock manager refuses what is not one range, and dynamic partitions as a dimension."""

    def on(*places: tuple[str, str]) -> pandas.DataFrame:
        rows = [(number, day, shelf) for number, (day, shelf) in enumerate(places)]
        return pandas.DataFrame(rows, columns=["id", "day", "shelf"])

    every = [(day, shelf) for day in (FIRST, SECOND) for shelf in ("A", "B's", "C")]
    given: dict[str, Any] = {"partitions_def": BOTH, "metadata": BY_BOTH}
    ranged = asset_of(on(*every), backfill_policy=dg.BackfillPolicy.single_run(), **given)
    for _ in range(2):
        result = run(ours(file), ranged, tags=span(f"{FIRST}|A", f"{SECOND}|C"))
        assert result.success, failure(result)
    assert read(file, "select id from library.loans order by id") == [(each,) for each in range(6)]
    some = [f"{FIRST}|A", f"{SECOND}|C"]
    assert taken(file, dg.SpecificPartitionsPartitionMapping(some), ranged).ids() == [0, 5]


def test_columns_of_one_name_are_stored_as_duckdb_names_them_and_told(file: Path) -> None:
    result = store(ours(file), pandas.DataFrame([[1, 2, 3]], columns=["id", "Id", "note"]))
    assert read(file, 'select id, "Id_1", note from library.loans') == [(1, 2, 3)]
    assert any("are stored as Id_1" in line for line in logged(result))


@pytest.mark.parametrize(
    ("held", "sent", "type_"),
    [
        ([1], ["one"], "VARCHAR"),
        ([1], [[1]], "INTEGER[]"),
        ([True], [2], "BIGINT"),
        ([2**53 + 1], [1.5], "DOUBLE"),
        ([datetime(2026, 1, 1)], ["soon"], "VARCHAR"),
    ],
)
def test_a_table_that_is_replaced_whole_takes_the_types_of_the_new_frame(
    file: Path, held: Sequence[Any], sent: Sequence[Any], type_: str
) -> None:
    """No value of before is kept, so none can be changed. The stock manager wants the table dropped."""
    store(ours(file), pandas.DataFrame({"value": held}))
    result = store(ours(file), pandas.DataFrame({"value": sent}))
    assert result.success, failure(result)
    assert columns(file) == {"value": type_}
    assert read(file, "select value from library.loans") == [(value,) for value in sent]


@pytest.mark.parametrize("rows", [0, 2])
def test_a_frame_without_columns_makes_no_table_and_is_read_as_one(file: Path, rows: int) -> None:
    bare = asset_of(pandas.DataFrame(index=range(rows)))
    seen = Seen()
    assert run(ours(file), bare).success
    assert run(ours(file), borrowed(seen), beside=(bare,)).success
    assert seen[-1].shape == (0, 0)


def test_a_schema_may_be_called_what_we_call_the_file(file: Path) -> None:
    """DuckDB takes it for the catalog, unless both are named."""
    seen = Seen()
    asset: dg.AssetsDefinition = dg.asset(key_prefix="replica", name="loans")(lambda: loans(d02=[1]))
    assert run(ours(file), asset).success
    given = dg.AssetIn(key_prefix="replica")
    assert run(ours(file), borrowed(seen, given=given), beside=(asset,)).success
    assert seen.ids() == [1]


@pytest.mark.parametrize(
    ("key", "given"),
    [
        (["mine", "Freshdesk", "books"], {}),
        (["mine", "books"], {"schema": "freshdesk"}),
        (["freshdesk_meta", "coverage"], {}),
    ],
)
def test_a_table_of_the_replica_is_never_overwritten(
    file: Path, key: list[str], given: dict[str, Any]
) -> None:
    """The stock manager would empty it. A name of one's own in the same schema is nobody else's."""
    replicate(file, SECOND, {"id": 7, "updated_at": f"{SECOND}T12:00:00Z"})

    def stored(key: list[str], **options: Any) -> dg.ExecuteInProcessResult:
        made: dg.AssetsDefinition = dg.asset(key=dg.AssetKey(key), **options)(lambda: loans(d02=[1]))
        return run(ours(file), made)

    said = failure(stored(key, metadata=given))
    assert (
        "it is a table of the replica's own, which this would overwrite: give the asset another name" in said
    )
    assert read(file, "select id from freshdesk.books") == [(7,)]
    assert stored(["freshdesk", "notes"]).success
    assert read(file, "select id from freshdesk.notes") == [(1,)]


def test_a_view_is_not_stored_into(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema library")
        connection.execute("create view library.loans as select 1 as id")
    assert "library.loans: it is a view" in failure(store(ours(file), loans(d02=[1])))


@dg.asset(key_prefix="library")
def readers() -> pandas.DataFrame:
    """Of a module, so that another process finds it."""
    return pandas.DataFrame({"id": range(1000)})


@dg.asset(key_prefix="library")
def fines() -> pandas.DataFrame:
    """Stored at the same time as the readers."""
    return pandas.DataFrame({"id": range(1000)})


def parallel() -> dg.JobDefinition:
    """Two assets with nothing between them, a process each; the file is named by the environment."""
    file = dg.EnvVar("IO_AS_STOCK_FILE").get_value()
    assert file is not None
    job = dg.define_asset_job("parallel", executor_def=dg.multiprocess_executor)
    resources = {"io_manager": ours(Path(file), lock_wait=60.0)}
    return dg.Definitions([readers, fines], resources=resources, jobs=[job]).resolve_job_def("parallel")


@pytest.mark.slow
def test_two_processes_store_at_the_same_time(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is one process's at a time: the other waits. With the stock manager it may fail."""
    monkeypatch.setenv("IO_AS_STOCK_FILE", str(file))
    home = file.with_name("home")
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        assert dg.execute_job(dg.reconstructable(parallel), instance).success
    assert read(file, "select count(*) from library.readers") == [(1000,)]
    assert read(file, "select count(*) from library.fines") == [(1000,)]
