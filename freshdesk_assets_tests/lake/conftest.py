"""No test of this folder runs where there can be no lake."""

from collections.abc import Iterator

import pytest

from freshdesk_assets.warehouse.destinations.ducklake import end_sessions
from freshdesk_assets_tests.places import why_no_lake


@pytest.fixture(scope="session", autouse=True)
def _where_a_lake_can_be() -> None:
    """Before any fixture of a module begins to make one."""
    if why := why_no_lake("postgres"):
        pytest.skip(why)


@pytest.fixture(autouse=True)
def _no_session_is_left() -> Iterator[None]:
    yield
    end_sessions()
