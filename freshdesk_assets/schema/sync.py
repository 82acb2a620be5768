"""How a table's list is read, from what the endpoint offers; `how` says so in UI and documentation."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, TypeAlias


@dataclass(frozen=True, slots=True)
class Keyset:
    """A list in ascending order of a time, restarted from the last time seen.

    `since` is the request parameter (inclusive), `cursor` the column it compares. Only such a list can
    be bounded by a window, committed page by page and resumed. Pages are read by number only inside one
    second, and there not beyond `last_page`.
    """

    since: str
    cursor: str = "updated_at"
    last_page: int = 300
    how: ClassVar[str] = (
        "The list comes in ascending order of a time; each sync continues from the last time seen."
    )


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """A list of the rows changed since a time, in no order of time; first of all, the whole list.

    `parameters` are the spellings of the parameter, tried one after the other while Freshdesk refuses them
    as unknown. If it refuses all, the whole list is read instead. The table is complete, whatever the start
    date. Changes do not show what is gone. The whole list does: it is read again after `whole_every` at the
    latest, where the night's budget allows.
    """

    parameters: tuple[str, ...]
    whole_every: timedelta = timedelta(days=7)
    how: ClassVar[str] = (
        "The first sync reads the whole list; each later one the rows that changed since the one before."
    )


@dataclass(frozen=True, slots=True)
class FullList:
    """The whole list each time; rows that are no longer in it get `_deleted_at`."""

    how: ClassVar[str] = "Each sync reads the whole list; rows that are no longer in it get `_deleted_at`."


@dataclass(frozen=True, slots=True)
class LookBack:
    """A list filtered on a time that people set, or that later edits do not move.

    `after` and `before` are the request parameters, `cursor` the column they compare; `before` is empty
    where the list has no upper bound. The table is complete, whatever the start date: the first sync reads
    the whole list, and each later one the last `days` again. A row that was dated further back since, or
    edited later, is in the whole list. It is read again after `whole_every` at the latest, where the night's
    budget allows.
    """

    after: str
    cursor: str
    days: int
    before: str = ""
    whole_every: timedelta = timedelta(days=7)
    how: ClassVar[str] = (
        "The list is filtered by a time that people set, or that later edits do not move. The first sync"
        " reads the whole list, each later one the last days again; `reconcile` reads all of it once a week."
    )


@dataclass(frozen=True, slots=True)
class Variants:
    """What a list is asked for once each, beside once per parent, as languages are.

    `sql` selects the values, `after` are the tables that it reads. `column` is where a row has its value; the
    path holds it in braces.
    """

    column: str
    sql: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChanges:
    """How a list per parent is asked for what changed since it was last read, where it is long.

    - `since`: the request parameter (inclusive), in milliseconds; `cursor` is the column that it compares.
      The list comes in ascending order of it: a row that changes while it is read moves to its end.
    - `count`: the path of the call that says how many rows the list has, with `{id}`; `count_at` where its
      reply says so, dotted.

    Changes do not show what is gone, and the count does: where it is not that of the rows stored and changed,
    the whole list is read, and after `whole_every` in any case. So it is where Freshdesk refuses to be asked
    like that.
    """

    since: str
    cursor: str
    count: str
    count_at: str
    whole_every: timedelta = timedelta(days=7, hours=-4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Lists of one table, one per row of a parent table, which may be the table itself.

    - `path`: of the list, with `{id}` for the parent's.
    - `column`: where a row names its parent; written into the row where Freshdesk does not send it.
    - `where`: an SQL condition on the parent `p`, for the parents that may have rows. Others are asked for
      only where rows of theirs are stored.
    - `archived`: the path of the list once the parent is archived.
    - `one`: a reply is one row, and no list.
    - `variants`: the list is asked for once each of these.
    - `optional`: a list that is not found (404) is one without rows; the parent is not taken for gone.
    - `changes`: a long list is asked for its changes alone.
    """

    parent: str
    path: str
    column: str
    where: str = ""
    archived: str = ""
    one: bool = False
    optional: bool = False
    variants: Variants | None = None
    changes: ListChanges | None = None


@dataclass(frozen=True, slots=True)
class PerParent:
    """One list per row of a parent table, read once per version of the parent; the table's path holds `{id}`.

    `column`, `archived`, `where` and `optional` are as in `Branch`; `below` are further lists of the table.
    """

    parent: str
    column: str
    archived: str = ""
    where: str = ""
    optional: bool = False
    below: tuple[Branch, ...] = ()
    how: ClassVar[str] = "One list per row of the parent table, read again when that row has changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class EachParent:
    """One list per row of a parent table, each time: the parent does not change with the rows in its list.

    The table's path holds `{id}`; all but `below` is as in `Branch`. `below` are further lists of the
    same table, as of folders in folders; of two branches that a row could be of, it is of the later. A row
    that is no longer in the list of its parent gets `_deleted_at`, unless another list has it.

    Where a `where` says that a parent has no rows, it is asked for once a week all the same: such counts are
    known to be wrong.

    - `every`: a list is read again after this time, or when its parent has changed, however many syncs there
      are meanwhile.
    - `worth`: an SQL condition on all parents `p` together, made of aggregates. No list is read until it
      holds, because they would take more calls than they spare. Once the table has rows it is read on, so
      that none of them is wrong. Naming the table in FRESHDESK_TABLES overrules it.
    """

    parent: str
    column: str
    where: str = ""
    optional: bool = False
    variants: Variants | None = None
    changes: ListChanges | None = None
    below: tuple[Branch, ...] = ()
    every: timedelta | None = None
    worth: str = ""
    how: ClassVar[str] = (
        "One list per row of the parent table, read each time; rows in none of them get `_deleted_at`."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFiles:
    """A file for each day, at the link in a reply: it is made once the day is over, and kept for some days.

    - `parameter`: the request parameter that names the day, as 2026-01-31.
    - `link_at`: where a reply has the link, dotted; of a list there, its first element counts.
    - `ends_at`: where a file says when its day ends. One that was made before is asked for again.
    - `fingerprint`: the key of a row, for which Freshdesk sends none: a number made of all that it sends.
    - `days`: how many days a file is kept.

    A day whose file is not there yet is asked for each time, as long as files are kept.
    """

    parameter: str
    link_at: str
    ends_at: str
    fingerprint: str
    days: int
    how: ClassVar[str] = (
        "Each day has a file, which is fetched once it is there; a day without one is asked for each time, as"
        " long as Freshdesk keeps files."
    )


Sync: TypeAlias = Keyset | ChangedSince | FullList | LookBack | PerParent | EachParent | DayFiles
