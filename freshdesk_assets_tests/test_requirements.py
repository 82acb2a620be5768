"""What is imported is installed: pyproject.toml asks for it, and the lock files pin it.

A package that happens to lie in the environment of whoever writes a test is on no other machine.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OURS = {"benchmarks", "freshdesk_assets", "freshdesk_assets_tests"}

CAME_ALONG = {
    "dagster_graphql": "dagster-webserver",
    "dagster_shared": "dagster",
    "packaging": "pytest",
    "upath": "dagster",
    "urllib3": "requests",
    "watchdog": "dagster",
    "yaml": "dagster",
}
"""What an import needs that comes with something else, by the package that always brings it."""


def imported(folder: str) -> Iterator[tuple[str, Path]]:
    """Each module of somebody else's that a file of this folder imports, by the first part of its name."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        beside = {other.stem for other in file.parent.glob("*.py")}
        for node in ast.walk(ast.parse(file.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                first = name.partition(".")[0]
                if first not in OURS | beside and first not in sys.stdlib_module_names:
                    yield first, file.relative_to(ROOT)


def asked_for(*extras: str) -> set[str]:
    """What an install with these extras asks for, by name."""
    wanted = list(PROJECT["dependencies"])
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(line).name) for line in wanted}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("freshdesk_assets", ("postgres", "lake")),
        ("freshdesk_assets_tests", ("dev",)),
        ("scripts", ("dev",)),
        ("benchmarks", ("dev",)),
    ],
)
def test_what_is_imported_is_asked_for(folder: str, extras: tuple[str, ...]) -> None:
    asked = asked_for(*extras)
    made_by = packages_distributions()
    found = dict(imported(folder))
    assert found
    missing = {
        name: str(file)
        for name, file in found.items()
        if not {CAME_ALONG.get(name, name), *map(canonicalize_name, made_by.get(name, []))} & asked
    }
    assert missing == {}, "pyproject.toml does not ask for it: add it there, then `make lock`"


def pinned(file: str) -> dict[str, str]:
    """The versions that a lock file pins, by name."""
    lines = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / file).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


def test_what_is_asked_for_is_pinned() -> None:
    assert asked_for() <= pinned("requirements.lock").keys()
    assert asked_for("postgres", "dev") <= pinned("requirements-dev.lock").keys()
    assert asked_for("lake", "dev", "lake-dev") <= pinned("requirements-lake.lock").keys()


def test_the_lake_is_tested_with_what_all_else_is_tested_with() -> None:
    """All but DuckDB, of which the lake's extensions want another release."""
    runs, lake = pinned("requirements.lock"), pinned("requirements-lake.lock")
    assert {name for name in runs if runs[name] != lake[name]} == {"duckdb"}


def test_what_only_tests_need_is_not_installed_for_the_demo() -> None:
    """A server needs no pytest, no mypy and no Postgres; and it is tested with what it runs with."""
    runs, tested = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert not (asked_for("dev") - asked_for()) & runs.keys()
    assert runs.items() <= tested.items()
