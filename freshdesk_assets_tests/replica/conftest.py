"""An account to replicate, in a folder of its own."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets_tests.replica.account import simulated_account


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Makes accounts: `with account(tickets=200, plan=...) as acme:`."""
    monkeypatch.chdir(tmp_path)
    return partial(simulated_account, tmp_path, monkeypatch)
