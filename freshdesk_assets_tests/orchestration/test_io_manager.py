"""A load is whole or not at all, and the file is free for the next one."""

import json
import time
from pathlib import Path

import pytest

from freshdesk_assets.orchestration import failures
from freshdesk_assets_tests.orchestration.replicated import books_of
from freshdesk_assets_tests.orchestration.storing import (
    SECOND,
    THIRD,
    failure,
    ids,
    loans,
    logged,
    ours,
    read,
    run,
    store,
)
from freshdesk_assets_tests.programs import printed
from freshdesk_assets_tests.programs.hold_file import holding
from freshdesk_assets_tests.programs.open_file import can_be_opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "replica.duckdb"


def test_killed_at_any_line_a_load_leaves_the_old_rows_or_the_new(tmp_path: Path) -> None:
    """A slice is deleted and inserted in one transaction, which Dagster's own manager makes two."""
    left = json.loads(printed("kill_loads", tmp_path))
    assert len(left) > 15  # lines at which it was killed
    assert all(found in ([1, 2], [3, 4]) for found in left)
    assert (left[0], left[-1]) == ([1, 2], [3, 4])


def test_an_error_in_the_insert_leaves_the_old_rows(file: Path) -> None:
    for day, number in ((SECOND, 1), (THIRD, 3)):
        store(ours(file), loans(**{f"d{day[-2:]}": [number]}), day)
    wrong = loans(d02=[1]).astype({"id": "object"}).assign(id="one")
    assert not store(ours(file), wrong, SECOND).success
    assert ids(file) == [1, 3]


def test_an_error_in_the_first_load_leaves_no_table(file: Path) -> None:
    """Whether the table exists is asked, not tried: an error would end the transaction."""
    assert not store(ours(file), loans(d03=[1]), SECOND).success
    assert read(file, "select * from duckdb_tables()") == []
    assert store(ours(file), loans(d02=[1]), SECOND).success
    assert ids(file) == [1]


def test_after_an_error_the_file_is_free(file: Path) -> None:
    """The error's traceback would keep a connection, and so the file's lock, for as long as it is kept."""
    store(ours(file), loans(d02=[1]), SECOND)
    failed = store(ours(file), loans(d02=[1]).assign(id="one"), SECOND)
    assert not failed.success
    assert can_be_opened(file)


def test_a_wrong_path_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    said = failure(store(ours(tmp_path / "absent" / "replica.duckdb"), loans(d02=[1])))
    assert sum(slept) == 0
    assert f"{tmp_path / 'absent'} is not a folder: create it, or set FRESHDESK_DUCKDB" in said


def test_a_held_lock_is_waited_for_and_told(file: Path) -> None:
    with holding(file, seconds=5) as holder:
        result = store(ours(file, lock_wait=60.0), loans(d02=[1]))
    assert result.success
    (said,) = (line for line in logged(result) if line.startswith("waiting for "))
    assert said.startswith(f"waiting for {file}, in use by ")
    assert said.endswith(f"(process {holder.pid})")
    assert ids(file) == [1]


def test_a_lock_that_is_held_for_too_long_is_tried_again_and_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "RETRY_SECONDS", 0.01)
    with holding(file) as holder:
        result = store(ours(file, lock_wait=0.1), loans(d02=[1]))
        holder.kill()
    assert [event.event_type_value for event in result.all_events].count("STEP_UP_FOR_RETRY") == 2
    assert f"(process {holder.pid}) and was not released within 0.1 seconds" in failure(result)
    assert store(ours(file), loans(d02=[1])).success


def test_rows_on_disk_are_removed_even_if_the_file_was_never_to_be_had(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read again, because nothing of them was recorded."""
    monkeypatch.setattr(failures, "RETRY_SECONDS", 0.01)
    with holding(file) as holder:
        result = run(ours(file), books_of(file, {"id": 1}), SECOND)
        holder.kill()
    assert not result.success
    assert list(file.with_name("spool").iterdir()) == []


def test_a_file_that_is_no_database_is_named(file: Path) -> None:
    file.write_text("id,title\n" * 1000)
    said = failure(store(ours(file), loans(d02=[1])))
    assert f"{file} is not a DuckDB file: move it away, or set FRESHDESK_DUCKDB" in said
    assert file.read_text().startswith("id,title")
