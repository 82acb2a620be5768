"""From rows as a list has them to those that are missing here, or stored at an older version."""

from collections.abc import Collection, Mapping
from datetime import datetime

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import version_of
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import identifier, literal, pointer, scalar

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


def share_where(connection: Connection, table: Table, rows: Collection[bytes], where: str) -> float:
    """The share of rows, as they were sent, for which a condition on `p` holds; 0 if there are none."""
    share = f"avg(cast(coalesce({where}, false) as integer))"
    return float(scalar(connection, f"select {share} from {_sent(table)} p", [_texts(rows)]) or 0.0)


def holds_of_all(connection: Connection, table: Table, rows: Collection[bytes], where: str) -> bool:
    """Whether a condition on all rows `p` together holds for these, as they were sent."""
    return bool(scalar(connection, f"select {where} from {_sent(table)} p", [_texts(rows)]))


def _texts(rows: Collection[bytes]) -> list[str]:
    return [row.decode("utf-8", errors="replace") for row in rows]


def _sent(table: Table) -> str:
    """A query for rows as they were sent, whose texts are its value."""
    columns = ", ".join(
        f"try_cast(json_extract_string(r.sent, {literal(pointer(*column.steps))}) as {column.type})"
        f" as {identifier(column.name)}"
        for column in table.columns
    )
    return f"(select {columns} from (select unnest(?::varchar[])::json as sent) r)"
