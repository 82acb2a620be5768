"""How personal data in the file is treated, and who was forgotten: stored and read."""

import json
from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The policy that was applied to all that is stored: as JSON, and fingerprints of it and of the key."""

    policy: dict[str, Any]
    made_of: str
    key_mark: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """How many rows and files were concerned; see the ledger's table."""

    people: int = 0
    owned: int = 0
    others: int = 0
    files: int = 0


def applied(connection: Connection) -> Applied | None:
    """What was applied; None where all is kept, as in a new file and in those of earlier versions."""
    query = f"select policy, made_of, key_mark from {ledger(connection, 'personal_data')}"
    found = connection.execute(query).fetchone()
    return Applied(policy=json.loads(found[0]), made_of=found[1], key_mark=found[2]) if found else None


def record_applied(connection: Connection, now: Applied, moment: datetime) -> None:
    """Remember what is applied, in place of what was."""
    target = ledger(connection, "personal_data")
    connection.execute(f"delete from {target}")
    connection.execute(
        f"insert into {target} values (?, ?, ?, ?)",
        [json.dumps(now.policy), now.made_of, now.key_mark, moment],
    )


Mark = tuple[str, str]
"""Kind and digits of a mark."""


def marks(connection: Connection) -> set[Mark]:
    """The marks of persons who were forgotten."""
    return set(connection.execute(f"select kind, mark from {ledger(connection, 'forgotten')}").fetchall())


def record_marks(connection: Connection, fresh: Collection[Mark], moment: datetime) -> None:
    """Remember marks that are not known yet."""
    if fresh:
        target = ledger(connection, "forgotten")
        connection.execute(
            f"insert into {target} select distinct m.kind, m.mark, ?::timestamptz from"
            " (select unnest(?::varchar[]) as kind, unnest(?::varchar[]) as mark) m"
            f" where not exists (select 1 from {target} f where f.kind = m.kind and f.mark = m.mark)",
            [moment, [kind for kind, _ in fresh], [mark for _, mark in fresh]],
        )


def record_forgetting(connection: Connection, done: Forgetting, moment: datetime) -> None:
    """Remember what was done."""
    target = ledger(connection, "forgettings")
    connection.execute(f"insert into {target} values (?, ?, ?, ?, ?)", [moment, *astuple(done)])


def owe_rewrite(connection: Connection, moment: datetime) -> None:
    """Remember that what this transaction deletes is gone only when the file is written anew."""
    if not rewrite_owed(connection):
        connection.execute(f"insert into {ledger(connection, 'rewrite_owed')} values (?)", [moment])


def rewrite_owed(connection: Connection) -> bool:
    """Whether the file is still to be written anew."""
    return bool(connection.execute(f"select 1 from {ledger(connection, 'rewrite_owed')}").fetchone())


def settle_rewrite(connection: Connection) -> None:
    """Remember that it was written anew."""
    connection.execute(f"delete from {ledger(connection, 'rewrite_owed')}")
