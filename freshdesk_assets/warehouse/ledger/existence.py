"""Which stored rows are doubted, over which stretches none is, and what became of those asked for.

A row is doubted when a list that should have had it came without it. That alone buries nothing: archived rows
leave every list too. What was asked for is settled in the transaction that stores what the answer brought.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import duckdb

from freshdesk_assets.schema.page import Doubt, Fate, Verdict
from freshdesk_assets.schema.table import Existence, Keyset, LookBack, PerParent, Table
from freshdesk_assets.warehouse.derived.children import last_change
from freshdesk_assets.warehouse.file import identifier, literal
from freshdesk_assets.warehouse.ledger.tables import META, version_of
from freshdesk_assets.warehouse.shape import ensure_shape, qualified

ASKED_AGAIN_AFTER = timedelta(days=7)
"""How long a doubt rests that Freshdesk would not settle: the key may be given more rights."""


def doubt_unlisted(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    listed: Iterable[int],
    start: datetime,
    end: datetime | None,
    moment: datetime,
) -> int:
    """Doubt the rows of [start, end) that are not among those listed; says how many more are doubted now."""
    cursor = f"t.{identifier(cursor_of(table))}"
    values: list[object] = [list(listed), table.name, moment, start]
    bound = ""
    if end is not None:
        bound = f" and {cursor} < ?"
        values.append(end)
    doubts = qualified("doubts", META)
    connection.execute(
        "create or replace temp table listed_ids as select unnest(?::bigint[]) as id", values[:1]
    )
    found = connection.execute(
        f"insert into {doubts} select ?, t.id, ?, null from {qualified(table.name)} t"
        f" where {_doubtable(table, 't')} and {cursor} >= ?{bound}"
        " and t.id not in (select id from listed_ids)"
        f" and not exists (from {doubts} d where d.table_name = {literal(table.name)} and d.row_id = t.id)",
        values[1:],
    ).fetchone()
    connection.execute("drop table listed_ids")
    return int(found[0]) if found else 0


def open_doubts(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    existence: Existence,
    *,
    now: datetime,
    limit: int,
) -> list[Doubt]:
    """What to ask next, oldest doubt first; rows that were sent again meanwhile are doubted no more."""
    doubts, target = qualified("doubts", META), qualified(table.name)
    connection.execute(
        f"delete from {doubts} where table_name = ? and row_id not in"
        f" (select t.id from {target} t join {doubts} d on d.table_name = ? and d.row_id = t.id"
        f" where {_doubtable(table, 't')} and t._synced_at <= d.since)",
        [table.name, table.name],
    )
    by = f"t.{identifier(existence.by)}"
    # In a query of its own, so that the condition's names mean the table's columns.
    idle = f"t.id in (select id from {target} where {existence.idle})" if existence.idle else "false"
    rows = connection.execute(
        f"select {by}, array_agg(t.id order by t.id), max({version_of(table, 't')}), bool_and({idle})"
        f" from {doubts} d join {target} t on t.id = d.row_id"
        f" where d.table_name = ? and {by} is not null and (d.asked_at is null or d.asked_at < ?)"
        f" group by {by} order by min(d.since), {by}",
        [table.name, now - ASKED_AGAIN_AFTER],
    ).fetchmany(limit)
    return [
        Doubt(id=id_, rows=tuple(ids), version=version, idle=bool(idle)) for id_, ids, version, idle in rows
    ]


def doubted(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """How many rows are doubted."""
    found = connection.execute(
        f"select count(*) from {qualified('doubts', META)} where table_name = ?", [table.name]
    ).fetchone()
    return int(found[0]) if found else 0


def settle_doubts(
    connection: duckdb.DuckDBPyConnection, table: Table, verdicts: Iterable[Verdict], moment: datetime
) -> None:
    """Mark what is archived, and doubt no more what was answered; what is gone is buried by landing."""
    by_standing: dict[Fate, list[int]] = {standing: [] for standing in Fate}
    for verdict in verdicts:
        by_standing[verdict.standing].append(verdict.id)
    doubts = qualified("doubts", META)
    if (archived := by_standing[Fate.ARCHIVED]) and table.existence and table.existence.flag:
        flag = identifier(table.existence.flag)
        connection.execute(
            f"update {qualified(table.name)} set {flag} = true, _synced_at = ?"
            f" where list_contains(?::bigint[], id) and {flag} is distinct from true",
            [moment, archived],
        )
    connection.execute(
        f"update {doubts} set asked_at = ? where table_name = ? and list_contains(?::bigint[], row_id)",
        [moment, table.name, by_standing.pop(Fate.UNKNOWN)],
    )
    settled = [id_ for ids in by_standing.values() for id_ in ids]
    connection.execute(
        f"delete from {doubts} where table_name = ? and list_contains(?::bigint[], row_id)",
        [table.name, settled],
    )


def bury_belonging(
    connection: duckdb.DuckDBPyConnection,
    belonging: Iterable[tuple[Table, str]],
    gone: str,
    moment: datetime,
) -> None:
    """Mark what belongs to the rows whose ids the query `gone` has.

    Their lists are read anew should they return.
    """
    for table, column in belonging:
        ensure_shape(connection, table, comments=False)
        name = identifier(column)
        connection.execute(
            f"update {qualified(table.name)} set _deleted_at = ?"
            f" where _deleted_at is null and {name} in ({gone})",
            [after_all(connection, table, moment)],
        )
        if isinstance(table.sync, PerParent):
            connection.execute(
                f"update {qualified('parents_read', META)} set gone = true"
                f" where table_name = ? and parent_id in ({gone})",
                [table.name],
            )


def revive_belonging(
    connection: duckdb.DuckDBPyConnection,
    belonging: Iterable[tuple[Table, str]],
    back: str,
    moment: datetime,
) -> None:
    """Bring back what was marked when, or after, what it belongs to was; `back` has ids and when that was.

    What has lists of its own is read again instead.
    """
    for table, column in belonging:
        if isinstance(table.sync, PerParent):
            continue
        ensure_shape(connection, table, comments=False)
        connection.execute(
            f"update {qualified(table.name)} t set _deleted_at = null, _synced_at = ?"
            f" from ({back}) b where t.{identifier(column)} = b.id and t._deleted_at >= b.gone_at",
            [after_all(connection, table, moment)],
        )


def next_interval(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    *,
    until: datetime,
    before: datetime,
    rows: int,
) -> tuple[datetime, datetime] | None:
    """The stretch of at most some rows to verify next; None if all were since `before`.

    That is one never verified, else the one verified longest ago.
    """
    cursor, target = identifier(cursor_of(table)), qualified(table.name)
    living = f"from {target} t where {_doubtable(table, 't')} and {cursor}"
    found = connection.execute(f"select min({cursor}) {living} < ?", [until]).fetchone()
    if found is None or found[0] is None:
        return None
    left = _verified_longest_ago(_verified(connection, table), found[0], until, before)
    while left:
        start, end = left.pop(0)
        within = connection.execute(
            f"select {cursor} {living} >= ? and {cursor} < ? order by 1 limit {rows + 1}", [start, end]
        ).fetchall()
        if not within:
            record_verified(connection, table, start, end, before)
            continue
        start = within[0][0].replace(microsecond=0) if within[0][0] > start else start
        if len(within) <= rows:
            return start, end
        return start, min(end, within[rows - 1][0].replace(microsecond=0) + timedelta(seconds=1))
    return None


def record_verified(
    connection: duckdb.DuckDBPyConnection, table: Table, start: datetime, end: datetime, at: datetime
) -> None:
    """Remember that every row of [start, end) was listed or is doubted, as asked for at a moment."""
    if end <= start:
        return
    kept = [(start, end, at)]
    for opens, closes, moment in _verified(connection, table):
        parts = ((opens, min(closes, start)), (max(opens, end), closes))
        kept += [(first, last, moment) for first, last in parts if first < last]
    joined: list[tuple[datetime, datetime, datetime]] = []
    for opens, closes, moment in sorted(kept):
        if joined and joined[-1][1] >= opens and joined[-1][2] == moment:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]), moment)
        else:
            joined.append((opens, closes, moment))
    verified = qualified("verified", META)
    connection.execute(f"delete from {verified} where table_name = ?", [table.name])
    connection.executemany(
        f"insert into {verified} values (?, ?, ?, ?)", [[table.name, *row] for row in joined]
    )


def whole_list(connection: duckdb.DuckDBPyConnection, table: Table) -> tuple[datetime | None, int]:
    """When the whole list of a table was last read to its end, and how many rows it holds by now."""
    read = connection.execute(
        f"select max(listed_at) from {qualified('listed', META)} where table_name = ?", [table.name]
    ).fetchone()
    held = connection.execute(
        f"select count(*) from {qualified(table.name)} where _deleted_at is null"
    ).fetchone()
    return (read[0] if read else None), (held[0] if held else 0)


def cursor_of(table: Table) -> str:
    """The column that a table's lists are bounded by."""
    match table.sync:
        case Keyset(cursor=cursor) | LookBack(cursor=cursor):
            return cursor
        case _:
            return table.window


def after_all(connection: duckdb.DuckDBPyConnection, table: Table, moment: datetime) -> datetime:
    """The moment, or the first one later than every change of the table that is stored."""
    latest = last_change(connection, table)
    return moment if latest is None or latest < moment else latest + timedelta(microseconds=1)


def _doubtable(table: Table, alias: str) -> str:
    """The rows that lists should have: neither gone nor archived."""
    flag = table.existence.flag if table.existence else ""
    archived = f" and {alias}.{identifier(flag)} is distinct from true" if flag else ""
    return f"{alias}._deleted_at is null{archived}"


def _verified(
    connection: duckdb.DuckDBPyConnection, table: Table
) -> list[tuple[datetime, datetime, datetime]]:
    return connection.execute(
        f"select verified_from, verified_to, verified_at from {qualified('verified', META)}"
        " where table_name = ? order by all",
        [table.name],
    ).fetchall()


def _verified_longest_ago(
    verified: list[tuple[datetime, datetime, datetime]], start: datetime, until: datetime, before: datetime
) -> list[tuple[datetime, datetime]]:
    """The stretches of [start, until) not verified since `before`: those never first, then longest ago."""
    never: list[tuple[datetime, datetime]] = []
    reached = start
    for opens, closes, _ in sorted(verified):
        if min(opens, until) > reached:
            never.append((reached, min(opens, until)))
        reached = max(reached, closes)
    if reached < until:
        never.append((reached, until))
    once = sorted((at, opens, closes) for opens, closes, at in verified if at < before)
    within = [(max(opens, start), min(closes, until)) for _, opens, closes in once]
    return never + [(opens, closes) for opens, closes in within if opens < closes]
