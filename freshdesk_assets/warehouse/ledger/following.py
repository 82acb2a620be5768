"""The state of the tables from which each derived table, check and copy was last made, stored and read.

A step that makes something of tables is stored with a fingerprint of what it was made of. While that is the
same, making it again would change nothing. A child table or history is stored with the last change of its
table that it contains, and continues from there.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import qualified, shaped, stored_tables
from freshdesk_assets.warehouse.sql import scalar

CHANGED_AT = "greatest(p._synced_at, p._deleted_at)"
"""When a row `p` was last written or marked as deleted; greatest() passes over nulls."""


@dataclass(frozen=True, slots=True)
class Made:
    """The last change that a child table or history contains, and a fingerprint of how it was made."""

    reached: datetime | None
    recipe: str


def fingerprint(recipe: object) -> str:
    """A hash of the recipe's `repr`: it differs where recipes do."""
    return hashlib.sha256(repr(recipe).encode()).hexdigest()


def last_change(connection: Connection, table: Table) -> datetime | None:
    """When a row of the table was last written or marked as deleted; None while it has none."""
    changed: datetime | None = scalar(
        connection, f"select max({CHANGED_AT}) from {shaped(connection, table)} p"
    )
    return changed


def made_before(connection: Connection, name: str) -> Made | None:
    """How a child table or history was last made; None if it never was."""
    query = f"select derived_to, cut from {ledger(connection, 'derived')} where table_name = ?"
    found = connection.execute(query, [name]).fetchone()
    return Made(*found) if found else None


def record_made(connection: Connection, name: str, made: Made) -> None:
    """Remember how a child table or history is made now."""
    derived = ledger(connection, "derived")
    connection.execute(f"delete from {derived} where table_name = ?", [name])
    connection.execute(f"insert into {derived} values (?, ?, ?)", [name, made.reached, made.recipe])


def states(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """By table, what differs between its states: when a row was last written or deleted, and their number.

    The rows whose own calls are set aside are part of it, since a check tells of them.
    """
    stored = stored_tables(connection)
    asked = sorted(set(names) & stored)
    if not asked:
        return {}
    counted = " union all ".join(
        f"select {place}, max(_synced_at), max(_deleted_at), count(*) from {qualified(name)}"
        for place, name in enumerate(asked)
    )
    rows = connection.execute(counted).fetchall()
    held = {asked[place]: f"{synced} {deleted} {count}" for place, synced, deleted, count in rows}
    aside = connection.execute(
        "select table_name, count(*), bit_xor(hash(parent_id, reason))"
        f" from {ledger(connection, 'set_aside')} group by table_name"
    ).fetchall()
    return held | {name: f"{held[name]} {count} {which}" for name, count, which in aside if name in held}


def followed(connection: Connection) -> dict[str, tuple[str, datetime]]:
    """By step: the fingerprint of what it was last made of, and when."""
    rows = connection.execute(
        f"select step, made_of, made_at from {ledger(connection, 'followed')}"
    ).fetchall()
    return {step: (made_of, made_at) for step, made_of, made_at in rows}


def record_followed(connection: Connection, made: Mapping[str, str], moment: datetime) -> None:
    """Remember what steps were made of."""
    forget_followed(connection, made)
    for step, made_of in made.items():
        connection.execute(
            f"insert into {ledger(connection, 'followed')} values (?, ?, ?)", [step, made_of, moment]
        )


def forget_followed(connection: Connection, steps: Iterable[str]) -> None:
    """Let the next run that has these steps make them again."""
    connection.execute(
        f"delete from {ledger(connection, 'followed')} where list_contains(?, step)", [list(steps)]
    )
