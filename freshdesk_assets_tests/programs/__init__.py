"""Programs that tests run in processes of their own: to be killed, to hold a file, to begin from nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The checkout, in which a program finds the project and its tests."""

FOUND = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
"""The part of the environment that every program needs."""

OURS = "FRESHDESK_TEST_"
"""How variables begin that say where the tests store what they store (places.py)."""

WARNINGS = ("error", "ignore:InitResourceContext.dagster_run is deprecated:DeprecationWarning")
"""As pytest has them in pyproject.toml."""


def command(program: str, *arguments: object) -> list[str]:
    """What starts a program of this folder."""
    warnings = [f"-W{each}" for each in WARNINGS]
    return [sys.executable, *warnings, "-m", f"{__name__}.{program}", *map(str, arguments)]


def printed(program: str, *arguments: object, **environment: str) -> str:
    """The output of a program run with these variables only; fails if its exit code is not 0."""
    done = subprocess.run(
        command(program, *arguments),
        env={**FOUND, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
    return done.stdout.strip()


@contextmanager
def begun(program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A running program; at the end of the block it is killed if it still runs."""
    with subprocess.Popen(
        command(program, *arguments),
        env={**FOUND, **{name: value for name, value in os.environ.items() if name.startswith(OURS)}},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that a program prints: it is waited for."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def rest(process: subprocess.Popen[str]) -> list[str]:
    """The lines that a program printed and nobody has read, until its end."""
    assert process.stdout is not None
    return process.stdout.read().splitlines()
