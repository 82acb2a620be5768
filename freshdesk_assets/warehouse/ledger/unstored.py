"""From rows as a list has them to those that are missing here, or stored at an older version."""

from collections.abc import Mapping
from datetime import datetime

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import version_of
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import identifier

Key = tuple[str, ...]


def not_stored(connection: Connection, table: Table, versions: Mapping[Key, datetime | None]) -> list[Key]:
    """The keys of rows that are missing, or stored at an older version, in order."""
    key = ", ".join(f"cast(stored.{identifier(name)} as varchar)" for name in table.key)
    stored = {
        tuple(found): version
        for *found, version in connection.execute(
            f"select {key}, {version_of(table, 'stored')} from {shaped(connection, table)} as stored"
            f" where list_contains(?, concat_ws(chr(0), {key}))",
            [["\0".join(each) for each in versions]],
        ).fetchall()
    }
    return sorted(
        each
        for each, seen in versions.items()
        if each not in stored or (seen is not None and (stored[each] is None or stored[each] < seen))
    )
