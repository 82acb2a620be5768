"""A simulated account, a folder to replicate it into, and the runs that do it."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from typing import Any

import dagster as dg
import duckdb
import pytest

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.executor import execute
from freshdesk_assets.orchestration.names import ONLY_MISSING, RECONCILE
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.replica_file import DuckDBFile, duckdb_file
from freshdesk_assets.orchestration.runs.jobs import replicated
from freshdesk_assets.orchestration.runs.staleness import reached, stale_range
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.settings import Partitioning, PartitionLength, Settings
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.places import Place, new_database, reading
from freshdesk_assets_tests.recording import recording
from freshdesk_assets_tests.replica.children import child_differences
from freshdesk_assets_tests.replica.truth import Difference, differences

DAYS = 30


@lru_cache(maxsize=1)
def by_default() -> Catalog:
    """The tables that are replicated without a word."""
    return choose(declared_tables(), ())


@dataclass
class Account:
    """A simulated account and its replica."""

    world: World
    server: Server
    path: Path
    instance: dg.DagsterInstance
    settings: Settings
    catalog: Catalog = field(default_factory=by_default)
    views: Sequence[SqlView] = ()
    page: bool = False
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where the replica is: the file, or a lake."""
        return duckdb_file(self.settings).lake or self.path

    @property
    def partitioning(self) -> Partitioning:
        """Since when it is replicated, and in what steps."""
        return self.settings.partitioning

    def decide(self, **settings: Any) -> None:
        """Settings that hold for the runs from here on."""
        self.settings = self.settings.model_copy(update=settings)

    def sync(self, **options: Any) -> dg.ExecuteInProcessResult:
        """What `freshdesk-assets sync` runs without dates."""
        job = self.job(**{key: options[key] for key in ("derive", "check") if key in options})
        keys = [key for key in job.asset_layer.executable_asset_keys if key.path[-1] in self.catalog]
        since = reached(
            duckdb_file(self.settings).warehouse(),
            self.catalog,
            [key.path[-1] for key in keys],
            self.partitioning.since,
        )
        first, last = stale_range(self.instance, keys, partitions_of(self.partitioning), since)
        return self.run(first, last, {ONLY_MISSING: "true"}, **options)

    def reconcile(self, *, select: Sequence[str] = (), **options: Any) -> dg.ExecuteInProcessResult:
        """What `freshdesk-assets sync --reconcile` runs, of the tables alone."""
        names = select or [table.name for table in self.catalog if table.reconciled]
        last = partitions_of(self.partitioning).get_partition_keys()[-1]
        return self.run(last, last, {RECONCILE: "true"}, select=list(names), **options)

    def job(self, *, derive: bool = False, check: bool = False) -> dg.JobDefinition:
        """The tables' job, with their child tables and views, and their checks, if asked for."""
        elsewhere = self.settings.model_copy(update={"domain": None, "api_key": None, "duckdb": Path("any")})
        return _job(elsewhere, self.catalog, tuple(self.views), derive, check, self.page)

    def run(
        self,
        first: str,
        last: str,
        tags: dict[str, str] | None = None,
        *,
        select: list[str] | None = None,
        expect: bool = True,
        derive: bool = False,
        check: bool = False,
    ) -> dg.ExecuteInProcessResult:
        """What the UI launches for a range of partitions."""
        self.server.meter.reset()
        result = execute(
            self.job(derive=derive, check=check),
            self.instance,
            assets=[dg.AssetKey(["freshdesk", name]) for name in select] if select else None,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={
                "dagster/asset_partition_range_start": first,
                "dagster/asset_partition_range_end": last,
                **(tags or {}),
            },
        )
        assert result.success is expect, _failures(result)
        return result

    def differences(self, **options: Any) -> list[Difference]:
        """Where replica and truth disagree."""
        options.setdefault("only", [table.name for table in self.catalog])
        return differences(self.place, self.world, self.partitioning.since, **options)

    def child_differences(self) -> list[Difference]:
        """Where child tables are not what their parents' truth makes them."""
        return child_differences(self.place, self.world, self.partitioning.since, self.catalog)

    def query(self, sql: str) -> list[Any]:
        """What an analyst reads with plain DuckDB."""
        with reading(self.place, "replica") as connection:
            return connection.execute(sql).fetchall()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The file as somebody opens it who changes something by hand."""
        with duckdb.connect(str(self.path)) as connection:
            yield connection

    def metadata(self, result: dg.ExecuteInProcessResult, table: str) -> dict[str, Any]:
        """The metadata of a table's materialization in a run: of a range, on the last of its partitions."""
        for event in reversed(result.get_asset_materialization_events()):
            if event.materialization.asset_key.path[-1] == table:
                return {key: value.value for key, value in event.materialization.metadata.items()}
        raise AssertionError(f"{table} was not materialized")


@lru_cache(maxsize=8)
def _job(
    settings: Settings,
    catalog: Catalog,
    views: tuple[SqlView, ...],
    derive: bool,
    check: bool,
    page: bool,
) -> dg.JobDefinition:
    """Made once for the accounts of a process: account and file are the environment's when it runs."""
    assets = dg.AssetSelection.all() if derive else replicated()
    job = dg.define_asset_job("asked_for", assets if check else assets.without_checks())
    made = duckdb_file(settings)
    file = (
        made.model_copy(update={"published": settings.published})
        if settings.lake
        else DuckDBFile(
            database=dg.EnvVar("FRESHDESK_DUCKDB"),
            published=settings.published,
            page=settings.page,
            page_names=settings.page_names,
            personal_data=made.personal_data,
            pii_key=made.pii_key,
        )
    )
    definitions = build_defs(settings, catalog, views=views, resources={"duckdb": file}, page=page)
    return dg.Definitions.merge(definitions, dg.Definitions(jobs=[job])).resolve_job_def("asked_for")


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    """What went wrong in a run, for a failing test to show."""
    return [_cause(event.event_specific_data) for event in result.all_events if event.is_failure]


@contextmanager
def simulated_account(
    folder: Path,
    environment: pytest.MonkeyPatch,
    tickets: int = 300,
    *,
    days: int = DAYS,
    seed: int = 1,
    world: World | None = None,
    destination: str = "file",
    **switches: Any,
) -> Iterator[Account]:
    """An account that was opened some days ago, whose replica is to stand in the folder.

    Its `destination` is `file`, or a lake in `postgres` or `sqlite`, whose files are in the folder.
    """
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    world = world or World(seed=seed, tickets=tickets, now=now, days=days)
    path = folder / "replica.duckdb"
    start = (world.clock.now() - timedelta(days=days + 40)).replace(hour=0, minute=0, second=0)
    with serve(world, **switches) as server, recording(folder / "home") as instance:
        environment.setenv("FRESHDESK_DOMAIN", server.url)
        environment.setenv("FRESHDESK_API_KEY", server.key)
        environment.setenv("FRESHDESK_DUCKDB", str(path))
        lake = lake_settings(folder, destination)
        for name, value in lake.items():
            environment.setenv(f"FRESHDESK_{name.upper()}", value)
        settings = Settings(start_date=start, partitions=PartitionLength.MONTHLY, **lake)
        made = Account(world, server, path, instance, settings)
        try:
            yield made
        finally:
            for process in made.processes:
                if process.stdout and not process.stdout.closed:
                    process.kill()
                    process.communicate()


def lake_settings(folder: Path, destination: str) -> dict[str, Any]:
    """The settings of a new lake; none for a file."""
    if destination == "file":
        return {}
    catalogue = (
        new_database(f"lake_{token_hex(6)}") if destination == "postgres" else str(folder / "lake.sqlite")
    )
    return {"destination": f"ducklake:{destination}:{catalogue}", "data_path": str(folder / "lake_files")}


def _cause(data: Any) -> str:
    error = getattr(data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    return str(error.to_string() if error else data)
