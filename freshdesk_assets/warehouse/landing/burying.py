"""From what a batch settles to rows marked as deleted: a full list omits them, or Freshdesk said so."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from freshdesk_assets.schema.page import Fate, ParentRead
from freshdesk_assets.schema.sync import Branch
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.landing.spool import Batch, Belonging, Landed
from freshdesk_assets.warehouse.ledger.existence import bury_belonging, settle_doubts
from freshdesk_assets.warehouse.ledger.parents import READS, each_branch, record_parents
from freshdesk_assets.warehouse.ledger.set_aside import forget_set_aside, record_set_aside
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.paths import read_all, written
from freshdesk_assets.warehouse.shape import qualified, same_key
from freshdesk_assets.warehouse.sql import identifier, literal, number, scalar


def note_keys(connection: Connection, table: Table, name: str, folder: Path) -> None:
    """Keep the keys of a list that takes several batches, to know at its end which rows are not in it."""
    folder.mkdir(exist_ok=True)
    key = ", ".join(identifier(column) for column in table.key)
    path = folder / f"{len(list(folder.iterdir())):06d}.parquet"
    connection.execute(f"copy (select {key} from {name}) to {written(path)} (format parquet)")


def bury_unlisted(
    connection: Connection,
    batch: Batch,
    folder: Path,
    moment: datetime,
    written: datetime,
) -> Landed:
    """Mark as deleted, at the moment `written`, the rows that a full list no longer has.

    A list that lacks too much at once (see `_doubtful`) may be wrong. Then only those rows are marked that
    another run has missed before, and the next run decides on the others.
    """
    table = batch.table
    missing, rows = "true", 0
    if folder.exists() and any(folder.iterdir()):
        keys = f"read_parquet({read_all(folder, '.parquet')})"
        missing = f"not exists (select 1 from {keys} k where {same_key(table, 'k', 't')})"
        rows = number(connection, f"select count(*) from (select distinct * from {keys})")
    again = f"{missing} and {_missed_before(connection, batch)}"
    living, lost, twice = connection.execute(
        f"select count(*), count(*) filter ({missing}), count(*) filter ({again})"
        f" from {qualified(table.name)} t where t._deleted_at is null"
    ).fetchone() or (0, 0, 0)
    doubtful = _doubtful(table, rows, living, lost) and _doubtful(table, rows, living - twice, lost - twice)
    landed = _bury(connection, table.name, again if doubtful else missing, written, batch.belonging)
    unlisted = ledger(connection, "unlisted")
    connection.execute(f"delete from {unlisted} where table_name = ?", [table.name])
    if doubtful:
        connection.execute(
            f"insert into {unlisted} select ?, {_key_text(table)}, ?, ? from {qualified(table.name)} t"
            f" where t._deleted_at is null and {missing}",
            [table.name, moment, batch.run],
        )
        return landed + Landed(held_back=lost - twice)
    known = ledger(connection, "listed")
    connection.execute(f"delete from {known} where table_name = ?", [table.name])
    connection.execute(f"insert into {known} values (?, ?, ?)", [table.name, rows, moment])
    return landed


MANY = 10
"""A list that lacks more rows than these, and more than half of all, is looked at a second time."""


def _doubtful(table: Table, rows: int, living: int, lost: int) -> bool:
    """Whether a list of so many rows that lacks `lost` of those stored is more probably wrong than right."""
    return lost > 0 and ((table.never_empty and not rows) or (lost > MANY and 2 * lost > living))


def _missed_before(connection: Connection, batch: Batch) -> str:
    """The SQL condition that another run has missed the row `t` in the list before."""
    run = literal(batch.run) if batch.run else "null"
    return (
        f"exists (select 1 from {ledger(connection, 'unlisted')} u"
        f" where u.table_name = {literal(batch.table.name)} and u.row_key = {_key_text(batch.table)}"
        f" and (u.run_id is null or u.run_id <> {run}))"
    )


def _key_text(table: Table) -> str:
    """The key of the row `t` as the text of a JSON list, as SQL."""
    key = ", ".join(f"cast(t.{identifier(name)} as varchar)" for name in table.key)
    return f"cast(to_json([{key}]) as varchar)"


def settle_verdicts(connection: Connection, batch: Batch, moment: datetime) -> Landed:
    """Mark the rows that Freshdesk says are gone or archived, and drop the doubts about them."""
    if not batch.verdicts:
        return Landed()
    table = batch.table
    settle_doubts(connection, table, batch.verdicts, moment)
    gone = [verdict.id for verdict in batch.verdicts if verdict.fate is Fate.GONE]
    if not gone:
        return Landed()
    listed = ", ".join(map(str, gone))
    return _bury(connection, table.name, f"t.id in ({listed})", moment, batch.belonging)


def settle_parents(connection: Connection, batch: Batch, parsed: list[str], moment: datetime) -> Landed:
    """Remember whose lists were read; mark rows that a list no longer has, and parents that are gone.

    A parent whose list was refused is set aside, and its rows stay.
    """
    if not batch.parents:
        return Landed()
    table, reads = batch.table, [read for read in batch.parents if not read.refused]
    record_set_aside(connection, table, [read for read in batch.parents if read.refused], moment)
    forget_set_aside(connection, table, reads)
    by_record: dict[str, list[ParentRead]] = {}
    for read in reads:
        by_record.setdefault(read.record or table.name, []).append(read)
    landed = Landed()
    for record, alike in by_record.items():
        branches = [each for each in each_branch(table) if table.recorded_as(each[0]) == record]
        parent = branches[0][0].parent if branches else table.name
        record_parents(connection, table, parent, alike, moment)
        for branch, later in branches:
            landed += _bury_missing(connection, batch, branch, later, parsed, moment)
        if any(read.gone for read in alike):
            gone = f"t.id in (select id from {READS} where gone)"
            buried = _bury(connection, parent, gone, moment, batch.belonging)
            landed += buried if parent == table.name else Landed()
    return landed


def _bury_missing(
    connection: Connection,
    batch: Batch,
    branch: Branch,
    later: Sequence[Branch],
    parsed: list[str],
    moment: datetime,
) -> Landed:
    """Mark the rows of the parents in `READS` that their lists, read whole, no longer have."""
    table = batch.table
    column = f"t.{identifier(branch.column)}"
    own = f"{column} in (select id from {READS} where whole)" + "".join(
        f" and t.{identifier(each.column)} is null" for each in later if each.column != branch.column
    )
    missing = own + "".join(
        f" and not exists (from {name} b where {same_key(table, 'b', 't')})" for name in parsed
    )
    landed = _doubt_lists(connection, batch, branch, own, missing, moment)
    missing += f" and {column} not in (select id from {DOUBTED})"
    landed += _bury(connection, table.name, missing, moment, batch.belonging)
    connection.execute(f"drop table {DOUBTED}")
    return landed


DOUBTED = "doubted_lists"
"""A temporary table: the ids of parents whose lists lack too much to be believed at once."""


def _doubt_lists(
    connection: Connection, batch: Batch, branch: Branch, own: str, missing: str, moment: datetime
) -> Landed:
    """Make `DOUBTED`, and have these lists asked for once more; one that was doubted before is believed.

    `own` is the SQL condition that the row `t` is of a list that was read, `missing` that its list lacks it.
    """
    table, unlisted = batch.table, ledger(connection, "unlisted")
    column = f"t.{identifier(branch.column)}"
    living = f"from {qualified(table.name)} t where t._deleted_at is null and {own}"
    before = (
        f"exists (select 1 from {unlisted} u"
        f" where u.table_name = {literal(table.name)} and u.row_key = {_key_text(table)})"
    )
    connection.execute(
        f"create or replace temp table {DOUBTED} as select {column} as id {living}"
        f" and {column} not in (select id from {READS} where gone) group by {column}"
        f" having count(*) filter ({missing}) > {MANY} and 2 * count(*) filter ({missing}) > count(*)"
        f" and count(*) filter ({missing} and {before}) = 0"
    )
    read = f"{_key_text(table)} {living}"
    connection.execute(
        f"delete from {unlisted} where table_name = ? and row_key in (select {read})", [table.name]
    )
    held_back = number(
        connection,
        f"insert into {unlisted} select ?, {_key_text(table)}, ?, ? {living} and {missing}"
        f" and {column} in (select id from {DOUBTED})",
        [table.name, moment, batch.run],
    )
    if held_back:
        connection.execute(
            f"update {ledger(connection, 'parents_read')} set version = null, whole_at = null"
            f" where table_name = ? and parent_id in (select id from {DOUBTED})",
            [table.recorded_as(branch)],
        )
    return Landed(held_back=held_back)


def _bury(
    connection: Connection, name: str, condition: str, moment: datetime, belonging: Belonging
) -> Landed:
    """Mark rows as deleted, and the rows that belong to them."""
    if belonging.get(name):
        connection.execute(
            f"create or replace temp table buried as select t.id from {qualified(name)} t"
            f" where t._deleted_at is null and {condition}"
        )
        if scalar(connection, "select 1 from buried limit 1"):
            bury_belonging(connection, belonging, name, "select id from buried", moment)
        connection.execute("drop table buried")
    deleted = number(
        connection,
        f"update {qualified(name)} t set _deleted_at = ? where t._deleted_at is null and {condition}",
        [moment],
    )
    return Landed(deleted=deleted)
