"""The package as it is installed without a clone: built, and run from a new environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
WITHOUT_OURS = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("FRESHDESK_", "DAGSTER_")) and name != "PYTHONPATH"
}


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of somebody who has no clone."""
    return subprocess.run(
        command, cwd=cwd, env=WITHOUT_OURS | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The folder of the programs of a new environment in which the wheel is installed."""
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    # A copy, for setuptools puts into a wheel what an earlier build has left beside the sources.
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "setup.cfg", "README.md"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "freshdesk_assets", source / "freshdesk_assets")
    built = run(*pip, "wheel", "--no-deps", "--wheel-dir", tmp_path, source, cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    environment = tmp_path / "environment"
    assert run(sys.executable, "-m", "venv", environment, cwd=tmp_path).returncode == 0
    pins = ("--constraint", ROOT / "requirements.lock")
    added = run(environment / "bin" / "pip", "install", "--quiet", *pins, wheel, cwd=tmp_path)
    assert added.returncode == 0, added.stderr
    return environment / "bin"


@pytest.mark.long
def test_the_wheel_syncs_an_account_without_the_clone(
    installed: Path, account: Callable[..., Any], tmp_path: Path
) -> None:
    """Views, queries, checks, charts and dagster.yaml are files beside the code: a wheel may lack them."""
    program, place = installed / "freshdesk-assets", tmp_path / "empty"
    place.mkdir()
    asked = run(program, "doctor", cwd=place)
    assert asked.returncode == 2
    assert "FRESHDESK_DOMAIN is not set" in asked.stderr
    assert list(place.iterdir()) == []
    assert run(program, "settings", cwd=place).stdout == (ROOT / ".env.example").read_text(encoding="utf-8")
    with account(tickets=30) as acme:
        said = run(
            *(program, "sync"),
            cwd=place,
            FRESHDESK_DOMAIN=acme.server.url,
            FRESHDESK_API_KEY=acme.server.key,
            FRESHDESK_START_DATE=f"{acme.partitioning.start:%Y-%m-%d}",
            FRESHDESK_PARTITIONS="monthly",
        )
    assert said.returncode == 0, said.stdout + said.stderr
    tests = run(installed / "python", "-c", "import freshdesk_assets_tests", cwd=place)
    assert "No module named" in tests.stderr, "a test's module is installed with the package"
    with duckdb.connect(str(place / "replica_published.duckdb"), read_only=True) as connection:
        counts = connection.execute(
            "select (select count(*) from relations.tickets), (select count(*) from synchub.Ticket),"
            " (select count(*) from stitch.tickets)"
        ).fetchone()
    assert counts is not None
    assert min(counts) > 0
    assert (place / "replica_page.html").stat().st_size > 900_000, "the page's library is in the wheel"
