"""From a batch on disk to rows in a table: merged by key in one transaction.

The newest version of a row wins, whatever the order of reading. An unchanged row is not written. Measured:
one join that classifies the rows, then delete and insert by row id, costs a fifth of `merge into` on wide
rows (10,000 into a million).
"""

from collections.abc import Sequence
from datetime import datetime

from freshdesk_assets.schema.sync import ChangedSince, FullList
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.derived.histories import note_former, record_states
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.landing.burying import (
    bury_unlisted,
    note_keys,
    settle_parents,
    settle_verdicts,
)
from freshdesk_assets.warehouse.landing.fitting import EXTRA, merged_extra
from freshdesk_assets.warehouse.landing.oversized import keys_aside
from freshdesk_assets.warehouse.landing.parsing import parse
from freshdesk_assets.warehouse.landing.spool import Batch, Landed
from freshdesk_assets.warehouse.ledger.attachment_files import renewable
from freshdesk_assets.warehouse.ledger.coverage import record_coverage
from freshdesk_assets.warehouse.ledger.credits import record_credits, record_finished
from freshdesk_assets.warehouse.ledger.existence import later_than_all, revive_belonging
from freshdesk_assets.warehouse.ledger.personal import record_marks
from freshdesk_assets.warehouse.ledger.reread_log import record_reread
from freshdesk_assets.warehouse.ledger.row_counts import record_rows
from freshdesk_assets.warehouse.ledger.tables import ensure_ledger, ledger, version_of
from freshdesk_assets.warehouse.ledger.wide_texts import note_wide_texts
from freshdesk_assets.warehouse.shape import ensure_shape, qualified, same_key, undeclared
from freshdesk_assets.warehouse.sql import identifier, number, scalar

WINNERS = "winners"
"""A temporary table: the rows of a batch that are to be written, by their row ids in it and in the table."""

ASIDE = "set_aside"
"""A temporary table: the keys of the rows of a batch that were set aside."""


def land(connection: Connection, batch: Batch, moment: datetime) -> Landed:
    """Store a batch and what it settles; `moment` is written as the rows' `_synced_at`.

    If the clock was set back, the first moment after the latest stored one is written instead. Steps that
    follow the table's changes take those that are later than what they have seen.

    `land` must come first in its transaction: a file that DuckDB refuses to read is read again, leniently,
    after a rollback.
    """
    table = batch.table
    parsed = parse(connection, batch)
    ensure_shape(connection, table, comments=batch.last)
    ensure_ledger(connection, comments=batch.last)
    strays = undeclared(connection, table)
    written = later_than_all(connection, table, moment)
    belonging = batch.belonging.get(table.name, ())
    first = batch.landed.first or written
    landed = Landed(read=sum(file.rows for file in batch.files), first=first)
    for name, file in zip(parsed, batch.files, strict=True):
        landed += _merge(connection, table, name, file.keep, strays, written, belonging, first)
    landed += _reject(connection, batch, moment)
    sent = [*parsed, _note_aside(connection, batch)]
    if batch.keys and isinstance(table.sync, FullList | ChangedSince):
        for name in sent:
            note_keys(connection, table, name, batch.keys)
    landed += settle_parents(connection, batch, sent, written)
    if batch.completes and batch.keys:
        landed += bury_unlisted(connection, batch, batch.keys, moment, written)
    landed += settle_verdicts(connection, batch, written)
    note_wide_texts(connection, table, batch.rows, batch.bytes, moment)
    record_marks(connection, batch.marks, moment)
    record_coverage(connection, table, batch.covered)
    record_reread(connection, table, batch.reread)
    for tracked in (table, batch.parent):
        if tracked is not None:
            record_states(connection, tracked, batch.run, comments=batch.last)
    if batch.finished:
        record_finished(connection, table, moment)
    if batch.spent:
        record_credits(connection, batch.spent, moment)
    record_rows(connection, table.name, moment)
    for name in sent:
        connection.execute(f"drop table {name}")
    return landed


def row_count(connection: Connection, table: Table) -> int:
    """Rows the table holds, the deleted included."""
    return number(connection, f"select count(*) from {qualified(table.name)}")


def window_counts(
    connection: Connection, table: Table, windows: list[tuple[datetime, datetime]]
) -> list[int]:
    """Rows of the table in each window [start, end) of its window column."""
    counted = connection.execute(
        f"""
with asked as (
  select unnest(?::timestamptz[]) as opens, unnest(?::timestamptz[]) as closes, unnest(range(?)) as place
)
select count(t.{identifier(table.window)})
from asked a left join {qualified(table.name)} t
  on t.{identifier(table.window)} >= a.opens and t.{identifier(table.window)} < a.closes
group by a.place
order by a.place
""",
        [[start for start, _ in windows], [end for _, end in windows], len(windows)],
    ).fetchall()
    return [int(count) for (count,) in counted]


def _merge(
    connection: Connection,
    table: Table,
    name: str,
    keep: frozenset[str],
    strays: list[str],
    moment: datetime,
    belonging: Sequence[tuple[Table, str]],
    first: datetime,
) -> Landed:
    """Write the rows that are new, newer than the stored ones, or at the same version but different.

    Columns in `keep` and undeclared columns (`strays`) keep their stored values. A row marked deleted that is
    sent again is restored, with the rows that were marked deleted because of it. A row that this run has
    written since `first`, as from a list before its own call, is counted once.
    """
    if keep:
        _join_extra(connection, table, name, keep)
    seen = _find_winners(connection, table, name, keep, first)
    counted = connection.execute(
        "select count(*) filter (stored is null), count(stored) filter (not again), count(stored),"
        f" (select count({EXTRA}) from {name}) from {WINNERS}"
    ).fetchone() or (0, 0, 0, 0)
    landed = Landed(read=-seen, inserted=counted[0], updated=counted[1], odd=counted[3])
    replaced = counted[2]
    if replaced and belonging:
        back = (
            f"select t.id, t._deleted_at as gone_at from {WINNERS} w join {qualified(table.name)} t"
            " on t.rowid = w.stored where t._deleted_at is not null"
        )
        if scalar(connection, f"{back} limit 1"):
            revive_belonging(connection, belonging, back, moment)
    if landed.inserted or replaced:
        note_former(connection, table, f"select stored from {WINNERS}")
        _replace(connection, table, name, keep, strays, moment)
    connection.execute(f"drop table {WINNERS}")
    return landed


def _find_winners(
    connection: Connection, table: Table, name: str, keep: frozenset[str], first: datetime
) -> int:
    """Make `WINNERS`; returns how many rows of this batch the run has written before.

    Keys and versions decide about most rows. Only rows at the stored version are compared column by column,
    because that reads all of a wide table: 0.7 seconds for half a million tickets.
    """
    target = qualified(table.name)
    sent, stored = version_of(table, "b"), version_of(table, "t")
    connection.execute(
        f"""
create or replace temp table {WINNERS} as
select
  b.rowid as sent,
  t.rowid as stored,
  t.rowid is null or t._deleted_at is not null or coalesce({sent} > {stored}, false) as sure,
  coalesce(t._synced_at >= ?, false) as again
from {name} b left join {target} t on {same_key(table, "b", "t")}
where t.rowid is null or not coalesce({sent} < {stored}, false)
""",
        [first],
    )
    seen = number(connection, f"select count(*) from {WINNERS} where again")
    if scalar(connection, f"select 1 from {WINNERS} where not sure limit 1"):
        compared = [
            column.name for column in table.columns if not column.volatile and column.name not in keep
        ]
        old = ", ".join(f"t.{identifier(column)}" for column in (*compared, EXTRA))
        new = ", ".join(f"b.{identifier(column)}" for column in (*compared, EXTRA))
        # Of a row whose files could not be fetched, the new links are wanted though nothing else has changed.
        renewed = renewable(connection, table.name) if len(compared) < len(table.columns) else ""
        kept = f" and not {renewed}" if renewed else ""
        connection.execute(
            f"""
delete from {WINNERS} where sent in (
  select w.sent
  from {WINNERS} w join {name} b on b.rowid = w.sent join {target} t on t.rowid = w.stored
  where not w.sure and ({old}) is not distinct from ({new}){kept}
)
"""
        )
    return seen


def _replace(
    connection: Connection,
    table: Table,
    name: str,
    keep: frozenset[str],
    strays: list[str],
    moment: datetime,
) -> None:
    """Write the winners; the stored rows are deleted first, as somebody may have made the id a key."""
    target = qualified(table.name)
    kept = {identifier(column) for column in keep}
    values = ",\n  ".join(
        f"coalesce(t.{column}, b.{column}) as {column}" if column in kept else f"b.{column}"
        for column in (identifier(each.name) for each in table.columns)
    )
    values += f",\n  ?::timestamptz as _synced_at,\n  null::timestamptz as _deleted_at,\n  b.{EXTRA}"
    gone = f"delete from {target} where rowid in (select stored from {WINNERS})"
    if not (keep or strays):
        connection.execute(gone)
        connection.execute(
            f"insert into {target} by name select {values} from {name} b"
            f" where b.rowid in (select sent from {WINNERS})",
            [moment],
        )
        return
    beside = [identifier(stray) for stray in strays]
    values += "".join(f",\n  t.{stray}" for stray in beside)
    connection.execute(
        f"create or replace temp table incoming as select {values},\n  w.stored as _stored from {WINNERS} w"
        f" join {name} b on b.rowid = w.sent left join {target} t on t.rowid = w.stored",
        [moment],
    )
    connection.execute(gone)
    # A row that was stored keeps its values of undeclared columns; a new row takes the defaults of these.
    strays_left_out = "".join(f", {stray}" for stray in beside)
    connection.execute(
        f"insert into {target} by name"
        f" select * exclude (_stored{strays_left_out}) from incoming where _stored is null"
    )
    connection.execute(
        f"insert into {target} by name select * exclude (_stored) from incoming where _stored is not null"
    )
    connection.execute("drop table incoming")


def _join_extra(connection: Connection, table: Table, name: str, keep: frozenset[str]) -> None:
    """Join the stored rows' `_extra` to that of the batch: another reply about the row said it."""
    rows = connection.execute(
        f"select b.rowid, t.{EXTRA}, b.{EXTRA}"
        f" from {name} b join {qualified(table.name)} t on {same_key(table, 'b', 't')}"
        f" where t.{EXTRA} is not null and t.{EXTRA} is distinct from b.{EXTRA}"
    ).fetchall()
    settled = frozenset(column.path for column in table.columns if column.name not in keep)
    joined = [(row, merged_extra(stored, sent, settled)) for row, stored, sent in rows]
    if joined:
        connection.execute(
            f"update {name} set {EXTRA} = j.extra"
            " from (select unnest(?::bigint[]) as place, unnest(?::varchar[]) as extra) j"
            f" where {name.removeprefix('temp.')}.rowid = j.place",
            [[row for row, _ in joined], [extra for _, extra in joined]],
        )


def _note_aside(connection: Connection, batch: Batch) -> str:
    """Make a temporary table of the keys of rows that were too long: they were sent, so they exist."""
    found = [keys for row in batch.rejected if (keys := keys_aside(batch.table, row))]
    typed = ", ".join(f"{identifier(name)} {batch.table.column(name).type}" for name in batch.table.key)
    connection.execute(f"create or replace temp table {ASIDE} ({typed})")
    if found:
        places = ", ".join("?" for _ in batch.table.key)
        connection.executemany(f"insert into {ASIDE} values ({places})", found)
    return ASIDE


def _reject(connection: Connection, batch: Batch, moment: datetime) -> Landed:
    """Store rows without a key in `rejected`; one that comes again is stored once."""
    rejected = ledger(connection, "rejected")
    for row in batch.rejected:
        text = row.decode("utf-8", errors="backslashreplace")
        connection.execute(
            f"insert into {rejected} from"
            " (select $name as table_name, coalesce(try_cast($text as json), to_json($text)) as row,"
            " $moment as seen_at) s"
            f" where not exists (from {rejected} r where r.table_name = s.table_name and r.row = s.row)",
            {"name": batch.table.name, "text": text, "moment": moment},
        )
    return Landed(read=len(batch.rejected), rejected=len(batch.rejected))
