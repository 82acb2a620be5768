"""A run needs its environment and the lake, and nothing of another run: not a folder, not a record."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from freshdesk_assets_tests.lake.store import KEY, SECRET, object_store
from freshdesk_assets_tests.places import PASSWORD
from freshdesk_assets_tests.programs import FOUND
from freshdesk_assets_tests.replica.account import Account, simulated_account
from freshdesk_assets_tests.replica.planted import found_in

pytestmark = pytest.mark.long

CONVERSATIONS = "tickets/{id}/conversations"

SECRETS = {PASSWORD, SECRET, KEY}

TABLES = ("sync", "--select", "kind:freshdesk")
"""What a machine does if nothing else is said."""


@contextmanager
def machine(
    account: Account, folder: Path, words: Sequence[str] = TABLES, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """A command in an empty folder, with the variables of the account and no others."""
    for name in ("empty", "temporary", "home"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    ours = {name: os.environ[name] for name in os.environ if name.startswith("FRESHDESK_")}
    with subprocess.Popen(
        [sys.executable, "-m", "freshdesk_assets.cli", *words],
        cwd=folder / "empty",
        env={
            **FOUND,
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder / "temporary"),
            "DAGSTER_HOME": str(folder / "home"),
            "FRESHDESK_START_DATE": f"{account.partitioning.start:%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": "monthly",
            **{name: ours[name] for name in ours if name not in ("FRESHDESK_DUCKDB", "FRESHDESK_PUBLISHED")},
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], code: int = 0) -> str:
    """What a sync said, which ended with that code and has told no secret."""
    said, _ = process.communicate(timeout=540)
    assert process.returncode == code, said
    assert not [word for word in SECRETS if word in said]
    return said


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    with simulated_account(tmp_path, monkeypatch, 20, days=8, destination="postgres") as made:
        yield made


def test_two_machines_at_once_read_an_account_as_one_would(acme: Account, tmp_path: Path) -> None:
    """One waits for the other, and finds then what it has stored: no ticket is paid for twice.

    Each has an empty working directory, run records of its own, and nothing but variables.
    """
    with machine(acme, tmp_path / "one") as one, machine(acme, tmp_path / "two") as two:
        said = [ended(process) for process in (one, two)]
    assert sum("waiting for another run, which reads the same account into" in each for each in said) == 1
    assert acme.server.meter.calls[CONVERSATIONS] == len(acme.world.tickets)
    assert acme.differences() == []
    for name in ("one", "two"):
        assert list((tmp_path / name / "empty").iterdir()) == []
        assert found_in(tmp_path / name, SECRETS) == {}


def test_a_lake_in_an_object_store_is_synced_and_no_secret_is_told(
    acme: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong key first, as it happens; the run that has the right one does the work."""
    with object_store(tmp_path / "store") as store:
        for name, value in store.environment().items():
            monkeypatch.setenv(name, value)
        acme.decide(data_path=os.environ["FRESHDESK_DATA_PATH"])
        wrong = {**store.environment("wrong" * 5), "FRESHDESK_LOCK_WAIT": "5"}
        with machine(acme, tmp_path / "one", **wrong) as process:
            assert "AWS_SECRET_ACCESS_KEY" in ended(process, 1)
        paid = acme.server.meter.calls[CONVERSATIONS]
        with machine(acme, tmp_path / "two", **store.environment()) as process:
            ended(process)
        assert paid <= len(acme.world.tickets)
        assert acme.differences() == []
        assert found_in(tmp_path / "one", SECRETS | {"wrong" * 5}) == {}
        assert found_in(tmp_path / "two", SECRETS) == {}
