"""Runs that store a frame or load one, and what a file then holds."""

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import duckdb
import pandas

from freshdesk_assets.orchestration.io_manager import ReplicaIOManager
from freshdesk_assets.orchestration.replica_file import DuckDBFile

FIRST, SECOND, THIRD = "2026-01-01", "2026-01-02", "2026-01-03"
DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-02-01", timezone="UTC")

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Half of a small run's time goes into what it prints; `logged` has it too."""


def ours(path: Path, lock_wait: float = 0.0) -> ReplicaIOManager:
    return ReplicaIOManager(file=DuckDBFile(database=str(path), lock_wait=lock_wait))


def asset_of(frame: pandas.DataFrame, **options: Any) -> dg.AssetsDefinition:
    """An asset `library/loans` that returns the frame."""

    def loans() -> pandas.DataFrame:
        return frame

    made: dg.AssetsDefinition = dg.asset(name="loans", key_prefix="library", **options)(loans)
    return made


def store(
    manager: Any, frame: pandas.DataFrame, partition: str | None = None, **options: Any
) -> dg.ExecuteInProcessResult:
    """Materialise `library/loans` as the frame; by day of `lent_at` when a partition is named."""
    if partition is not None:
        options = {"partitions_def": DAYS, "metadata": {"partition_expr": "lent_at"}, **options}
    return run(manager, asset_of(frame, **options), partition)


def run(
    manager: Any,
    asset: dg.AssetsDefinition,
    partition: str | None = None,
    *,
    beside: tuple[dg.AssetsDefinition, ...] = (),
    tags: Mapping[str, str] | None = None,
) -> dg.ExecuteInProcessResult:
    """Materialise one asset; failures are for the test to look at."""
    return dg.materialize(
        [asset, *beside],
        selection=[asset],
        instance=records(),
        resources={"io_manager": manager},
        partition_key=partition,
        tags=tags,
        run_config=QUIET,
        raise_on_error=False,
    )


@cache
def records() -> dg.DagsterInstance:
    """Where every run is recorded: making an instance takes longer than most runs here."""
    return dg.DagsterInstance.ephemeral()


def span(first: str, last: str) -> dict[str, str]:
    """The tags that make one run of a range of partitions."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def failure(result: dg.ExecuteInProcessResult) -> str:
    """Everything that the event log keeps of a failed step's error."""
    (event,) = (event for event in result.all_events if event.is_step_failure)
    failed = event.step_failure_data
    said = str(failed.user_failure_data.description) if failed.user_failure_data else ""
    error = failed.error
    while error:
        said += f"\n{error.message}"
        error = error.cause or error.context
    return said


def logged(result: dg.ExecuteInProcessResult) -> list[str]:
    """What a run logged."""
    return [entry.user_message for entry in records().all_logs(result.run_id)]


def metadata(result: dg.ExecuteInProcessResult) -> dict[str | None, dict[str, Any]]:
    """What the run's materialisations say, by partition."""
    return {
        event.partition: {name: value.value for name, value in event.materialization.metadata.items()}
        for event in result.get_asset_materialization_events()
    }


def read(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What plain DuckDB finds in a copy of the file, whoever still has it open; moments in UTC."""
    with TemporaryDirectory() as folder:
        for file in path.parent.glob(f"{path.name}*"):
            if file.is_file():
                shutil.copy(file, folder)
        with duckdb.connect(str(Path(folder, path.name))) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(query).fetchall()


def columns(path: Path, table: str = "loans") -> dict[str, str]:
    return dict(
        read(path, f"select column_name, data_type from duckdb_columns() where table_name = '{table}'")
    )


def loans(**days: list[int]) -> pandas.DataFrame:
    """Loans by id, lent at noon of days named like `d02`."""
    rows = [(number, f"2026-01-{day[1:]} 12:00") for day, numbers in days.items() for number in numbers]
    frame = pandas.DataFrame(rows, columns=["id", "lent_at"])
    return frame.assign(lent_at=pandas.to_datetime(frame["lent_at"], utc=True))


def ids(file: Path, table: str = "library.loans") -> list[int]:
    return [number for (number,) in read(file, f"select id from {table} order by id")]


class Seen(list[pandas.DataFrame]):
    """What downstream assets were given."""

    def ids(self) -> list[int]:
        return sorted(int(number) for number in self[-1]["id"])


def borrowed(seen: Seen, **options: Any) -> dg.AssetsDefinition:
    """An asset that reads library/loans and keeps what it was given."""
    given = options.pop("given", dg.AssetIn(key_prefix="library"))

    def borrowed(loans: pandas.DataFrame) -> None:
        seen.append(loans)

    made: dg.AssetsDefinition = dg.asset(ins={"loans": given}, **options)(borrowed)
    return made
