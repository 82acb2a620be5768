"""Which ids the archive is still to be asked for, and whose lists there are still to be read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.parents import Parent
from freshdesk_assets.warehouse.ledger.set_aside import CONTROLS
from freshdesk_assets.warehouse.ledger.tables import ledger, version_of
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import identifier, number


def stored_ids(connection: Connection, table: Table) -> tuple[int, int] | None:
    """The lowest and the highest id that is stored, of deleted rows too; None if none is."""
    found = connection.execute(
        f"select min(id), max(id) from {shaped(connection, table)} where id > 0"
    ).fetchone()
    return (found[0], found[1]) if found and found[0] is not None else None


def unasked_between(
    connection: Connection, table: Table, start: int, end: int, again: datetime | None, limit: int
) -> list[int]:
    """The ids of [start, end) that are neither stored nor known to be absent, the newest first.

    `again`: what was asked for before then does not count.
    """
    source, values = _unasked(connection, table, again)
    rows = connection.execute(
        f"select c.id from range(?, ?) c(id) where {source} order by c.id desc limit {limit}",
        [start, end, *values],
    ).fetchmany(limit)
    return [id_ for (id_,) in rows]


def count_unasked_between(
    connection: Connection, table: Table, start: int, end: int, again: datetime | None
) -> int:
    """How many ids `unasked_between` has in all."""
    source, values = _unasked(connection, table, again)
    query = f"select count(*) from range(?, ?) c(id) where {source}"
    return number(connection, query, [start, end, *values])


def unasked_of(connection: Connection, table: Table, ids: Sequence[int], again: datetime | None) -> list[int]:
    """Those of the ids that are neither stored nor known to be absent, in the same order."""
    source, values = _unasked(connection, table, again)
    rows = connection.execute(
        f"select c.id from (select unnest(?::bigint[]) as id) c where {source}", [list(ids), *values]
    ).fetchall()
    left = {id_ for (id_,) in rows}
    return [id_ for id_ in ids if id_ in left]


def stored_of(connection: Connection, table: Table, ids: Sequence[int]) -> int:
    """How many of the ids are stored."""
    target = shaped(connection, table)
    return number(
        connection,
        f"select count(*) from (select unnest(?::bigint[]) as id) c where c.id in (select id from {target})",
        [list(ids)],
    )


def record_asked(
    connection: Connection,
    table: Table,
    absent: Iterable[int],
    refused: Mapping[int, str],
    moment: datetime,
) -> None:
    """Remember the ids under which the archive has nothing, or that it refuses, with its reason."""
    answers: dict[int, str | None] = {**dict.fromkeys(absent), **refused}
    if not answers:
        return
    target = ledger(connection, "archive_asked")
    ids = list(answers)
    connection.execute(
        f"delete from {target} where table_name = ? and list_contains(?::bigint[], row_id)", [table.name, ids]
    )
    connection.execute(
        f"insert into {target} by name select ? as table_name, unnest(?::bigint[]) as row_id,"
        " unnest(?::varchar[]) as refused, ? as asked_at",
        [table.name, ids, [answers[id_] for id_ in ids], moment],
    )


def answered_ids(connection: Connection, table: Table, flag: str, without: Collection[int]) -> list[int]:
    """A few ids of which the archive answered: rows that it has, else ids that it has not."""
    rows = connection.execute(
        f"select id from (select id, 0 as place from {shaped(connection, table)} where {identifier(flag)}"
        f" union all select row_id, 1 from {ledger(connection, 'archive_asked')}"
        " where table_name = ? and refused is null)"
        f" where not list_contains(?::bigint[], id) order by place, id desc limit {CONTROLS}",
        [table.name, list(without)],
    ).fetchall()
    return [id_ for (id_,) in rows]


def unread_lists(connection: Connection, source: Table, flag: str, record: str, limit: int) -> list[Parent]:
    """The archived rows whose lists, recorded as `record`, were never read, the newest first.

    Rows that were set aside wait for their time.
    """
    rows = connection.execute(
        f"select p.id, {version_of(source, 'p')} {_unread(connection, source, flag)}"
        f" order by p.id desc limit {limit}",
        [record, record, datetime.now(UTC)],
    ).fetchmany(limit)
    return [Parent(*row) for row in rows]


def count_unread_lists(connection: Connection, source: Table, flag: str, record: str) -> int:
    """How many rows `unread_lists` has in all."""
    query = f"select count(*) {_unread(connection, source, flag)}"
    return number(connection, query, [record, record, datetime.now(UTC)])


def _unread(connection: Connection, source: Table, flag: str) -> str:
    """The rows as an SQL query from its `from` on: its values are the record, twice, and the time."""
    return (
        f"from {shaped(connection, source)} p where p.{identifier(flag)} and p._deleted_at is null"
        f" and not exists (from {ledger(connection, 'parents_read')} r"
        " where r.table_name = ? and r.parent_id = p.id)"
        f" and not exists (from {ledger(connection, 'set_aside')} s"
        " where s.table_name = ? and s.parent_id = p.id and s.retry_at > ?)"
    )


def _unasked(connection: Connection, table: Table, again: datetime | None) -> tuple[str, list[object]]:
    """The condition, with its values, that the id `c.id` is still to be asked for."""
    asked = f"from {ledger(connection, 'archive_asked')} a where a.table_name = ? and a.row_id = c.id"
    values: list[object] = [table.name]
    if again is not None:
        asked += " and a.asked_at >= ?"
        values.append(again)
    return (
        f"not exists (from {shaped(connection, table)} t where t.id = c.id) and not exists ({asked})",
        values,
    )
