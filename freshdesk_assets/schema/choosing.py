"""From a catalogue and the names that somebody chose to the tables that are replicated."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from freshdesk_assets.schema.catalog import Catalog, needed
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import Column
from freshdesk_assets.schema.sync import EachParent, Keyset, PerParent
from freshdesk_assets.schema.table import Table


class UnknownTable(ValueError):
    """A name that is neither that of a table nor that of a group of tables."""


def choose(catalog: Catalog, names: Sequence[str], where: str = "") -> Catalog:
    """The tables of the catalogue that are on by default, more or fewer of them by `names`.

    A name is that of a table or of a group: `discussions` turns on what is off by default, `-solutions` off
    what is on. A table is replicated only with those it is read per row of, or after: turning it on turns
    them on too, and turning one of them off turns it off. A table that is named itself is read even where it
    is not worth its calls. `where` bounds the rows of a table read by time for
    which tables by choice make calls of their own.

    Raises UnknownTable.
    """
    on = {table.name for table in catalog if not table.by_choice}
    for name in names:
        meant = _meant(catalog, name.lstrip("+-"))
        if name.startswith("-"):
            on -= {table.name for table in catalog if _above(catalog, table) & meant}
        else:
            on |= {above for each in meant for above in _above(catalog, catalog[each])}
    wanted = [_wanted(table) if table.name in names else table for table in catalog if table.name in on]
    tables = [_alone(_bounded(table, catalog, where), on) for table in wanted]
    children = [_of_child(child, on) for child in catalog.children if child.parent in on]
    return Catalog(tables, children, catalog.places, chosen_from=catalog)


def bounded(catalog: Catalog) -> list[Table]:
    """The tables read by time for whose rows tables by choice make calls of their own."""
    parents = {branch.parent for table in catalog if table.by_choice for branch in table.branches}
    return [catalog[name] for name in sorted(parents) if isinstance(catalog[name].sync, Keyset)]


def _meant(catalog: Catalog, name: str) -> set[str]:
    """The tables that a name stands for."""
    found = {table.name for table in catalog if name in (table.name, table.group)}
    if not found:
        known = [*{table.group for table in catalog}, *(table.name for table in catalog)]
        near = get_close_matches(name, known, n=1)
        by_choice = sorted(table.name for table in catalog if table.by_choice)
        raise UnknownTable(
            f"names {name!r}, which is neither a table nor a group of tables"
            + (f": did you mean {near[0]}?" if near else ".")
            + f" By choice there are {', '.join(by_choice)}"
        )
    return found


def _above(catalog: Catalog, table: Table) -> set[str]:
    """A table, and all without which it cannot be read."""
    found, left = {table.name}, [table]
    while left:
        for name in needed(left.pop()) - found:
            found.add(name)
            left.append(catalog[name])
    return found


def _bounded(table: Table, catalog: Catalog, where: str) -> Table:
    """A table by choice that is read per row of one read by time, for those rows alone that are `where`."""
    if not (where and table.by_choice and isinstance(table.sync, PerParent)):
        return table
    if catalog[table.sync.parent] not in bounded(catalog):
        return table
    both = f"({where}) and ({table.sync.where})" if table.sync.where else where
    return replace(table, sync=replace(table.sync, where=both))


def _wanted(table: Table) -> Table:
    """A table that somebody asked for by its name, whatever it is worth."""
    return replace(table, sync=replace(table.sync, worth="")) if isinstance(table.sync, EachParent) else table


def _alone(table: Table, on: Collection[str]) -> Table:
    """The table without what it says of tables that are off."""
    columns = tuple(_referring(column, on) for column in table.columns)
    kept = {column.name for column in columns if column.references}
    row_call = table.row_call
    if row_call and row_call.told and not row_call.told.tables <= set(on):
        row_call = replace(row_call, told=None)
    belongs_to = table.belongs_to if table.belongs_to in kept else ""
    return replace(table, columns=columns, belongs_to=belongs_to, row_call=row_call)


def _of_child(child: Child, on: Iterable[str]) -> Child:
    return replace(child, columns=tuple(_referring(column, on) for column in child.columns))


def _referring(column: Column, on: Iterable[str]) -> Column:
    """The column with those of its references alone that lead to a table which is on."""
    found = [f"{table}.{name}" for table, name in column.targets if table in on]
    return replace(column, references="".join(found[:1]), also="".join(found[1:]))
