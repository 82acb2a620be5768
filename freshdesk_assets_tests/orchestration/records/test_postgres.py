"""Records on a server: the same answers as Dagster's own, and whole batches whoever is killed."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import create_engine, text

from freshdesk_assets.orchestration.records_postgres import PostgresRecords
from freshdesk_assets_tests.orchestration.records import recorded
from freshdesk_assets_tests.orchestration.records.comparing import Recording, recording, same
from freshdesk_assets_tests.orchestration.records.recorded import KEYS
from freshdesk_assets_tests.orchestration.records.writing import forked, materialize
from freshdesk_assets_tests.orchestration.storing import span


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes databases by their names; the address of each."""
    pgserver = pytest.importorskip("pgserver", reason="no Postgres for this platform comes from a package")
    server = pgserver.get_server(tmp_path / "postgres")
    uri = str(server.get_uri())

    def make(name: str) -> str:
        admin = create_engine(uri, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"create database {name}"))
        admin.dispose()
        return uri.replace("/postgres?", f"/{name}?")

    try:
        yield make
    finally:
        server.cleanup()


def on_server(url: str) -> dict[str, Any]:
    """Ours, in Postgres."""
    named = {"module": PostgresRecords.__module__, "class": PostgresRecords.__name__}
    return {"custom": {**named, "config": {"postgres_url": url}}}


def test_postgres_answers_as_it_does_with_the_stock_storage(
    database: Callable[[str], str], tmp_path: Path
) -> None:
    """The same, on a server: there the stock storage batches materializations, and nothing else."""

    def recorded_in(name: str, storage: dict[str, Any]) -> Recording:
        def make(home: Path) -> dg.DagsterInstance:
            instance = recorded.instance(home, storage)
            # As the UI does: else each question is a connection of its own.
            instance.optimize_for_webserver(statement_timeout=60_000, pool_recycle=600, max_overflow=20)
            return instance

        return recording(tmp_path / name, make, make)

    stock = recorded_in("stock", {"postgres": {"postgres_url": database("stock")}})
    ours = recorded_in("ours", on_server(database("ours")))
    same(ours.after, stock.after)
    same(ours.pages, stock.pages)
    same(ours.ticks, stock.ticks)
    for given, expected in zip(ours.midway, stock.midway, strict=True):
        same(given, expected)


def test_postgres_takes_batches_of_several_processes_and_of_killed_ones(
    database: Callable[[str], str], tmp_path: Path
) -> None:
    """A batch locks the table of events: whoever waits for it goes on, also when its process is killed."""
    storage = on_server(database("ours"))
    with recorded.instance(tmp_path / "home", storage):
        pass

    def write(number: int) -> None:
        with recorded.instance(tmp_path / f"home {number}", storage) as instance:
            materialize(instance, **span(KEYS[number * 5], KEYS[number * 5 + 4]))

    children = [forked(partial(write, number)) for number in range(4)]
    time.sleep(random.Random(7).uniform(0.5, 1.5))
    os.kill(children[0], signal.SIGKILL)
    assert [os.waitpid(child, 0)[1] for child in children][1:] == [0, 0, 0]
    with recorded.instance(tmp_path / "home", storage) as instance:
        assert set(KEYS[5:]) <= instance.get_materialized_partitions(recorded.fines.key)
        assert materialize(instance).success
        assert instance.get_materialized_partitions(recorded.fines.key) == set(KEYS)
