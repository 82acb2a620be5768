"""Dagster's records as the product stores them, in a folder that is thrown away."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

import dagster as dg

from freshdesk_assets.orchestration.records import SqliteRecords


def recording(folder: Path) -> dg.DagsterInstance:
    """An instance whose run records are ours, in the folder."""
    if not (folder / "history").exists():
        shutil.copytree(_empty(), folder, dirs_exist_ok=True)
    return dg.DagsterInstance.local_temp(str(folder), overrides=_stored_in(folder))


def _stored_in(folder: Path) -> dict[str, object]:
    storage = {
        "module": SqliteRecords.__module__,
        "class": SqliteRecords.__name__,
        "config": {"base_dir": str(folder)},
    }
    return {"storage": {"custom": storage}}


@cache
def _empty() -> Path:
    """Records of nothing: to make their tables takes half a second, to copy them nothing."""
    folder = Path(tempfile.mkdtemp(prefix="freshdesk-records-"))
    with dg.DagsterInstance.local_temp(str(folder), overrides=_stored_in(folder)):
        pass
    return folder
