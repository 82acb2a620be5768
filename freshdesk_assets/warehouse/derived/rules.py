"""From the rules that metrics go by to the tables in which their views read them."""

from collections.abc import Sequence

from freshdesk_assets.schema.rules import Rules
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger


def record_rules(connection: Connection, rules: Rules) -> None:
    """Store the rules, if they are others than those stored."""
    holidays = [(each.calendar, each.year, each.month, each.day, each.name) for each in rules.holidays]
    for name, rows in (("holidays", holidays), ("status_rules", rules.statuses)):
        _store(connection, ledger(connection, name), rows)


def _store(connection: Connection, target: str, rows: Sequence[tuple[object, ...]]) -> None:
    if connection.execute(f"from {target}").fetchall() == list(rows):
        return
    connection.execute(f"delete from {target}")
    for row in rows:
        connection.execute(f"insert into {target} values ({', '.join('?' for _ in row)})", list(row))
