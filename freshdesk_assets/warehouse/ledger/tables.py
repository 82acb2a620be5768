"""The ledger: tables beside the data that remember what was read, in the same transaction as the rows.

`LEDGER` has the tables, their columns and what each is for.

It has over 300 lines because each column is explained where it is declared.
"""

from dataclasses import replace

from freshdesk_assets.schema import names
from freshdesk_assets.schema.column import (
    Column,
    bigint,
    boolean,
    date,
    double,
    integer,
    json,
    text,
    timestamp,
)
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection, on_lake
from freshdesk_assets.warehouse.notes import once
from freshdesk_assets.warehouse.shape import column_comment, qualified
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal

META = names.META

_TABLE = text("table_name", "Table it is about.")

LEDGER: dict[str, tuple[str, tuple[Column, ...]]] = {
    "account": (
        "The account that the file holds, in one row: a run that is set to another one is refused.",
        (
            text("host", "Address that it was last read from."),
            text("account_id", "Freshdesk's id of the account; null if the key may not ask for it."),
            timestamp("recorded_at", "When this was recorded."),
        ),
    ),
    "coverage": (
        "Intervals of time whose changes are stored, by table and listing.",
        (
            _TABLE,
            text("listing", "Pass over the table's list: all, spam, deleted, blocked."),
            timestamp("covered_from", "Start of the interval, included."),
            timestamp("covered_to", "End of the interval, not included."),
        ),
    ),
    "reread": (
        "Intervals of time re-read in the last week, which backfills requested earlier do not read again.",
        (
            _TABLE,
            text("listing", "Pass over the table's list: all, spam, deleted, blocked."),
            timestamp(
                "reread_from", "Start of the interval, included; of a full list, when the re-read began."
            ),
            timestamp("reread_to", "End of the interval, not included."),
            timestamp("began_at", "When the re-read began, by the replica's clock."),
        ),
    ),
    "parents_read": (
        "Rows that had a call of their own for a table, and the version each was at.",
        (
            _TABLE,
            bigint("parent_id", "Row whose list was read, or that was read itself by its own call."),
            timestamp("version", "Version of the row at that call; null if it has none."),
            timestamp("read_at", "When Freshdesk answered."),
            boolean("gone", "Whether Freshdesk no longer had the row."),
            timestamp("asked_at", "When it was asked for, by the replica's clock."),
            timestamp(
                "whole_at",
                "When its list was last read whole, by the replica's clock; since then its changes were.",
            ),
        ),
    ),
    "set_aside": (
        "Rows whose own call was refused while others were answered; they are asked for again later.",
        (
            _TABLE,
            bigint("parent_id", "Row whose list was refused, or that was refused itself."),
            timestamp("version", "Version of the row at that call; at another one it is asked for at once."),
            text("reason", "Status and code of the refusal."),
            timestamp("since", "When it was first refused."),
            bigint("tries", "How often it was refused."),
            timestamp("asked_at", "When it was last refused."),
            timestamp("retry_at", "When it is asked for again."),
        ),
    ),
    "archive_asked": (
        "Ids that the archive was asked for and does not answer of; they are not asked for again.",
        (
            _TABLE,
            bigint("row_id", "Id that was asked for."),
            text("refused", "Status and code of the refusal; null if there is no such row in the archive."),
            timestamp("asked_at", "When it was asked for, by the replica's clock."),
        ),
    ),
    "rejected": (
        "Rows that could not be stored in their table: they have no key, or are too long for the memory.",
        (
            _TABLE,
            json(
                "row",
                "The row, verbatim; of one that was too long for the memory its key, and what to do.",
                pii=True,
            ),
            timestamp("seen_at", "When it was first sent."),
        ),
    ),
    "wide_texts": (
        "Tables that had a batch of long rows: since then the file stores long texts uncompressed.",
        (
            _TABLE,
            bigint("row_bytes", "Bytes of a row of that batch, on average."),
            timestamp("seen_at", "When the batch was stored."),
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
    "unlisted": (
        "Rows missing from a full list that lost most of its rows at once, until it was read a second time.",
        (
            _TABLE,
            text("row_key", "Key of the row, as a JSON list."),
            timestamp("since", "When it was first missing."),
            text("run_id", "Dagster run that found it missing."),
        ),
    ),
    "attachment_files": (
        "Attachments of which FRESHDESK_FILES has the files: where each is, or why it could not be fetched.",
        (
            _TABLE,
            text("parent_table", "Table of the row that has the attachment."),
            bigint("parent_id", "Id of that row."),
            bigint("id", "Attachment's id."),
            bigint("size", "Size in bytes, as Freshdesk says."),
            timestamp("updated_at", "When the attachment last changed, as Freshdesk says."),
            bigint("bytes", "Size of what came; of what is too large, its size if that is known."),
            text("sha256", "SHA-256 of what came; null while it is not fetched."),
            text("path", "Where it is below FRESHDESK_FILES; files with the same content are one."),
            text("content_type", "Media type, as the store of files said."),
            timestamp("fetched_at", "When it was fetched."),
            text("error", "Why it is not fetched; null if it is."),
            bigint("tries", "How many runs have tried."),
            timestamp("tried_at", "When the last of them tried."),
            timestamp(
                "retry_at",
                "When it is tried again; null if it is fetched, and where only a new link would help.",
            ),
            text("link", "Fingerprint of the link that was tried."),
            boolean("renew", "Whether another link may help: one that comes with its row is then tried."),
        ),
    ),
    "row_counts": (
        "How many rows each table had when it was last written; one that has fewer is read or made again.",
        (
            _TABLE,
            bigint("rows", "Rows of the table, the deleted included."),
            timestamp("counted_at", "When it was written."),
        ),
    ),
    "doubts": (
        "Rows missing from a list that should have them, until Freshdesk is asked for them.",
        (
            _TABLE,
            bigint("row_id", "Row that is doubted."),
            timestamp("since", "When it was first missing."),
            timestamp(
                "asked_at", "When Freshdesk was asked for it and would not say; null if it was not asked."
            ),
        ),
    ),
    "verified": (
        "Intervals of time in which every stored row was listed, or is doubted.",
        (
            _TABLE,
            timestamp("verified_from", "Start of the interval, included, by the time that bounds the list."),
            timestamp("verified_to", "End of the interval, not included."),
            timestamp("verified_at", "When the run that verified it was requested."),
        ),
    ),
    "derived": (
        "Child tables and histories: the latest change of their table in them, and how they were made.",
        (
            _TABLE,
            timestamp("derived_to", "Latest change of a row of their table that is in them."),
            text("cut", "Fingerprint of the declaration that was followed."),
        ),
    ),
    "views": (
        "Views that were created, and from what; one that is no longer declared is dropped.",
        (
            text("schema_name", "Schema of the view."),
            text("view_name", "Name of the view."),
            text("made_of", "Fingerprint of its SQL, its comments and the types of its columns."),
        ),
    ),
    "view_comments": (
        "What the columns of views mean, where the destination takes no comments on them: in a lake.",
        (
            text("schema_name", "Schema of the view."),
            text("view_name", "Name of the view."),
            text("column_name", "Name of the column."),
            text("comment", "What it means."),
        ),
    ),
    "kind_views": (
        "Views of the account's own kinds of rows; one whose kind is gone is dropped.",
        (
            text("schema_name", "Schema of the view."),
            text("view_name", "Name of the view."),
            text("beside", "View that has the rows of all kinds."),
            bigint("kind", "Id of the kind."),
            text("made_of", "Fingerprint of its SQL, its comments and the types of its columns."),
        ),
    ),
    "made_of": (
        "Which tables, read from the API, each table and view is made of.",
        (
            text("schema_name", "Schema of the table or view."),
            text("name", "Name of the table or view."),
            text("table_name", "A table that it is made of; a table is made of itself."),
        ),
    ),
    "holidays": (
        "Holidays of the file that FRESHDESK_HOLIDAYS names.",
        (
            text("calendar", "Name or id of the calendar; empty for all."),
            integer("year", "Year; null if it recurs each year."),
            integer("month", "Month, 1 to 12."),
            integer("day", "Day of the month."),
            text("name", "Name of the holiday; null if the file gives none."),
        ),
    ),
    "status_rules": (
        "What settings say of statuses, and what holds where they say nothing.",
        (
            text("status", "Label or number of the status."),
            text(
                "waits_on", "Whom a ticket in it waits for: customer or third_party; null if not said here."
            ),
            boolean("clock_stopped", "Whether the clock of the resolution stands still in it."),
            boolean("given", "Whether a setting says so; false for what holds without one."),
        ),
    ),
    "followed": (
        "Steps of runs that make something of tables, and the state of the tables they last made it of.",
        (
            text("step", "Step of a run, as Dagster names it."),
            text("made_of", "Fingerprint of its declaration and of the tables that it reads."),
            timestamp("made_at", "When it was last made."),
        ),
    ),
    "credits": (
        "What was spent of the account's API limit, by table, run and day.",
        (
            text("table_name", "Table that was read; null for calls that read none."),
            text("purpose", "What the calls were for: reading, poll, plan, doctor, account or archive."),
            text("run_id", "Dagster run; null for calls outside of runs."),
            date("day", "Day in UTC on which it was recorded, seconds after the calls."),
            bigint("calls", "Requests sent, repeated ones too."),
            bigint("credits", "What they cost, as Freshdesk said, else by its price list."),
            double("seconds_waited", "Wall time during which a request waited for the limit."),
        ),
    ),
    "personal_data": (
        "How personal data in the file is treated, in one row; without a row, all of it is kept.",
        (
            json("policy", "The policy: default, own_fields and exceptions."),
            text("made_of", "Fingerprint of the policy and of the declarations it was applied to."),
            text("key_mark", "Tells whether a key is the one that values are hashed with; null if none are."),
            timestamp("applied_at", "When all that was stored had been treated so."),
        ),
    ),
    "forgotten": (
        "Persons who were forgotten, by keyed marks that say nothing without the key.",
        (
            text("kind", "row, address, number, name, or first: that of a name's first word."),
            text("mark", "The mark: an HMAC-SHA-256, cut short."),
            timestamp("forgotten_at", "When they were forgotten, or the row was found to be theirs."),
        ),
    ),
    "forgettings": (
        "What was done to forget a person, without the person.",
        (
            timestamp("done_at", "When it was done."),
            bigint("people", "Rows that were persons."),
            bigint("owned", "Rows that were theirs, blanked."),
            bigint("others", "Rows of others in which they were named."),
            bigint("files", "Fetched files that were removed."),
        ),
    ),
    "rewrite_owed": (
        "That the file is to be written anew, in one row: what was deleted is still in its unused blocks.",
        (timestamp("since", "When it was deleted; a run that was ended before it wrote anew left this."),),
    ),
    "read_state": (
        "How far the last read of each table went.",
        (
            _TABLE,
            timestamp("finished_at", "When it was last read to its end; null if never."),
            text("unfinished", "What was still to be read when the budget was spent; null if nothing."),
            bigint(
                "needs_more_than", "Credits that were not enough for a list read in one go; null if none."
            ),
        ),
    ),
}


STANDING = "standing"
"""What `read_state` was called in earlier versions, with `left_open` for `unfinished`. A view keeps that name
until version 0.2, for queries that use it."""

STANDING_DOC = "The table read_state under its earlier name. It goes with version 0.2."


READ_STATE = LEDGER["read_state"][1]


ASKED_AT = "coalesce(r.asked_at, r.read_at)"
"""When a row had its last call, `r` in `parents_read`, as SQL. A time later than now is that of a clock that
was wrong."""


def ledger(connection: Connection, name: str) -> str:
    """The qualified name of a table of the ledger; all of the ledger exists from here on."""
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
    """Add the columns that a table of the ledger did not have in earlier versions."""
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
        if name == STANDING and on_lake(connection):
            continue
        for column in columns:
            if (f"{name}.{column.name}", column_comment(column)) not in there:
                said = literal(column_comment(column))
                connection.execute(f"comment on column {target}.{identifier(column.name)} is {said}")


def version_of(table: Table, alias: str) -> str:
    """SQL for a row's version, the newest of its version columns; null for a table without any."""
    if not table.version:
        return "null::timestamptz"
    times = ", ".join(f"{alias}.{identifier(name)}" for name in table.version)
    return f"greatest({times})" if len(table.version) > 1 else times
