"""From a batch on disk to rows in a table: merged by key in one transaction.

The newest version of a row wins whatever the order of reading; a row that is what it was is not written.
Measured: classifying by one join and then delete and insert by row id costs a fifth of `merge into` on
wide rows (10,000 into a million).
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from freshdesk_assets.schema.page import Fate
from freshdesk_assets.schema.table import ChangedSince, FullList, PerParent, Table
from freshdesk_assets.warehouse.derived.histories import note_former, record_states
from freshdesk_assets.warehouse.file import identifier, literal
from freshdesk_assets.warehouse.landing.fitting import EXTRA, merged_extra
from freshdesk_assets.warehouse.landing.parsing import parse
from freshdesk_assets.warehouse.landing.spool import Batch, Landed
from freshdesk_assets.warehouse.ledger.credits import record_credits, record_finished
from freshdesk_assets.warehouse.ledger.existence import (
    after_all,
    bury_belonging,
    revive_belonging,
    settle_doubts,
)
from freshdesk_assets.warehouse.ledger.parents import record_parents
from freshdesk_assets.warehouse.ledger.reread_log import record_reread
from freshdesk_assets.warehouse.ledger.tables import META, ensure_ledger, record_coverage, version_of
from freshdesk_assets.warehouse.shape import ensure_shape, qualified


def land(connection: duckdb.DuckDBPyConnection, batch: Batch, moment: datetime) -> Landed:
    """Store a batch and what it settles; `moment` is written as the rows' `_synced_at`.

    If the clock was set back it is the first moment after the latest that is stored: whatever follows the
    table's changes knows them by being later than those it has seen.

    It must come first in its transaction, for a file that DuckDB refuses to read is read again leniently
    after a rollback.
    """
    table = batch.table
    parsed = parse(connection, batch)
    strays = ensure_shape(connection, table, comments=batch.folder is not None)
    ensure_ledger(connection, comments=batch.folder is not None)
    moment = after_all(connection, table, moment)
    belonging = batch.belonging.get(table.name, ())
    landed = Landed(read=sum(file.rows for file in batch.files))
    for name, file in zip(parsed, batch.files, strict=True):
        landed += _merge(connection, table, name, file.keep, strays, moment, belonging)
        if batch.keys and isinstance(table.sync, FullList | ChangedSince):
            _note_keys(connection, table, name, batch.keys)
    landed += _reject(connection, batch, moment)
    landed += _settle_parents(connection, batch, parsed, moment)
    if batch.completes and batch.keys:
        landed += _bury_unlisted(connection, table, batch.keys, moment, belonging)
    landed += _settle_verdicts(connection, batch, moment)
    record_coverage(connection, table, batch.covered)
    record_reread(connection, table, batch.reread)
    for tracked in (table, batch.parent):
        if tracked is not None:
            record_states(connection, tracked, batch.run, comments=batch.folder is not None)
    if batch.finished:
        record_finished(connection, table, moment)
    if batch.spent:
        record_credits(connection, batch.spent, moment)
    for name in parsed:
        connection.execute(f"drop table {name}")
    return landed


def row_count(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Rows the table holds, the deleted included."""
    found = connection.execute(f"select count(*) from {qualified(table.name)}").fetchone()
    return int(found[0]) if found else 0


def window_counts(
    connection: duckdb.DuckDBPyConnection, table: Table, windows: list[tuple[datetime, datetime]]
) -> list[int]:
    """Rows of the table in each window [start, end) of its window column."""
    counted = connection.execute(
        f"""
with asked as (
  select unnest(?::timestamptz[]) as opens, unnest(?::timestamptz[]) as closes, unnest(range(len(?))) as place
)
select count(t.{identifier(table.window)})
from asked a left join {qualified(table.name)} t
  on t.{identifier(table.window)} >= a.opens and t.{identifier(table.window)} < a.closes
group by a.place
order by a.place
""",
        [[start for start, _ in windows], [end for _, end in windows], [0] * len(windows)],
    ).fetchall()
    return [int(count) for (count,) in counted]


def _merge(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    name: str,
    keep: frozenset[str],
    strays: list[str],
    moment: datetime,
    belonging: Sequence[tuple[Table, str]],
) -> Landed:
    """Rows that are new, newer, or as new but different replace what stands; the columns in `keep` stay.

    So do the columns that are not ours, `strays`. What was gone and is sent again is there again, and what
    was marked with it.
    """
    if keep:
        _join_extra(connection, table, name, keep)
    _find_winners(connection, table, name, keep)
    counted = connection.execute(
        f"select count(*) filter (stored is null), count(stored), (select count({EXTRA}) from {name})"
        " from winners"
    ).fetchone() or (0, 0, 0)
    landed = Landed(inserted=counted[0], updated=counted[1], odd=counted[2])
    if landed.updated and belonging:
        back = (
            f"select t.id, t._deleted_at as gone_at from winners w join {qualified(table.name)} t"
            " on t.rowid = w.stored where t._deleted_at is not null"
        )
        if connection.execute(f"{back} limit 1").fetchone():
            revive_belonging(connection, belonging, back, moment)
    if landed.inserted or landed.updated:
        note_former(connection, table)
        _replace(connection, table, name, keep, strays, moment)
    connection.execute("drop table winners")
    return landed


def _find_winners(
    connection: duckdb.DuckDBPyConnection, table: Table, name: str, keep: frozenset[str]
) -> None:
    """Make `winners`, the rows to be written by their place in the batch and in the table.

    Keys and versions decide about most; only rows at the version that stands are compared as a whole,
    for that reads all of a wide table: 0.7 seconds of half a million tickets.
    """
    target = qualified(table.name)
    on = " and ".join(f"b.{identifier(key)} = t.{identifier(key)}" for key in table.key)
    sent, stands = version_of(table, "b"), version_of(table, "t")
    connection.execute(
        f"""
create or replace temp table winners as
select
  b.rowid as sent,
  t.rowid as stored,
  t.rowid is null or t._deleted_at is not null or coalesce({sent} > {stands}, false) as sure
from {name} b left join {target} t on {on}
where t.rowid is null or not coalesce({sent} < {stands}, false)
"""
    )
    if connection.execute("select 1 from winners where not sure limit 1").fetchone():
        compared = [
            column.name for column in table.columns if not column.volatile and column.name not in keep
        ]
        old = ", ".join(f"t.{identifier(column)}" for column in (*compared, EXTRA))
        new = ", ".join(f"b.{identifier(column)}" for column in (*compared, EXTRA))
        connection.execute(
            f"""
delete from winners where sent in (
  select w.sent
  from winners w join {name} b on b.rowid = w.sent join {target} t on t.rowid = w.stored
  where not w.sure and ({old}) is not distinct from ({new})
)
"""
        )


def _replace(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    name: str,
    keep: frozenset[str],
    strays: list[str],
    moment: datetime,
) -> None:
    """Write the winners; what stands is deleted first, for somebody may have made a key of the id."""
    target = qualified(table.name)
    kept = {identifier(column) for column in keep}
    values = ",\n  ".join(
        f"coalesce(t.{column}, b.{column}) as {column}" if column in kept else f"b.{column}"
        for column in (identifier(each.name) for each in table.columns)
    )
    values += f",\n  ?::timestamptz as _synced_at,\n  null::timestamptz as _deleted_at,\n  b.{EXTRA}"
    gone = f"delete from {target} where rowid in (select stored from winners)"
    if not (keep or strays):
        connection.execute(gone)
        connection.execute(
            f"insert into {target} by name select {values} from {name} b"
            " where b.rowid in (select sent from winners)",
            [moment],
        )
        return
    beside = [identifier(stray) for stray in strays]
    values += "".join(f",\n  t.{stray}" for stray in beside)
    connection.execute(
        f"create or replace temp table incoming as select {values},\n  w.stored as _stored from winners w"
        f" join {name} b on b.rowid = w.sent left join {target} t on t.rowid = w.stored",
        [moment],
    )
    connection.execute(gone)
    # A new row takes the defaults of columns that are not ours.
    for left_out, rows in (("".join(f", {stray}" for stray in beside), "is null"), ("", "is not null")):
        connection.execute(
            f"insert into {target} by name"
            f" select * exclude (_stored{left_out}) from incoming where _stored {rows}"
        )
    connection.execute("drop table incoming")


def _join_extra(connection: duckdb.DuckDBPyConnection, table: Table, name: str, keep: frozenset[str]) -> None:
    """Join what the stored rows left over to what these do, for another reply about the row said it."""
    on = " and ".join(f"b.{identifier(key)} = t.{identifier(key)}" for key in table.key)
    rows = connection.execute(
        f"select b.rowid, t.{EXTRA}, b.{EXTRA} from {name} b join {qualified(table.name)} t on {on}"
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


def _reject(connection: duckdb.DuckDBPyConnection, batch: Batch, moment: datetime) -> Landed:
    """Set the rows aside that cannot be told apart from others; one that comes again is stored once."""
    rejected = qualified("rejected", META)
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


def _note_keys(connection: duckdb.DuckDBPyConnection, table: Table, name: str, folder: Path) -> None:
    """Keep the keys of a list that takes several batches, to know at its end which rows it lacked."""
    folder.mkdir(exist_ok=True)
    key = ", ".join(identifier(column) for column in table.key)
    path = folder / f"{len(list(folder.iterdir())):06d}.parquet"
    connection.execute(f"copy (select {key} from {name}) to {literal(str(path))} (format parquet)")


def _bury_unlisted(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    folder: Path,
    moment: datetime,
    belonging: Sequence[tuple[Table, str]],
) -> Landed:
    """Mark the rows that a full list no longer had."""
    listed, count = "false", "select 0"
    if folder.exists() and any(folder.iterdir()):
        on = " and ".join(f"k.{identifier(key)} = t.{identifier(key)}" for key in table.key)
        keys = f"read_parquet({literal(str(folder / '*.parquet'))})"
        listed = f"exists (select 1 from {keys} k where {on})"
        count = f"select count(*) from (select distinct * from {keys})"
    known = qualified("listed", META)
    connection.execute(f"delete from {known} where table_name = ?", [table.name])
    connection.execute(f"insert into {known} select ?, ({count}), ?", [table.name, moment])
    return _bury(connection, table.name, f"not {listed}", moment, belonging)


def _settle_verdicts(connection: duckdb.DuckDBPyConnection, batch: Batch, moment: datetime) -> Landed:
    """Mark what was asked for and is gone or archived, and doubt it no more."""
    if not batch.verdicts:
        return Landed()
    table = batch.table
    settle_doubts(connection, table, batch.verdicts, moment)
    gone = [verdict.id for verdict in batch.verdicts if verdict.standing is Fate.GONE]
    if not gone:
        return Landed()
    listed = ", ".join(map(str, gone))
    return _bury(connection, table.name, f"t.id in ({listed})", moment, batch.belonging.get(table.name, ()))


def _settle_parents(
    connection: duckdb.DuckDBPyConnection, batch: Batch, parsed: list[str], moment: datetime
) -> Landed:
    """Remember whose lists were read; mark what a list no longer had, and the parents that are gone."""
    table, reads = batch.table, batch.parents
    if not reads:
        return Landed()
    parent = table.sync.parent if isinstance(table.sync, PerParent) else table.name
    record_parents(connection, table, parent, reads, moment)
    landed = Landed()
    if isinstance(table.sync, PerParent):
        on = " and ".join(f"b.{identifier(key)} = t.{identifier(key)}" for key in table.key)
        listed = "".join(f" and not exists (from {name} b where {on})" for name in parsed)
        column = identifier(table.sync.column)
        landed += _bury(connection, table.name, f"t.{column} in (select id from reads){listed}", moment)
    if any(read.gone for read in reads):
        gone = "t.id in (select id from reads where gone)"
        buried = _bury(connection, parent, gone, moment, batch.belonging.get(parent, ()))
        landed += buried if parent == table.name else Landed()
    return landed


def _bury(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    condition: str,
    moment: datetime,
    belonging: Sequence[tuple[Table, str]] = (),
) -> Landed:
    """Mark rows as gone, and what belongs to them."""
    if belonging:
        connection.execute(
            f"create or replace temp table buried as select t.id from {qualified(name)} t"
            f" where t._deleted_at is null and {condition}"
        )
        if connection.execute("select 1 from buried limit 1").fetchone():
            bury_belonging(connection, belonging, "select id from buried", moment)
        connection.execute("drop table buried")
    found = connection.execute(
        f"update {qualified(name)} t set _deleted_at = ? where t._deleted_at is null and {condition}",
        [moment],
    ).fetchone()
    return Landed(deleted=int(found[0]) if found else 0)
