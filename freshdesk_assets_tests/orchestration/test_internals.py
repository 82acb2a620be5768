"""Imports of Dagster's private modules are in one file, checked against one version of Dagster."""

import ast
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import freshdesk_assets.orchestration.internals
import freshdesk_assets_tests.orchestration.reading_events
import freshdesk_assets_tests.orchestration.records.recorded
import freshdesk_assets_tests.orchestration.switching
import freshdesk_assets_tests.replica.staleness
import freshdesk_assets_tests.replica.unattended
from freshdesk_assets_tests.programs import ROOT

PRIVATE_MAY = {
    Path(str(module.__file__)).relative_to(ROOT)
    for module in (
        freshdesk_assets.orchestration.internals,
        freshdesk_assets_tests.orchestration.reading_events,  # asks what Dagster's daemon asks
        freshdesk_assets_tests.orchestration.records.recorded,  # asks Dagster what its UI asks
        freshdesk_assets_tests.orchestration.switching,  # does what the UI does
        freshdesk_assets_tests.replica.staleness,  # asks Dagster what its UI asks
        freshdesk_assets_tests.replica.unattended,  # is Dagster's daemon, on a clock of its own
    )
}
"""The files that may import private modules: one of the project, and some of the tests."""


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def is_private(module: str) -> bool:
    package, *rest = module.split(".")
    return package.startswith("dagster") and (
        package == "dagster_shared" or any(part.startswith("_") for part in rest)
    )


def test_nothing_else_imports_what_dagster_keeps_to_itself() -> None:
    """An upgrade of Dagster has one file to look at."""
    assert is_private("dagster._core.events.DagsterEvent")
    assert is_private("dagster_shared.record.copy")
    assert not is_private("dagster.AssetKey")
    found = {
        file.relative_to(ROOT): sorted(filter(is_private, imported(file)))
        for folder in ("freshdesk_assets", "freshdesk_assets_tests", "benchmarks", "scripts")
        for file in sorted((ROOT / folder).rglob("*.py"))
    }
    strangers = {str(file): names for file, names in found.items() if names and file not in PRIVATE_MAY}
    assert strangers == {}, "take it from freshdesk_assets/orchestration/internals.py"
    assert all(found[file] for file in PRIVATE_MAY), "no longer needs to be named here"


def test_dagster_is_the_version_that_the_private_names_were_read_in() -> None:
    """Pinned to the digit: a private name may change in any release."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = dict(line.split("==") for line in declared["dependencies"] if "==" in line)
    pinned |= dict(line.split("==") for line in declared["optional-dependencies"]["postgres"])
    assert {"dagster", "dagster-duckdb", "dagster-webserver", "dagster-postgres"} <= set(pinned)
    installed = {name: version(name) for name in pinned}
    assert installed == pinned, (
        "another Dagster is installed than pyproject.toml pins. After an upgrade read each name of"
        " orchestration/internals.py in the new version, above all SqliteEventLogStorage.store_event and"
        " SqlEventLogStorage.get_records_for_run, get_stats_for_run and _store_asset_event, which records.py"
        " re-writes; then test_records.py says whether both storages still answer alike."
    )
