"""One replicated account for all tests that only read: two days of changes after the first sync."""

import random
from collections.abc import Iterator

import duckdb
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets_tests.replica.account import Account, simulated_account


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account whose tables, child tables and views Dagster runs have materialised and checked."""
    folder = tmp_path_factory.mktemp("acme")
    with (
        pytest.MonkeyPatch.context() as environment,
        simulated_account(folder, environment, tickets=300) as made,
    ):
        made.views = views_over(made.catalog)
        made.sync(derive=True)
        made.world.day_of_changes(random.Random(3))
        made.sync(derive=True, check=True)
        yield made


@pytest.fixture(scope="session")
def replica(acme: Account) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file as an analyst opens it."""
    with duckdb.connect(str(acme.path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection
