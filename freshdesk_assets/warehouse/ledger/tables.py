"""What has been read, remembered beside the data and stored in the same transaction as it.

`coverage` are the intervals of time whose changes are stored, `reread` those that were re-read;
`parents_read` the version of each parent at which its list was read;
`rejected` the rows that could not be keyed; `listed` how long the full lists were; `doubts`
the rows that a list came without, `verified` where there are none; `derived` up to where child tables are cut
and histories kept; `views` the views as they were created; `followed` what was made of which state of the
tables; `credits` what was spent, and `read_state` how far that went.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from freshdesk_assets.schema import names
from freshdesk_assets.schema.column import Column, bigint, boolean, date, double, json, text, timestamp
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.intervals import Interval, joined
from freshdesk_assets.warehouse.notes import once
from freshdesk_assets.warehouse.shape import column_comment, qualified
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal

META = names.META


_TABLE = text("table_name", "Table it is about.")

LEDGER: dict[str, tuple[str, tuple[Column, ...]]] = {
    "coverage": (
        "Intervals of time whose changes are stored, by table and listing.",
        (
            _TABLE,
            text("listing", "Pass over the table's list: all, spam, deleted, blocked."),
            timestamp("covered_from", "Since when, this moment included."),
            timestamp("covered_to", "Until when, this moment not included."),
        ),
    ),
    "reread": (
        "Intervals of time re-read in the last week: no backfill requested before that reads them again.",
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
        "Intervals of time of whose rows each was listed, or is doubted.",
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
    "read_state": (
        "How far the last reading of each table went.",
        (
            _TABLE,
            timestamp("finished_at", "When it was last read to its end; null if never."),
            text("unfinished", "What was still to be read when the budget was spent; null if nothing."),
            bigint("needs_more_than", "Credits that were not enough for a list read in one go, or null."),
        ),
    ),
}


STANDING = "standing"
"""What `read_state` was called in earlier versions, with `left_open` for `unfinished`. A view keeps that name
until version 0.2, for queries that use it."""

STANDING_DOC = "The table read_state under its earlier name. It goes with version 0.2."


READ_STATE = LEDGER["read_state"][1]


def ledger(connection: Connection, name: str) -> str:
    """The name of a table of the ledger as SQL wants it; all of the ledger is there from here on."""
    ensure_ledger(connection, comments=False)
    return qualified(name, META)


def ensure_ledger(connection: Connection, *, comments: bool = True) -> None:
    """Create what is missing of the ledger, once per process and file; `comments` as in `ensure_shape`."""
    if once(connection, "ledger"):
        _create(connection)
    if comments and once(connection, "comments of the ledger"):
        _comment(connection)


def _create(connection: Connection) -> None:
    connection.execute(f"create schema if not exists {ALIAS}.{META}")
    tables = "select table_name from duckdb_tables() where database_name = ? and schema_name = ?"
    if (STANDING,) in connection.execute(tables, [ALIAS, META]).fetchall():
        read_state = qualified("read_state", META)
        connection.execute(f"alter table {qualified(STANDING, META)} rename to read_state")
        connection.execute(f"alter table {read_state} rename column left_open to unfinished")
    for name, (_, columns) in LEDGER.items():
        typed = ", ".join(f"{identifier(column.name)} {column.type}" for column in columns)
        connection.execute(f"create table if not exists {qualified(name, META)} ({typed})")
        _add_missing(connection, name, columns)
    connection.execute(
        f"create view if not exists {qualified(STANDING, META)} as"
        f" select table_name, finished_at, unfinished as left_open, needs_more_than from {META}.read_state"
    )


def _add_missing(connection: Connection, name: str, columns: tuple[Column, ...]) -> None:
    """Give a table of the ledger the columns it has not had in earlier versions."""
    target = qualified(name, META)
    stored = {column[0] for column in connection.execute(f"describe {target}").fetchall()}
    for column in columns:
        if column.name not in stored:
            connection.execute(f"alter table {target} add column {identifier(column.name)} {column.type}")


def _comment(connection: Connection) -> None:
    """Write the comments that are not there yet."""
    there = connection.execute(
        "select table_name, comment from duckdb_tables() where database_name = $1 and schema_name = $2"
        " union all select view_name, comment from duckdb_views()"
        " where database_name = $1 and schema_name = $2"
        " union all select concat(table_name, '.', column_name), comment from duckdb_columns()"
        " where database_name = $1 and schema_name = $2",
        [ALIAS, META],
    ).fetchall()
    former = [replace(each, name="left_open") if each.name == "unfinished" else each for each in READ_STATE]
    for name, (doc, columns) in {**LEDGER, STANDING: (STANDING_DOC, tuple(former))}.items():
        target = qualified(name, META)
        if (name, doc) not in there:
            kind = "view" if name == STANDING else "table"
            connection.execute(f"comment on {kind} {target} is {literal(doc)}")
        for column in columns:
            if (f"{name}.{column.name}", column_comment(column)) not in there:
                said = literal(column_comment(column))
                connection.execute(f"comment on column {target}.{identifier(column.name)} is {said}")


def covered(connection: Connection, table: Table, listing: str) -> list[Interval]:
    """The intervals of a listing that are stored, in order, none touching another."""
    return connection.execute(
        f"select covered_from, covered_to from {ledger(connection, 'coverage')}"
        " where table_name = ? and listing = ? order by covered_from",
        [table.name, listing],
    ).fetchall()


def record_coverage(
    connection: Connection, table: Table, intervals: Iterable[tuple[str, datetime, datetime]]
) -> None:
    """Add intervals of listings to those that are stored."""
    coverage = ledger(connection, "coverage")
    added: dict[str, list[Interval]] = {}
    for listing, start, end in intervals:
        added.setdefault(listing, []).append((start, end))
    for listing, new in added.items():
        rows = joined([*covered(connection, table, listing), *new])
        connection.execute(
            f"delete from {coverage} where table_name = ? and listing = ?", [table.name, listing]
        )
        connection.executemany(
            f"insert into {coverage} values (?, ?, ?, ?)", [[table.name, listing, *row] for row in rows]
        )


def version_of(table: Table, alias: str) -> str:
    """The newest of the times that tell a row's version, as SQL; null when it has none."""
    if not table.version:
        return "null::timestamptz"
    times = ", ".join(f"{alias}.{identifier(name)}" for name in table.version)
    return f"greatest({times})" if len(table.version) > 1 else times
