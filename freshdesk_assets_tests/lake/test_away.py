"""Postgres goes while a lake is read, moved or written: one sentence says so, and no secret is in it.

DuckDB repeats the address of the catalogue, with the password, and has many words for what has happened.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.warehouse import asking
from freshdesk_assets.warehouse.all_accounts import Together, reading_all
from freshdesk_assets.warehouse.asking_lake import reading_lake
from freshdesk_assets.warehouse.destinations.destination import DestinationError
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.exporting.folder import opened_folder
from freshdesk_assets.warehouse.exporting.tables import exported_tables
from freshdesk_assets.warehouse.exporting.writing import export
from freshdesk_assets.warehouse.file import Connection, Warehouse, WarehouseAway, WarehouseError
from freshdesk_assets.warehouse.moving import move
from freshdesk_assets_tests.lake.own_postgres import OwnPostgres
from freshdesk_assets_tests.lake.shelf import add, begin, numbers
from freshdesk_assets_tests.places import PASSWORD

BOOKS = "select * from main.books"

CUSTOMER = "what a customer wrote"


@pytest.fixture
def warehouse(server: OwnPostgres, tmp_path: Path) -> Warehouse:
    """A lake with a table in each of two schemas."""
    assert server
    made = begin(tmp_path)
    with made.open() as connection:
        connection.execute("create schema replica.letters")
        connection.execute("create table replica.letters.a as select 'a' as letter")
    return made


def lake_of(warehouse: Warehouse) -> Lake:
    assert isinstance(warehouse.place, Lake)
    return warehouse.place


def hold(folder: Path, connection: Connection) -> None:
    """Export everything."""
    with opened_folder(folder, "0600") as target:
        tables = exported_tables(connection, {}, schemas=["main", "letters"], by="month")
        export(connection, tables, target, by="month")


@pytest.mark.parametrize(
    "read",
    [
        lambda connection, _: list(asking.ask(connection, BOOKS)[1]),
        lambda connection, _: asking.show(connection, BOOKS, width=80, rows=10),
        lambda connection, _: asking.listed(connection),
        lambda connection, folder: hold(folder / "export", connection),
    ],
    ids=["ask", "show", "list", "export"],
)
def test_who_reads_is_told_that_postgres_does_not_answer(
    warehouse: Warehouse, server: OwnPostgres, tmp_path: Path, read: Callable[[Connection, Path], object]
) -> None:
    """Of somebody's own query that is wrong, the message is DuckDB's, with its mark below the place."""
    lake = lake_of(warehouse)
    with pytest.raises(asking.QueryError, match="nothing"), reading_lake(lake) as connection:
        asking.ask(connection, "select nothing from main.books")

    def read_on() -> None:
        with reading_lake(lake) as connection:
            server.end()
            read(connection, tmp_path)

    with pytest.raises(WarehouseAway) as told:
        read_on()
    assert "does not answer: see to it that the database runs" in str(told.value)
    assert PASSWORD not in str(told.value)


def test_who_reads_all_accounts_is_told_so_too(
    warehouse: Warehouse, server: OwnPostgres, tmp_path: Path
) -> None:
    together = Together(target=tmp_path / "all.duckdb", copies={"acme": lake_of(warehouse)})

    def read_on() -> None:
        with reading_all(together) as connection:
            assert len(list(asking.ask(connection, "select account from main.books")[1])) == 1000
            server.end()
            list(asking.ask(connection, BOOKS)[1])

    with pytest.raises(WarehouseAway, match="does not answer") as told:
        read_on()
    assert PASSWORD not in str(told.value)


def test_a_query_that_fails_ends_none_that_follow(warehouse: Warehouse) -> None:
    """All are asked of one moment, as a chart of the page is beside others, and without a transaction."""
    with reading_lake(lake_of(warehouse)) as connection:
        with pytest.raises(asking.QueryError, match="Could not convert"):
            list(asking.ask(connection, "select letter::int from letters.a")[1])
        add(warehouse, 1000)
        assert len(list(asking.ask(connection, BOOKS)[1])) == 1000


@pytest.mark.parametrize("way", ["from the lake", "into the lake"])
def test_what_is_moved_while_postgres_goes_is_not_moved_and_can_be_moved_again(
    warehouse: Warehouse, server: OwnPostgres, tmp_path: Path, way: str
) -> None:
    """Neither side keeps half of it."""
    lake, file = lake_of(warehouse), Warehouse(tmp_path / "a file.duckdb")
    move(warehouse, file, lambda _: None)
    other = Warehouse(Lake(catalogue="postgres", dsn=lake.dsn, data_path=f"{tmp_path}/other", schema="other"))
    source, target = (
        (file, other) if way == "into the lake" else (warehouse, Warehouse(tmp_path / "b.duckdb"))
    )
    with pytest.raises(WarehouseError, match="does not answer: nothing was moved; run again when") as told:
        move(source, target, lambda _: server.end())
    assert PASSWORD not in str(told.value)
    server.begin()
    assert move(source, target, lambda _: None).rows == 1001
    assert numbers(target) == (1000, 1000)


def fetch(connection: Connection) -> None:
    connection.execute(f"{BOOKS} order by id").fetchall()


def go_on(connection: Connection) -> None:
    """DuckDB says then that the transaction is aborted, and no word of why."""
    with suppress(duckdb.Error):
        fetch(connection)
    fetch(connection)


def refuse(connection: Connection) -> None:
    """Errors of this kind may quote a value."""
    with suppress(duckdb.Error):
        fetch(connection)
    raise duckdb.InvalidInputException(CUSTOMER)


@pytest.mark.parametrize("work", [fetch, go_on, refuse])
def test_whatever_duckdb_says_of_a_session_that_was_lost_it_is_told_and_can_be_tried_again(
    warehouse: Warehouse, server: OwnPostgres, work: Callable[[Connection], None]
) -> None:
    """A run tries again where Postgres was away; of any other error it would end."""

    def work_on() -> None:
        with warehouse.open() as connection:
            server.end()
            server.begin()
            work(connection)

    with pytest.raises(WarehouseAway, match="does not answer") as told:
        work_on()
    assert not [word for word in (PASSWORD, CUSTOMER) if word in str(told.value)]
    add(warehouse, 1000)
    assert numbers(warehouse) == (1001, 1001)


def test_the_size_of_a_lake_that_is_away_is_not_told(warehouse: Warehouse, server: OwnPostgres) -> None:
    assert lake_of(warehouse).size() > 0
    server.end()
    with pytest.raises(DestinationError, match="does not answer") as told:
        lake_of(warehouse).size()
    assert PASSWORD not in str(told.value)
