"""Each defect of the stock DuckDB IO manager, shown on it, and that ours has it not; and what ours adds."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas
import pytest

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration import failures
from freshdesk_assets.orchestration.resources import DuckDBFile
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child, Rows
from freshdesk_assets.schema.column import text
from freshdesk_assets.schema.page import Page
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets.warehouse.landing.spool import Batch, Landed, Spool
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.orchestration.records.storing import (
    DAYS,
    QUIET,
    ROOT,
    Manager,
    asset_of,
    failure,
    logged,
    metadata,
    ours,
    python,
    read,
    records,
    run,
    span,
    stock,
    store,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`:dagster.BetaWarning"),
    pytest.mark.filterwarnings("ignore:Parameter `allow_nonexistent_upstream:dagster.BetaWarning"),
]
"""What a range in one run and a missing upstream partition are, pinned with Dagster."""

FIRST, SECOND, THIRD = "2026-01-01", "2026-01-02", "2026-01-03"

BOOKS = declared("books", text("order", "Where it stands in its series."))
"""A table of the replica, with a column that SQL has another use for."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "replica.duckdb"


def loans(**days: list[int]) -> pandas.DataFrame:
    """Loans by id, lent at noon of days named like `d02`."""
    rows = [(number, f"2026-01-{day[1:]} 12:00") for day, numbers in days.items() for number in numbers]
    frame = pandas.DataFrame(rows, columns=["id", "lent_at"])
    return frame.assign(lent_at=pandas.to_datetime(frame["lent_at"], utc=True))


def ids(file: Path, table: str = "library.loans") -> list[int]:
    return [number for (number,) in read(file, f"select id from {table} order by id")]


class Seen(list[pandas.DataFrame]):
    """What downstream assets were given."""

    def ids(self) -> list[int]:
        return sorted(int(number) for number in self[-1]["id"])


def borrowed(seen: Seen, **options: Any) -> dg.AssetsDefinition:
    """An asset that reads library/loans and keeps what it was given."""
    given = options.pop("given", dg.AssetIn(key_prefix="library"))

    def borrowed(loans: pandas.DataFrame) -> None:
        seen.append(loans)

    made: dg.AssetsDefinition = dg.asset(ins={"loans": given}, **options)(borrowed)
    return made


class TestAtomicity:
    KILLED = """
import json, os, shutil, signal, sys
from pathlib import Path
import dagster as dg
from freshdesk_assets_tests.orchestration.records import storing
from freshdesk_assets_tests.orchestration.test_io_manager import SECOND, ids, loans

folder = Path(sys.argv[1])
STEPS = {("handle_output", "duckdb_pandas"), ("store_frame", "warehouse"), ("open", "warehouse")}

def returning(frame, nth):
    passed = 0
    def die(code, event, argument):
        nonlocal passed
        passed += event == "line"
        if passed == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return die
    def trace(code, event, argument):
        name, path = code.f_code.co_name, code.f_code.co_filename
        return die if any(name == step and place in path for step, place in STEPS) else None
    daily = {"partitions_def": storing.DAYS, "metadata": {"partition_expr": "lent_at"}}
    @dg.asset(key_prefix="library", **daily)
    def loans() -> storing.pandas.DataFrame:
        sys.settrace(trace if nth else None)
        return frame
    return loans

def left_by(manager, base, file, every):
    storing.run(manager(base), returning(loans(d02=[1, 2]), 0), SECOND)
    nth, left = 1 - every, []
    while True:
        nth += every
        shutil.copy(base, file)
        Path(f"{file}.wal").unlink(missing_ok=True)
        child = os.fork()
        if not child:
            storing.run(manager(file), returning(loans(d02=[3, 4]), nth), SECOND)
            os._exit(0)
        killed = os.waitpid(child, 0)[1]
        left.append(ids(file))
        if not killed:
            return left

print(json.dumps({
    manager.__name__: left_by(manager, folder / manager.__name__, folder / "replica.duckdb", every)
    for manager, every in ((storing.stock, 4), (storing.ours, 1))
}))
"""

    def test_killed_at_any_line_a_load_leaves_the_old_rows_or_the_new(self, tmp_path: Path) -> None:
        """Between its delete and its insert the stock manager leaves nothing."""
        left = json.loads(python(self.KILLED, tmp_path, PYTHONPATH=str(ROOT)))
        assert [] in left["stock"]
        assert len(left["ours"]) > 15  # lines at which it was killed
        assert all(found in ([1, 2], [3, 4]) for found in left["ours"])
        assert (left["ours"][0], left["ours"][-1]) == ([1, 2], [3, 4])

    @pytest.mark.parametrize(("manager", "left"), [(stock, [3]), (ours, [1, 3])])
    def test_an_error_in_the_insert_leaves_the_old_rows(
        self, file: Path, manager: Manager, left: list[int]
    ) -> None:
        for day, number in ((SECOND, 1), (THIRD, 3)):
            store(manager(file), loans(**{f"d{day[-2:]}": [number]}), day)
        wrong = loans(d02=[1]).astype({"id": "object"}).assign(id="one")
        assert not store(manager(file), wrong, SECOND).success
        assert ids(file) == left

    def test_an_error_in_the_first_load_leaves_no_table(self, file: Path) -> None:
        """What exists is asked for, not found out by an error: that would end the transaction."""
        assert not store(ours(file), loans(d03=[1]), SECOND).success
        assert read(file, "select * from duckdb_tables()") == []
        assert store(ours(file), loans(d02=[1]), SECOND).success
        assert ids(file) == [1]

    @pytest.mark.parametrize(("manager", "free"), [(stock, False), (ours, True)])
    def test_after_an_error_the_file_is_free(self, file: Path, manager: Manager, free: bool) -> None:
        store(manager(file), loans(d02=[1]), SECOND)
        failed = store(manager(file), loans(d02=[1]).assign(id="one"), SECOND)
        assert not failed.success
        opened = subprocess.run(
            [sys.executable, "-c", f"import duckdb; duckdb.connect({str(file)!r})"],
            capture_output=True,
            check=False,
        )
        assert (opened.returncode == 0) is free


class TestPartitions:
    IN_NEW_YORK = """
import sys
from pathlib import Path
from freshdesk_assets_tests.orchestration.records.storing import ours, stock, store
from freshdesk_assets_tests.orchestration.test_io_manager import SECOND, THIRD, ids, pandas

def frame(*rows):
    numbers, moments = zip(*rows)
    return pandas.DataFrame({"id": numbers, "lent_at": pandas.to_datetime(moments, utc=True)})

early, late = (1, "2026-01-02 01:00"), (2, "2026-01-02 23:00")
for manager in (stock, ours):
    file = Path(sys.argv[1], manager.__name__)
    store(manager(file), frame(early, late), SECOND)
    store(manager(file), frame((3, "2026-01-03 01:00")), THIRD)
    store(manager(file), frame(early, late), SECOND)
    print(manager.__name__, ids(file))
"""

    def test_windows_are_in_utc_whatever_the_zone_of_the_process(self, tmp_path: Path) -> None:
        """In New York the stock manager's 2 January begins and ends five hours late."""
        found = python(self.IN_NEW_YORK, tmp_path, PYTHONPATH=str(ROOT), TZ="America/New_York")
        assert found.splitlines() == ["stock [1, 1, 2]", "ours [1, 2, 3]"]

    @pytest.mark.parametrize("type_", ["DATE", "TIMESTAMP", "TIMESTAMP_NS", "VARCHAR"])
    def test_a_time_without_a_zone_is_meant_in_the_zone_of_the_partitions(
        self, file: Path, type_: str
    ) -> None:
        days = dg.DailyPartitionsDefinition(FIRST, end_date="2026-02-01", timezone="America/New_York")
        for day in (SECOND, THIRD, SECOND):
            frame = pandas.DataFrame({"id": [int(day[-2:])], "lent_at": [day]})
            metadata = {"partition_expr": f"lent_at::{type_}"}
            assert store(ours(file), frame, day, partitions_def=days, metadata=metadata).success
        assert ids(file) == [2, 3]

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
    def test_a_moment_belongs_to_the_day_it_has_in_the_zone_of_the_partitions(
        self, file: Path, zone: str
    ) -> None:
        days = dg.DailyPartitionsDefinition(FIRST, end_date="2026-02-01", timezone=zone)
        moments = pandas.to_datetime(["2026-01-02 00:00:00", "2026-01-02 23:59:59"]).tz_localize(zone)
        frame = pandas.DataFrame({"id": [1, 2], "lent_at": moments})
        for _ in range(2):
            assert store(ours(file), frame, SECOND, partitions_def=days).success
        assert ids(file) == [1, 2]
        assert not store(ours(file), frame, THIRD, partitions_def=days).success

    @pytest.mark.parametrize(("manager", "stored"), [(stock, [1, 2, 2]), (ours, [1])])
    def test_rows_outside_their_partition_are_refused(
        self, file: Path, manager: Manager, stored: list[int]
    ) -> None:
        """The next run would not delete them, and so store them twice: the stock manager's does."""
        store(manager(file), loans(d02=[1]), SECOND)
        results = [store(manager(file), loans(d02=[1], d03=[2]), SECOND) for _ in range(2)]
        assert ids(file) == stored
        if manager is ours:
            assert "1 rows of the frame lie outside the partition" in failure(results[0])
            assert "cast(\"lent_at\" as timestamptz) >= timestamptz '2026-01-02 00:00:00+00:00'" in failure(
                results[0]
            )

    def test_a_row_without_a_time_is_in_no_partition(self, file: Path) -> None:
        timeless = loans(d02=[1]).assign(lent_at=pandas.Series([pandas.NaT]))
        assert "1 rows of the frame lie outside" in failure(store(ours(file), timeless, SECOND))

    @pytest.mark.parametrize("manager", [stock, ours])
    def test_a_row_of_a_frame_that_moves_stays_in_its_old_partition_until_that_is_run(
        self, file: Path, manager: Manager
    ) -> None:
        """A frame's table has no key to know the row by. Materialise both partitions, or in one run."""
        store(manager(file), loans(d02=[1]), SECOND)
        store(manager(file), loans(d03=[1]), THIRD)
        assert ids(file) == [1, 1]
        run(
            manager(file),
            asset_of(
                loans(d03=[1]),
                partitions_def=DAYS,
                metadata={"partition_expr": "lent_at"},
                backfill_policy=dg.BackfillPolicy.single_run(),
            ),
            tags=span(SECOND, THIRD),
        )
        assert ids(file) == [1]

    def test_a_row_of_the_replica_that_moves_is_stored_once(self, file: Path) -> None:
        replicate(file, SECOND, {"id": 1, "updated_at": f"{SECOND}T12:00:00Z"})
        replicate(file, THIRD, {"id": 1, "updated_at": f"{THIRD}T12:00:00Z"})
        assert read(file, "select id, updated_at from freshdesk.books") == [
            (1, datetime(2026, 1, 3, 12, tzinfo=UTC))
        ]

    def test_each_partition_of_a_range_is_told_its_own_number_of_rows(self, file: Path) -> None:
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
                [
                    dg.MultiPartitionKey({"month": f"2026-0{m}-01", "shelf": s})
                    for m, s in ((1, "A"), (1, "B's"))
                ],
            ),
        ],
    )
    def test_months_names_and_both_are_replaced_one_by_one(
        self, file: Path, partitions: dg.PartitionsDefinition[Any], expression: Any, keys: list[str]
    ) -> None:
        given: dict[str, Any] = {"partitions_def": partitions, "metadata": {"partition_expr": expression}}
        month = 2 if partitions is self.MONTHS else 1
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

    def test_a_dimension_without_an_expression_is_asked_for(self, file: Path) -> None:
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


class TestNames:
    @pytest.mark.parametrize(("manager", "works"), [(stock, False), (ours, True)])
    def test_keywords_are_names_like_others(self, file: Path, manager: Manager, works: bool) -> None:
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
            stored = run(manager(file), upstream, SECOND)
        loaded = run(manager(file), reader, SECOND, beside=(upstream,))
        assert (stored.success, loaded.success) == (works, works)
        if works:
            assert list(seen[0].columns) == ["group by", "order"]
            assert len(seen[0]) == 1

    def test_what_is_not_a_name_is_an_expression(self, file: Path) -> None:
        frame = pandas.DataFrame({"id": [1], "lent": [int(datetime(2026, 1, 2, 12, tzinfo=UTC).timestamp())]})
        for _ in range(2):
            given = {"partition_expr": "to_timestamp(lent)"}
            assert store(ours(file), frame, SECOND, metadata=given).success
        assert ids(file) == [1]

    @pytest.mark.parametrize("expression", ["returned_at", "to_tim(lent_at)", "lent_at +"])
    def test_an_expression_that_is_wrong_fails_the_first_time_it_is_used(
        self, file: Path, expression: str
    ) -> None:
        """The stock manager uses it from the second run of a partition on only."""
        result = store(ours(file), loans(d02=[1]), SECOND, metadata={"partition_expr": expression})
        assert "partition_expr of the asset's metadata does not go with the frame: " in failure(result)

    def test_the_table_and_the_query_shown_are_the_real_ones(self, file: Path) -> None:
        said = metadata(store(ours(file), loans(d02=[1]), SECOND))[SECOND]
        assert said["dagster/table_name"] == "library.loans"
        assert read(file, said["Query"]) == [(1, datetime(2026, 1, 2, 12, tzinfo=UTC))]

    def test_an_asset_without_a_prefix_stands_in_the_schema_public(self, file: Path) -> None:
        @dg.asset
        def fines() -> pandas.DataFrame:
            return pandas.DataFrame({"id": [1]})

        assert run(ours(file), fines).success
        assert ids(file, "public.fines") == [1]


class TestTheFile:
    @pytest.mark.parametrize(("manager", "least", "most"), [(stock, 100, 110), (ours, 0, 0)])
    def test_a_wrong_path_is_not_waited_for(
        self, tmp_path: Path, manager: Manager, least: int, most: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slept: list[float] = []
        monkeypatch.setattr(time, "sleep", slept.append)
        result = store(manager(tmp_path / "absent" / "replica.duckdb"), loans(d02=[1]))
        assert least <= sum(slept) <= most
        if manager is ours:
            assert f"{tmp_path / 'absent'} is not a folder: create it, or set FRESHDESK_DUCKDB" in failure(
                result
            )

    def test_a_held_lock_is_waited_for_and_told(self, file: Path) -> None:
        with holding(file) as holder:
            assert holder.stdin is not None
            threading.Timer(5.0, holder.stdin.close).start()
            result = store(ours(file, lock_wait=60.0), loans(d02=[1]))
        assert result.success
        (said,) = (line for line in logged(result) if line.startswith("waiting for "))
        assert said.startswith(f"waiting for {file}, in use by ")
        assert said.endswith(f"(process {holder.pid})")
        assert ids(file) == [1]

    def test_a_lock_that_is_held_for_too_long_is_tried_again_and_named(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(failures, "RETRY_SECONDS", 0.01)
        with holding(file) as holder:
            result = store(ours(file, lock_wait=0.1), loans(d02=[1]))
            holder.kill()
        assert [event.event_type_value for event in result.all_events].count("STEP_UP_FOR_RETRY") == 2
        assert f"(process {holder.pid}) and was not released within 0.1 seconds" in failure(result)
        assert store(ours(file), loans(d02=[1])).success

    def test_rows_on_disk_are_removed_even_if_the_file_was_never_to_be_had(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They are read again: what they would have settled is not recorded."""
        monkeypatch.setattr(failures, "RETRY_SECONDS", 0.01)
        with holding(file) as holder:
            result = run(ours(file), books_of(file, {"id": 1}), SECOND)
            holder.kill()
        assert not result.success
        assert list(file.with_name("spool").iterdir()) == []

    def test_a_file_that_is_no_database_is_named(self, file: Path) -> None:
        file.write_text("id,title\n" * 1000)
        said = failure(store(ours(file), loans(d02=[1])))
        assert f"{file} is not a DuckDB file: move it away, or set FRESHDESK_DUCKDB" in said
        assert file.read_text().startswith("id,title")


class TestReplicatedTables:
    """A user's assets take tables of the replica: `ins={"books": dg.AssetIn(key_prefix="freshdesk")}`."""

    ROWS: tuple[dict[str, Any], ...] = (
        {"id": 1, "updated_at": "2025-06-01T12:00:00Z", "order": "first"},
        *({"id": number, "updated_at": f"2026-01-0{number}T12:00:00Z"} for number in (2, 3, 4)),
    )

    def books_read(
        self, file: Path, partition: str | None = None, tags: dict[str, str] | None = None, **options: Any
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

    def daily(self) -> dg.TimeWindowPartitionsDefinition:
        return dg.DailyPartitionsDefinition("2026-01-01", timezone="UTC", end_offset=1)

    def test_an_unpartitioned_asset_takes_the_whole_table(self, file: Path) -> None:
        """Rows from before the first partition too: a company that nobody has changed since."""
        replicate(file, SECOND, *self.ROWS)
        assert sorted(self.books_read(file)["id"]) == [1, 2, 3, 4]
        assert read(file, "select count(*) from public.reading") == [(4,)]

    def test_an_asset_of_the_same_partitions_takes_its_slice(self, file: Path) -> None:
        replicate(file, SECOND, *self.ROWS)
        own: dict[str, Any] = {"partitions_def": self.daily(), "metadata": {"partition_expr": "updated_at"}}
        for _ in range(2):
            assert list(self.books_read(file, THIRD, **own)["id"]) == [3]
        assert read(file, "select id, borrowed from public.reading") == [(3, True)]

    def test_a_range_of_partitions_in_one_run_takes_the_range(self, file: Path) -> None:
        replicate(file, SECOND, *self.ROWS)
        own: dict[str, Any] = {
            "partitions_def": self.daily(),
            "metadata": {"partition_expr": "updated_at"},
            "backfill_policy": dg.BackfillPolicy.single_run(),
        }
        assert sorted(self.books_read(file, tags=span(FIRST, THIRD), **own)["id"]) == [2, 3]
        assert ids(file, "public.reading") == [2, 3]

    def test_a_month_takes_its_days(self, file: Path) -> None:
        replicate(file, SECOND, *self.ROWS)
        months = dg.MonthlyPartitionsDefinition("2026-01-01", timezone="UTC")
        own: dict[str, Any] = {"partitions_def": months, "metadata": {"partition_expr": "updated_at"}}
        assert sorted(self.books_read(file, "2026-01-01", **own)["id"]) == [2, 3, 4]

    def test_the_last_partition_alone_is_a_slice_for_an_unpartitioned_asset_too(self, file: Path) -> None:
        today = datetime.now(UTC)
        replicate(file, SECOND, *self.ROWS, {"id": 9, "updated_at": today.isoformat()})
        last = self.books_read(file, given={"partition_mapping": dg.LastPartitionMapping()})
        assert list(last["id"]) == [9]

    def test_a_partition_that_upstream_does_not_have_is_empty(self, file: Path) -> None:
        replicate(file, SECOND, *self.ROWS)
        mapping = dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)
        earlier = dg.DailyPartitionsDefinition("2025-12-01", timezone="UTC", end_offset=1)
        own: dict[str, Any] = {"partitions_def": earlier, "metadata": {"partition_expr": "updated_at"}}
        taken = self.books_read(file, "2025-12-24", given={"partition_mapping": mapping}, **own)
        assert list(taken["id"]) == []

    def test_only_the_columns_asked_for_are_read(self, file: Path) -> None:
        replicate(file, SECOND, *self.ROWS)
        taken = self.books_read(file, given={"metadata": {"columns": ["order", "id"]}})
        assert list(taken.columns) == ["order", "id"]

    def test_an_input_without_an_annotation_is_a_frame(self, file: Path) -> None:
        store(ours(file), loans(d02=[1]))
        seen = Seen()

        @dg.asset(ins={"loans": dg.AssetIn(key_prefix="library")})
        def plain(loans) -> None:  # type: ignore[no-untyped-def]
            seen.append(loans)

        assert run(ours(file), plain, beside=(asset_of(loans()),)).success
        assert seen.ids() == [1]

    def test_a_view_is_read_like_a_table(self, file: Path) -> None:
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

    def test_a_child_table_is_read_like_a_table(self, file: Path) -> None:
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
        replicate(file, SECOND, *self.ROWS)
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
    def test_a_table_that_is_not_there_says_what_to_materialise(self, file: Path, made: bool) -> None:
        if made:
            replicate(file, SECOND, *self.ROWS)
        result = run(ours(file), borrowed(Seen()), beside=(asset_of(loans()),))
        assert failure(result).startswith(
            f"library.loans is not in {file}: materialise library/loans first, or set FRESHDESK_DUCKDB to the"
            " file that has it"
        )

    def test_a_column_that_is_not_there_is_named(self, file: Path) -> None:
        store(ours(file), loans(d02=[1]))
        reader = borrowed(Seen(), given=dg.AssetIn(key_prefix="library", metadata={"columns": ["nope"]}))
        assert '"nope" not found' in failure(run(ours(file), reader, beside=(asset_of(loans()),)))


class TestTypes:
    def test_nothing_returned_without_saying_so_is_refused(self, file: Path) -> None:
        @dg.asset
        def forgetful():  # type: ignore[no-untyped-def]
            pass

        assert "-> None" in failure(run(ours(file), forgetful))

    def test_nothing_returned_as_annotated_stores_nothing(self, file: Path) -> None:
        @dg.asset
        def message() -> None:
            pass

        assert run(ours(file), message).success
        assert not file.exists()

    def test_other_types_are_refused_with_what_to_do(self, file: Path) -> None:
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
        assert "dict is not stored in a table nor read from one: return, and annotate, a pandas" in failure(
            run(ours(file), counted)
        )
        for reading in (listed, batched):
            assert "is not stored in a table nor read from one: return, and annotate, a pandas" in failure(
                run(ours(file), reading, beside=upstream)
            )

    def test_frames_of_a_subclass_are_frames(self, file: Path) -> None:
        class Shelf(pandas.DataFrame):
            pass

        @dg.asset
        def shelf() -> pandas.DataFrame:
            return Shelf({"id": [1]})

        assert run(ours(file), shelf).success
        assert ids(file, "public.shelf") == [1]

    WITHOUT_PANDAS = """
import sys
from pathlib import Path
import dagster as dg
from freshdesk_assets import definitions
definitions.defs().resolve_job_def("replicate")
assert "pandas" not in sys.modules, "loading"

from freshdesk_assets.orchestration.io_manager import ReplicaIOManager
from freshdesk_assets.orchestration.resources import DuckDBFile
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.landing.spool import Batch

table = next(iter(declared_tables()))

@dg.asset(key=["freshdesk", table.name])
def replicated() -> Batch:
    return Batch(table=table)

manager = ReplicaIOManager(file=DuckDBFile(database=sys.argv[1]))
dg.materialize([replicated], resources={"io_manager": manager})
assert "pandas" not in sys.modules, "running"
"""

    def test_a_run_of_the_replica_does_not_import_pandas(self, file: Path) -> None:
        """0.6 seconds and 60 MB in every process."""
        python(self.WITHOUT_PANDAS, file)
        assert file.exists()


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


@contextmanager
def holding(file: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the file open until it reads a line."""
    script = (
        "import duckdb, sys\n"
        f"with duckdb.connect({str(file)!r}): print('held', flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
