"""From the account that a file holds, and the one that is set, to whether they are the same.

Freshdesk is asked only where the addresses differ, and once for a new file.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from freshdesk_assets.extract.account import account_id, answers
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import (
    Blocked,
    ConfigurationError,
    FreshdeskError,
    Redirected,
    Unavailable,
    Unreachable,
)
from freshdesk_assets.replication.spending import Spending
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.ledger.account import Held, held_account, record_account
from freshdesk_assets.warehouse.ledger.credits import ACCOUNT


class AnotherAccount(ConfigurationError):
    """The file holds another account than the one that is set."""


def held_in(warehouse: Warehouse) -> Held | None:
    """The account that a file holds; None if there is no file, or it does not say."""
    if not warehouse.exists():
        return None
    with warehouse.open(checkpoint=False) as connection:
        return held_account(connection)


def check_account(
    warehouse: Warehouse,
    client: Client,
    host: str,
    *,
    run_id: str | None = None,
    renamed: bool = False,
    say: Callable[[str], None] | None = None,
) -> None:
    """Raise AnotherAccount if the file holds another account than that of `host`; record whose it is.

    - `renamed`: the user says that it is the same account under a new name. That counts where Freshdesk does
      not say who it is.
    - `say`: gets a sentence where the account has a new name.
    """
    held = held_in(warehouse)
    if held is not None and held.host == host:
        return
    spending = Spending(client=client, purpose=ACCOUNT, run_id=run_id)
    try:
        found = account_id(client)
        if held is not None:
            _check_same(warehouse, held, Held(host, found), renamed=renamed)
    except FreshdeskError as error:
        # A new file takes any account; the next run asks whose it is.
        taken = held is None and _only_this_call(client, error)
        if taken or warehouse.exists():
            # For an account that does not answer no file is made.
            with suppress(WarehouseError):
                spending.tell(warehouse)
        if taken:
            return
        if isinstance(error, Blocked | Redirected):
            # Nothing is read into the file until it is known whose it is, so no table need ask.
            raise ConfigurationError(str(error)) from error
        raise
    if held is not None:
        if say:
            say(f"The account is {host} now; {warehouse.name} knew it as {held.host}.")
        found = found or held.account_id
    with warehouse.open(checkpoint=False) as connection:
        record_account(connection, Held(host, found), datetime.now(UTC))
        recorded = spending.write(connection)
    spending.told(recorded)


def _only_this_call(client: Client, error: FreshdeskError) -> bool:
    """Whether an account that does not say who it is may answer other calls."""
    passing = isinstance(error, Unavailable | Blocked | Redirected) and not isinstance(error, Unreachable)
    return passing and answers(client)


def _check_same(warehouse: Warehouse, held: Held, found: Held, *, renamed: bool) -> None:
    known = None not in (held.account_id, found.account_id)
    if held.account_id == found.account_id if known else renamed:
        return
    way = (
        "set FRESHDESK_DUCKDB to another file to keep both, or run `freshdesk-assets begin-anew` to move"
        " this file aside and read the new account from its start"
    )
    if not known:
        way += "; if it is the same account under a new name, run `freshdesk-assets sync --renamed` once"
    raise AnotherAccount(
        f"{warehouse.name} holds the account {held.host}, and FRESHDESK_DOMAIN is {found.host}: nothing was"
        f" read or written. To go on, {way}."
    )
