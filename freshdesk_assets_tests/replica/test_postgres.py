"""Run records in a real Postgres."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import create_engine, text

from freshdesk_assets.orchestration.instance import dagster_instance
from freshdesk_assets.orchestration.names import REPLICATE
from freshdesk_assets.orchestration.upkeep.tidying import tidy
from freshdesk_assets_tests.replica.test_runs import command

pgserver = pytest.importorskip("pgserver", reason="no Postgres for this platform comes from a package")


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[str]:
    server = pgserver.get_server(tmp_path / "postgres")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def test_a_sync_keeps_its_records_in_postgres(
    account: Callable[..., Any], postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration of the repository, the command of the README, and nothing of the runs on disk."""
    home = tmp_path / "server_home"
    home.mkdir()
    (home / "dagster.yaml").write_text(
        (files("freshdesk_assets.orchestration") / "dagster.postgres.yaml").read_text()
    )
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", postgres)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with account(tickets=30) as acme:
        for _ in range(2):
            process = command(acme, "sync", "--select", "key:freshdesk/companies", DAGSTER_HOME=str(home))
            output, _ = process.communicate(timeout=180)
            assert process.returncode == 0, output
        assert acme.differences(only=["companies"]) == []
    with create_engine(postgres).connect() as connection:
        runs = connection.execute(text("select pipeline_name, status from runs"))
        assert [tuple(run) for run in runs] == [(REPLICATE, "SUCCESS")] * 2
    assert not list(home.rglob("*.db"))
    with dagster_instance() as instance:
        key = dg.AssetKey(["freshdesk", "companies"])
        known = instance.get_materialized_partitions(key)
        assert known
        tidy(instance, datetime.now(UTC) + timedelta(days=1))
        assert instance.get_materialized_partitions(key) == known
