"""Which parents have their own rows still to be read, and what reading them settled.

`parents_read` in the ledger has the version of each at which it was read.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.schema.table import PerParent, Table
from freshdesk_assets.warehouse.file import identifier
from freshdesk_assets.warehouse.ledger.tables import META, version_of
from freshdesk_assets.warehouse.shape import qualified

SAME_MOMENT = 2
"""Versions are told to the second: one read within so many seconds of its version is read once more, for it
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

    Those at a version at which they were not asked yet, and:

    - `start`, `end`: only rows whose window column lies in [start, end).
    - `read_before`: not the version counts, but whether a row was asked since then.
    - `stale`: rows for which this SQL condition on the row `p` and its reading `r` holds, whatever else.
    - `asked_before`: rows that have rows of their own and were last asked for them before that moment.
    """

    source: Table
    start: datetime | None = None
    end: datetime | None = None
    read_before: datetime | None = None
    stale: str = ""
    asked_before: datetime | None = None


def pending(
    connection: duckdb.DuckDBPyConnection, table: Table, asked: Asked, *, limit: int = 2000
) -> Pending:
    """The rows of which `table` is still to be read, oldest change first."""
    source, values = _due(table, asked)
    version = version_of(asked.source, "p")
    total = connection.execute(f"select count(*) {source}", values).fetchone()
    # Not `limit`: DuckDB 2.0.0 leaves it out of the plan where nothing in the ledger can match, as on a first
    # read, and all parents would come at once.
    rows = connection.execute(
        f"select p.id, {version} as version {source} order by version, p.id", values
    ).fetchmany(limit)
    return Pending(tuple(Parent(*row) for row in rows), total[0] if total else 0)


def earliest_pending(connection: duckdb.DuckDBPyConnection, table: Table, asked: Asked) -> datetime | None:
    """The first time, by the source's window column, of a row that is still to be asked.

    None where there is none, and for a table that was never begun: one that may not be read, say.
    """
    begun = connection.execute(
        f"select 1 from {qualified('parents_read', META)} where table_name = $1"
        f" union all select 1 from {qualified('standing', META)} where table_name = $1 limit 1",
        [table.name],
    ).fetchone()
    if begun is None:
        return None
    source, values = _due(table, asked)
    window = identifier(asked.source.window)
    found = connection.execute(f"select min(p.{window}) {source}", values).fetchone()
    return found[0] if found else None


def _due(table: Table, asked: Asked) -> tuple[str, list[object]]:
    """The rows to be asked, as SQL from its `from` on with its values."""
    parent = asked.source
    version = version_of(parent, "p")
    values: list[object] = [table.name]
    # What was gone and is not any more has come back with what hangs on it.
    due = ["r.parent_id is null", "r.gone"]
    if asked.read_before is None:
        due += [
            f"r.version is distinct from {version}",
            f"r.read_at <= r.version + interval {SAME_MOMENT} seconds",
        ]
    else:
        due.append("r.read_at < ?")
        values.append(asked.read_before)
    if asked.stale:
        due.append(f"({asked.stale})")
    if asked.asked_before is not None and isinstance(table.sync, PerParent):
        column = identifier(table.sync.column)
        held = f"select {column} from {qualified(table.name)} where _deleted_at is null"
        # What is archived does not change any more.
        flag = parent.existence.flag if parent.existence else ""
        kept = f" and p.{identifier(flag)} is distinct from true" if flag else ""
        due.append(f"(coalesce(r.asked_at, r.read_at) < ? and p.id in ({held}){kept})")
        values.append(asked.asked_before)
    conditions = ["p._deleted_at is null", f"({' or '.join(due)})"]
    window = f"p.{identifier(parent.window)}"
    for bound, comparison in ((asked.start, ">="), (asked.end, "<")):
        if bound is not None:
            conditions.append(f"{window} {comparison} ?")
            values.append(bound)
    source = (
        f"from {qualified(parent.name)} p left join {qualified('parents_read', META)} r"
        f" on r.table_name = ? and r.parent_id = p.id where {' and '.join(conditions)}"
    )
    return source, values


def record_parents(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    parent: str,
    reads: list[ParentRead],
    moment: datetime,
) -> None:
    """Remember the lists as read, those of a version None at the version that is stored now."""
    if not reads:
        return
    parents_read = qualified("parents_read", META)
    connection.execute(
        "create or replace temp table reads as select unnest(?::bigint[]) as id,"
        " unnest(?::timestamptz[]) as version, unnest(?::timestamptz[]) as at, unnest(?::boolean[]) as gone,"
        " unnest(?::timestamptz[]) as asked",
        [
            [read.id for read in reads],
            [read.version for read in reads],
            [read.at or moment for read in reads],
            [read.gone for read in reads],
            [read.asked or moment for read in reads],
        ],
    )
    stored = version_of(table, "p")
    connection.execute(
        f"delete from {parents_read} where table_name = ? and parent_id in (select id from reads)",
        [table.name],
    )
    version = "r.version"
    join = ""
    if not isinstance(table.sync, PerParent):
        version = f"coalesce(r.version, {stored})"
        join = f"left join {qualified(parent)} p on p.id = r.id"
    connection.execute(
        f"insert into {parents_read} by name select ? as table_name, r.id as parent_id,"
        f" any_value({version}) as version, max(r.at) as read_at, bool_or(r.gone) as gone,"
        " min(r.asked) as asked_at"
        f" from reads r {join} group by r.id",
        [table.name],
    )
