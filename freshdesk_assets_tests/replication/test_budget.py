"""A budget ends the reading of a table, and the next run continues."""

from datetime import UTC, datetime
from pathlib import Path

from freshdesk_assets.extract.http.budget import Budget
from freshdesk_assets.extract.reading import EPOCH, Reader
from freshdesk_assets.replication.course import Course
from freshdesk_assets.replication.progress import Progress
from freshdesk_assets.replication.reconciling import Allowance
from freshdesk_assets.replication.scope import Reading, ReadScope
from freshdesk_assets.replication.spending import Spending, deferral, record_calls, record_looks, spent_today
from freshdesk_assets.replication.table import Replication
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets.warehouse.ledger.credits import PLAN, CallsMade, read_states, record_finished
from freshdesk_assets.warehouse.ledger.tables import ensure_ledger
from freshdesk_assets_tests.extract.bookshop import BOOKS, LISTED, Shop, book, open_shop, reading, seconds

BOTH = {"books", "shelves"}


def read(reader: Reader, table: Table, folder: Path) -> Replication:
    """Read the table into a file of the folder until it is complete or the budget is spent."""
    warehouse = Warehouse(folder / "replica.duckdb")
    with Spool(folder / "spool", table) as spool:
        scope = ReadScope(
            table=table,
            catalog=Catalog([table]),
            warehouse=warehouse,
            start=EPOCH,
            end=datetime.now(UTC),
            since=EPOCH,
            reading=Reading.MISSING,
            requested_at=datetime.now(UTC),
        )
        replication = Replication(
            scope=scope,
            reader=reader,
            spool=spool,
            progress=Progress(table.name, reader.client, lambda _: None, Course(say=lambda _: None)),
            allowance=Allowance(reader.client.tally, 0),
            spending=Spending(client=reader.client, table=table.name),
        )
        batch = replication.run()
        with warehouse.open() as connection:
            land(connection, batch, datetime.now(UTC))
    return replication


def test_a_list_that_does_not_fit_says_so_and_is_not_begun_again(tmp_path: Path) -> None:
    """Else every run would spend its whole budget on the same first pages."""
    warehouse = Warehouse(tmp_path / "replica.duckdb")
    with open_shop(Shop([book(number) for number in range(450)])) as shop:
        with reading(shop, budget=Budget(run=3)) as reader:
            left = read(reader, LISTED, tmp_path).unfinished
            assert left == "its list needs more than 3 credits in one go, and FRESHDESK_RUN_CREDITS is 3"
        assert len(shop.asked) == 3
        back = deferral(warehouse, LISTED, BOTH, Budget(run=3))
        assert back is not None
        assert back.unfinished == f"{left}; 3 are left"
        assert deferral(warehouse, LISTED, BOTH, Budget()) is None
        budget = Budget(run=20)
        assert deferral(warehouse, LISTED, BOTH, budget) is None
        with reading(shop, budget=budget) as reader:
            assert read(reader, LISTED, tmp_path).unfinished is None
    with warehouse.open() as connection:
        assert read_states(connection)["books"].needs_more_than is None


def test_a_list_by_time_goes_on_where_the_budget_ended(tmp_path: Path) -> None:
    """What a page held is paid for; the next run asks for what comes after it."""
    shop = Shop([book(number, datetime(2026, 3, 1, tzinfo=UTC) + seconds(number)) for number in range(450)])
    asked = []
    with open_shop(shop):
        for _ in range(3):
            with reading(shop, budget=Budget(run=2)) as reader:
                left = read(reader, BOOKS, tmp_path).unfinished
            asked.append((len(shop.asked), left))
    assert asked == [
        (2, "its list (all) from 2026-03-01 00:03 UTC on"),
        (4, "its list (all) from 2026-03-01 00:06 UTC on"),
        (5, None),
    ]


def test_a_complete_table_is_deferred_behind_unfinished_ones(tmp_path: Path) -> None:
    """If each run on a small budget began with the same lists, it would never reach the others."""
    warehouse = Warehouse(tmp_path / "replica.duckdb")
    with warehouse.open() as connection:
        ensure_ledger(connection)
        record_finished(connection, LISTED, datetime.now(UTC))
        connection.execute(
            "insert into replica.freshdesk_meta.read_state values ('shelves', null, 'its list', 60)"
        )
    back = deferral(warehouse, LISTED, BOTH, Budget(run=100))
    assert back is not None
    assert back.unfinished is None
    assert back.reason.endswith("unfinished ones first: shelves")
    assert deferral(warehouse, LISTED, {"books"}, Budget(run=100)) is None, "shelves are not in the run"
    assert deferral(warehouse, LISTED, BOTH, Budget(run=60)) is None, "shelves never fit"
    assert deferral(warehouse, LISTED, BOTH, Budget()) is None, "no budget, no hurry"


def test_calls_that_are_no_tables_are_told_once_and_make_no_file(tmp_path: Path) -> None:
    """The calls of plan, doctor and sensor spend the same credits of the day."""
    warehouse = Warehouse(tmp_path / "replica.duckdb")
    asked = CallsMade(purpose=PLAN, calls=12, credits=12)
    assert not record_calls(warehouse, asked)
    assert spent_today(warehouse) == 0
    assert not warehouse.path.exists()
    for _ in range(2):
        record_looks(warehouse, "first", 7)
    assert record_calls(warehouse, asked)
    assert spent_today(warehouse) == 19
