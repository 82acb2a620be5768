"""From the ledger and the rows to the lists of which it is enough to ask what changed."""

from datetime import UTC, datetime

from freshdesk_assets.schema.page import KnownList
from freshdesk_assets.schema.sync import Branch
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import identifier

SHORT = 2
"""A list of so many pages is read whole: its changes and its count take as many calls."""


def known_lists(
    connection: Connection, table: Table, branch: Branch, whole_since: datetime
) -> dict[int, KnownList]:
    """By parent, what is stored of its list, if that is long and was read whole since then."""
    if branch.changes is None:
        return {}
    column, cursor = identifier(branch.column), identifier(branch.changes.cursor)
    key = ", ".join(f"cast(t.{identifier(name)} as varchar)" for name in table.key)
    rows = connection.execute(
        f"select t.{column}, max(t.{cursor}), list([{key}]) filter (t._deleted_at is null)"
        f" from {shaped(connection, table)} t join {ledger(connection, 'parents_read')} r"
        f" on r.table_name = $record and r.parent_id = t.{column}"
        " where r.whole_at between $since and $now and not r.gone"
        f" group by t.{column} having count(*) filter (t._deleted_at is null) > $short",
        {
            "record": table.recorded_as(branch),
            "since": whole_since,
            "now": datetime.now(UTC),
            "short": SHORT * table.per_page,
        },
    ).fetchall()
    return {
        parent: KnownList(newest, frozenset(map(tuple, keys)))
        for parent, newest, keys in rows
        if newest is not None
    }
