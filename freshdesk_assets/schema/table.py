"""One table: where it is read (endpoint.py), how it is read incrementally (sync.py), and its columns.

Everything downstream (requests, DDL, comments, Dagster's specs, the documentation) is derived from a
`Table`. Nobody downstream knows one by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from freshdesk_assets.schema.column import NAME, Column, DeclarationError, Type, json, timestamp
from freshdesk_assets.schema.endpoint import Existence, Fallback, Listing, RowCall, SubLimit, Value
from freshdesk_assets.schema.sync import ChangedSince, FullList, Keyset, LookBack, PerParent, Sync


class Cadence(StrEnum):
    """How often a table is synced: what agents work on all day, or set-up that rarely changes."""

    LIVE = "live"
    SLOW = "slow"


REPLICA_COLUMNS = (
    timestamp(
        "_synced_at", "When the replica last wrote the row; a row read again unchanged keeps its time."
    ),
    timestamp("_deleted_at", "When the row was found to be gone from Freshdesk; null while it exists."),
    json(
        "_extra",
        "What the API sent that the other columns cannot hold, verbatim, by its path in the payload.",
    ),
)
"""What every row has beside what Freshdesk sent."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the replica.

    - `path`: relative to `/api/v2/`.
    - `params`: sent with every call of the list; `listings` add theirs.
    - `key`: the columns that identify a row.
    - `version`: timestamps; of two copies of a row, the one with the greatest of them is the newer.
    - `window`: the column that decides in which date partition a row is.
    - `belongs_to`: the column that names the row without which this one does not exist.
    - `never_empty`: every account has a row of it, so that an empty list is no reason to mark any as deleted.
    - `existence`: how to ask for a row that no list sends any more.
    - `history`: the columns whose former values are kept, in a table `<name>_history`.
    - `group`: gathers tables in the Dagster UI.
    - `cadence`: how often the table is synced.
    - `docs`: the anchor in Freshdesk's documentation.
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
    never_empty: bool = False
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
        """Whether finding what no sync can see, above all rows that are gone, takes calls of its own."""
        return self.existence is not None or isinstance(self.sync, ChangedSince | LookBack)

    @property
    def stored(self) -> tuple[Column, ...]:
        """Its columns as DuckDB has them, the replica's own last."""
        return (*self.columns, *REPLICA_COLUMNS)

    @property
    def url(self) -> str:
        """Freshdesk's documentation of the endpoint."""
        return f"https://developers.freshdesk.com/api/#{self.docs}"


SPANNED = ("valid_from", "valid_to")
"""The columns of a history that say when a state held."""

EMPTY_IS_NOT_NULL = (Type.BIGINTS, Type.VARCHARS, Type.JSON)
"""Types for which Freshdesk sends [] or {} where there is nothing: null means not read yet."""


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
    if table.never_empty and not isinstance(table.sync, FullList | ChangedSince):
        found.append("it is never empty, which says nothing of a list that is not read whole")
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
