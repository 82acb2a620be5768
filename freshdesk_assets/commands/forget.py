"""From a request to be forgotten to a replica, a copy and a page without the person."""

import os
import socket
from collections.abc import Callable

import dagster as dg
from rich.console import Console

from freshdesk_assets.commands.files import ensure_writable
from freshdesk_assets.commands.sync import sync
from freshdesk_assets.extract.http.errors import FreshdeskError
from freshdesk_assets.orchestration.instance import dagster_home
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.resources import freshdesk_api
from freshdesk_assets.orchestration.run_lock import run_lock
from freshdesk_assets.replication.forgetting import Forgetter
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.settings import SettingError, Settings
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets.warehouse.ledger.personal import Forgetting


def forget(
    build: Callable[..., dg.Definitions],
    catalog: Catalog,
    settings: Settings,
    *,
    contact: int | None = None,
    email: str | None = None,
    dry_run: bool = False,
) -> int:
    """Forget a person, and make anew what was made of their rows; 0, or 1 if that failed.

    - `build` as in `sync`, which makes what follows the tables afterwards.
    - `dry_run`: only how much it concerns is said.

    Raises SettingError.
    """
    console = Console(soft_wrap=True, markup=False, highlight=False)
    api, file = freshdesk_api(settings), duckdb_file(settings)
    if not file.warehouse().exists():
        raise SettingError(f"There is no replica at {file.name}, and so nobody to be forgotten")
    ensure_writable(file)
    dagster_home()
    who = f"freshdesk-assets forget (process {os.getpid()} of {socket.gethostname()})"
    try:
        warehouse = file.warehouse(console.print)
        forgetter = Forgetter(
            privacy=file.privacy,
            catalog=catalog,
            warehouse=warehouse,
            spools=file.spool_root,
            files=settings.files,
            contact=contact,
            email=email,
        )
        with (
            run_lock(api.host, file.locks, who, console.print),
            file.warehouse().turn(api.host, who, console.print),
        ):
            done = forgetter.forget(dry_run=dry_run)
    except (FreshdeskError, WarehouseError) as error:
        console.print(api.told(str(error)), style="red")
        return 1
    console.print(_said(done, dry_run=dry_run))
    if not done.people:
        console.print(
            "No contact in the replica is this person; should one come, it will be blank.", style="yellow"
        )
    if dry_run:
        return 0
    console.print("What is made of these rows follows; that asks Freshdesk nothing.")
    return sync(build, catalog, settings, derive=True)


def _said(done: Forgetting, *, dry_run: bool) -> str:
    counted = (
        f"{done.people:,} contacts and {done.owned:,} rows that are theirs, {done.others:,} texts of others"
        f" that name them, {done.files:,} files"
    )
    return f"To be forgotten: {counted}. Nothing was changed." if dry_run else f"Forgotten: {counted}."
