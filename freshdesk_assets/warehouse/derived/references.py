"""From declared references to counts: how many rows have one, and how many of those lead to no row.

The counts are stored as `relations.foreign_keys`, for analysts to read and for checks to report.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from freshdesk_assets.schema.catalog import Catalog, Declared, belongs, cells
from freshdesk_assets.schema.column import Column, Type, bigint, bigints, text, timestamp
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.credits import read_states
from freshdesk_assets.warehouse.ledger.tables import ensure_ledger, ledger
from freshdesk_assets.warehouse.shape import column_comment, ensure_shape, qualified
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal

RELATIONS = "relations"
FOREIGN_KEYS = "foreign_keys"

EXAMPLES = 5
"""How many ids without a row are named."""

DOC = (
    "One row per reference between tables: how many rows have one, and how many lead to a row we do not have."
)

COLUMNS = (
    text("from_table", "Table whose rows refer.", required=True),
    text("from_column", "Column, or list of ids, by which they refer.", required=True),
    text("to_table", "Table they refer to.", required=True),
    text("to_column", "Column of that table.", required=True),
    text("also_to", "Table.column where the row may be instead, for ids that two tables share."),
    bigint("references", "How many ids are referred to, once per row."),
    bigint("orphans", "How many of those should have a row, and have none."),
    bigints("orphan_examples", "Some of the ids without a row."),
    timestamp("counted_at", "When these counts were first found."),
)

SHOWN = [identifier(column.name) for column in COLUMNS[:-1]]
COUNTED = [identifier(name) for name in ("references", "orphans", "orphan_examples")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A column that refers to another table."""

    table: Declared
    column: Column

    @property
    def place(self) -> str:
        """Table and column that refer."""
        return f"{self.table.name}.{self.column.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphans:
    """What a reference was found to lead to; `examples` are ids without a row."""

    references: int
    orphans: int
    examples: tuple[int, ...]


class Counted(NamedTuple):
    """A reference as it is stored with its counts."""

    from_table: str
    from_column: str
    to_table: str
    to_column: str
    references: int
    orphans: int


def references(catalog: Catalog) -> Iterator[Reference]:
    """Every declared reference, except those of child tables to their parents and those of histories.

    A child table is cut from its parent's rows. What a history refers to, its table refers or referred to.
    """
    for declared in catalog.everything:
        if isinstance(declared, History):
            continue
        for column in cells(declared):
            if column.targets and not belongs(declared, column):
                yield Reference(table=declared, column=column)


def count_references(
    connection: Connection, catalog: Catalog, chosen: Iterable[Reference]
) -> dict[str, Orphans]:
    """What the references lead to, by `table.column`."""
    counted = _countings(connection, catalog, chosen)
    rows = connection.execute(" union all ".join(counted)).fetchall() if counted else []
    return {
        f"{table}.{column}": Orphans(references=count, orphans=orphans, examples=tuple(examples or ()))
        for table, column, _, _, _, count, orphans, examples in rows
    }


def awaited(connection: Connection, catalog: Catalog, reference: Reference) -> dict[str, bool]:
    """The tables that may still bring the rows a reference leads to, and whether they were ever begun.

    A table that a sync was never asked for is not begun, and one whose budget was spent is not read to its
    end.
    """
    known, tables = read_states(connection), {table.name for table in catalog}
    states = {name: known.get(name) for name, _ in reference.column.targets if name in tables}
    return {
        name: state is not None
        for name, state in sorted(states.items())
        if state is None or state.unfinished or state.finished_at is None
    }


def said_of_orphans(found: Orphans, awaited: Mapping[str, bool]) -> str:
    """What orphans mean, in words; `awaited` are the tables that may still bring their rows."""
    if not found.orphans:
        return ""
    said = f"{found.orphans:,} of {found.references:,} lead to no row that is stored"
    if awaited:
        why = [f"{name} is not read {'to its end' if begun else 'yet'}" for name, begun in awaited.items()]
        return f"{said}. {', '.join(why)}: they may still come"
    ids = ", ".join(map(str, found.examples))
    return (
        f"{said}, like {ids}. relations.{FOREIGN_KEYS} has all counts. If they stay after the next reconcile,"
        " Freshdesk itself has no such rows"
    )


def store_references(connection: Connection, catalog: Catalog) -> int:
    """Count every reference and store the counts; returns how many references there are."""
    counted = _countings(connection, catalog, references(catalog))
    target = qualified(FOREIGN_KEYS, RELATIONS)
    columns = ", ".join(f"{identifier(column.name)} {column.type}" for column in COLUMNS)
    connection.execute(f"create schema if not exists {ALIAS}.{RELATIONS}")
    connection.execute(f"create table if not exists {target} ({columns})")
    connection.execute(f"create or replace temp table counted_before as from {target}")
    connection.execute(f"create or replace table {target} ({columns})")
    if counted:
        # Unchanged counts keep their time, so that nothing seems to have changed.
        same = "f.from_table = c.from_table and f.from_column = c.from_column"
        known = f"({', '.join(f'f.{name}' for name in COUNTED)}) is not distinct from"
        now = f"({', '.join(f'c.{name}' for name in COUNTED)})"
        connection.execute(
            f"insert into {target}"
            f" select c.*, case when {known} {now} then f.counted_at else now() end"
            f" from ({' union all '.join(counted)}) c({', '.join(SHOWN)})"
            f" left join counted_before f on {same}"
        )
    connection.execute("drop table counted_before")
    connection.execute(f"comment on table {target} is {literal(DOC)}")
    for column in COLUMNS:
        connection.execute(
            f"comment on column {target}.{identifier(column.name)} is {literal(column_comment(column))}"
        )
    return len(counted)


def orphan_counts(connection: Connection) -> list[Counted]:
    """The stored counts, those with the most orphans first."""
    rows = connection.execute(
        f'select from_table, from_column, to_table, to_column, "references", orphans'
        f" from {qualified(FOREIGN_KEYS, RELATIONS)} order by orphans desc, from_table, from_column"
    ).fetchall()
    return [Counted(*row) for row in rows]


def _countings(connection: Connection, catalog: Catalog, chosen: Iterable[Reference]) -> list[str]:
    for declared in catalog.everything:
        ensure_shape(connection, declared, comments=False)
    ensure_ledger(connection)
    coverage = ledger(connection, "coverage")
    return [_counting(reference, coverage) for reference in chosen]


def _counting(reference: Reference, coverage: str) -> str:
    """SQL for the row of one reference; ids below 1 mean something else than a row, like -1 in SLAs.

    A row from before the time since which the other table is replicated is no orphan: a list that is read
    whole refers to tickets from before the start date.
    """
    table, column = reference.table, reference.column
    name = identifier(column.name)
    ids = f"unnest({name})" if column.type is Type.BIGINTS else name
    found = " and ".join(
        f"not exists (select 1 from {qualified(target)} t where t.{identifier(key)} = r.id)"
        for target, key in column.targets
    )
    to_table, to_column = column.targets[0]
    window = identifier(table.window) if isinstance(table, Table) and table.window else "null::timestamptz"
    found += (
        f" and not coalesce(r.at < (select min(covered_from) from {coverage}"
        f" where table_name = {literal(to_table)}), false)"
    )
    also = ".".join(column.targets[1]) if len(column.targets) > 1 else None
    return f"""
select
  {literal(table.name)},
  {literal(column.name)},
  {literal(to_table)},
  {literal(to_column)},
  {literal(also) if also else "null"},
  count(*),
  count(*) filter ({found}),
  list_slice(list_sort(list(distinct r.id) filter ({found})), 1, {EXAMPLES})
from (
  select {ids} as id, {window} as at from {ALIAS}.{SCHEMA}.{identifier(table.name)} where _deleted_at is null
) r
where r.id > 0
"""
