"""From the rows of a table to the states they went through: type 2, written in the rows' transaction.

The ledger has the latest change of the table that its history contains, as for child tables. What a crash, an
older version or a changed declaration left out is added at the next landing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.history import History, history_of
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.following import (
    Made,
    fingerprint,
    last_change,
    made_before,
    record_made,
)
from freshdesk_assets.warehouse.ledger.row_counts import record_rows
from freshdesk_assets.warehouse.ledger.tables import version_of
from freshdesk_assets.warehouse.shape import ensure_shape, qualified, same_key
from freshdesk_assets.warehouse.sql import identifier, number

FORMER = "former"
"""A temporary table: the keys of the rows that a landing replaced, and the versions they had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """How many states were begun, ended, and completed by what a row's own call said later."""

    begun: int = 0
    ended: int = 0
    completed: int = 0


def note_former(connection: Connection, table: Table, replaced: str) -> None:
    """Keep the versions of the rows that are about to be replaced, for `record_states`.

    `replaced` is a query for their row ids. A version that did not move does not date the change: an agent
    who joins a group keeps theirs.
    """
    if not table.history:
        return
    keys = ", ".join(f"t.{identifier(key)}" for key in table.key)
    _ensure_former(connection, table)
    connection.execute(
        f"insert into temp.{FORMER} select {keys}, {version_of(table, 't')} from {qualified(table.name)} t"
        f" where t.rowid in ({replaced})"
    )


def record_states(
    connection: Connection,
    table: Table,
    run: str | None = None,
    *,
    comments: bool = False,
    whole: bool = False,
) -> Recorded:
    """Bring a table's history up to date with its rows; `run` is the Dagster run that does.

    Only rows that changed since the last time are looked at. All are if `whole` is set, or if other columns
    are tracked than then.

    - A state begins at the row's version, if that moved with the change; else when a sync saw it.
    - It always begins later than the state before, so that a read that comes late changes nothing.
    - It ends where the next begins, or when the row was found to be gone.
    - A row that is written again with no tracked column changed has no new state.
    """
    history = history_of(table)
    if history is None:
        return Recorded()
    ensure_shape(connection, history, comments=comments)
    now = Made(last_change(connection, table), fingerprint(history.recipe))
    before = made_before(connection, history.name)
    # A file of an earlier version has the fingerprint of the whole columns, descriptions included.
    former = fingerprint((history.keys, history.tracked))
    known = before is not None and before.recipe in (now.recipe, former) and not whole
    recorded = Recorded()
    if not known or before != now:
        recorded = _follow(connection, history, before.reached if before and known else None, run)
        record_made(connection, history.name, now)
        record_rows(connection, history.name, datetime.now(UTC))
    connection.execute(f"drop table if exists temp.{FORMER}")
    return recorded


def state_counts(connection: Connection, history: History) -> tuple[int, int]:
    """How many states there are, and how many of them are current."""
    found = connection.execute(
        f"select count(*), count(*) filter (valid_to is null) from {qualified(history.name)}"
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _ensure_former(connection: Connection, table: Table) -> None:
    keys = ", ".join(f"{identifier(key)} {table.column(key).type}" for key in table.key)
    connection.execute(f"create temp table if not exists {FORMER} ({keys}, version timestamptz)")


def _follow(connection: Connection, history: History, since: datetime | None, run: str | None) -> Recorded:
    """Write what the rows written or marked deleted after `since` (None: all) add to the history."""
    table = history.table
    source, target = qualified(table.name), qualified(history.name)
    _find_states(connection, history, since)
    completed = _leave_out_same(connection, history, since)
    connection.execute(
        "create or replace temp table begun as select *, " + _BEGINS + " as begins from states"
    )
    ended = number(
        connection, f"update {target} h set valid_to = b.begins from begun b where h.rowid = b.held"
    )
    tracked = "".join(f", t.{identifier(column.name)}" for column in history.tracked)
    keys = ", ".join(f"t.{identifier(key)}" for key in table.key)
    begun = number(
        connection,
        f"insert into {target} by name select {keys}{tracked}, b.begins as valid_from,"
        " t._deleted_at as valid_to, t._synced_at, ?::varchar as _run_id"
        f" from begun b join {source} t on t.rowid = b.row",
        [run],
    )
    gone = f"from {source} t where t._deleted_at {'is not null' if since is None else '> ?'}"
    if connection.execute(f"select 1 {gone} limit 1", _given(since)).fetchone():
        ended += number(
            connection,
            f"update {target} h set valid_to = g._deleted_at from (select t.* {gone}) g"
            f" where h.valid_to is null and {same_key(table, 'h', 'g')}",
            _given(since),
        )
    for name in ("states", "begun"):
        connection.execute(f"drop table {name}")
    return Recorded(begun=begun, ended=ended, completed=completed)


_BEGINS = """
case
  when coalesce(version > ended, true) and coalesce(version > former, true) and version <= _synced_at
    then version
  else _synced_at
end"""


def _find_states(connection: Connection, history: History, since: datetime | None) -> None:
    """Make `states`: for each row written since, its row id, its current state, and the times of both.

    It has narrow columns only: tracked columns may be large, and most rows of a table were not written. A row
    that came back has no current state. A row that is gone, and did not come back, needs none.
    """
    table = history.table
    keys = ", ".join(identifier(key) for key in table.key)
    written = "" if since is None else " where t._synced_at > ?"
    connection.execute(
        f"create or replace temp table written as select t.rowid as row, {keys},"
        f" {version_of(table, 't')} as version, t._synced_at from {qualified(table.name)} t{written}",
        _given(since),
    )
    _ensure_former(connection, table)
    # Without a note of the replaced row, it is not known whether its version moved with the change.
    noted = f"if(s.held is not null and f.{identifier(table.key[0])} is null, w.version, f.version)"
    connection.execute(
        f"""
create or replace temp table states as
with known as (
  select
    {keys},
    max(h.rowid) filter (h.valid_to is null) as held,
    max(greatest(h.valid_from, h.valid_to)) as ended
  from {qualified(history.name)} h
  semi join written using ({keys})
  group by all
)
select
  w.row,
  w.version,
  w._synced_at,
  s.held,
  s.ended,
  {noted} as former
from written w
left join known s on {same_key(table, "s", "w")}
left join (select {keys}, min(version) as version from temp.{FORMER} group by {keys}) f
  on {same_key(table, "f", "w")}
where s.held is not null or s.ended is null or w._synced_at > s.ended
"""
    )
    connection.execute("drop table written")


def _leave_out_same(connection: Connection, history: History, since: datetime | None) -> int:
    """Remove from `states` the rows that are still as their current state says.

    A state is completed in place in two cases: it was stored before the row's own call was made, or it is of
    the very row that is stored, which happens when another column is tracked. Returns how many were.
    """
    table, columns = history.table, history.tracked
    source, target = qualified(table.name), qualified(history.name)
    same = " and ".join(_same(column, late=column.name in history.late) for column in columns)
    missing = " or ".join(
        f"(h.{identifier(name)} is null and t.{identifier(name)} is not null)"
        for name in sorted(history.late)
    )
    written = "" if since is None else " and t._synced_at > ?"
    connection.execute(
        f"create or replace temp table same as select s.row, s.held,"
        f" case when {same} then {missing or 'false'} else true end as incomplete"
        f" from states s join {source} t on t.rowid = s.row{written}"
        f" join {target} h on h.rowid = s.held where t._synced_at = h._synced_at or ({same})",
        _given(since),
    )
    completed = 0
    if connection.execute("select 1 from same where incomplete limit 1").fetchone():
        values = ", ".join(f"{identifier(each.name)} = n.{identifier(each.name)}" for each in columns)
        named = ", ".join(f"t.{identifier(each.name)}" for each in columns)
        completed = number(
            connection,
            f"update {target} h set {values} from (select s.held, {named} from same s"
            f" join {source} t on t.rowid = s.row where s.incomplete) n where h.rowid = n.held",
        )
    connection.execute("delete from states where row in (select row from same)")
    connection.execute("drop table same")
    return completed


def _same(column: Column, *, late: bool) -> str:
    """Whether a tracked column is what the state says, as SQL: `t` is the row, `h` the state."""
    row, state = f"t.{identifier(column.name)}", f"h.{identifier(column.name)}"
    match column.type:
        case Type.JSON:
            # A field that an administrator adds is null on every row, and keys come in any order.
            alike = f"coalesce({_sorted_entries(row)} = {_sorted_entries(state)}, false)"
            same = f"case when {row} is not distinct from {state} then true else {alike} end"
        case Type.BIGINTS | Type.VARCHARS:
            # Tags and memberships are sets.
            same = f"list_sort({row}) is not distinct from list_sort({state})"
        case _:
            same = f"{row} is not distinct from {state}"
    return f"({state} is null or {same})" if late else f"({same})"


def _sorted_entries(value: str) -> str:
    """The entries of an object that are not null, in the order of their keys; null where it is no object."""
    held = f"coalesce({value}, '{{}}'::json)"
    patched = f"json_merge_patch('{{}}'::json, {held})"
    # An object that has a key twice is no map.
    return (
        f"case json_type({held}) when 'OBJECT'"
        f" then list_sort(map_entries(try_cast({patched} as map(varchar, json)))) end"
    )


def _given(since: datetime | None) -> list[datetime]:
    return [] if since is None else [since]
