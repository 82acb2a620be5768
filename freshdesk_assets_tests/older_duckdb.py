"""Older releases of DuckDB, each in a folder of its own beside the installed one."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets_tests.programs import ROOT

OLDEST = "1.4.0"
"""The oldest that must be able to read what is written."""

ALLOWED = "1.5.5"
"""The oldest that may write it (pyproject.toml)."""


def release(package: str, version: str) -> Path:
    """A folder with that release of a package alone, installed on first use; skips without an index."""
    folder = Path(tempfile.gettempdir()) / f"{package}-{version}"
    if not (folder / package).exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder)]
        if subprocess.run([*command, f"{package}=={version}"], capture_output=True, check=False).returncode:
            pytest.skip(f"{package} {version} cannot be installed here")
    return folder


def read_by(version: str, file: Path, *others: Path) -> dict[str, Any]:
    """What a DuckDB of that version reads of a file, where nothing but it and the others is installed."""
    program = ROOT / "freshdesk_assets_tests" / "programs" / "read_everything.py"
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            str(program),
            str(release("duckdb", version)),
            str(file),
            *map(str, others),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    assert read["version"] == version
    return read
