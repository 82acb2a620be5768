"""Older releases of DuckDB read what is written; the oldest that is allowed writes as the newest does."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.setting_paths import published_path
from freshdesk_assets_tests.older_duckdb import ALLOWED, OLDEST, read_by, release
from freshdesk_assets_tests.programs import ROOT


@pytest.mark.slow
def test_the_file_and_its_copy_are_read_by_older_tools(account: Callable[..., Any]) -> None:
    """A BI tool brings a DuckDB of its own, months or years old; all it could do is refuse the file.

    Its Python package needs pytz for times, which it does not bring: they can be read as text without it.
    """
    with account(tickets=60, days=10) as acme:
        acme.views = views_over(acme.catalog)
        acme.sync(derive=True)
        copy = published_path(acme.path, acme.settings.published, [])
        assert copy is not None
        spec = find_spec("pytz")
        assert spec is not None
        assert spec.origin is not None
        for file in (acme.path, copy):
            for version in (OLDEST, ALLOWED):
                read = read_by(version, file, Path(spec.origin).parents[1])
                assert read["refused"] == {}
                assert len(read["rows"]) > len(acme.views) + len(list(acme.catalog))
                without = read_by(version, file)
                assert without["rows"] == read["rows"]
                assert all("'pytz'" in said for said in without["refused"].values())


@pytest.mark.slow
@pytest.mark.parametrize("tests", ["warehouse", "replica/test_rereading.py", "replica/test_derived.py"])
def test_the_oldest_duckdb_that_is_allowed_does_what_the_newest_does(tests: str) -> None:
    """Warehouse, publishing, and reading again: pip takes whichever release another package wants."""
    path = os.pathsep.join([str(release("duckdb", ALLOWED)), str(ROOT)])
    code = (
        f"import duckdb, pytest, sys; assert duckdb.__version__ == {ALLOWED!r};"
        " sys.exit(pytest.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            "-qx",
            "-p",
            "no:cacheprovider",
            "-m",
            "not slow",
            f"freshdesk_assets_tests/{tests}",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
