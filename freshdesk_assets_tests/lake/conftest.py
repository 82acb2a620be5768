"""The servers that a lake is on; no test of this folder runs where there can be no lake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from freshdesk_assets.warehouse.destinations.ducklake import end_sessions
from freshdesk_assets_tests.lake.own_postgres import OwnPostgres, own_postgres
from freshdesk_assets_tests.lake.store import Store, object_store
from freshdesk_assets_tests.places import SERVER, why_no_lake


@pytest.fixture(scope="session", autouse=True)
def _where_a_lake_can_be() -> None:
    """Before any fixture of a module begins to make one."""
    if why := why_no_lake("postgres"):
        pytest.skip(why)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A server of S3, and what programs are told of it in the environment."""
    with object_store(tmp_path / "store") as made:
        for name, value in made.environment().items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnPostgres]:
    """A Postgres that no other test uses, and that asks for its password."""
    with own_postgres() as made:
        monkeypatch.setenv(SERVER, str(made.folder))
        yield made


@pytest.fixture(autouse=True)
def _no_session_is_left() -> Iterator[None]:
    yield
    end_sessions()
