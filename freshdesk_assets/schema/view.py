"""One view: a SQL file, what its header says of its columns, and what its SQL reads.

A view's schema is the name of its folder, its own name that of the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from freshdesk_assets.schema.catalog import SourceLine

Shapes: TypeAlias = Mapping[tuple[str, str], Mapping[str, str]]
"""What a query may read: by (schema, table) the columns' types, as DuckDB prints them.

A table without any exists, but its columns are not known.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewColumn:
    """A column as the header documents it; `references` is `table.column` or `schema.view.column`."""

    name: str
    doc: str
    references: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Columns that depend on the account: one per field in a child table, named `prefix` and the field.

    The view's SQL selects the column that the child table is cut from; these columns replace it.
    """

    prefix: str
    child: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KindViews:
    """Says that each kind of the view's rows has a view of its own beside it, as the account defines kinds.

    Such a view is named `prefix` and the kind. It has the rows whose column `by` names the kind and, in place
    of the JSON column `values`, a column for each field of the kind. The kinds and their fields are those
    that the child table `child` knows.
    """

    by: str
    prefix: str
    values: str
    child: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Says that the rows of a view are kept as a table, because making them takes long.

    `by` is the column with the id of the ticket a row is made of: then only the rows of tickets that changed
    are made again. Without it, all are whenever a table changed that the SQL reads.
    """

    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlView:
    """A view, still to be created; with `kept`, a table of the rows that its SQL yields.

    `reads` are the tables and views its SQL names, as (schema, name); `place` is the line of its file on
    which the SQL begins.
    """

    schema: str
    name: str
    doc: str
    columns: tuple[ViewColumn, ...]
    family: Family | None
    sql: str
    reads: frozenset[tuple[str, str]]
    place: SourceLine
    kept: Kept | None = None
    kinds: KindViews | None = None

    @property
    def children(self) -> frozenset[str]:
        """The child tables that say which columns it has, or views beside it, for this account."""
        return frozenset(each.child for each in (self.family, self.kinds) if each)

    @property
    def id(self) -> tuple[str, str]:
        """Schema and name."""
        return self.schema, self.name

    @property
    def file(self) -> str:
        """Its file, as messages name it."""
        return f"{self.schema}/{self.name}.sql"


@dataclass(frozen=True, slots=True)
class Traced:
    """What a column of a view was found to be: its type, and the table columns its values come from.

    `type` is as DuckDB prints it; `sources` are (schema, table, column).
    """

    type: str
    sources: frozenset[tuple[str, str, str]]
