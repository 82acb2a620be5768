"""All tables together: every reference and parent resolves, and parents come first."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.table import PerParent, Table


class Catalog:
    """The tables of a replica by name, parents before what is read per parent."""

    def __init__(self, tables: Iterable[Table]) -> None:
        given = list(tables)
        self._tables = {table.name: table for table in given}
        for table in given:
            if self._tables[table.name] is not table:
                raise DeclarationError(f"table {table.name} is declared twice")
        for table in given:
            for column in table.columns:
                self._check_reference(table, column.referenced, column.name)
            if isinstance(table.sync, PerParent):
                self._check_parent(table, table.sync.parent)
            for name in upstream(table) - self._tables.keys():
                raise DeclarationError(f"table {table.name}: it is read after {name}, which is not a table")
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

    def __len__(self) -> int:
        return len(self._tables)

    def _check_reference(self, table: Table, referenced: tuple[str, str] | None, column: str) -> None:
        if referenced is None:
            return
        target, key = referenced
        if target not in self._tables:
            raise DeclarationError(f"table {table.name}: {column} refers to {target}, which is not a table")
        if key not in {c.name for c in self._tables[target].columns}:
            raise DeclarationError(
                f"table {table.name}: {column} refers to {target}.{key}, which is not a column"
            )

    def _check_parent(self, table: Table, parent: str) -> None:
        if parent not in self._tables:
            raise DeclarationError(f"table {table.name}: its parent {parent} is not a table")
        if self._tables[parent].key != ("id",):
            raise DeclarationError(f"table {table.name}: its parent {parent} is not keyed by id")


def upstream(table: Table) -> frozenset[str]:
    """Names of the tables that must be read before `table`."""
    after = frozenset(table.view.after if table.view else ())
    match table.sync:
        case PerParent(parent=parent):
            return after | {parent}
        case _:
            return after
