"""Everything a sync needs, tried for a few credits: key, plan, rights per table, limits, file."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table as Report

from freshdesk_assets.accounts import told
from freshdesk_assets.commands.account import check_owner
from freshdesk_assets.commands.files import complaints, folder_complaint, readable_by_others
from freshdesk_assets.environment import ENV_FILE
from freshdesk_assets.extract.account import Access, access, key_owner
from freshdesk_assets.extract.http.errors import ConfigurationError, FreshdeskError
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.file_modes import PRIVATE
from freshdesk_assets.orchestration.instance import dagster_home, dagster_instance
from freshdesk_assets.orchestration.replica_file import DuckDBFile, duckdb_file
from freshdesk_assets.orchestration.resources import freshdesk_api
from freshdesk_assets.replication.spending import record_calls
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.endpoint import SubLimit
from freshdesk_assets.settings import SettingError, Settings
from freshdesk_assets.warehouse.destinations.destination import DestinationError
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets.warehouse.ledger.credits import DOCTOR, CallsMade
from freshdesk_assets.warehouse.ledger.set_aside import set_aside


def examine(catalog: Catalog, settings: Settings) -> int:
    """Print what a sync would find; 0 if it would leave nothing out, else 1."""
    console = Console()
    # Name a process that holds the file instead of waiting for it.
    file = duckdb_file(settings.model_copy(update={"lock_wait": 0.0}))
    _examine_records(console)
    healthy = _examine_file(console, file, catalog)
    healthy = _examine_personal_data(console, file, catalog) and healthy
    healthy = _examine_files(console, settings.files) and healthy
    _examine_readers(console, file, settings)
    try:
        api = freshdesk_api(settings)
        try:
            check_owner(api, file.warehouse(), console.print)
        except (SettingError, WarehouseError) as error:
            console.print(f"File: {error}", style="red", markup=False)
            healthy = False
        with api.connect() as reader:
            healthy = _examine_account(console, reader, catalog) and healthy
            tally = reader.client.tally.snapshot()
        spent = CallsMade(purpose=DOCTOR, calls=tally.calls, credits=tally.credits, waited=tally.waited)
        record_calls(file.warehouse(), spent)
    except FreshdeskError as error:
        console.print(told(f"Freshdesk: {error}", settings.key_variable), style="red", markup=False)
        return 1
    console.print(
        f"Partitions: {settings.partitions} since {settings.start_date:%Y-%m-%d}; tickets unchanged since"
        " then are not replicated, people and setup always are",
        markup=False,
    )
    console.print(
        "Next: freshdesk-assets plan says what a sync would cost, freshdesk-assets sync makes it"
        if healthy
        else "Next: mend what is marked above, and run freshdesk-assets doctor again",
        markup=False,
    )
    return 0 if healthy else 1


def _examine_records(console: Console) -> None:
    """Open the run records as a sync does, if there are any; raises SettingError as a sync would."""
    home = dagster_home()
    if not home.exists():
        console.print(f"Run records: the first sync will create {home}", markup=False)
        return
    with dagster_instance() as instance:
        console.print(f"Run records: {home}, {instance.get_runs_count():,} runs", markup=False)


def _examine_file(console: Console, file: DuckDBFile, catalog: Catalog) -> bool:
    if said := list(complaints(file)):
        for each in said:
            console.print(f"File: {each}", style="red", markup=False)
        return False
    try:
        if not file.warehouse().exists():
            console.print(f"File: the first sync will create {file.name}", markup=False)
            return True
        with file.warehouse().open() as connection:
            aside = {table.name: set_aside(connection, table) for table in catalog}
        size = file.warehouse().destination.size() / 1e6
    except (DestinationError, WarehouseError) as error:
        console.print(f"File: {error}", style="red", markup=False)
        return False
    encrypted = ", encrypted" if file.encryption else ""
    console.print(f"File: {file.name} can be written, {size:,.1f} MB{encrypted}", markup=False)
    for name, found in aside.items():
        if found:
            console.print(f"  {name}: rows are {found.said}", style="yellow", markup=False)
    return True


def _examine_personal_data(console: Console, file: DuckDBFile, catalog: Catalog) -> bool:
    """Say what becomes of personal data, and what the next sync does to what is stored."""
    privacy, stored = file.privacy, None
    console.print(f"Personal data: {privacy.policy.in_words}", markup=False)
    try:
        if not file.warehouse().exists():
            return True
        with file.warehouse().open(checkpoint=False) as connection:
            privacy.check_key(connection, file.name)
            stored = privacy.pending(connection, catalog)
    except (ConfigurationError, WarehouseError) as error:
        console.print(f"Personal data: {error}", style="red", markup=False)
        return False
    if stored is not None:
        console.print(
            f"  In the file, {stored.in_words}: the next sync treats that so too, and what goes does not come"
            " back (docs/privacy.md)",
            style="yellow",
            markup=False,
        )
    return True


def _examine_files(console: Console, folder: Path | None) -> bool:
    """Say whether attachments can be put into their folder, if they are to be."""
    if folder is None:
        return True
    if said := folder_complaint(folder):
        console.print(f"Files: {said}", style="red", markup=False)
        return False
    there = "can be written" if folder.exists() else "will be made by the first file"
    console.print(f"Files: {folder} {there}", markup=False)
    return True


def _examine_readers(console: Console, file: DuckDBFile, settings: Settings) -> None:
    """Name what is stored and has more readers than it is made for. `.env` holds the key."""
    ours = [
        path
        for path in (None if file.lake else file.path, settings.files, dagster_home())
        if path is not None
    ]
    published = [path for path in (file.published_path, file.page_path) if path is not None]
    for said in (
        *readable_by_others(ours, settings.file_mode),
        *readable_by_others(published, file.mode_of_copy),
        *readable_by_others([Path(ENV_FILE)], PRIVATE),
    ):
        console.print(f"Access: {said}", style="yellow", markup=False)


def _examine_account(console: Console, reader: Reader, catalog: Catalog) -> bool:
    owner = key_owner(reader.client)
    console.print(
        f"Key: accepted; its agent sees {owner.scope or 'an unknown part of the tickets'}", markup=False
    )
    if owner.sees_everything is False:
        console.print(
            "  Freshdesk hides some tickets from this agent and does not say so: they would be missing"
            " without an error. Use the key of an agent with global access",
            style="yellow",
            markup=False,
        )
    found = {table.name: access(reader, table) for table in catalog}
    for table in catalog:
        parent = catalog.parent_of(table)
        if parent and not found[parent.name].readable:
            reason = f"{parent.name} cannot be read"
            found[table.name] = Access(table.name, False, reason, fails=found[parent.name].fails)
    asked = [found[table.name] for table in catalog if not table.branches]
    if asked and not any(each.readable for each in asked):
        raise ConfigurationError(f"Nothing of the account is answered. {asked[0].note}")
    limiter = reader.client.limiter
    console.print(
        f"Limit: {limiter.total or 0:,} credits, of which {limiter.rate:,.0f} a minute are used at most",
        markup=False,
    )
    for limit in _sub_limits(catalog):
        console.print(f"  {limit.name}: {limit.allowed(limiter.total or 0):,} calls a minute", markup=False)
    report = Report("table", "replicated", "note", title="Tables", title_justify="left")
    for each in found.values():
        report.add_row(each.table, "yes" if each.readable else "[red]no[/red]", each.note)
    console.print(report)
    for said in _next_steps(found.values()):
        console.print(said, style="yellow", markup=False)
    return all(each.readable for each in found.values()) and owner.sees_everything is not False


def _next_steps(found: Iterable[Access]) -> Iterator[str]:
    """What to do about the tables that cannot be read, a sentence for those of which the same is true."""
    refused = [each for each in found if not each.readable]
    if left_out := [each.table for each in refused if not each.fails]:
        yield (
            f"A sync leaves out {', '.join(left_out)}, and fails of those it has read before. To have them,"
            " give the key's agent the role, or the account the plan, that the note asks for; else do nothing"
        )
    if failing := [each.table for each in refused if each.fails]:
        yield (
            f"A sync fails of {', '.join(failing)} and reads the others. Do what the note says. Where the"
            " account has no such list, name the tables you want with --select; where a note names a"
            " declaration, report it to whoever maintains this package"
        )


def _sub_limits(catalog: Catalog) -> list[SubLimit]:
    return list(dict.fromkeys(table.sub_limit for table in catalog if table.sub_limit))
