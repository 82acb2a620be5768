"""A file of its own for each test."""

from pathlib import Path

import pytest

from freshdesk_assets_tests.warehouse.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty file named as it is by default, and a folder for spools beside it."""
    return Library(tmp_path)
