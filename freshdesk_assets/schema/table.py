"""One table: where it is read (endpoint.py), how it is read incrementally (sync.py), and its columns.

Everything downstream (requests, DDL, comments, Dagster's specs, the documentation) is derived from a
`Table`. Nobody downstream knows one by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from freshdesk_assets.schema.column import Column, DeclarationError, json, timestamp
from freshdesk_assets.schema.contradictions import complaints
from freshdesk_assets.schema.endpoint import Existence, Fallback, Kept, Listing, RowCall, SubLimit, Value
from freshdesk_assets.schema.sync import (
    Branch,
    ChangedSince,
    EachParent,
    LookBack,
    PerParent,
    Sync,
)


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
    - `window`: the column that decides in which date partition a row is; `_synced_at` for rows without one.
    - `rows_at`: the key under which a reply wraps the list, or `ITSELF`: the reply is one row.
    - `per_page`: the most rows a page may have; 0 where Freshdesk takes no page numbers and sends all.
    - `next_at`: where a reply has the address of the next page, dotted, if pages are asked for by one.
    - `kept`: the only values of the payload that are kept, where it may hold secrets (see `Kept`).
    - `optional`: some accounts have no such list (404), and the table is left out there.
    - `by_choice`: it is replicated only where FRESHDESK_TABLES names it or its group.
    - `belongs_to`: the column that names the row without which this one does not exist.
    - `people`: the column with a person's name, of a table of persons: they may ask to be forgotten.
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
    rows_at: str = ""
    per_page: int = 100
    next_at: str = ""
    kept: tuple[Kept, ...] = ()
    optional: bool = False
    by_choice: bool = False
    row_call: RowCall | None = None
    fallback: Fallback | None = None
    sub_limit: SubLimit | None = None
    history: tuple[str, ...] = ()
    belongs_to: str = ""
    people: str = ""
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
        if isinstance(self.sync, EachParent):
            return False
        return self.existence is not None or isinstance(self.sync, ChangedSince | LookBack)

    @property
    def stored(self) -> tuple[Column, ...]:
        """Its columns as DuckDB has them, the replica's own last."""
        return (*self.columns, *REPLICA_COLUMNS)

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The lists per row of a parent that it is read from; none for a table with a list of its own."""
        match self.sync:
            case PerParent(parent=parent, column=column, where=where, below=below) as sync:
                first = Branch(
                    parent=parent,
                    path=self.path,
                    column=column,
                    where=where,
                    archived=sync.archived,
                    optional=sync.optional,
                )
                return (first, *below)
            case EachParent(parent=parent, column=column, where=where, below=below) as sync:
                first = Branch(
                    parent=parent,
                    path=self.path,
                    column=column,
                    where=where,
                    optional=sync.optional,
                    variants=sync.variants,
                    changes=sync.changes,
                )
                return (first, *below)
            case _:
                return ()

    def recorded_as(self, branch: Branch) -> str:
        """The name under which the ledger has the lists of a branch: ids of two parents may be the same."""
        return self.name if branch == self.branches[0] else f"{self.name}.{branch.column}"

    @property
    def recorded_alone(self) -> str:
        """The name under which the ledger has the calls for rows that no list of a parent sent any more."""
        return f"{self.name}.{self.key[0]}"

    @property
    def url(self) -> str:
        """Freshdesk's documentation of the endpoint."""
        return f"https://developers.freshdesk.com/api/#{self.docs}"
