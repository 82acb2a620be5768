"""A run that cannot read its account says so once, whoever launched it, and makes nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.extract.http import client
from freshdesk_assets.orchestration import failures
from freshdesk_assets.orchestration.names import MAX_RETRIES
from freshdesk_assets_tests.replica.account import Account, _job
from freshdesk_assets_tests.replica.test_refusals import causes

FEW = ["roles", "groups", "products"]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries without the waits between them."""
    monkeypatch.setattr(client, "jitter", lambda seconds: 0.0)
    monkeypatch.setattr(failures, "RETRY_SECONDS", 0.01)


def executed(result: dg.ExecuteInProcessResult) -> list[str]:
    """The steps that began."""
    return [str(event.step_key) for event in result.all_events if event.is_step_start]


def left(acme: Account) -> set[str]:
    """What stands in the folder of the replica, without run records and what shows that runs are alive."""
    return {each.name for each in acme.path.parent.iterdir()} - {"home", "replica.duckdb.locks"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FRESHDESK_API_KEY", None, "FRESHDESK_API_KEY is not set: set it in the environment or in .env"),
        ("FRESHDESK_API_KEY", "two words", "FRESHDESK_API_KEY is not one word"),
        ("FRESHDESK_API_KEY", "wrong", "does not accept the API key: set FRESHDESK_API_KEY"),
        ("FRESHDESK_DOMAIN", None, "FRESHDESK_DOMAIN is not set: set it in the environment or in .env"),
        ("FRESHDESK_DOMAIN", "acme.freshdesk.com/a", "FRESHDESK_DOMAIN has something after the host name"),
    ],
)
def test_a_launched_run_with_wrong_settings_fails_once_before_its_first_step(
    account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str, value: str | None, said: str
) -> None:
    """The environment of a server is another than that of the person who tried the commands."""
    with account(tickets=5) as acme:
        # Definitions are loaded where the run is executed, with the same environment.
        _job.cache_clear()
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)
        result = acme.sync(expect=False)
        (cause,) = causes(result)
        assert said in cause
        assert cause.endswith(f". Nothing was read: {len(acme.catalog)} steps not made.\n")
        assert executed(result) == []
        assert left(acme) == set()
        assert acme.server.meter.requests <= 1
        run = acme.instance.get_run_by_id(result.run_id)
        assert run is not None
        assert run.tags[MAX_RETRIES] == "0", "Dagster would execute it again, twice"


@pytest.mark.parametrize(
    ("path", "said"),
    [("nowhere/replica.duckdb", "is not a folder: create it"), ("folder.duckdb", "folder.duckdb")],
)
def test_a_launched_run_whose_file_has_no_place_fails_once(
    account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str, said: str
) -> None:
    """A volume that is not mounted, for example."""
    (tmp_path / "folder.duckdb").mkdir()
    with account(tickets=5) as acme:
        monkeypatch.setenv("FRESHDESK_DUCKDB", str(tmp_path / path))
        result = acme.sync(expect=False)
        (cause,) = causes(result)
        assert said in cause
        assert executed(result) == []


@pytest.mark.usefixtures("hasty")
def test_a_first_run_while_the_service_is_down_makes_nothing(account: Callable[..., Any]) -> None:
    """Each of seventeen tables waited out three times six attempts."""
    with account(tickets=5) as acme:
        acme.server.faults.add("unavailable", times=None)
        result = acme.sync(expect=False)
        (cause,) = causes(result)
        assert "did not answer account in 6 attempts, last: status 503" in cause
        assert executed(result) == []
        assert left(acme) == set()
        assert acme.server.meter.requests == 6 + 6, "who it is, and whether it answers anything else"
        acme.server.faults.clear()
        acme.sync(select=FEW)
        assert acme.differences(only=FEW) == []


@pytest.mark.usefixtures("hasty")
def test_a_service_that_is_down_fails_one_table_and_the_others_are_not_asked_for(
    account: Callable[..., Any],
) -> None:
    """The account is asked again as often as the table would be, for a service is often back in a minute."""
    with account(tickets=5) as acme:
        acme.sync(select=FEW)
        acme.server.faults.add("unavailable", times=None)
        result = acme.sync(select=FEW, expect=False)
        (cause,) = causes(result)
        assert "in 6 attempts, last: status 503" in cause
        assert len(executed(result)) == 1
        assert acme.server.meter.requests == 6 + 3 * 6, "a table, and then whether anything is answered"
        acme.server.faults.clear()
        acme.server.faults.add("unavailable", path="roles", times=6)
        acme.sync(select=FEW)
