"""Where run records stand: in SQLite without a word, in Postgres on request, the rest of it the same."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.orchestration.instance import dagster_instance


def configured(name: str) -> dict[str, Any]:
    return dict(dg.config_from_yaml_strings([(files("freshdesk_assets.orchestration") / name).read_text()]))


def test_the_two_configurations_differ_in_their_storage_alone() -> None:
    """Two files that say the same are sooner or later two that do not."""
    server = configured("dagster.postgres.yaml")
    assert server.pop("storage") == {"postgres": {"postgres_url": {"env": "DAGSTER_POSTGRES_URL"}}}
    assert server == configured("dagster.yaml")


def test_the_dead_are_found_and_run_again_and_ticks_are_not_kept_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Dagster understands the file, not as we wrote it."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dagster_instance() as instance:
        assert instance.run_monitoring_enabled
        assert 0 < instance.run_monitoring_max_runtime_seconds <= 86_400
        assert instance.run_retries_enabled
        assert instance.run_retries_max_retries == 2
        assert not instance.run_retries_retry_on_asset_or_op_failure, "steps try themselves again"
        assert instance.freshness_enabled
        for instigator in ("schedule", "sensor"):
            kept = instance.get_settings("retention")[instigator]["purge_after_days"]
            assert all(0 < days <= 90 for days in kept.values())
            assert set(kept) == {"skipped", "success", "failure"}
