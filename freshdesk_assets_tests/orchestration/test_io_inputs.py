"""A user's assets take tables of the replica: `ins={"books": dg.AssetIn(key_prefix="freshdesk")}`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas
import pytest

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child, Rows
from freshdesk_assets.schema.column import text
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets_tests.orchestration.replicated import BOOKS, replicate
from freshdesk_assets_tests.orchestration.storing import (
    FIRST,
    QUIET,
    SECOND,
    THIRD,
    Seen,
    asset_of,
    borrowed,
    failure,
    ids,
    loans,
    ours,
    read,
    records,
    run,
    span,
    store,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`:dagster.BetaWarning"),
    pytest.mark.filterwarnings("ignore:Parameter `allow_nonexistent_upstream:dagster.BetaWarning"),
]
"""What a range in one run and a missing upstream partition are, pinned with Dagster."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "replica.duckdb"


ROWS: tuple[dict[str, Any], ...] = (
    {"id": 1, "updated_at": "2025-06-01T12:00:00Z", "order": "first"},
    *({"id": number, "updated_at": f"2026-01-0{number}T12:00:00Z"} for number in (2, 3, 4)),
)


def books_read(
    file: Path, partition: str | None = None, tags: dict[str, str] | None = None, **options: Any
) -> pandas.DataFrame:
    """Run an asset of the user's own beside the replica's, and what it was given of them."""
    given = options.pop("given", {})
    seen = Seen()

    def reading(books: pandas.DataFrame) -> pandas.DataFrame:
        seen.append(books)
        return books.assign(borrowed=True)

    taken = dg.AssetIn(key_prefix="freshdesk", **given)
    asset: dg.AssetsDefinition = dg.asset(ins={"books": taken}, **options)(reading)
    defs = build_defs(
        Settings(start_date=datetime(2026, 1, 1, tzinfo=UTC), partitions=PartitionLength.DAILY),
        Catalog([BOOKS]),
        assets=[asset],
        resources={"io_manager": ours(file)},
    )
    job = defs.resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        asset_selection=[asset.key],
        partition_key=partition,
        tags=tags,
        run_config=QUIET,
        instance=records(),
        raise_on_error=False,
    )
    assert result.success, failure(result)
    return seen[-1]


def daily() -> dg.TimeWindowPartitionsDefinition:
    return dg.DailyPartitionsDefinition("2026-01-01", timezone="UTC", end_offset=1)


def test_an_unpartitioned_asset_takes_the_whole_table(file: Path) -> None:
    """Rows from before the first partition too: a company that nobody has changed since."""
    replicate(file, SECOND, *ROWS)
    assert sorted(books_read(file)["id"]) == [1, 2, 3, 4]
    assert read(file, "select count(*) from public.reading") == [(4,)]


def test_an_asset_of_the_same_partitions_takes_its_slice(file: Path) -> None:
    replicate(file, SECOND, *ROWS)
    own: dict[str, Any] = {"partitions_def": daily(), "metadata": {"partition_expr": "updated_at"}}
    for _ in range(2):
        assert list(books_read(file, THIRD, **own)["id"]) == [3]
    assert read(file, "select id, borrowed from public.reading") == [(3, True)]


def test_a_range_of_partitions_in_one_run_takes_the_range(file: Path) -> None:
    replicate(file, SECOND, *ROWS)
    own: dict[str, Any] = {
        "partitions_def": daily(),
        "metadata": {"partition_expr": "updated_at"},
        "backfill_policy": dg.BackfillPolicy.single_run(),
    }
    assert sorted(books_read(file, tags=span(FIRST, THIRD), **own)["id"]) == [2, 3]
    assert ids(file, "public.reading") == [2, 3]


def test_a_month_takes_its_days(file: Path) -> None:
    replicate(file, SECOND, *ROWS)
    months = dg.MonthlyPartitionsDefinition("2026-01-01", timezone="UTC")
    own: dict[str, Any] = {"partitions_def": months, "metadata": {"partition_expr": "updated_at"}}
    assert sorted(books_read(file, "2026-01-01", **own)["id"]) == [2, 3, 4]


def test_the_last_partition_alone_is_a_slice_for_an_unpartitioned_asset_too(file: Path) -> None:
    today = datetime.now(UTC)
    replicate(file, SECOND, *ROWS, {"id": 9, "updated_at": today.isoformat()})
    last = books_read(file, given={"partition_mapping": dg.LastPartitionMapping()})
    assert list(last["id"]) == [9]


def test_a_partition_that_upstream_does_not_have_is_empty(file: Path) -> None:
    replicate(file, SECOND, *ROWS)
    mapping = dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)
    earlier = dg.DailyPartitionsDefinition("2025-12-01", timezone="UTC", end_offset=1)
    own: dict[str, Any] = {"partitions_def": earlier, "metadata": {"partition_expr": "updated_at"}}
    taken = books_read(file, "2025-12-24", given={"partition_mapping": mapping}, **own)
    assert list(taken["id"]) == []


def test_only_the_columns_asked_for_are_read(file: Path) -> None:
    replicate(file, SECOND, *ROWS)
    taken = books_read(file, given={"metadata": {"columns": ["order", "id"]}})
    assert list(taken.columns) == ["order", "id"]


def test_an_input_without_an_annotation_is_a_frame(file: Path) -> None:
    store(ours(file), loans(d02=[1]))
    seen = Seen()

    @dg.asset(ins={"loans": dg.AssetIn(key_prefix="library")})
    def plain(loans) -> None:  # type: ignore[no-untyped-def]
        seen.append(loans)

    assert run(ours(file), plain, beside=(asset_of(loans()),)).success
    assert seen.ids() == [1]


def test_a_view_is_read_like_a_table(file: Path) -> None:
    store(ours(file), loans(d02=[1]))
    with duckdb.connect(str(file)) as connection:
        connection.execute("create view library.overdue as select id from library.loans")
    seen = Seen()

    @dg.asset(ins={"overdue": dg.AssetIn(key_prefix="library")})
    def reminders(overdue: pandas.DataFrame) -> None:
        seen.append(overdue)

    overdue = dg.AssetsDefinition(
        specs=[dg.AssetSpec(["library", "overdue"], metadata={"dagster/io_manager_key": "io_manager"})]
    )
    assert run(ours(file), reminders, beside=(overdue,)).success
    assert seen.ids() == [1]


def test_a_child_table_is_read_like_a_table(file: Path) -> None:
    """Its own operation cuts it, and the IO manager never had it."""
    shelved = Child(
        name="book_places",
        doc="One row per place of a book.",
        parent="books",
        by="book_id",
        cut=Rows('select id as book_id, "order" from parents p where "order" is not null', ("order",)),
        columns=(text("order", "Where it stands in its series."),),
        key=("order",),
    )
    replicate(file, SECOND, *ROWS)
    seen = Seen()

    @dg.asset(ins={"book_places": dg.AssetIn(key_prefix="freshdesk")})
    def sorted_out(book_places: pandas.DataFrame) -> None:
        seen.append(book_places)

    defs = build_defs(
        Settings(start_date=datetime(2026, 1, 1, tzinfo=UTC), partitions=PartitionLength.DAILY),
        Catalog([BOOKS], [shelved]),
        assets=[sorted_out],
        resources={"io_manager": ours(file), "duckdb": DuckDBFile(database=str(file))},
    )
    job = defs.resolve_implicit_global_asset_job_def()
    chosen = [dg.AssetKey(["freshdesk", "book_places"]), sorted_out.key]
    result = job.execute_in_process(asset_selection=chosen, run_config=QUIET, instance=records())
    assert result.success
    assert seen[-1][["book_id", "order"]].to_numpy().tolist() == [[1, "first"]]
    (made, *_) = result.asset_materializations_for_node("freshdesk__book_places")
    assert made.metadata["dagster/row_count"].value == 1
    assert read(file, str(made.metadata["Query"].value)) == read(file, "from freshdesk.book_places")


@pytest.mark.parametrize("made", [False, True])
def test_a_table_that_is_not_there_says_what_to_materialise(file: Path, made: bool) -> None:
    if made:
        replicate(file, SECOND, *ROWS)
    result = run(ours(file), borrowed(Seen()), beside=(asset_of(loans()),))
    assert failure(result).startswith(
        f"library.loans is not in {file}: materialise library/loans first, or set FRESHDESK_DUCKDB to the"
        " file that has it"
    )


def test_a_column_that_is_not_there_is_named(file: Path) -> None:
    store(ours(file), loans(d02=[1]))
    reader = borrowed(Seen(), given=dg.AssetIn(key_prefix="library", metadata={"columns": ["nope"]}))
    assert '"nope" not found' in failure(run(ours(file), reader, beside=(asset_of(loans()),)))
