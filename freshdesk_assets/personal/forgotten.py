"""From keyed marks of persons who were forgotten to which rows are theirs, and what names them in others."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from freshdesk_assets.personal.hashing import Hasher, normal
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import Column
from freshdesk_assets.schema.table import Table

FORGOTTEN = "[forgotten]"
"""What stands in a text in the place of a forgotten person's address or name."""

ADDRESS = re.compile(rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
"""What may be an e-mail address, in JSON's or any other text."""


@dataclass(frozen=True, slots=True)
class Owners:
    """The columns of a table by which a row of it is somebody's: `by` column, the table whose rows it names.

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


@dataclass(slots=True)
class Forgotten:
    """What is known of forgotten persons: marks, which say nothing without the key.

    - `marks`: of addresses, and of rows as `table:id`.
    - `fresh`: marks of rows that were found to be theirs, to be stored with the rows.
    """

    owners: Owners
    hasher: Hasher
    marks: set[str]
    fresh: list[str] = field(default_factory=list)

    def owns(self, fields: Mapping[str, Any]) -> bool:
        """Whether a row is a forgotten person's; what is a part of it will be known to be theirs too."""
        own = self._mark(self.owners.table, [_at(fields, column) for column in self.owners.keys])
        if own in self.marks:
            return True
        if not any(
            self._mark(named, [_at(fields, column)]) in self.marks for column, named in self.owners.by
        ):
            return False
        self.marks.add(own)
        self.fresh.append(own)
        return True

    def without(self, row: bytes) -> bytes:
        """The row without the addresses of forgotten persons; the same object if there are none."""
        if b"@" not in row:
            return row
        return _replaced(row, self._is_theirs)

    def _is_theirs(self, address: bytes) -> bool:
        return self.hasher.mark(normal(address.decode("ascii"))) in self.marks

    def _mark(self, table: str, key: Iterable[str]) -> str:
        return self.hasher.mark(row_name(table, key))


def row_name(table: str, key: Iterable[object]) -> str:
    """What a row's mark is made of."""
    return f"{table}:{','.join(map(str, key))}"


def _at(fields: Mapping[str, Any], column: Column) -> str:
    """A key's or reference's text; they stand at the top of a payload."""
    return bytes(fields.get(column.path, b"null")).decode("utf-8", errors="replace").strip('"')


def _replaced(row: bytes, theirs: Any) -> bytes:
    found = {match for match in ADDRESS.findall(row) if theirs(match.lstrip(b"'").rstrip(b"."))}
    for address in sorted(found, key=len, reverse=True):
        row = row.replace(address, FORGOTTEN.encode())
    return row
