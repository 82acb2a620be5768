"""All tables together: every reference and parent resolves, and parents come first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeAlias

from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import Column, DeclarationError
from freshdesk_assets.schema.history import History, history_of
from freshdesk_assets.schema.table import Table

Declared: TypeAlias = Table | Child | History
"""A table in the file: a table read from the API, a child table cut from it, or its history."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where something is declared."""

    file: Path
    line: int


class Catalog:
    """A replica's tables by name, each after those it is read from; with their children and histories."""

    def __init__(
        self,
        tables: Iterable[Table],
        children: Iterable[Child] = (),
        places: Mapping[str, SourceLine] | None = None,
        chosen_from: "Catalog | None" = None,
    ) -> None:
        self._chosen_from = chosen_from
        given = list(tables)
        self._tables = {table.name: table for table in given}
        self.children = tuple(children)
        self.histories = tuple(history for table in given if (history := history_of(table)))
        known = dict(places or {})
        # A history is declared where its table is.
        known |= {each.name: known[each.table.name] for each in self.histories if each.table.name in known}
        self.places: Mapping[str, SourceLine] = known
        every: list[Declared] = [*given, *self.children, *self.histories]
        names = [each.name for each in every]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise DeclarationError(f"table {twice[0]} is declared twice")
        for table in given:
            for column in table.columns:
                self._check_references(table.name, column)
            for branch in table.branches:
                self._check_parent(table, branch.parent)
            for name in upstream(table) - self._tables.keys():
                raise DeclarationError(f"table {table.name}: it is read after {name}, which is not a table")
            self._check_told(table)
        for child in self.children:
            self._check_child(child)
        parents = {table.name: sorted(upstream(table)) for table in given}
        try:
            order = list(TopologicalSorter(parents).static_order())
        except CycleError as error:
            raise DeclarationError(f"tables are each other's parents: {error.args[1]}") from error
        self._tables = {name: self._tables[name] for name in order}

    def __iter__(self) -> Iterator[Table]:
        return iter(self._tables.values())

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __len__(self) -> int:
        return len(self._tables)

    @property
    def whole(self) -> "Catalog":
        """All that is declared; of tables that are not chosen now, earlier rows may be stored."""
        return self if self._chosen_from is None else self._chosen_from

    @property
    def everything(self) -> tuple[Declared, ...]:
        """Tables, and after each the children cut from it and its history."""
        return tuple(each for table in self for each in self.with_derived(table))

    def with_derived(self, table: Table) -> list[Declared]:
        """A table, the children cut from it, and its history."""
        return [
            table,
            *self.children_of(table),
            *(history for history in self.histories if history.table.name == table.name),
        ]

    def children_of(self, table: Table) -> tuple[Child, ...]:
        """The child tables cut from a table."""
        return tuple(child for child in self.children if child.parent == table.name)

    def parent_of(self, table: Table) -> Table | None:
        """The table for whose rows a table is read, a list each; None where it is not read so."""
        return self[table.branches[0].parent] if table.branches else None

    def belonging_to(self, name: str) -> tuple[tuple[Table, str], ...]:
        """The tables whose rows are gone when their row of `name` is, each with the column that names it."""
        found = []
        for table in self:
            columns = [branch.column for branch in table.branches if branch.parent == name]
            if table.belongs_to and table.column(table.belongs_to).references == f"{name}.id":
                columns.append(table.belongs_to)
            found += [(table, column) for column in dict.fromkeys(columns)]
        return tuple(found)

    def belonging_below(self, names: Iterable[str]) -> dict[str, tuple[tuple[Table, str], ...]]:
        """By name, for these tables and all whose rows go with theirs: see `belonging_to`."""
        found: dict[str, tuple[tuple[Table, str], ...]] = {}
        left = list(names)
        while left:
            if (name := left.pop()) not in found:
                found[name] = self.belonging_to(name)
                left += [table.name for table, _ in found[name]]
        return found

    def referring(self, name: str) -> list[tuple[Declared, Column]]:
        """The columns of other tables, of child tables and histories, that refer to a table."""
        return [
            (each, column)
            for each in self.everything
            for column in cells(each)
            if name in {target for target, _ in column.targets}
        ]

    def _check_references(self, name: str, column: Column) -> None:
        for target, key in column.targets:
            if target not in self._tables:
                raise DeclarationError(
                    f"table {name}: {column.name} refers to {target}, which is not a table"
                )
            if key not in {c.name for c in self._tables[target].columns}:
                raise DeclarationError(
                    f"table {name}: {column.name} refers to {target}.{key}, which is not a column"
                )

    def _check_parent(self, table: Table, parent: str) -> None:
        if parent not in self._tables:
            raise DeclarationError(f"table {table.name}: its parent {parent} is not a table")
        if self._tables[parent].key != ("id",):
            raise DeclarationError(f"table {table.name}: its parent {parent} is not keyed by id")

    def _check_told(self, table: Table) -> None:
        """A table that spares another's row calls is read per parent, and has the columns that both have."""
        told = table.row_call.told if table.row_call else None
        if told is None:
            return
        by = self._tables[told.by]
        columns = {column.name: column for column in by.columns}
        if len(by.branches) != 1:
            raise DeclarationError(
                f"table {table.name}: {by.name} tells of its rows, but is not read from one list per parent"
            )
        named = columns.get(told.column)
        if named is None or (table.name, "id") not in named.targets:
            raise DeclarationError(
                f"table {table.name}: {by.name}.{told.column} does not refer to it, whose rows it tells of"
            )
        for name in told.same:
            if name not in columns or columns[name].type is not table.column(name).type:
                raise DeclarationError(
                    f"table {table.name}: {by.name} has no {name} of the same type to tell of"
                )

    def _check_child(self, child: Child) -> None:
        if child.parent not in self._tables:
            raise DeclarationError(
                f"child table {child.name}: it is cut from {child.parent}, which is not a table"
            )
        parent = self._tables[child.parent]
        if parent.key != ("id",):
            raise DeclarationError(f"child table {child.name}: its parent {child.parent} is not keyed by id")
        for name in child.sources:
            if name not in {column.name for column in parent.columns}:
                raise DeclarationError(
                    f"child table {child.name}: it is cut from {child.parent}.{name}, which is not a column"
                )
        for column in child.columns:
            self._check_references(child.name, column)


def cells(declared: Declared) -> tuple[Column, ...]:
    """The columns that hold what Freshdesk sent."""
    return declared.columns if isinstance(declared, Table) else declared.cells


def key_of(declared: Declared) -> tuple[str, ...]:
    """The columns that identify a row."""
    return declared.key if isinstance(declared, Table) else declared.keys


def belongs(declared: Declared, column: Column) -> bool:
    """Whether a column only names the row that a child's row is cut from, or that a state is of."""
    match declared:
        case Child(by=by):
            return column.name == by
        case History(table=table):
            return column.name in table.key
        case _:
            return False


def upstream(table: Table) -> frozenset[str]:
    """Names of the tables that are read before `table`."""
    told = table.row_call.told if table.row_call else None
    return needed(table) | (told.tables if told else frozenset())


def needed(table: Table) -> frozenset[str]:
    """Names of the tables without which `table` cannot be read."""
    after = {branch.parent for branch in table.branches[:1]}
    # Only what lies below, as folders in folders, may be read per row of the table itself.
    after |= {branch.parent for branch in table.branches[1:]} - {table.name}
    after |= {name for branch in table.branches if branch.variants for name in branch.variants.after}
    return frozenset(after | set(table.row_call.after if table.row_call else ()))
