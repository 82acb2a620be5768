"""Postgres is restarted while a run has rows to store: it or the next goes on, and pays nothing twice."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from freshdesk_assets_tests.lake.test_runs_anywhere import CONVERSATIONS, machine
from freshdesk_assets_tests.places import SERVER, started
from freshdesk_assets_tests.replica.account import Account, simulated_account

BATCH = 20
"""Tickets that a run of so few may have read and not stored."""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data of a Postgres that no other test uses."""
    folder = tmp_path_factory.mktemp("postgres")
    monkeypatch.setenv(SERVER, started(folder))
    return folder


@pytest.fixture
def acme(server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    assert server
    with simulated_account(tmp_path, monkeypatch, 60, days=8, destination="postgres", latency_ms=60) as made:
        yield made


def restart(folder: Path) -> None:
    """End every session at once, as a machine does that is switched off, and begin again."""
    from pgserver import pg_ctl  # type: ignore[attr-defined]
    from pgserver.postgres_server import get_server

    server = get_server(folder)
    pg_ctl(["-w", "-m", "immediate", "restart"], pgdata=folder, user=server.system_user)


@pytest.mark.long
def test_a_run_outlives_a_restart_of_postgres_or_the_next_goes_on(
    acme: Account, server: Path, tmp_path: Path
) -> None:
    """A database is patched at any hour."""
    with machine(acme, tmp_path / "one") as process:
        while acme.server.meter.calls[CONVERSATIONS] < 20:
            assert process.poll() is None
            time.sleep(0.05)
        restart(server)
        said, _ = process.communicate(timeout=540)
    if process.returncode:
        assert "does not answer" in said
    with machine(acme, tmp_path / "two") as again:
        output, _ = again.communicate(timeout=540)
    assert again.returncode == 0, output
    assert acme.differences() == []
    tickets = len(acme.world.tickets)
    assert acme.server.meter.calls[CONVERSATIONS] <= tickets + BATCH
