"""One child table: what is cut out of the lists and objects in its parent's rows, a row per element.

A child costs no API call: it is derived in DuckDB from the parent's stored columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from freshdesk_assets.schema.column import (
    NAME,
    Column,
    DeclarationError,
    Type,
    bigint,
    boolean,
    integer,
    timestamp,
)

PARENTS = "parents"
"""The name by which the SQL of `Rows` reads the parent's rows."""


@dataclass(frozen=True, slots=True)
class Elements:
    """A row per element of a list: a list column, or an array in a JSON column, `at` a dotted path.

    A column's path is `value` for the element itself, or a path in it, `value.company_id`. Where elements
    come in two shapes it names both, and the first that is there counts: `value.company_id|value`.
    """

    column: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Entries:
    """A row per key of the object in a JSON column; null values are left out.

    A column's path is `key`, `value`, or a path in the value, `value.respond_within`; or several, as in
    `Elements`.
    """

    column: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Pooled:
    """A row per distinct element of several lists, with a boolean column for each of them.

    `lists` says which column of the parent each boolean looks into, `element` names the element's column.
    """

    element: str
    lists: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """An SQL query over `parents p`, for what the other cuts cannot say.

    It yields the child's columns by name, the parent's id included. `reads` are the columns of the parent
    that it uses.
    """

    sql: str
    reads: tuple[str, ...]


Cut: TypeAlias = Elements | Entries | Pooled | Rows


@dataclass(frozen=True, slots=True)
class Fields:
    """What is known of the account's own fields: an SQL query for name, label, type and removed_at.

    `type` is an SQL type; where it is null, the values decide. `tables` are those that the query reads. The
    child table has a column `name`, and a column `value` as JSON. `typed` says by SQL type which column has
    the value as that type.
    """

    sql: str
    tables: tuple[str, ...]
    typed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What is known of the kinds of rows that the account defines itself: an SQL query.

    It selects `kind`, an id; `kind_name`, `kind_label` and `kind_removed_at`; and of the field `name`,
    `label` and `type`, an SQL type. Where the type is null, the values decide. A kind without fields has one
    row, whose field is null. Columns of a view come in the order of its rows. `tables` are those it reads.
    """

    sql: str
    tables: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Child:
    """A child table.

    - `parent`: the table it is cut from.
    - `by`: the column that holds the parent's id.
    - `cut`: how rows are made of the parent's.
    - `key`: the columns that, after `by`, identify a row. Of two elements with the same key the first counts;
      an element whose key is null is left out.
    - `position`: whether there is a column with the element's place in its list, from 0.
    - `fields`: for a table of custom fields, what is known of each, so that views can make a column of it.
    - `kinds`: for a table of the fields of kinds, what is known of the kinds, so that each can have a view.
    - `files`: for a table of files, the column that has the link to each; `id`, `size` and `updated_at` stand
      beside it. FRESHDESK_FILES has them fetched.
    """

    name: str
    doc: str
    parent: str
    by: str
    cut: Cut
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...]
    position: bool = True
    fields: Fields | None = None
    # Nothing that is made of the rows depends on these.
    kinds: Kinds | None = field(default=None, repr=False)
    files: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for complaint in _complaints(self):
            raise DeclarationError(f"child table {self.name}: {complaint}")

    @property
    def recipe(self) -> object:
        """All that decides about its rows. Words do not: rows are not derived again for a better sentence."""
        columns = [
            (column.name, column.type, column.path)
            if column.default is None
            else (column.name, column.type, column.path, column.default)
            for column in self.columns
        ]
        return self.parent, self.by, self.cut, columns, self.key, self.position

    @property
    def cells(self) -> tuple[Column, ...]:
        """Its columns: the parent's id, what is cut, the position in the list."""
        own = bigint(
            self.by, f"Row of {self.parent} it is part of.", references=f"{self.parent}.id", required=True
        )
        made: tuple[Column, ...] = ()
        if isinstance(self.cut, Pooled):
            made = tuple(
                boolean(name, f"Whether it is among {source}.", required=True)
                for name, source in self.cut.lists.items()
            )
        if self.position and isinstance(self.cut, Elements | Entries):
            made = (integer("position", "Place in the list, from 0.", required=True),)
        return (own, *self.columns, *made)

    @property
    def stored(self) -> tuple[Column, ...]:
        """Its columns as DuckDB has them, the replica's own last."""
        return (*self.cells, *CHILD_COLUMNS)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that identify a row."""
        return (self.by, *self.key)

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the parent that it is cut from."""
        match self.cut:
            case Elements(column=column) | Entries(column=column):
                return (column,)
            case Pooled(lists=lists):
                return tuple(dict.fromkeys(lists.values()))
            case Rows(reads=reads):
                return reads


CHILD_COLUMNS = (
    timestamp(
        "_synced_at", "When the replica last wrote the row; one derived again unchanged keeps its time."
    ),
    timestamp("_deleted_at", "When the parent was found to be gone from Freshdesk; null while it exists."),
)
"""What every row of a child table has beside what was cut."""


def json_paths(column: Column) -> list[tuple[str, ...]]:
    """Where a child's column may be, as keys that begin with `value` or `key`, likeliest first."""
    return [tuple(path.split(".")) for path in column.path.split("|")]


def _complaints(child: Child) -> list[str]:
    """What contradicts itself in a declaration, a sentence each."""
    found: list[str] = []
    if not NAME.fullmatch(child.name) or not NAME.fullmatch(child.by):
        found.append("a name is lower case words joined by underscores")
    if not child.doc.endswith(".") or "\n" in child.doc:
        found.append("its description is one line that ends in a full stop")
    names = [column.name for column in child.cells]
    found += [f"column {name} is declared twice" for name in sorted({n for n in names if names.count(n) > 1})]
    found += [f"its key names {name}, which is not a column" for name in child.key if name not in names]
    if child.files:
        found += [
            f"its files need a column {name}"
            for name in (child.files, "id", "size", "updated_at")
            if name not in names
        ]
    found += [
        f"{name} begins with an underscore, as only the replica's own columns do"
        for name in names
        if name[0] == "_"
    ]
    match child.cut:
        case Elements() | Entries():
            start = {"value", "key"} if isinstance(child.cut, Entries) else {"value"}
            found += [
                f"column {column.name} reads {column.path}: begin it with {' or '.join(sorted(start))}"
                for column in child.columns
                for path in json_paths(column)
                if path[0] not in start or (path[0] == "key" and len(path) > 1)
            ]
        case Pooled(element=element):
            if [column.name for column in child.columns] != [element]:
                found.append(f"its only column of its own is the element, {element}")
        case Rows(sql=sql):
            if PARENTS not in sql:
                found.append(f"its SQL does not read {PARENTS}")
    found += [
        f"column {column.name} is a list, which a cell of a child is not"
        for column in child.columns
        if column.type in (Type.BIGINTS, Type.VARCHARS) and not isinstance(child.cut, Rows)
    ]
    return found
