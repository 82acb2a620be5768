"""What may be stored, under which names, and what is refused with a sentence."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pandas
import pytest

from freshdesk_assets.warehouse.landing.spool import Batch
from freshdesk_assets_tests.orchestration.storing import (
    DAYS,
    SECOND,
    Seen,
    asset_of,
    borrowed,
    failure,
    ids,
    loans,
    metadata,
    ours,
    read,
    run,
    store,
)
from freshdesk_assets_tests.programs import printed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "replica.duckdb"


def test_keywords_are_names_like_others(file: Path) -> None:
    frame = loans(d02=[1]).rename(columns={"lent_at": "order"}).assign(**{"group by": "x"})
    given = {"partition_expr": "order"}
    seen = Seen()
    upstream = asset_of(frame, partitions_def=DAYS, metadata=given)
    reader = borrowed(
        seen,
        partitions_def=DAYS,
        given=dg.AssetIn(key_prefix="library", metadata={"columns": ["group by", "order"]}),
    )
    for _ in range(2):
        stored = run(ours(file), upstream, SECOND)
    loaded = run(ours(file), reader, SECOND, beside=(upstream,))
    assert (stored.success, loaded.success) == (True, True)
    assert list(seen[0].columns) == ["group by", "order"]
    assert len(seen[0]) == 1


def test_what_is_not_a_name_is_an_expression(file: Path) -> None:
    frame = pandas.DataFrame({"id": [1], "lent": [int(datetime(2026, 1, 2, 12, tzinfo=UTC).timestamp())]})
    for _ in range(2):
        given = {"partition_expr": "to_timestamp(lent)"}
        assert store(ours(file), frame, SECOND, metadata=given).success
    assert ids(file) == [1]


@pytest.mark.parametrize("expression", ["returned_at", "to_tim(lent_at)", "lent_at +"])
def test_an_expression_that_is_wrong_fails_the_first_time_it_is_used(file: Path, expression: str) -> None:
    """And not only from the second run of a partition on, when there are rows for it to find."""
    result = store(ours(file), loans(d02=[1]), SECOND, metadata={"partition_expr": expression})
    assert "partition_expr of the asset's metadata does not fit the frame: " in failure(result)


def test_the_table_and_the_query_shown_are_the_real_ones(file: Path) -> None:
    said = metadata(store(ours(file), loans(d02=[1]), SECOND))[SECOND]
    assert said["dagster/table_name"] == "library.loans"
    assert read(file, said["Query"]) == [(1, datetime(2026, 1, 2, 12, tzinfo=UTC))]


def test_an_asset_without_a_prefix_stands_in_the_schema_public(file: Path) -> None:
    @dg.asset
    def fines() -> pandas.DataFrame:
        return pandas.DataFrame({"id": [1]})

    assert run(ours(file), fines).success
    assert ids(file, "public.fines") == [1]


def test_nothing_returned_without_saying_so_is_refused(file: Path) -> None:
    @dg.asset
    def forgetful():  # type: ignore[no-untyped-def]
        pass

    assert "-> None" in failure(run(ours(file), forgetful))


def test_nothing_returned_as_annotated_stores_nothing(file: Path) -> None:
    @dg.asset
    def message() -> None:
        pass

    assert run(ours(file), message).success
    assert not file.exists()


def test_other_types_are_refused_with_what_to_do(file: Path) -> None:
    @dg.asset
    def counted() -> dict[str, int]:
        return {"loans": 1}

    @dg.asset(ins={"loans": dg.AssetIn(key_prefix="library")})
    def listed(loans: list[str]) -> None:
        pass

    @dg.asset(ins={"loans": dg.AssetIn(key_prefix="library")})
    def batched(loans: Batch) -> None:
        pass

    upstream = (asset_of(loans()),)
    assert "dict is neither stored in a table nor read from one: return, and annotate, a pandas" in failure(
        run(ours(file), counted)
    )
    for reading in (listed, batched):
        assert "is neither stored in a table nor read from one: return, and annotate, a pandas" in failure(
            run(ours(file), reading, beside=upstream)
        )


def test_frames_of_a_subclass_are_frames(file: Path) -> None:
    class Shelf(pandas.DataFrame):
        pass

    @dg.asset
    def shelf() -> pandas.DataFrame:
        return Shelf({"id": [1]})

    assert run(ours(file), shelf).success
    assert ids(file, "public.shelf") == [1]


def test_a_run_of_the_replica_does_not_import_pandas(file: Path) -> None:
    """0.6 seconds and 60 MB in every process."""
    printed("run_without_pandas", file)
    assert file.exists()
