"""From a table, child table, history or view to its page in the data dictionary."""

from collections.abc import Iterable, Mapping
from functools import cache
from os.path import relpath
from pathlib import Path

from markdown import grid, page

from freshdesk_assets.queries import FOLDER, declared_queries
from freshdesk_assets.schema.catalog import Catalog, Declared, SourceLine, cells, key_of
from freshdesk_assets.schema.child import Child, Elements, Entries, json_paths
from freshdesk_assets.schema.column import Column, DeclarationError
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.schema.sync import EachParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.schema.view import SqlView, Traced
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views
from freshdesk_assets.views import traced as columns_of_views
from freshdesk_assets.warehouse.derived.references import COLUMNS, DOC, FOREIGN_KEYS, RELATIONS
from freshdesk_assets.warehouse.derived.views import readable

ROOT = Path(__file__).resolve().parents[1]
DICTIONARY = ROOT / "docs" / "dictionary"
PRODUCTS = {"stitch": "Stitch", "synchub": "SyncHub"}
NAMED = 2
"""How many columns of a product are named beside the column of ours that they show."""


def page_of(schema: str, name: str) -> Path:
    """The file of a table's or view's own page."""
    return DICTIONARY / schema / f"{name}.md"


def table_pages(catalog: Catalog, views: Iterable[SqlView]) -> dict[Path, str]:
    """A page each for tables, child tables, histories and relations.

    Raises DeclarationError if a table has no queries, or queries have no table.
    """
    views = list(views)
    related = [view for view in views if view.schema == RELATIONS]
    asked_for = [
        *((SCHEMA, each.name) for each in catalog.everything),
        *(view.id for view in related),
        (RELATIONS, FOREIGN_KEYS),
    ]
    check_queries(asked_for, known={*asked_for, *(view.id for view in views)})
    made = {page_of(SCHEMA, each.name): table_page(each, catalog) for each in catalog.everything}
    made |= {page_of(*view.id): view_page(view) for view in related}
    made[page_of(RELATIONS, FOREIGN_KEYS)] = page(
        f"{RELATIONS}.{FOREIGN_KEYS}",
        f"{DOC} A table.",
        *asked(RELATIONS, FOREIGN_KEYS),
        "## Columns",
        plain_columns(COLUMNS),
    )
    return made


def check_queries(asked_for: Iterable[tuple[str, str]], known: Iterable[tuple[str, str]]) -> None:
    """Raise DeclarationError if a table has no queries, or queries have no table."""
    written, folder = declared_queries(), FOLDER.relative_to(ROOT)
    for schema, name in asked_for:
        if (schema, name) not in written:
            raise DeclarationError(
                f"{schema}.{name} has no queries: write two or three that a support analyst would run into "
                f"{folder}/{schema}/{name}.sql, each below a comment that says what it answers, and ended by "
                "a semicolon"
            )
    for schema, name in sorted(written.keys() - set(known)):
        raise DeclarationError(
            f"{folder}/{schema}/{name}.sql is about {schema}.{name}, and there is no such table or view: "
            "give it the name of the one that its queries read, or delete it"
        )


def asked(schema: str, name: str, level: str = "##") -> list[str]:
    """The questions that people ask of a table, each with its SQL."""
    queries = declared_queries().get((schema, name), ())
    said = [f"{level} Queries"] if queries else []
    for query in queries:
        said += [f"{query.question} {query.nothing}".strip(), f"```sql\n{query.sql};\n```"]
    return said


def table_page(declared: Declared, catalog: Catalog) -> str:
    """A table, child table or history: queries, then columns with their place in API and products."""
    place = declaration(catalog.places[declared.name], DICTIONARY / SCHEMA)
    said = [f"{declared.doc} {place}"]
    match declared:
        case Table():
            how = (type(declared.sync).__doc__ or "").partition("\n")[0]
            said.append(f"Read from [`/api/v2/{declared.path}`]({declared.url}). {how}")
            if declared.by_choice:
                said.append(
                    f"It is off until `FRESHDESK_TABLES` names `{declared.name}`, or a group that it is in"
                    f" (`{declared.group}`): [what it costs](../../costs.md#tables-by-choice)."
                )
            elif isinstance(declared.sync, EachParent) and declared.sync.worth:
                said.append(
                    "It is read only where it spares more calls than it takes, or `FRESHDESK_TABLES` names"
                    f" `{declared.name}`: [what it costs](../../costs.md#what-is-read)."
                )
        case Child():
            origins = ", ".join(f"`{name}`" for name in declared.sources)
            said.append(f"Cut from {origins} of {link(declared.parent)}.")
        case History(table=table):
            tracked = ", ".join(f"`{column.name}`" for column in declared.tracked)
            said.append(f"Of {tracked} of {link(table.name)}, stored in the same step as its rows.")
    said += [*asked(SCHEMA, declared.name), "## Columns"]
    said.append("Key: " + ", ".join(f"`{name}`" for name in key_of(declared)) + ".")
    if referring := [
        f"{link(each.name)} (`{column.name}`)" for each, column in catalog.referring(declared.name)
    ]:
        said.append("Referenced by " + ", ".join(referring) + ".")
    rows = [
        (
            f"`{column.name}`",
            f"{shown(column.type)}{', personal' if column.pii else ''}",
            " ".join([column.doc, *(f"→ {link(table)}.{name}" for table, name in column.targets)]),
            in_api(declared, column),
            *(in_product(product, declared, column, catalog) for product in PRODUCTS),
        )
        for column in declared.stored
    ]
    said.append(grid(("column", "type", "", "in the API", *PRODUCTS.values()), rows))
    return page(f"{SCHEMA}.{declared.name}", *said)


def view_page(view: SqlView) -> str:
    """A view on a page of its own."""
    said = f"{view.doc} {declaration(view.place, DICTIONARY / view.schema)}"
    return page(".".join(view.id), said, *asked(*view.id), "## Columns", view_columns(view))


def view_section(view: SqlView) -> str:
    """A view on the page of its schema."""
    said = [f"## {view.name}", f"{view.doc} {declaration(view.place, DICTIONARY)}"]
    return "\n\n".join([*said, *asked(*view.id, level="###"), view_columns(view)])


def view_columns(view: SqlView) -> str:
    """A view's columns, and which columns each is made of."""
    columns = traced()[view.id]
    rows = [
        (f"`{column.name}`", shown(columns[column.name].type), column.doc, sources(columns[column.name]))
        for column in view.columns
    ]
    if view.family:
        rows.append((f"`{view.family.prefix}*`", "by field", view.family.doc, view.family.child))
    return grid(("column", "type", "", "from"), rows)


def plain_columns(columns: Iterable[Column]) -> str:
    """Columns that the replica makes itself."""
    return grid(("column", "type", ""), [(f"`{each.name}`", shown(each.type), each.doc) for each in columns])


@cache
def traced() -> Mapping[tuple[str, str], Mapping[str, Traced]]:
    """The traced type and sources of every column of every view."""
    return columns_of_views(declared_views(), readable(declared_tables()))


@cache
def shown_as(schema: str) -> Mapping[tuple[str, str], list[str]]:
    """For each table and column of ours, the columns of a product that show it, the likeliest first."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    families = {view.name: view.family for view in declared_views() if view.schema == schema}
    for (of, view), columns in traced().items():
        if of != schema:
            continue
        tables = [table for column in columns.values() for _, table, _ in column.sources]
        family = families.get(view)
        for name, column in columns.items():
            if name[0] == "_":
                continue
            if family and name == "custom_fields":
                name = f"{family.prefix}*"
            for _, table, source in column.sources:
                if source[0] == "_":
                    continue
                # The likeliest view is the one that shows most columns of the table.
                rank = -tables.count(table)
                found.setdefault((table, source), []).append((rank, f"{view}.{name}"))
    return {place: [name for _, name in sorted(names)] for place, names in found.items()}


def in_api(declared: Declared, column: Column) -> str:
    """A column's path in the payload; empty for a column of the replica's own."""
    if column not in cells(declared):
        return ""
    match declared:
        case Table():
            return f"`{column.path}`"
        case Child(cut=Elements(column=source, at=at) | Entries(column=source, at=at)) if (
            column in declared.columns
        ):
            inside = ".".join([source, *([at] if at else []), "[]"])
            steps = [".".join([inside, *place[1:]]) for place in json_paths(column)]
            return " or ".join(f"`{step}`" for step in steps)
        case _:
            return ""


def in_product(product: str, declared: Declared, column: Column, catalog: Catalog) -> str:
    """The columns of a product that show one of ours, or the child tables by which they do."""
    names = shown_as(product).get((declared.name, column.name), [])
    if names or not isinstance(declared, Table):
        return ", ".join([f"`{name}`" for name in names[:NAMED]] + ["…"] * (len(names) > NAMED))
    known = {table for table, _ in shown_as(product)}
    cut = [child for child in catalog.children_of(declared) if column.name in child.sources]
    return ", ".join(f"by {link(child.name)}" for child in cut if child.name in known)


def sources(column: Traced) -> str:
    """The columns of ours that a view's column is made of."""
    return ", ".join(f"`{table}.{name}`" for _, table, name in sorted(column.sources))


def link(name: str) -> str:
    """A link from one table's page to another's."""
    return f"[{name}]({name}.md)"


def declaration(place: SourceLine, folder: Path) -> str:
    """A link from a page in a folder to the line that declares a table or view."""
    return f"([declaration]({relpath(place.file, folder)}#L{place.line}))"


def shown(type_: str) -> str:
    """A type as people write it."""
    return str(type_).replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
