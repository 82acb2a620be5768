"""From keyed marks of persons who were forgotten to which rows are theirs, and what names them in others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from freshdesk_assets.personal.naming import Mark, Marker
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import Column
from freshdesk_assets.schema.table import Table

ROW = "row"
"""The kind of a row's mark; for those of what names a person, see naming.py."""


@dataclass(frozen=True, slots=True)
class Owners:
    """The columns by which a row of a table is somebody's, each with the table whose rows it names.

    A row belongs to a forgotten person if it is the person's own, names the person, or is a part of a row
    that does.
    """

    table: str
    keys: tuple[Column, ...]
    by: tuple[tuple[Column, str], ...]


def owners_of(table: Table, catalog: Catalog) -> Owners:
    """By which columns a row is somebody's."""
    people = {each.name for each in catalog if each.people}
    parts = {branch.column: branch.parent for branch in table.branches}
    if table.belongs_to:
        parts[table.belongs_to] = table.column(table.belongs_to).targets[0][0]
    by = [
        (column, named)
        for column in table.columns
        for named, _ in column.targets
        if named in people or parts.get(column.name) == named
    ]
    return Owners(table.name, tuple(table.column(name) for name in table.key), tuple(by))


@dataclass
class Forgotten:
    """What is known of forgotten persons, for the rows of one table.

    `fresh`: marks of rows that were found to be theirs, to be stored with the rows.
    """

    owners: Owners
    marker: Marker
    fresh: list[Mark] = field(default_factory=list)

    def owns(self, fields: Mapping[str, Any]) -> bool:
        """Whether a row is a forgotten person's; what is a part of it will be known to be theirs too."""
        marks = self.marker.marks
        own = self._mark(self.owners.table, [_at(fields, column) for column in self.owners.keys])
        if own in marks:
            return True
        if not any(self._mark(named, [_at(fields, column)]) in marks for column, named in self.owners.by):
            return False
        marks.add(own)
        self.fresh.append(own)
        return True

    def masked(self, row: bytes) -> bytes:
        """The row without what names forgotten persons; byte for byte the same if nothing does."""
        text = row.decode("utf-8", errors="surrogateescape")
        made = self.marker.masked(text)
        return row if made is text else made.encode("utf-8", errors="surrogateescape")

    def _mark(self, table: str, key: Iterable[str]) -> Mark:
        return self.marker.of(ROW, row_name(table, key))


def row_name(table: str, key: Iterable[object]) -> str:
    """What a row's mark is made of."""
    return f"{table}:{','.join(map(str, key))}"


def _at(fields: Mapping[str, Any], column: Column) -> str:
    """A key's or reference's text; they stand at the top of a payload."""
    return bytes(fields.get(column.path, b"null")).decode("utf-8", errors="replace").strip('"')
