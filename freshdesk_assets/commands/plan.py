"""From dates and a selection to what a sync or a backfill would cost, before it runs."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Report

from freshdesk_assets.commands.account import check_owner
from freshdesk_assets.commands.files import ensure_writable
from freshdesk_assets.extract.http.errors import FreshdeskError
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.orchestration.account_names import Names
from freshdesk_assets.orchestration.instance import dagster_home, dagster_instance
from freshdesk_assets.orchestration.names import RECONCILE_JOB, REPLICATE, REQUESTED_AT
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.resources import freshdesk_api
from freshdesk_assets.orchestration.run_tags import reading_of
from freshdesk_assets.orchestration.runs.run_scope import RunScope, ensure_days, run_scope, selected
from freshdesk_assets.replication.estimating import Estimate, Estimator, seconds_for
from freshdesk_assets.replication.ownership import held_in
from freshdesk_assets.replication.scope import ReadScope
from freshdesk_assets.replication.spending import record_calls
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.settings import SettingError, Settings
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.ledger.credits import PLAN, CallsMade


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run would cost.

    - `estimates`: calls and credits by table.
    - `seconds`: how long the rate limit makes the run take.
    - `spent`: what the plan itself cost.
    - `beside`: calls for no table, a credit each: a new file asks once whose account it is.
    """

    estimates: Sequence[Estimate]
    seconds: float
    spent: Tally
    beside: int = 0

    @property
    def calls(self) -> int:
        """Calls of the whole run."""
        return self.beside + sum(each.calls for each in self.estimates)

    @property
    def credits(self) -> int:
        """Credits of the whole run."""
        return self.beside + sum(each.credits for each in self.estimates)


def plan(
    build: Callable[..., dg.Definitions],
    catalog: Catalog,
    settings: Settings,
    *,
    first: datetime | None = None,
    last: datetime | None = None,
    selection: str | None = None,
    whole: bool = False,
    reconcile: bool = False,
    renamed: bool = False,
) -> int:
    """Print what a sync with the same options would cost; 0, or 1 if that cannot be estimated of every table.

    Raises SettingError.
    """
    if renamed:
        raise SettingError(
            "--renamed is an option of sync alone, which notes the account's new address: leave it out, or"
            " run `freshdesk-assets sync --renamed` first"
        )
    ensure_days(settings.partitioning, first, last, whole=whole, reconcile=reconcile)
    ensure_writable(duckdb_file(settings))
    names = Names(settings.prefix)
    if reconcile:
        if selection:
            selected(build(), names.name(RECONCILE_JOB), selection, names)
        _show_budgets(Console(soft_wrap=True), settings)
        return 0
    dagster_home()
    console = Console()
    tables = {names.asset(table.name) for table in catalog}
    keys = selected(build(), names.name(REPLICATE), selection, names) if selection else tables
    api, file = freshdesk_api(settings), duckdb_file(settings).warehouse(console.print)
    try:
        check_owner(api, file, console.print)
        with dagster_instance([names.pool]) as instance, api.connect() as reader:
            request = run_scope(
                keys,
                instance,
                catalog,
                settings.partitioning,
                file,
                first=first,
                last=last,
                selection=selection,
                whole=whole,
                names=names,
            )
            made = planned(reader, file, catalog, settings, request)
    except (FreshdeskError, WarehouseError) as error:
        console.print(api.told(str(error)), style="red", markup=False)
        return 1
    spent = CallsMade(
        purpose=PLAN, calls=made.spent.calls, credits=made.spent.credits, waited=made.spent.waited
    )
    record_calls(replace(file, lock_wait=0.0), spent)
    _show(console, made, request, settings)
    return int(any(each.unknown for each in made.estimates))


def planned(reader: Reader, file: Warehouse, catalog: Catalog, settings: Settings, request: RunScope) -> Plan:
    """What the requested run would cost; raises FreshdeskError, WarehouseError."""
    before = reader.client.tally.snapshot()
    partitions = partitions_of(settings.partitioning)
    chosen = set(request.names)
    asked_at = request.tags.get(REQUESTED_AT)
    estimator = Estimator(reader, chosen)
    with _stored(file) as warehouse:
        estimates = [
            estimator.estimate(
                ReadScope(
                    table=table,
                    catalog=catalog,
                    warehouse=warehouse,
                    start=partitions.time_window_for_partition_key(request.start).start.astimezone(UTC),
                    end=partitions.time_window_for_partition_key(request.end).end.astimezone(UTC),
                    since=settings.partitioning.since,
                    reading=reading_of(request.tags),
                    requested_at=datetime.fromisoformat(asked_at) if asked_at else datetime.now(UTC),
                )
            )
            for table in catalog
            if table.name in chosen
        ]
    return Plan(
        estimates=estimates,
        seconds=seconds_for(estimates, reader, settings.reserve),
        spent=reader.client.tally.since(before),
        beside=int(held_in(file) is None),
    )


@contextmanager
def _stored(file: Warehouse) -> Iterator[Warehouse]:
    """The file; before the first sync an empty one, which is removed afterwards."""
    if file.exists():
        yield file
        return
    try:
        made = tempfile.TemporaryDirectory(prefix="freshdesk-plan-")
    except OSError as error:
        raise WarehouseError(
            f"there is no folder for temporary files ({error}): set TMPDIR to one"
        ) from error
    with made as folder:
        yield Warehouse(Path(folder) / "replica.duckdb")


def _show(console: Console, made: Plan, request: RunScope, settings: Settings) -> None:
    report = Report(title="What it would cost", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    report.add_column("table", no_wrap=True, min_width=20)
    report.add_column("calls", justify="right")
    report.add_column("credits", justify="right")
    report.add_column("")
    for each in made.estimates:
        report.add_row(each.table.name, f"{each.calls:,}", f"{each.credits:,}", each.note)
    report.add_section()
    report.add_row("all", f"{made.calls:,}", f"{made.credits:,}", _time(made.seconds))
    console.print(report)
    for name, limit, spans in (
        ("FRESHDESK_RUN_CREDITS", settings.run_credits, "runs"),
        ("FRESHDESK_DAY_CREDITS", settings.day_credits, "days"),
    ):
        if limit is not None and made.credits > limit:
            console.print(
                f"More than {name} allows ({limit:,}): it would take {-(-made.credits // limit):,} {spans}",
                style="yellow",
                markup=False,
            )
    console.print(
        f"Partitions {request.start} to {request.end}. This estimate cost {made.spent.credits:,} credits",
        markup=False,
    )


def _show_budgets(console: Console, settings: Settings) -> None:
    """What a search for deleted rows may spend: it has no size of its own, and goes as far as that."""
    console.print(
        f"A sync --reconcile spends {settings.reconcile_credits:,} credits at most"
        " (FRESHDESK_RECONCILE_CREDITS), and the next one goes on where it stopped.",
        markup=False,
    )
    for name, limit, spent in (
        ("FRESHDESK_RUN_CREDITS", settings.run_credits, "It spends no more than a run may"),
        ("FRESHDESK_DAY_CREDITS", settings.day_credits, "All runs of a day together spend no more"),
    ):
        if limit is not None:
            console.print(f"{spent}: {limit:,} ({name}).", markup=False)


def _time(seconds: float) -> str:
    """How long the rate limit makes it take."""
    if seconds < 1:
        return "no wait for the rate limit"
    return f"about {timedelta(seconds=round(seconds))} at this account's rate limit"
