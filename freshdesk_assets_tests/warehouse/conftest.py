"""A replica of its own for each test, in a file or where FRESHDESK_TEST_DESTINATION says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from freshdesk_assets.warehouse.destinations.ducklake import end_sessions
from freshdesk_assets_tests.places import DESTINATION, why_no_lake
from freshdesk_assets_tests.warehouse.library import Library


@pytest.fixture(autouse=True)
def _where_it_can_be(request: pytest.FixtureRequest) -> Iterator[None]:
    """Skip what can be in a file only, where the tests are to be on a lake."""
    if DESTINATION == "file":
        yield
        return
    if only := request.node.get_closest_marker("file_only"):
        pytest.skip(only.args[0])
    assert why_no_lake(DESTINATION) is None
    yield
    end_sessions()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty file named as it is by default, and a folder for spools beside it."""
    return Library(tmp_path)
