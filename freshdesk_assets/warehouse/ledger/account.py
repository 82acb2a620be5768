"""Whose account the file holds: the address it was read from, and the id by which Freshdesk knows it."""

from dataclasses import dataclass
from datetime import datetime

from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger


@dataclass(frozen=True, slots=True)
class Held:
    """The account that a file holds; `account_id` is None where the key was not allowed to ask for it."""

    host: str
    account_id: str | None


def held_account(connection: Connection) -> Held | None:
    """The account that the file holds; None in a new file, and in one of an earlier version."""
    query = f"select host, account_id from {ledger(connection, 'account')}"
    found = connection.execute(query).fetchone()
    return Held(*found) if found else None


def record_account(connection: Connection, account: Held, moment: datetime) -> None:
    """Remember the account, in place of what is remembered."""
    target = ledger(connection, "account")
    connection.execute(f"delete from {target}")
    connection.execute(f"insert into {target} values (?, ?, ?)", [account.host, account.account_id, moment])
