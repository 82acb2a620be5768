"""From the account that is set to whether the file is its own; and a file moved aside for a new beginning."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from freshdesk_assets.orchestration.account_names import Names
from freshdesk_assets.orchestration.instance import dagster_instance
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.resources import FreshdeskApi
from freshdesk_assets.orchestration.run_lock import under_way
from freshdesk_assets.replication.ownership import AnotherAccount, check_account, held_in
from freshdesk_assets.settings import SettingError, Settings
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.paths import log_of


def check_owner(
    api: FreshdeskApi,
    file: Warehouse,
    say: Callable[[str], None],
    *,
    renamed: bool = False,
    begin: bool = False,
) -> None:
    """Raise SettingError if the file holds another account; Freshdesk is asked only if the address differs.

    - `renamed` as in `check_account`.
    - `begin`: a file that holds none yet becomes that of the account, which is asked for that. The run that
      follows need not ask again.

    Raises FreshdeskError, WarehouseError.
    """
    held = held_in(file)
    if (held is None and not begin) or (held is not None and held.host == api.host):
        return
    try:
        with api.connect() as reader, api.reporting(say):
            check_account(file, reader.client, api.host, renamed=renamed, say=say)
    except AnotherAccount as error:
        raise SettingError(api.told(str(error))) from error


def begin_anew(settings: Settings) -> int:
    """Move the replica, its copy and its page aside under a dated name; 0, or 1 if that cannot be done.

    Nothing is deleted. The next sync makes a new file and reads everything.
    """
    console = Console()
    file = duckdb_file(settings)
    if file.lake:
        raise SettingError(
            f"{file.name} is a lake, which is not moved aside: set FRESHDESK_DESTINATION to another one,"
            " whose first sync reads everything"
        )
    if not file.path.exists():
        console.print(f"There is no {file.path}: the next sync begins anew.", markup=False)
        return 0
    names = Names(settings.prefix)
    with dagster_instance([names.pool]) as instance:
        if run := under_way(instance, names=names):
            console.print(
                f"{run.job_name} {run.run_id} is queued or under way: run this again when it has ended.",
                style="red",
                markup=False,
            )
            return 1
        moment = datetime.now(UTC)
        try:
            # Nobody has it open, and what is in DuckDB's log is written into it.
            with file.warehouse(lock_wait=0.0).open():
                pass
            files = (file.path, file.published_path, file.page_path)
            moved = [_aside(path, moment) for path in files if path]
        except (OSError, WarehouseError) as error:
            console.print(str(error), style="red", markup=False)
            return 1
    for before, after in filter(None, moved):
        console.print(f"{before} is {after} now.", markup=False)
    console.print("Nothing was deleted. The next sync reads everything into a new file.", markup=False)
    return 0


def _aside(path: Path, moment: datetime) -> tuple[Path, Path] | None:
    """Rename a file, and DuckDB's log beside it; None if there is none."""
    if not path.exists():
        return None
    target = path.with_stem(f"{path.stem}_until_{moment:%Y%m%d_%H%M%S}")
    path.rename(target)
    with suppress(FileNotFoundError):
        log_of(path).rename(log_of(target))
    return path, target
