"""What a killed process leaves: files that no commit knows, and nothing else."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from freshdesk_assets.warehouse.keeping import keep_lake
from freshdesk_assets_tests.lake.shelf import add, begin, files, numbers
from freshdesk_assets_tests.programs import begun, line


@pytest.mark.parametrize("kind", ["postgres", "sqlite"])
def test_a_kill_between_files_and_commit_loses_nothing_and_leaves_a_file_for_upkeep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The file is no row of the catalogue. It is left for a day: it may be of a commit under way."""
    monkeypatch.setenv("FRESHDESK_TEST_SHELF", kind)
    warehouse = begin(tmp_path)
    known = files(tmp_path)
    with begun("store_in_lake", tmp_path) as process:
        assert line(process) == "written"
        process.kill()
        process.wait()
    orphans = files(tmp_path) - known
    assert orphans
    assert numbers(warehouse) == (1000, 1000)
    add(warehouse, 1000)
    keep_lake(warehouse, timedelta(days=7), pytest.fail)
    assert orphans <= files(tmp_path)
    days_ago = time.time() - 2 * 86_400
    for file in files(tmp_path):
        os.utime(file, (days_ago, days_ago))
    keep_lake(warehouse, timedelta(days=7), pytest.fail)
    assert not orphans & files(tmp_path)
    assert numbers(warehouse) == (1001, 1001)
