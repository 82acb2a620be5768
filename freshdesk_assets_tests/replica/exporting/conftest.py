"""A replica to export, of the test's own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.exporting.reading_back import Stored


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session elsewhere in the world, on which no time may depend; the replica itself is exported."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("FRESHDESK_PUBLISHED", "off")


@pytest.fixture
def stored(acme: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """A copy of the replica that others only read."""
    path = tmp_path / "replica.duckdb"
    shutil.copyfile(acme.path, path)
    monkeypatch.setenv("FRESHDESK_DUCKDB", str(path))
    monkeypatch.chdir(tmp_path)
    return Stored(path)


@pytest.fixture
def changing(account: Callable[..., Any]) -> Iterator[Account]:
    """An account that changes while it is replicated."""
    with account(60) as made:
        made.views = views_over(made.catalog)
        yield made
