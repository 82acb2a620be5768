"""Which rows have a call of their own still to be made, and the record of those that were made.

The table `parents_read` of the ledger has, for each row, its version when the call was made.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.schema.sync import Branch
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.spared import Spared
from freshdesk_assets.warehouse.ledger.tables import ASKED_AT, ledger, version_of
from freshdesk_assets.warehouse.shape import qualified, shaped
from freshdesk_assets.warehouse.sql import identifier, number, scalar

READS = "reads"
"""A temporary table of the parents last given to `record_parents`: `id`, and whether it is `gone`."""

SAME_MOMENT = 2
"""Versions are exact to the second. A row read within so many seconds of its version is read once more: it
may have changed again in the same second without a new version."""


@dataclass(frozen=True, slots=True)
class Parent:
    """A row whose list is to be read, and the version it is at."""

    id: int
    version: datetime | None


@dataclass(frozen=True, slots=True)
class Pending:
    """Parents still to be read: the next ones, and how many there are in all."""

    parents: tuple[Parent, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which rows of `source` have a call of their own still to be made.

    A row is asked for if it is at a new version since its last call. The fields change that:

    - `start`, `end`: only rows whose window column lies in [start, end).
    - `read_before`: instead of rows at a new version, those whose last call was before then, or after
      `read_after`: a clock that was wrong said so. Of a `branch`, these beside parents at a new version.
    - `stale`: also rows for which this SQL condition holds; `p` is the row, `r` its last call in the ledger.
    - `spared`: rows of which another table tells wait longer than `read_before`.
    - `asked_before`: also rows that have rows of their own in the table and were asked for before then.
    - `all_before`: also all other rows that were asked for before then.
    - `refused_before`: rows that were set aside before then wait no longer.

    - `record`: the name under which the ledger has these calls, that of the table by default.
    - `branch`: of parents for which its `where` does not hold, only those with stored rows are asked for.
    - `doubting`: those too that were not asked for in a week.
    - `worth`: none until this SQL condition holds of all rows `p` together, or the table has rows.
    - `lost`: instead, rows marked as deleted since their last call, whose parent exists.

    A row that was set aside waits for its time, a new version, or an `asked_before` or `all_before` after its
    refusal.
    """

    source: Table
    start: datetime | None = None
    end: datetime | None = None
    read_before: datetime | None = None
    read_after: datetime | None = None
    stale: str = ""
    spared: Spared | None = None
    asked_before: datetime | None = None
    all_before: datetime | None = None
    refused_before: datetime | None = None
    record: str = ""
    branch: Branch | None = None
    doubting: bool = False
    worth: str = ""
    lost: bool = False


SAID_EMPTY_FOR = timedelta(days=7, hours=-4)
"""How long a parent is believed to have no rows, before its list is asked for all the same. A few hours less
than a week, so that a run at the same hour of the day asks."""


def pending(connection: Connection, table: Table, asked: Asked, *, limit: int = 2000) -> Pending:
    """The rows for which `table` has a call still to be made, oldest change first; last those set aside."""
    source, values = _due(connection, table, asked)
    version = version_of(asked.source, "p")
    total = number(connection, f"select count(*) {source}", values)
    # Not `limit`: DuckDB 2.0.0 leaves it out of the plan where nothing in the ledger can match, as on a first
    # read, and all parents would come at once.
    rows = connection.execute(
        f"select p.id, {version} as version {source} order by s.tries is not null, version, p.id", values
    ).fetchmany(limit)
    return Pending(tuple(Parent(*row) for row in rows), total)


def earliest_pending(connection: Connection, table: Table, asked: Asked) -> datetime | None:
    """The earliest time, by the source's window column, of a row that is still to be asked for.

    None if there is no such row, and for a table that was never begun, perhaps because the key may not read
    it.
    """
    begun = scalar(
        connection,
        f"select 1 from {ledger(connection, 'parents_read')} where table_name = $1"
        f" union all select 1 from {ledger(connection, 'read_state')} where table_name = $1 limit 1",
        [table.name],
    )
    if begun is None:
        return None
    source, values = _due(connection, table, asked)
    window = identifier(asked.source.window)
    earliest: datetime | None = scalar(connection, f"select min(p.{window}) {source}", values)
    return earliest


def _due(connection: Connection, table: Table, asked: Asked) -> tuple[str, list[object]]:
    """The rows to be asked for: an SQL query from its `from` on, and its values."""
    parent = asked.source
    version = version_of(parent, "p")
    record = asked.record or table.name
    values: list[object] = [record, record]
    # A row that was gone and is back has its conversations, time entries… back too.
    due = ["r.parent_id is null", "r.gone"]
    # Of a list that lacked too much to be believed the ledger has no version: it is asked for once more.
    versioned = asked.read_before is None or asked.branch is not None
    if versioned:
        due += [
            f"r.version is distinct from {version}",
            f"r.read_at <= r.version + interval {SAME_MOMENT} seconds",
        ]
    if asked.read_before is not None:
        waits, moments = "", list[object]()
        if asked.spared:
            tells, moments = asked.spared.tells(connection)
            waits = f" and (r.read_at < ? or not ({tells}))"
            moments.insert(0, asked.spared.read_before)
        due += [f"(r.read_at < ?{waits})", "r.read_at > ?"]
        values += [asked.read_before, *moments, asked.read_after]
    if asked.spared:
        due.append(asked.spared.differs)
    if asked.stale:
        due.append(f"({asked.stale})")
    if asked.asked_before is not None and table.branches:
        column = identifier(table.branches[0].column)
        held = f"select {column} from {shaped(connection, table)} where _deleted_at is null"
        # What is archived does not change any more.
        flag = parent.existence.flag if parent.existence else ""
        kept = f" and p.{identifier(flag)} is distinct from true" if flag else ""
        due.append(f"({ASKED_AT} not between ? and ? and p.id in ({held}){kept})")
        values += [asked.asked_before, datetime.now(UTC)]
    if asked.all_before is not None:
        due.append(f"{ASKED_AT} not between ? and ?")
        values += [asked.all_before, datetime.now(UTC)]
    waited = ["s.tries is null", "s.retry_at <= ?"]
    values.append(datetime.now(UTC))
    if versioned:
        waited.append(f"s.version is distinct from {version}")
    for before in (asked.asked_before, asked.all_before, asked.refused_before):
        if before is not None:
            waited.append("s.asked_at < ?")
            values.append(before)
    if asked.lost:
        due = ["r.parent_id is null", f"{ASKED_AT} < p._deleted_at"]
        values = [record, record, datetime.now(UTC)]
        waited = ["s.tries is null", "s.retry_at <= ?"]
    exists = f"p._deleted_at is not null and {_has_parent(table)}"
    conditions = [
        exists if asked.lost else "p._deleted_at is null",
        f"({' or '.join(due)})",
        f"({' or '.join(waited)})",
    ]
    flag = parent.existence.flag if parent.existence else ""
    if asked.branch and flag and not asked.branch.archived:
        # Nobody answers for what is archived: what is stored of it stays.
        conditions.append(f"p.{identifier(flag)} is distinct from true")
    if asked.worth:
        # Once it has rows, they are kept right, whatever their lists are worth now.
        begun = f"exists (select 1 from {shaped(connection, table)} where _deleted_at is null)"
        worth = f"(select {asked.worth} from {shaped(connection, parent)} p where p._deleted_at is null)"
        conditions.append(f"({begun} or {worth})")
    if asked.branch and asked.branch.where:
        column = identifier(asked.branch.column)
        held = f"p.id in (select {column} from {shaped(connection, table)} where _deleted_at is null)"
        # Of the rows that are stored, another list may tell.
        others = [
            f"coalesce({each.where}, false)"
            for each in table.branches
            if each.column == asked.branch.column and each.where
        ]
        may = [f"coalesce({asked.branch.where}, false)", f"({held} and not ({' or '.join(others)}))"]
        if asked.doubting:
            may += ["r.parent_id is null", f"{ASKED_AT} < ?"]
            values.append(datetime.now(UTC) - SAID_EMPTY_FOR)
        conditions.append(f"({' or '.join(may)})")
    window = f"p.{identifier(parent.window)}"
    for bound, comparison in ((asked.start, ">="), (asked.end, "<")):
        if bound is not None:
            conditions.append(f"{window} {comparison} ?")
            values.append(bound)
    source = (
        f"from {shaped(connection, parent)} p left join {ledger(connection, 'parents_read')} r"
        f" on r.table_name = ? and r.parent_id = p.id left join {ledger(connection, 'set_aside')} s"
        f" on s.table_name = ? and s.parent_id = p.id where {' and '.join(conditions)}"
    )
    return source, values


def _has_parent(table: Table) -> str:
    """The SQL condition that the row `p` of the table is of a parent that exists: without it, it is gone."""
    parts = []
    for branch, later in each_branch(table):
        parent = qualified(branch.parent)
        column = f"p.{identifier(branch.column)}"
        unclaimed = "".join(
            f" and p.{identifier(each.column)} is null" for each in later if each.column != branch.column
        )
        living = f"exists (select 1 from {parent} q where q.id = {column} and q._deleted_at is null)"
        parts.append(f"({column} is not null{unclaimed} and {living})")
    return f"({' or '.join(parts)})"


def each_branch(table: Table) -> list[tuple[Branch, tuple[Branch, ...]]]:
    """The branches of a table, each with the later ones: a row is of the latest that it names a parent in."""
    return [(branch, table.branches[place + 1 :]) for place, branch in enumerate(table.branches)]


def record_parents(
    connection: Connection,
    table: Table,
    parent: str,
    reads: list[ParentRead],
    moment: datetime,
) -> None:
    """Remember the calls of one kind as made; one without a version is recorded at the version stored now.

    Afterwards `READS` has their parents, and whether their lists were read `whole`.
    """
    if not reads:
        return
    parents_read = ledger(connection, "parents_read")
    connection.execute(
        f"create or replace temp table {READS} as select unnest(?::bigint[]) as id,"
        " unnest(?::timestamptz[]) as version, unnest(?::timestamptz[]) as at, unnest(?::boolean[]) as gone,"
        " unnest(?::timestamptz[]) as asked, unnest(?::boolean[]) as whole",
        [
            [read.id for read in reads],
            [read.version for read in reads],
            [read.at or moment for read in reads],
            [read.gone for read in reads],
            [read.asked or moment for read in reads],
            [read.whole for read in reads],
        ],
    )
    stored = version_of(table, "p")
    record = reads[0].record or table.name
    connection.execute(f"alter table {READS} add column whole_at timestamptz")
    connection.execute(f"update {READS} set whole_at = asked where whole")
    connection.execute(
        f"update {READS} set whole_at = f.whole_at from {parents_read} f"
        f" where not {READS}.whole and f.table_name = ? and f.parent_id = {READS}.id",
        [record],
    )
    connection.execute(
        f"delete from {parents_read} where table_name = ? and parent_id in (select id from {READS})",
        [record],
    )
    version = "r.version"
    join = ""
    if not table.branches:
        version = f"coalesce(r.version, {stored})"
        join = f"left join {qualified(parent)} p on p.id = r.id"
    connection.execute(
        f"insert into {parents_read} by name select ? as table_name, r.id as parent_id,"
        f" any_value({version}) as version, max(r.at) as read_at, bool_or(r.gone) as gone,"
        " min(r.asked) as asked_at, min(r.whole_at) as whole_at"
        f" from {READS} r {join} group by r.id",
        [record],
    )
