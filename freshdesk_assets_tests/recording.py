"""Dagster's records as the product stores them, in a folder that is thrown away."""

from pathlib import Path

import dagster as dg

from freshdesk_assets.orchestration.records import SqliteRecords


def recording(folder: Path) -> dg.DagsterInstance:
    """An instance whose run records are ours, in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    storage = {
        "module": SqliteRecords.__module__,
        "class": SqliteRecords.__name__,
        "config": {"base_dir": str(folder)},
    }
    return dg.DagsterInstance.local_temp(str(folder), overrides={"storage": {"custom": storage}})
