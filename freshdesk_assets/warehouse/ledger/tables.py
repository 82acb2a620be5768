"""What has been read, remembered beside the data and stored in the same transaction as it.

`coverage` are the stretches of time whose changes are stored, `reread` those that were read once more;
`parents_read` the version of each parent at which its list was read;
`rejected` the rows that could not be keyed; `listed` how long the full lists were; `doubts`
the rows that a list came without, `verified` where there are none; `derived` up to where child tables are cut
and histories kept; `views` the views as they were created; `followed` what was made of which state of the
tables; `credits` what was spent, and `standing` how far that went.
"""

from collections.abc import Iterable
from datetime import datetime

import duckdb

from freshdesk_assets.schema import names
from freshdesk_assets.schema.column import Column, bigint, boolean, date, double, json, text, timestamp
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import ALIAS, identifier, literal, once
from freshdesk_assets.warehouse.shape import column_comment, qualified

META = names.META


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
            bigint("parent_id", "Row whose list was read, or the row itself, by its own call."),
            timestamp("version", "The row's version at which it was; null if it has none."),
            timestamp("read_at", "When Freshdesk answered."),
            boolean("gone", "Whether Freshdesk no longer had the row."),
            timestamp("asked_at", "When it was asked, by the replica's clock."),
        ),
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
    "followed": (
        "The steps of runs that make something of tables, and of which state of them they last did.",
        (
            text("step", "Step of a run, as Dagster names it."),
            text("made_of", "Fingerprint of its declaration and of the tables that it goes by."),
            timestamp("made_at", "When it was last made."),
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


def ensure_ledger(connection: duckdb.DuckDBPyConnection, *, comments: bool = True) -> None:
    """Create what is missing of the ledger, once per process and file; `comments` as in `ensure_shape`."""
    if not once(connection, "comments of the ledger" if comments else "ledger"):
        return
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


def version_of(table: Table, alias: str) -> str:
    """The newest of the times that tell a row's version, as SQL; null when it has none."""
    if not table.version:
        return "null::timestamptz"
    times = ", ".join(f"{alias}.{identifier(name)}" for name in table.version)
    return f"greatest({times})" if len(table.version) > 1 else times
