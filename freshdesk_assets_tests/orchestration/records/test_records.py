"""What our storages record is what Dagster's own record: the same events, the same answers."""

import shutil
import sqlite3
from pathlib import Path

from freshdesk_assets.orchestration.records.blocks import BLOCK
from freshdesk_assets_tests.orchestration.records import recorded
from freshdesk_assets_tests.orchestration.records.comparing import Recording, half_way, recording, same
from freshdesk_assets_tests.orchestration.records.recorded import FIRST


def test_every_question_is_answered_as_by_the_stock_storage(by_stock: Recording, by_ours: Recording) -> None:
    """To the storage id: cursors that sensors and the UI kept stay good, whoever stored the events."""
    assert len(by_stock.after) > 100
    same(by_ours.after, by_stock.after)


def test_a_run_under_way_is_seen_as_by_the_stock_storage(by_stock: Recording, by_ours: Recording) -> None:
    """Asked from inside of a step: what is planned, tried and made so far."""
    assert len(by_ours.midway) == len(by_stock.midway) == 2
    for given, expected in zip(by_ours.midway, by_stock.midway, strict=True):
        same(given, expected)


def test_the_ui_shows_the_same(by_stock: Recording, by_ours: Recording) -> None:
    """Its own GraphQL: run, log, history, partitions, checks."""
    assert by_stock.pages[f"run {FIRST}"]["runOrError"]["stats"]["materializations"] == 41
    same(by_ours.pages, by_stock.pages)


def test_sensors_and_freshness_policies_see_the_same(by_stock: Recording, by_ours: Recording) -> None:
    """An asset sensor, one of failed runs, one that asks for a check, and the daemon's look at freshness."""
    assert {"on_loans", "on_failure", "on_check"} <= set(by_stock.ticks)
    assert by_stock.ticks["freshness"]
    same(by_ours.ticks, by_stock.ticks)


def test_it_is_batches_that_are_stored(by_ours: Recording) -> None:
    """Or the other tests would compare the stock storage with itself."""
    with sqlite3.connect(by_ours.home / "history" / "runs" / f"{FIRST}.db") as run:
        held = run.execute("select step_key from event_logs where dagster_event_type = ?", [BLOCK]).fetchall()
    run.close()
    assert ('{"ASSET_MATERIALIZATION": 20}',) in held


def test_a_store_of_the_stock_storage_is_read_and_continued(tmp_path: Path, by_stock: Recording) -> None:
    """Whoever has run an earlier version has such a store in DAGSTER_HOME."""
    home = shutil.copytree(half_way(by_stock.home), tmp_path / "continued")
    continued = recording(home, recorded.stock, recorded.instance)
    same(continued.after, by_stock.after)
    same(continued.pages, by_stock.pages)
