"""Dagster's records as the product stores them, in a folder that is thrown away."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

import dagster as dg

from freshdesk_assets.orchestration.records import SqliteRecords


def recording(folder: Path, *, logs: bool = False) -> dg.DagsterInstance:
    """An instance with our run records in the folder; with `logs`, also with what steps print.

    Capturing prints takes two more processes for each execution of a run.
    """
    if not (folder / "history").exists():
        shutil.copytree(_empty(), folder, dirs_exist_ok=True)
    return dg.DagsterInstance.local_temp(str(folder), overrides=_stored_in(folder, logs=logs))


def _stored_in(folder: Path, *, logs: bool = False) -> dict[str, object]:
    storage = {
        "module": SqliteRecords.__module__,
        "class": SqliteRecords.__name__,
        "config": {"base_dir": str(folder)},
    }
    silent = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
    return {"storage": {"custom": storage}, **({} if logs else {"compute_logs": silent})}


@cache
def _empty() -> Path:
    """Records of nothing: to make their tables takes half a second, to copy them nothing."""
    folder = Path(tempfile.mkdtemp(prefix="freshdesk-records-"))
    with dg.DagsterInstance.local_temp(str(folder), overrides=_stored_in(folder)):
        pass
    return folder
