"""From what tables and views are made of to what each is as of: `freshdesk_meta.as_of`.

A view shows what is stored. Where one of its tables could not be read, it shows that table as it was before.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import text, timestamp
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.names import META, SCHEMA
from freshdesk_assets.schema.table import Table
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.warehouse.derived.references import FOREIGN_KEYS, RELATIONS
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.ledger.view_comments import comment_columns
from freshdesk_assets.warehouse.notes import once
from freshdesk_assets.warehouse.shape import column_comment, qualified
from freshdesk_assets.warehouse.sql import literal

AS_OF = "as_of"
DOC = "What each table and view is as of: when the tables that it is made of were last read to their ends."
COLUMNS = (
    text("schema_name", "Schema of the table or view."),
    text("name", "Name of the table or view."),
    timestamp("as_of", "When the table of it that waits longest was last read to its end; null if none was."),
    text("oldest_table", "The table that waits longest."),
    text("never_read", "Tables of it that were never read to their end, as those the key may not read."),
)

Place = tuple[str, str]
"""Schema and name of a table or view."""

SQL = f"""\
select
  m.schema_name,
  m.name,
  min(r.finished_at) as as_of,
  arg_min(m.table_name, r.finished_at) as oldest_table,
  string_agg(m.table_name, ', ' order by m.table_name) filter (r.finished_at is null) as never_read
from (
  select schema_name, name, table_name from {META}.made_of
  union all
  -- The views of a view's kinds show what it shows.
  select k.schema_name, k.view_name, o.table_name
  from {META}.kind_views k
  join {META}.made_of o on o.schema_name = k.schema_name and o.name = k.beside
) m
left join {META}.read_state r on r.table_name = m.table_name
group by m.schema_name, m.name"""


def tables_of(catalog: Catalog, views: Iterable[SqlView]) -> dict[Place, frozenset[str]]:
    """By table or view the tables, read from the API, whose rows it shows; a view is after those it reads."""
    found: dict[Place, frozenset[str]] = {}
    for declared in catalog.everything:
        match declared:
            case Table():
                parent = catalog.parent_of(declared)
                above = found[SCHEMA, parent.name] if parent else frozenset()
                found[SCHEMA, declared.name] = above | {declared.name}
            case Child(parent=of):
                found[SCHEMA, declared.name] = found[SCHEMA, of]
            case History(table=table):
                found[SCHEMA, declared.name] = found[SCHEMA, table.name]
    found[RELATIONS, FOREIGN_KEYS] = frozenset(table.name for table in catalog)
    names = {(schema, name.lower()): (schema, name) for schema, name in found}
    for view in views:
        reads = {names.get((schema, name.lower())) for schema, name in view.reads}
        reads |= {(SCHEMA, child) for child in view.children}
        found[view.id] = frozenset().union(*(found[place] for place in reads if place))
        names[view.schema, view.name.lower()] = view.id
    return found


def record_made_of(connection: Connection, made_of: Mapping[Place, Iterable[str]]) -> None:
    """Remember what tables and views are made of, and create the view that says what they are as of."""
    target = ledger(connection, "made_of")
    rows = sorted((*place, name) for place, of in made_of.items() for name in of)
    if connection.execute(f"from {target} order by all").fetchall() != rows:
        connection.execute(f"delete from {target}")
        schemas, names, tables = zip(*rows, strict=True) if rows else ((), (), ())
        connection.execute(
            f"insert into {target} select unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::varchar[])",
            [list(schemas), list(names), list(tables)],
        )
    view = qualified(AS_OF, META)
    if once(connection, AS_OF):
        connection.execute(f"create or replace view {view} as {SQL}")
        connection.execute(f"comment on view {view} is {literal(DOC)}")
        comment_columns(connection, META, AS_OF, {each.name: column_comment(each) for each in COLUMNS})


def as_of(connection: Connection) -> dict[Place, datetime]:
    """What each table and view is as of; those without a table that was ever read to its end are left out."""
    rows = connection.execute(
        f"select schema_name, name, as_of from {qualified(AS_OF, META)} where as_of is not null"
    ).fetchall()
    return {(schema, name): moment for schema, name, moment in rows}
