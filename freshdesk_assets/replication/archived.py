"""From the catalog to the tables whose archived rows can be asked for, and what is left to ask for."""

from dataclasses import dataclass

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.sync import Branch
from freshdesk_assets.schema.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """A table that has an archive, and the lists that its archived rows have there."""

    table: Table
    path: str
    flag: str
    lists: tuple[tuple[Table, Branch], ...]


def archived_tables(catalog: Catalog) -> list[Archived]:
    """The tables whose archived rows can be asked for by id. Lists by choice are left to the syncs."""
    return [
        Archived(
            table=table,
            path=table.existence.archived,
            flag=table.existence.flag,
            lists=tuple(
                (other, branch)
                for other in catalog
                for branch in other.branches
                if branch.parent == table.name and branch.archived and not other.by_choice
            ),
        )
        for table in catalog
        if table.existence and table.existence.archived and table.existence.flag and table.key == ("id",)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is still to be asked for.

    - `ids`: ids, a credit each; `lists`: lists of rows that are stored, a credit for every hundred rows.
    - `below`: ids that are left out, because they lie so far below all that is stored; `first` is the lowest
      that is not.
    - `stored`, `known`: of ids that were given, those that are stored, and those that were asked for before.
    """

    ids: int
    lists: int
    below: int = 0
    first: int = 1
    stored: int = 0
    known: int = 0


def mark_of(source: Table, table: Table) -> str:
    """The column of `table` that says of a row that it was read from the archive of `source`; else empty."""
    flag = source.existence.flag if source.existence else ""
    return flag if any(column.name == flag for column in table.columns) else ""
