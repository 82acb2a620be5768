"""One table: where it is read, how it is read incrementally, and its columns.

Everything downstream (requests, DDL, comments, Dagster's specs, the documentation) is derived from a
`Table`. Nobody downstream knows one by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

from freshdesk_assets.schema.column import NAME, Column, DeclarationError, Type, json, timestamp

Value: TypeAlias = str | int | bool
"""What a request parameter or a listing's default may be."""


class Cadence(StrEnum):
    """How often a table is looked at: what agents work on all day, or what is set up now and then."""

    LIVE = "live"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Keyset:
    """A list in ascending order of a time, restarted from the last time seen.

    `since` is the request parameter (inclusive), `cursor` the column it compares. Only such a list can
    be bounded by a window, committed page by page and resumed; no page is ever read by number except
    inside one second, and there not beyond `last_page`.
    """

    since: str
    cursor: str = "updated_at"
    last_page: int = 300


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """A list of the rows changed since a time, in no order of time; first of all, the whole list.

    `parameters` are the spellings of the parameter, tried in turn while Freshdesk refuses them as
    unknown; refused all, the whole list is read instead. The table is complete, whatever the start date.
    Changes do not tell what is gone: the whole list does, read again at least `whole_every` where the
    night's budget allows.
    """

    parameters: tuple[str, ...]
    whole_every: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FullList:
    """The whole list each time; rows that are no longer in it get `_deleted_at`."""


@dataclass(frozen=True, slots=True)
class LookBack:
    """A list filtered on a time that later edits do not move, so that the last days are read again.

    `after` and `before` are the request parameters, `cursor` the column they compare; `before` is empty
    where the list has no upper bound.
    """

    after: str
    cursor: str
    days: int
    before: str = ""


@dataclass(frozen=True, slots=True)
class PerParent:
    """One list per row of a parent table, read once per version of the parent; `path` holds `{id}`.

    `column` is where a row names its parent. `archived` is where the list stands once the parent is archived.
    """

    parent: str
    column: str
    archived: str = ""


Sync: TypeAlias = Keyset | ChangedSince | FullList | LookBack | PerParent


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One pass over the table's list; where two passes show a row at the same version, the later one holds.

    `params` are added to the table's; `defaults` are columns that the payload leaves to be known from
    the list it came by (`deleted`: true under filter=deleted). With `probe`, one row is asked for first,
    without includes, so that an empty list costs one credit.
    """

    name: str = "all"
    params: Mapping[str, Value] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    probe: bool = False


@dataclass(frozen=True, slots=True)
class RowCall:
    """The row's own call, for the columns marked `detail`; `path` holds `{id}`.

    It is made once per version of the row. Where a version means nothing it is made again after `every`
    instead, and whenever `stale` holds, an SQL condition on the row `p` and its last reading `r`; the
    tables that it looks into are read `after`.
    """

    path: str
    every: timedelta | None = None
    stale: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """Where older accounts keep the same list, and the columns that only a row's own call sends there."""

    path: str
    row_call: RowCall | None = None
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Existence:
    """How a row is asked for that no list sent any more.

    `path` holds a column in braces: the row's id where it answers with the row itself, else the id of what
    the row belongs to, and then it answers with the list that the row must be in. `archived` is where rows
    stand that the lists leave out although they are kept; found there, a row's column `flag` becomes true
    and it is never taken for gone. Those of which the SQL condition `idle` holds are asked for there first.
    """

    path: str
    archived: str = ""
    flag: str = ""
    idle: str = ""

    @property
    def by(self) -> str:
        """The column in braces."""
        return self.path.partition("{")[2].partition("}")[0]


@dataclass(frozen=True, slots=True)
class SubLimit:
    """A per-minute limit of its own within the account's: calls allowed, by the account's total."""

    name: str
    calls: tuple[tuple[int, int], ...]

    def allowed(self, total: int) -> int:
        """Calls a minute for an account with `total` credits a minute."""
        return max((calls for least, calls in self.calls if least <= total), default=self.calls[0][1])


REPLICA_COLUMNS = (
    timestamp(
        "_synced_at", "When the replica last wrote the row; a row read again unchanged keeps its time."
    ),
    timestamp("_deleted_at", "When Freshdesk was found to have the row no more; null while it exists."),
    json(
        "_extra",
        "What the API sent that the other columns cannot hold, verbatim, by its place in the payload.",
    ),
)
"""What every row carries beside what Freshdesk sent."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the replica.

    `path` is relative to `/api/v2/`. `key` identifies a row, `version` are the times of which the greatest
    says which of two readings is newer, `window` the column that places a row in a date partition.
    `belongs_to` is the column that names the row without which this one is none; `existence` is how a row is
    asked for that no list sends any more. `group` gathers tables in the Dagster UI, `cadence` says how often
    the table is looked at, `docs` is the anchor in Freshdesk's documentation. `history` names the columns
    whose former values are kept, in a table `<name>_history`.
    """

    name: str
    doc: str
    path: str
    sync: Sync
    columns: tuple[Column, ...]
    group: str
    docs: str
    cadence: Cadence = Cadence.LIVE
    params: Mapping[str, Value] = field(default_factory=dict)
    listings: tuple[Listing, ...] = (Listing(),)
    key: tuple[str, ...] = ("id",)
    version: tuple[str, ...] = ("updated_at",)
    window: str = "updated_at"
    row_call: RowCall | None = None
    fallback: Fallback | None = None
    sub_limit: SubLimit | None = None
    history: tuple[str, ...] = ()
    belongs_to: str = ""
    existence: Existence | None = None

    def __post_init__(self) -> None:
        for complaint in complaints(self):
            raise DeclarationError(f"table {self.name}: {complaint}")

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name!r}")

    @property
    def detail(self) -> frozenset[str]:
        """Names of the columns that only the row's own call fills."""
        return frozenset(column.name for column in self.columns if column.detail)

    @property
    def reconciled(self) -> bool:
        """Whether it takes a look of its own to find out which rows are gone."""
        return self.existence is not None or isinstance(self.sync, ChangedSince)

    @property
    def stored(self) -> tuple[Column, ...]:
        """Its columns as they stand in DuckDB, the replica's own last."""
        return (*self.columns, *REPLICA_COLUMNS)

    @property
    def url(self) -> str:
        """Freshdesk's documentation of the endpoint."""
        return f"https://developers.freshdesk.com/api/#{self.docs}"


SPANNED = ("valid_from", "valid_to")
"""What a history calls the span of a state."""

EMPTY_IS_NOT_NULL = (Type.BIGINTS, Type.VARCHARS, Type.JSON)
"""Types of which Freshdesk sends [] or {} where there is nothing: null is what was not read yet."""


def complaints(table: Table) -> list[str]:
    """What contradicts itself in a declaration, a sentence each, worst first."""
    found: list[str] = []
    names = [column.name for column in table.columns]
    paths = sorted(column.steps for column in table.columns)
    found += [
        f"{name} begins with an underscore, as only the replica's own columns do"
        for name in names
        if name[0] == "_"
    ]
    if not NAME.fullmatch(table.name):
        found.append("a name is lower case words joined by underscores")
    if not table.doc.endswith(".") or "\n" in table.doc:
        found.append("its description is one line that ends in a full stop")
    if not table.key:
        found.append("it has no key")
    found += [f"column {name} is declared twice" for name in sorted({n for n in names if names.count(n) > 1})]
    found += [
        f"two columns read {'.'.join(longer)}"
        if longer == shorter
        else f"{'.'.join(longer)} lies inside {'.'.join(shorter)}, which is already a column"
        for shorter, longer in pairwise(paths)
        if longer[: len(shorter)] == shorter
    ]
    for role, columns in (("key", table.key), ("version", table.version), ("window", (table.window,))):
        found += [f"its {role} names {name}, which is not a column" for name in columns if name not in names]
    if found:
        return found
    found += [f"key column {name} is not required" for name in table.key if not table.column(name).required]
    found += [
        f"{name} orders its rows but is not a timestamp"
        for name in (*table.version, table.window)
        if table.column(name).type is not Type.TIMESTAMPTZ
    ]
    match table.sync:
        case Keyset(cursor=cursor) | LookBack(cursor=cursor) if cursor not in names:
            found.append(f"its sync compares {cursor}, which is not a column")
        case Keyset(cursor=cursor) | LookBack(cursor=cursor) if (
            table.column(cursor).type is not Type.TIMESTAMPTZ
        ):
            found.append(f"its sync compares {cursor}, which is not a timestamp")
        case LookBack(days=days) if days <= 0:
            found.append(f"it looks back {days} days, which is not back")
        case PerParent(archived=archived) if "{id}" not in table.path or "{id}" not in (archived or "{id}"):
            found.append("it is read per parent, but its path has no {id}")
        case PerParent(column=column) if column not in names:
            found.append(f"it is read per parent by {column}, which is not a column")
        case PerParent():
            pass
        case _ if "{id}" in table.path:
            found.append("its path has {id}, but it is not read per parent")
        case ChangedSince(parameters=()):
            found.append("it is read by changes, but no parameter says since when")
        case _:
            pass
    found += _complaints_of_existence(table, table.existence) if table.existence else []
    if table.belongs_to and (table.belongs_to not in names or not table.column(table.belongs_to).references):
        found.append(f"it belongs to {table.belongs_to}, which is not a column that refers to a table")
    if (table.detail or table.row_call) and table.key != ("id",):
        found.append("its rows have calls of their own, so its key must be id")
    if table.detail and table.row_call is None:
        found.append(f"{sorted(table.detail)[0]} is a detail, but there is no row call to read it from")
    if table.row_call is not None and not table.detail:
        found.append("it has a row call, but no column needs it")
    for row_call in (table.row_call, table.fallback.row_call if table.fallback else None):
        if row_call is not None and "{id}" not in row_call.path:
            found.append(f"the path of its row call, {row_call.path}, has no {{id}}")
    if len({listing.name for listing in table.listings}) < len(table.listings):
        found.append("two of its listings have the same name")
    found += [
        f"listing {listing.name} gives a default for {name}, which is not a column"
        for listing in table.listings
        for name in listing.defaults
        if name not in names
    ]
    found += _history_complaints(table)
    if table.fallback:
        if table.fallback.detail and table.fallback.row_call is None:
            found.append(f"{table.fallback.detail[0]} is a detail of its fallback, which has no row call")
        found += [
            f"its fallback calls {name} a detail, which is not a column"
            for name in table.fallback.detail
            if name not in names
        ]
    return found


def _history_complaints(table: Table) -> list[str]:
    """What contradicts itself in what a table tracks."""
    columns = {column.name: column for column in table.columns}
    late = table.detail | frozenset(table.fallback.detail if table.fallback else ())
    found = [
        f"its history names {name} twice"
        for name in sorted({n for n in table.history if table.history.count(n) > 1})
    ]
    for name in table.history:
        if name not in columns:
            found.append(f"its history names {name}, which is not a column")
        elif name in table.key:
            found.append(f"its history names {name}, which is its key and never changes")
        elif columns[name].volatile:
            found.append(f"its history names {name}, which differs on each read")
        elif name in SPANNED:
            found.append(f"its history names {name}, a column that every history has")
        elif name in late and columns[name].type not in EMPTY_IS_NOT_NULL:
            found.append(f"its history names {name}, a detail of which null does not say whether it was read")
    return found


def _complaints_of_existence(table: Table, existence: Existence) -> list[str]:
    """What contradicts itself in how a table's rows are asked for."""
    found: list[str] = []
    names = [column.name for column in table.columns]
    if table.key != ("id",) or not isinstance(table.sync, Keyset | LookBack):
        found.append("its rows are asked for one by one, so its key must be id and its lists bounded by time")
    if existence.by not in names:
        found.append(f"its rows are asked for at {existence.path}, which names no column in braces")
    if existence.archived and (existence.by != "id" or existence.flag not in names):
        found.append("it has an archive, so it needs a column to say so and rows asked for by id")
    return found
