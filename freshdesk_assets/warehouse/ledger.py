"""What has been read, remembered beside the data and stored in the same transaction as it.

`coverage` are the stretches of time whose changes are stored, `reread` those that were read once more;
`parents_read` the version of each parent at which its list was read; `broken_rules` the savings that turned
out not to hold; `rejected` the rows that could not be keyed; `listed` how long the full lists were; `doubts`
the rows that a list came without, `verified` where there are none; `derived` up to where child tables are cut
and histories kept; `views` the views as they were created; `credits` what was spent, and `standing` how far
that went.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from freshdesk_assets.schema.column import Column, bigint, boolean, date, double, json, text, timestamp
from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.schema.table import PerParent, Table
from freshdesk_assets.warehouse.file import ALIAS, identifier, literal
from freshdesk_assets.warehouse.shape import column_comment, qualified

META = "freshdesk_meta"
PROOFS = 100
"""So many parents that a rule would leave out are read before the rule is trusted in an account."""

SAMPLE = 16
"""And one in so many of them after that, to find out when it stops holding."""

SAME_MOMENT = 2
"""Versions are told to the second: one read within so many seconds of its version is read once more, for it
may have changed again in the same second without a new version."""

_TABLE = text("table_name", "Table it is about.")

LEDGER: dict[str, tuple[str, tuple[Column, ...]]] = {
    "coverage": (
        "Stretches of time whose changes are stored, by table and listing.",
        (
            _TABLE,
            text("listing", "Pass over the table's list: all, spam, deleted, blocked."),
            timestamp("covered_from", "Since when, this moment included."),
            timestamp("covered_to", "Until when, this moment not included."),
        ),
    ),
    "reread": (
        "Stretches of time that were read again in the last week: no backfill asked for before reads them.",
        (
            _TABLE,
            text("listing", "Pass over the table's list: all, spam, deleted, blocked."),
            timestamp("reread_from", "Since when, this moment included; of a full list, when it began."),
            timestamp("reread_to", "Until when, this moment not included."),
            timestamp("began_at", "When that reading began, by the replica's clock."),
        ),
    ),
    "parents_read": (
        "The version of each parent at which its rows of a table were read whole.",
        (
            _TABLE,
            bigint("parent_id", "Row whose list, or whose own view, was read."),
            timestamp("version", "The row's version at which it was; null if it has none."),
            timestamp("read_at", "When Freshdesk answered."),
            boolean("gone", "Whether Freshdesk no longer had the row."),
            timestamp("asked_at", "When it was asked, by the replica's clock."),
        ),
    ),
    "broken_rules": (
        "Tables whose rule for leaving parents out was found broken, and when.",
        (_TABLE, timestamp("found_at", "When that was found.")),
    ),
    "rejected": (
        "Rows that could not be stored in their table because they have no key, as they were sent.",
        (
            _TABLE,
            json("row", "The row, verbatim.", pii=True),
            timestamp("seen_at", "When it was first sent."),
        ),
    ),
    "listed": (
        "How many rows a full list had when it was last read to its end.",
        (
            _TABLE,
            bigint("rows", "Rows in the list, each key once."),
            timestamp("listed_at", "When it was stored."),
        ),
    ),
    "doubts": (
        "Rows that a list which should have had them came without, until Freshdesk was asked for them.",
        (
            _TABLE,
            bigint("row_id", "Row that is doubted."),
            timestamp("since", "When it was first missing."),
            timestamp("asked_at", "When Freshdesk was asked and would not say; null if it was not."),
        ),
    ),
    "verified": (
        "Stretches of time of whose rows each was listed, or is doubted.",
        (
            _TABLE,
            timestamp("verified_from", "Since when, by the time the list is bounded by."),
            timestamp("verified_to", "Until when, this moment not included."),
            timestamp("verified_at", "When the run was asked for that found it so."),
        ),
    ),
    "derived": (
        "Child tables and histories, the latest change of a table that is in them, and how they were made.",
        (
            _TABLE,
            timestamp("derived_to", "Latest change of a row of the table that is in them."),
            text("cut", "Fingerprint of the declaration that was followed."),
        ),
    ),
    "views": (
        "The views that were created, and from what: one that is not declared any more is dropped.",
        (
            text("schema_name", "Schema of the view."),
            text("view_name", "Name of the view."),
            text("made_of", "Fingerprint of its SQL, its comments and the types of its columns."),
        ),
    ),
    "credits": (
        "What was spent of the account's API limit, by table, run and day.",
        (
            text("table_name", "Table that was read; null for calls that are no table's."),
            text("purpose", "What the calls were for: reading, or poll, plan, doctor."),
            text("run_id", "Dagster run; null for calls outside of runs."),
            date("day", "Day in UTC on which it was recorded, seconds after the calls."),
            bigint("calls", "Requests sent, repeated ones too."),
            bigint("credits", "What they cost, as Freshdesk said, else by its price list."),
            double("seconds_waited", "Wall time during which a request stood waiting for the limit."),
        ),
    ),
    "standing": (
        "How far the last reading of each table went.",
        (
            _TABLE,
            timestamp("finished_at", "When it was last read to its end; null if never."),
            text("left_open", "What was still to be read when the budget was spent; null if nothing."),
            bigint("needs_more_than", "Credits that were not enough for a list read in one go, or null."),
        ),
    ),
}


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


def ensure_ledger(connection: duckdb.DuckDBPyConnection, *, comments: bool = True) -> None:
    """Create what is missing of the ledger; `comments` as in `ensure_shape`."""
    connection.execute(f"create schema if not exists {ALIAS}.{META}")
    for name, (_, columns) in LEDGER.items():
        typed = ", ".join(f"{identifier(column.name)} {column.type}" for column in columns)
        connection.execute(f"create table if not exists {qualified(name, META)} ({typed})")
        _add_missing(connection, name, columns)
    if not comments:
        return
    standing = connection.execute(
        "select table_name, comment from duckdb_tables() where database_name = $1 and schema_name = $2"
        " union all select concat(table_name, '.', column_name), comment from duckdb_columns()"
        " where database_name = $1 and schema_name = $2",
        [ALIAS, META],
    ).fetchall()
    for name, (doc, columns) in LEDGER.items():
        target = qualified(name, META)
        if (name, doc) not in standing:
            connection.execute(f"comment on table {target} is {literal(doc)}")
        for column in columns:
            if (f"{name}.{column.name}", column_comment(column)) not in standing:
                said = literal(column_comment(column))
                connection.execute(f"comment on column {target}.{identifier(column.name)} is {said}")


def _add_missing(connection: duckdb.DuckDBPyConnection, name: str, columns: tuple[Column, ...]) -> None:
    """Give a table of the ledger the columns it has not had in earlier versions."""
    target = qualified(name, META)
    stored = {column[0] for column in connection.execute(f"describe {target}").fetchall()}
    for column in columns:
        if column.name not in stored:
            connection.execute(f"alter table {target} add column {identifier(column.name)} {column.type}")


def covered(
    connection: duckdb.DuckDBPyConnection, table: Table, listing: str
) -> list[tuple[datetime, datetime]]:
    """Stretches [from, to) of a listing that are stored, in order, none touching another."""
    return connection.execute(
        f"select covered_from, covered_to from {qualified('coverage', META)}"
        " where table_name = ? and listing = ? order by covered_from",
        [table.name, listing],
    ).fetchall()


def record_coverage(
    connection: duckdb.DuckDBPyConnection, table: Table, stretches: Iterable[tuple[str, datetime, datetime]]
) -> None:
    """Add stretches, joined to those they touch."""
    coverage = qualified("coverage", META)
    for listing, start, end in _joined(stretches):
        touching = "table_name = ? and listing = ? and covered_from <= ? and covered_to >= ?"
        found = connection.execute(
            f"select min(covered_from), max(covered_to) from {coverage} where {touching}",
            [table.name, listing, end, start],
        ).fetchone()
        if found and found[0] is not None:
            start, end = min(start, found[0]), max(end, found[1])
        connection.execute(f"delete from {coverage} where {touching}", [table.name, listing, end, start])
        connection.execute(f"insert into {coverage} values (?, ?, ?, ?)", [table.name, listing, start, end])


def _joined(stretches: Iterable[tuple[str, datetime, datetime]]) -> list[tuple[str, datetime, datetime]]:
    """The stretches of each listing with those that touch made one: each page of a batch brings its own."""
    joined: list[tuple[str, datetime, datetime]] = []
    for listing, start, end in sorted(stretches):
        if joined and joined[-1][0] == listing and start <= joined[-1][2]:
            joined[-1] = (listing, joined[-1][1], max(end, joined[-1][2]))
        else:
            joined.append((listing, start, end))
    return joined


def pending(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    parent: Table,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    read_before: datetime | None = None,
    stale: str = "",
    asked_before: datetime | None = None,
    leave_out: bool = True,
    limit: int = 2000,
) -> Pending:
    """Rows of `parent` at a version at which `table` was not read, oldest change first.

    `start` and `end` bound the parent's window column. With `read_before` it is not the version that
    counts, but whether it was read since then. Whenever the SQL condition `stale` holds of a parent `p`
    and its reading `r`, it is read all the same. So is, with `asked_before`, a parent that has rows and was
    last asked for them before that moment. `leave_out` says whether the table's rule may be used.
    """
    source, values, proving = _due(
        connection,
        table,
        parent,
        start=start,
        end=end,
        read_before=read_before,
        stale=stale,
        asked_before=asked_before,
        leave_out=leave_out,
    )
    if proving:
        # Few at a time, so that no more are read for a proof than it takes.
        limit = min(limit, PROOFS)
    version = version_of(parent, "p")
    total = connection.execute(f"select count(*) {source}", values).fetchone()
    # Not `limit`: DuckDB 2.0.0 leaves it out of the plan where nothing in the ledger can match, as on a first
    # read, and all parents would come at once.
    rows = connection.execute(
        f"select p.id, {version} as version {source} order by version, p.id", values
    ).fetchmany(limit)
    return Pending(tuple(Parent(*row) for row in rows), total[0] if total else 0)


def earliest_pending(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    parent: Table,
    since: datetime | None,
    *,
    leave_out: bool,
) -> datetime | None:
    """The window column's first time, from `since` on, of a parent that is still to be read.

    None where there is none, and for a table that was never begun: one that may not be read, say.
    """
    begun = connection.execute(
        f"select 1 from {qualified('parents_read', META)} where table_name = $1"
        f" union all select 1 from {qualified('standing', META)} where table_name = $1 limit 1",
        [table.name],
    ).fetchone()
    if begun is None:
        return None
    source, values, _ = _due(connection, table, parent, start=since, leave_out=leave_out)
    found = connection.execute(f"select min(p.{identifier(parent.window)}) {source}", values).fetchone()
    return found[0] if found else None


def _due(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    parent: Table,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    read_before: datetime | None = None,
    stale: str = "",
    asked_before: datetime | None = None,
    leave_out: bool = True,
) -> tuple[str, list[object], bool]:
    """The parents to be read, as SQL from its `from` on with its values, and whether a rule is in proof."""
    version = version_of(parent, "p")
    values: list[object] = [table.name]
    # What was gone and is not any more has come back with what hangs on it.
    due = ["r.parent_id is null", "r.gone"]
    if read_before is None:
        due += [
            f"r.version is distinct from {version}",
            f"r.read_at <= r.version + interval {SAME_MOMENT} seconds",
        ]
    else:
        due.append("r.read_at < ?")
        values.append(read_before)
    if stale:
        due.append(f"({stale})")
    if asked_before is not None and isinstance(table.sync, PerParent):
        column = identifier(table.sync.column)
        held = f"select {column} from {qualified(table.name)} where _deleted_at is null"
        # What is archived does not change any more.
        flag = parent.existence.flag if parent.existence else ""
        kept = f" and p.{identifier(flag)} is distinct from true" if flag else ""
        due.append(f"(coalesce(r.asked_at, r.read_at) < ? and p.id in ({held}){kept})")
        values.append(asked_before)
    conditions = ["p._deleted_at is null", f"({' or '.join(due)})"]
    window = f"p.{identifier(parent.window)}"
    for bound, comparison in ((start, ">="), (end, "<")):
        if bound is not None:
            conditions.append(f"{window} {comparison} ?")
            values.append(bound)
    proving = False
    match table.sync:
        case PerParent(unless=rule) as sync if leave_out and rule and not _broken(connection, table):
            if _proven(connection, table, sync):
                conditions.append(f"(p.id % {SAMPLE} = 0 or p.id not in ({_left_out(sync)}))")
            else:
                proving = True
        case _:
            pass
    source = (
        f"from {qualified(parent.name)} p left join {qualified('parents_read', META)} r"
        f" on r.table_name = ? and r.parent_id = p.id where {' and '.join(conditions)}"
    )
    return source, values, proving


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


def check_rule(
    connection: duckdb.DuckDBPyConnection, table: Table, batches: list[str], moment: datetime
) -> bool:
    """Whether the rows just read belong to a parent the table's rule would have left out; remembered if so.

    A row that came to be after the parent's version at which it was read proves nothing: the parent has
    changed since, and the rule will not hold of it once it is read again. The `reads` of
    `record_parents` say at which version that was.
    """
    if not (isinstance(table.sync, PerParent) and table.sync.unless) or _broken(connection, table):
        return False
    parent = f"b.{identifier(table.sync.column)}"
    earlier = f"coalesce(b.{identifier(table.window)} <= r.version, true)"
    for batch in batches:
        found = connection.execute(
            f"select 1 from {batch} b join reads r on r.id = {parent} and {earlier}"
            f" where {parent} in ({_left_out(table.sync)}) limit 1"
        ).fetchone()
        if found:
            connection.execute(
                f"insert into {qualified('broken_rules', META)} values (?, ?)", [table.name, moment]
            )
            return True
    return False


def version_of(table: Table, alias: str) -> str:
    """The newest of the times that tell a row's version, as SQL; null when it has none."""
    if not table.version:
        return "null::timestamptz"
    times = ", ".join(f"{alias}.{identifier(name)}" for name in table.version)
    return f"greatest({times})" if len(table.version) > 1 else times


def _left_out(sync: PerParent) -> str:
    """The parents that the rule leaves out, in a query of their own so that its names mean their columns."""
    return f"select id from {qualified(sync.parent)} where {sync.unless}"


def _proven(connection: duckdb.DuckDBPyConnection, table: Table, sync: PerParent) -> bool:
    """Whether the table's rule was tried often enough in this account."""
    proofs = connection.execute(
        f"select count(*) from {qualified('parents_read', META)}"
        f" where table_name = ? and parent_id in ({_left_out(sync)})",
        [table.name],
    ).fetchone()
    return proofs is not None and proofs[0] >= PROOFS


def _broken(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    return (
        connection.execute(
            f"select 1 from {qualified('broken_rules', META)} where table_name = ?", [table.name]
        ).fetchone()
        is not None
    )
