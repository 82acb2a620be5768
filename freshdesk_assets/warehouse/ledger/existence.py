"""From what lists had, and what Freshdesk answered, to which stored rows are doubted, gone or archived.

A row is doubted when a list that should have it does not. A doubt alone marks nothing as deleted: archived
rows leave every list too. A doubt is settled in the transaction that stores what the answer brought.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from freshdesk_assets.schema.endpoint import Existence
from freshdesk_assets.schema.page import Doubt, Fate, Verdict
from freshdesk_assets.schema.sync import Keyset, LookBack
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.following import last_change
from freshdesk_assets.warehouse.ledger.intervals import Interval, joined, uncovered
from freshdesk_assets.warehouse.ledger.tables import ledger, version_of
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import identifier, literal, number, scalar

ASKED_AGAIN_AFTER = timedelta(days=7)
"""How long a doubt waits that Freshdesk would not settle; the key may be given more rights meanwhile."""


def doubt_unlisted(
    connection: Connection,
    table: Table,
    listed: Iterable[int],
    start: datetime,
    end: datetime | None,
    moment: datetime,
) -> int:
    """Doubt the rows of [start, end) that are not among those listed; returns how many are doubted anew."""
    # Not before what is stored, as where a clock was set back: an earlier doubt counts as answered.
    moment = later_than_all(connection, table, moment)
    cursor = f"t.{identifier(cursor_of(table))}"
    values: list[object] = [list(listed), table.name, moment, start]
    bound = ""
    if end is not None:
        bound = f" and {cursor} < ?"
        values.append(end)
    doubts, target = ledger(connection, "doubts"), shaped(connection, table)
    connection.execute(
        "create or replace temp table listed_ids as select unnest(?::bigint[]) as id", values[:1]
    )
    doubted_anew = number(
        connection,
        f"insert into {doubts} select ?, t.id, ?, null from {target} t"
        f" where {_doubtable(table, 't')} and {cursor} >= ?{bound}"
        " and t.id not in (select id from listed_ids)"
        f" and not exists (from {doubts} d where d.table_name = {literal(table.name)} and d.row_id = t.id)",
        values[1:],
    )
    connection.execute("drop table listed_ids")
    return doubted_anew


def open_doubts(
    connection: Connection,
    table: Table,
    existence: Existence,
    *,
    now: datetime,
    limit: int,
) -> list[Doubt]:
    """The doubts to ask about next, oldest first; those about rows sent again meanwhile are dropped."""
    doubts, target = ledger(connection, "doubts"), shaped(connection, table)
    connection.execute(
        f"delete from {doubts} where table_name = ? and row_id not in"
        f" (select t.id from {target} t join {doubts} d on d.table_name = ? and d.row_id = t.id"
        f" where {_doubtable(table, 't')} and t._synced_at <= d.since)",
        [table.name, table.name],
    )
    by = f"t.{identifier(existence.by)}"
    # A query of its own, so that the names in the condition mean the table's columns.
    idle = f"t.id in (select id from {target} where {existence.idle})" if existence.idle else "false"
    rows = connection.execute(
        f"select {by}, array_agg(t.id order by t.id), max({version_of(table, 't')}), bool_and({idle})"
        f" from {doubts} d join {target} t on t.id = d.row_id"
        f" where d.table_name = ? and {by} is not null"
        " and (d.asked_at is null or d.asked_at not between ? and ?)"
        f" group by {by} order by min(d.since), {by}",
        [table.name, now - ASKED_AGAIN_AFTER, now],
    ).fetchmany(limit)
    return [
        Doubt(id=id_, rows=tuple(ids), version=version, idle=bool(idle)) for id_, ids, version, idle in rows
    ]


def doubted(connection: Connection, table: Table) -> int:
    """How many rows are doubted."""
    query = f"select count(*) from {ledger(connection, 'doubts')} where table_name = ?"
    return number(connection, query, [table.name])


def settle_doubts(
    connection: Connection, table: Table, verdicts: Iterable[Verdict], moment: datetime
) -> None:
    """Mark archived rows, and drop the doubts that were answered; landing marks the rows that are gone."""
    by_fate: dict[Fate, list[int]] = {fate: [] for fate in Fate}
    for verdict in verdicts:
        by_fate[verdict.fate].append(verdict.id)
    doubts = ledger(connection, "doubts")
    if (archived := by_fate[Fate.ARCHIVED]) and table.existence and table.existence.flag:
        flag = identifier(table.existence.flag)
        connection.execute(
            f"update {shaped(connection, table)} set {flag} = true, _synced_at = ?"
            f" where list_contains(?::bigint[], id) and {flag} is distinct from true",
            [moment, archived],
        )
    connection.execute(
        f"update {doubts} set asked_at = ? where table_name = ? and list_contains(?::bigint[], row_id)",
        [moment, table.name, by_fate.pop(Fate.UNKNOWN)],
    )
    settled = [id_ for ids in by_fate.values() for id_ in ids]
    connection.execute(
        f"delete from {doubts} where table_name = ? and list_contains(?::bigint[], row_id)",
        [table.name, settled],
    )


def bury_belonging(
    connection: Connection,
    belonging: Mapping[str, tuple[tuple[Table, str], ...]],
    parent: str,
    gone: str,
    moment: datetime,
    depth: int = 0,
) -> None:
    """Mark as deleted what belongs to the rows of `parent` whose ids the query `gone` selects, and so on.

    Should those rows return, the lists read per row are read anew. `depth` tells apart the temporary tables
    of rows that belong to rows that belong to others.
    """
    for table, column in belonging.get(parent, ()):
        target, condition = (
            shaped(connection, table),
            f"_deleted_at is null and {identifier(column)} in ({gone})",
        )
        below = f"belonging_{depth}"
        deeper = table.key == ("id",) and bool(belonging.get(table.name))
        if deeper:
            connection.execute(
                f"create or replace temp table {below} as select id from {target} where {condition}"
            )
        connection.execute(
            f"update {target} set _deleted_at = ? where {condition}",
            [later_than_all(connection, table, moment)],
        )
        for branch in table.branches:
            if branch.column == column:
                connection.execute(
                    f"update {ledger(connection, 'parents_read')} set gone = true"
                    f" where table_name = ? and parent_id in ({gone})",
                    [table.recorded_as(branch)],
                )
        if deeper:
            if scalar(connection, f"select 1 from {below} limit 1"):
                ids = f"select id from {below}"
                bury_belonging(connection, belonging, table.name, ids, moment, depth + 1)
            connection.execute(f"drop table {below}")


def revive_belonging(
    connection: Connection,
    belonging: Iterable[tuple[Table, str]],
    back: str,
    moment: datetime,
) -> None:
    """Restore the rows that were marked as deleted with, or after, the row they belong to.

    The query `back` selects that row's `id` and `gone_at`. Tables that are read per row are read again
    instead.
    """
    for table, column in belonging:
        if table.branches:
            continue
        connection.execute(
            f"update {shaped(connection, table)} t set _deleted_at = null, _synced_at = ?"
            f" from ({back}) b where t.{identifier(column)} = b.id and t._deleted_at >= b.gone_at",
            [later_than_all(connection, table, moment)],
        )


def next_interval(
    connection: Connection,
    table: Table,
    *,
    until: datetime,
    before: datetime,
    rows: int,
) -> Interval | None:
    """The next interval to verify, of at most `rows` rows; None if all were verified since `before`.

    An interval that was never verified comes first, else the one verified longest ago.
    """
    cursor, target = identifier(cursor_of(table)), shaped(connection, table)
    living = f"from {target} t where {_doubtable(table, 't')} and {cursor}"
    earliest = scalar(connection, f"select min({cursor}) {living} < ?", [until])
    if earliest is None:
        return None
    left = _verified_longest_ago(_verified(connection, table), earliest, until, before)
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
    connection: Connection, table: Table, start: datetime, end: datetime, at: datetime
) -> None:
    """Remember that every row of [start, end) was listed or is doubted, by a run requested at `at`."""
    if end <= start:
        return
    by_moment: dict[datetime, list[Interval]] = {at: [(start, end)]}
    for opens, closes, moment in _verified(connection, table):
        by_moment.setdefault(moment, []).extend(uncovered([(start, end)], opens, closes))
    rows = sorted(
        (opens, closes, moment)
        for moment, intervals in by_moment.items()
        for opens, closes in joined(intervals)
    )
    verified = ledger(connection, "verified")
    connection.execute(f"delete from {verified} where table_name = ?", [table.name])
    connection.executemany(
        f"insert into {verified} values (?, ?, ?, ?)", [[table.name, *row] for row in rows]
    )


def whole_list(connection: Connection, table: Table) -> tuple[datetime | None, int]:
    """When the whole list of a table was last read to its end, and how many rows the table has now."""
    read = f"select max(listed_at) from {ledger(connection, 'listed')} where table_name = ?"
    if isinstance(table.sync, LookBack):
        # It marks nothing as deleted, and so leaves only the interval that it read, which must still count.
        read = (
            f"select max(r.began_at) from {ledger(connection, 'reread')} r"
            f" join {ledger(connection, 'coverage')} c using (table_name)"
            " where r.table_name = ? and greatest(r.reread_from, c.covered_from) <= to_timestamp(0)"
        )
    held = f"select count(*) from {shaped(connection, table)} where _deleted_at is null"
    return scalar(connection, read, [table.name]), number(connection, held)


def cursor_of(table: Table) -> str:
    """The column that a table's lists are bounded by."""
    match table.sync:
        case Keyset(cursor=cursor) | LookBack(cursor=cursor):
            return cursor
        case _:
            return table.window


def later_than_all(connection: Connection, table: Table, moment: datetime) -> datetime:
    """The moment, if it is later than every stored change of the table; else the first one that is."""
    latest = last_change(connection, table)
    return moment if latest is None or latest < moment else latest + timedelta(microseconds=1)


def _doubtable(table: Table, alias: str) -> str:
    """The rows that lists should have: neither gone nor archived."""
    flag = table.existence.flag if table.existence else ""
    archived = f" and {alias}.{identifier(flag)} is distinct from true" if flag else ""
    return f"{alias}._deleted_at is null{archived}"


def _verified(connection: Connection, table: Table) -> list[tuple[datetime, datetime, datetime]]:
    return connection.execute(
        f"select verified_from, verified_to, verified_at from {ledger(connection, 'verified')}"
        " where table_name = ? order by all",
        [table.name],
    ).fetchall()


def _verified_longest_ago(
    verified: list[tuple[datetime, datetime, datetime]], start: datetime, until: datetime, before: datetime
) -> list[Interval]:
    """The intervals of [start, until) not verified since `before`: never first, then longest ago.

    Those verified later than now were so by a clock that was wrong.
    """
    now = datetime.now(UTC)
    never = uncovered([(opens, closes) for opens, closes, _ in verified], start, until)
    once = sorted((at, opens, closes) for opens, closes, at in verified if at < before or at > now)
    within = [(max(opens, start), min(closes, until)) for _, opens, closes in once]
    return never + [(opens, closes) for opens, closes in within if opens < closes]
