"""The same two runs, recorded by Dagster's own storages and by ours."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from freshdesk_assets_tests.orchestration.records import recorded
from freshdesk_assets_tests.orchestration.records.comparing import Recording, recording


@pytest.fixture(scope="session")
def by_stock(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return recording(tmp_path_factory.mktemp("records") / "stock", recorded.stock, recorded.stock)


@pytest.fixture(scope="session")
def by_ours(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return recording(tmp_path_factory.mktemp("records") / "ours", recorded.instance, recorded.instance)


@pytest.fixture
def copied(by_ours: Recording, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """A store of ours to change."""
    shutil.copytree(by_ours.home, tmp_path / "copied")
    with recorded.instance(tmp_path / "copied") as instance:
        yield instance
