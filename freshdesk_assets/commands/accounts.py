"""From the file of accounts to what an operator or a reader does with all of them at once."""

import sys
from collections.abc import Sequence
from json import dumps

from freshdesk_assets.accounts import ALL_ACCOUNTS
from freshdesk_assets.commands.asked import encryption_of, lake_of
from freshdesk_assets.commands.query import query
from freshdesk_assets.settings import SettingError, Settings, variable
from freshdesk_assets.warehouse.all_accounts import Together, attaching, write_views
from freshdesk_assets.warehouse.file import WarehouseError


def together(accounts: Sequence[Settings]) -> Together:
    """The copies of all accounts; raises SettingError where there are none to be put together."""
    first = accounts[0]
    lakes = {each.prefix: lake for each in accounts if each.prefix and (lake := lake_of(each))}
    if lakes:
        return Together(target=first.duckdb.with_name(ALL_ACCOUNTS), copies=lakes, mode=first.file_mode)
    if not first.together:
        lacking = "FRESHDESK_PUBLISHED is off" if first.accounts else f"{variable('accounts')} is not set"
        raise SettingError(f"there are no copies of several accounts: {lacking}")
    target, copies = first.together
    return Together(
        target=target,
        copies=copies,
        encryption=encryption_of(first),
        storage=first.storage,
        mode=first.published_mode or first.file_mode,
    )


def query_all(accounts: Sequence[Settings], sql: str | None, *, file: str | None, shape: str) -> int:
    """Answer a query put to the views over all accounts; 1 if it is wrong."""
    return query(accounts[0], sql, file=file, shape=shape, of_all=together(accounts))


def list_accounts(accounts: Sequence[Settings], *, attach: bool) -> int:
    """Print the accounts and where each one's rows are; with `attach` the SQL that opens them together.

    That makes the file of views over all of them anew. 1 if that cannot be done.
    """
    if not attach:
        for each in accounts:
            key = "" if each.api_key else f" ({each.key_variable} is not set)"
            lake = lake_of(each)
            where = lake.name if lake else str(each.duckdb)
            account = (each.domain or "").rpartition("@")[2]
            sys.stdout.write(f"{each.account or 'one account'}: {account}{key}, in {where}\n")
        return 0
    found = together(accounts)
    try:
        if not found.present:
            raise WarehouseError("no account has a published copy yet: run `freshdesk-assets sync` first")
        for name, why in write_views(found).left_out.items():
            sys.stderr.write(f"the views over all accounts lack {name}: {why}\n")
    except WarehouseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{attaching(found)}\n")
    return 0


def print_workspace(accounts: Sequence[Settings]) -> int:
    """Print a workspace.yaml with a code location for each account."""
    sys.stdout.write(
        "# Made by `freshdesk-assets workspace`: a code location for each account.\nload_from:\n"
    )
    for each in accounts:
        if not each.account:
            raise SettingError(f"{variable('accounts')} is not set: one account needs no workspace")
        sys.stdout.write(
            "  - python_module:\n"
            "      module_name: freshdesk_assets.locations\n"
            f"      attribute: {each.prefix}\n"
            f"      location_name: {dumps(each.account)}\n"
        )
    return 0
