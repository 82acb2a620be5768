"""The files of a lake may be in an object store that is slow, busy or has other keys: nothing is lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets_tests.lake.shelf import add, numbers
from freshdesk_assets_tests.lake.store import BUCKET, KEY, SECRET, Store
from freshdesk_assets_tests.places import PASSWORD, place


@pytest.fixture
def warehouse(store: Store, tmp_path: Path) -> Warehouse:
    """A lake with numbers below 1,000, whose files are in the store."""
    lake = place(tmp_path / "shelf.duckdb", "postgres")
    assert isinstance(lake, Lake)
    made = Warehouse(replace(lake, data_path=f"s3://{BUCKET}/replica"), lock_wait=20.0)
    with made.open() as connection:
        connection.execute("create table replica.main.books as select range as id from range(1000)")
    return made


def refusal(warehouse: Warehouse, number: int) -> str:
    """What storing a number is refused with."""
    with pytest.raises(WarehouseError) as refused:
        add(warehouse, number)
    said = str(refused.value)
    assert "\n" not in said
    told = repr((said, refused.value.__cause__, refused.value.__context__))
    assert not [word for word in (KEY, SECRET, PASSWORD) if word in told]
    return said


def test_files_are_in_the_bucket_and_are_read_there(warehouse: Warehouse, store: Store) -> None:
    add(warehouse, 1000)
    assert numbers(warehouse) == (1001, 1001)
    assert len(list((store.folder / BUCKET).rglob("*.parquet"))) == 2


def test_a_wrong_key_is_named_and_nothing_is_lost(
    warehouse: Warehouse, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has changed the key; the runs until it is set again store nothing."""
    for name, value in store.environment("another-secret-of-mine").items():
        monkeypatch.setenv(name, value)
    other = Warehouse(warehouse.place, lock_wait=5.0, memory_limit="600MB")  # an engine that knows no key yet
    said = refusal(other, 1000)
    assert "AWS_SECRET_ACCESS_KEY" in said
    assert "another-secret-of-mine" not in said
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    add(warehouse, 1000)
    assert numbers(warehouse) == (1001, 1001)


def test_a_store_that_is_busy_for_a_moment_is_asked_again(warehouse: Warehouse, store: Store) -> None:
    """Amazon answers 503 Slow Down now and then."""
    store.refuse = 3
    add(warehouse, 1000)
    assert store.refused == 3
    assert numbers(warehouse) == (1001, 1001)


@pytest.mark.long
def test_a_store_that_stays_away_fails_the_batch_alone(warehouse: Warehouse, store: Store) -> None:
    """What was stored before is there, and the next run goes on."""
    store.refuse = 1000
    said = refusal(warehouse, 1000)
    assert f"s3://{BUCKET}/replica does not answer: nothing of this batch was stored" in said
    store.refuse = 0
    assert numbers(warehouse) == (1000, 1000)
    add(warehouse, 1000)
    assert numbers(warehouse) == (1001, 1001)


def test_slow_answers_are_waited_for(warehouse: Warehouse, store: Store) -> None:
    store.slow = 1.0
    add(warehouse, 1000)
    assert numbers(warehouse) == (1001, 1001)


def test_a_bucket_that_is_not_there_is_named(store: Store, tmp_path: Path, warehouse: Warehouse) -> None:
    assert isinstance(warehouse.place, Lake)
    schema = f"{warehouse.place.schema}_other"
    other = Warehouse(replace(warehouse.place, data_path="s3://nowhere/replica", schema=schema))
    with (
        pytest.raises(WarehouseError, match="s3://nowhere/replica is not there: make the bucket"),
        other.open() as connection,
    ):
        connection.execute("create table replica.main.books as select range as id from range(1000)")
