"""A file of its own for each test."""

from pathlib import Path

import pytest

from freshdesk_assets.warehouse.file import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A file that is not there yet."""
    return Warehouse(tmp_path / "replica.duckdb", lock_wait=5.0)
