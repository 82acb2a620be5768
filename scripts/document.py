"""From the declarations to docs/: data dictionary, diagrams, asset graph, columns of Stitch and SyncHub.

And from the declared settings to their page, .env.example, and the table of the first ones in README.

`python scripts/document.py` writes; with `--check` it only says which pages are not current.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from diagrams import diagrams
from dictionary import (
    DICTIONARY,
    PRODUCTS,
    page_of,
    plain_columns,
    sources,
    table_pages,
    traced,
    view_section,
)
from graph import graph
from markdown import grid, page
from questions import questions
from settings_pages import settings_pages

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.schema.table import Table
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.tables import GROUPS, declared_tables
from freshdesk_assets.views import declared_schemas, declared_views
from freshdesk_assets.warehouse.derived.as_of import AS_OF
from freshdesk_assets.warehouse.derived.as_of import COLUMNS as AS_OF_COLUMNS
from freshdesk_assets.warehouse.derived.as_of import DOC as AS_OF_DOC
from freshdesk_assets.warehouse.derived.references import DOC, FOREIGN_KEYS, RELATIONS
from freshdesk_assets.warehouse.ledger.tables import LEDGER, META

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
CONTRACT = DOCS / "contract"

INTRODUCTION = """\
What the replica holds, from the declarations. [Diagrams](diagrams.md) show how tables refer to each other,
[Stitch and SyncHub](seeds.md) where each column of those two products comes from, the
[asset graph](graph.md) which asset is made of which, [Metrics](metrics.md) how the figures of support are
counted, [Questions](questions.md) how a support team's are answered, [the page](page.md) what is looked at
every morning. Each page of a table or a view opens with queries that a support analyst would run.

Written by hand: what is known of [Freshdesk's API](freshdesk_api.md) and of
[Dagster and DuckDB](engineering.md), and how sure it is. How to run the replica, what it costs and what it
cannot know: [README](../README.md#read-on) lists the pages."""

SAME_QUERIES = """\
Plain SQL written for either product runs unchanged. Types: SyncHub's string, long, int, boolean and datetime
are VARCHAR, BIGINT, INTEGER, BOOLEAN and TIMESTAMPTZ; Stitch's STRING, INTEGER, NUMBER, BOOLEAN and DATE-TIME
are VARCHAR, BIGINT, BIGINT, BOOLEAN and TIMESTAMPTZ. Stitch's NUMBERs are codes, and whole. An ARRAY is a
table of its own, as Stitch makes it."""

NEVER_EMPTY = """\
Every column has a source. If a column does not come from the row's own payload, or Freshdesk sends it to some
accounts only, its description says so."""


def main() -> int:
    """Write the pages, or check them; 1 when one is not current, or cannot be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say which pages are not current")
    check = parser.parse_args().check
    try:
        made = pages()
    except DeclarationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if check:
        wrong = outdated(made)
        sys.stderr.writelines(f"{said}\n" for said in wrong)
        return 1 if wrong else 0
    for file in left_over(made):
        file.unlink()
    for file, text in made.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0


def outdated(made: Mapping[Path, str]) -> list[str]:
    """A sentence for each page that is outdated or left over."""
    stale = [
        f"{file.relative_to(ROOT)} is not current: run `make docs`"
        for file, text in made.items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    return stale + [
        f"{file.relative_to(ROOT)} is about nothing that is declared: run `make docs`, which deletes it"
        for file in left_over(made)
    ]


def left_over(made: Mapping[Path, str]) -> list[Path]:
    """Pages of the dictionary that no declaration makes."""
    return sorted(set(DICTIONARY.rglob("*.md")) - made.keys())


def pages() -> dict[Path, str]:
    """Every page's text by its file; raises DeclarationError if a table's queries are missing or stray."""
    catalog, views = declared_tables(), declared_views()
    groups: dict[str, list[Table]] = {
        group: [table for table in catalog if table.group == group] for group in GROUPS
    }
    made = {
        DOCS / "README.md": index(catalog, groups, views),
        DOCS / "seeds.md": seeds(views),
        DOCS / "graph.md": page("Asset graph", graph()),
        DOCS / "questions.md": questions(),
        DOCS / "diagrams.md": page("Entity-relationship diagrams", diagrams(catalog, groups)),
        DICTIONARY / f"{META}.md": ledger(),
        **table_pages(catalog, views),
        **settings_pages(ROOT),
    }
    for schema, said in declared_schemas().items():
        if schema != RELATIONS:
            sections = [view_section(view) for view in by_name(views) if view.schema == schema]
            made[DICTIONARY / f"{schema}.md"] = page(schema, said, *sections)
    return made


def index(catalog: Catalog, groups: Mapping[str, list[Table]], views: Iterable[SqlView]) -> str:
    """The index: a line for each table, schema of views, and page."""
    parts = [
        INTRODUCTION,
        f"## {SCHEMA}\n\nWhat Freshdesk sent, child tables for its lists, and what some of it was before.",
    ]
    for group, tables in groups.items():
        lines = [
            f"- {link(SCHEMA, each.name)}: {each.doc}"
            for table in tables
            for each in catalog.with_derived(table)
        ]
        parts.append(f"### {group}\n\n{GROUPS[group]}\n\n" + "\n".join(lines))
    for schema, said in declared_schemas().items():
        lines = [
            f"- {link(*view.id)}: {first_sentence(view)}" for view in by_name(views) if view.schema == schema
        ]
        if schema == RELATIONS:
            lines.append(f"- {link(schema, FOREIGN_KEYS)}: {DOC}")
        parts.append(f"## {schema}\n\n{said}\n\n" + "\n".join(lines))
    lines = [f"- [{AS_OF}](dictionary/{META}.md#{AS_OF}): {AS_OF_DOC}"]
    lines += [f"- [{name}](dictionary/{META}.md#{name}): {doc}" for name, (doc, _) in LEDGER.items()]
    parts.append(
        f"## {META}\n\nWhat has been read and made, and what could not be stored.\n\n" + "\n".join(lines)
    )
    return page("Data dictionary", *parts)


def ledger() -> str:
    """The tables of the replica's own records."""
    every = {AS_OF: (AS_OF_DOC, AS_OF_COLUMNS), **LEDGER}
    parts = [f"## {name}\n\n{doc}\n\n" + plain_columns(columns) for name, (doc, columns) in every.items()]
    return page(META, "What has been read and made, and what could not be stored.", *parts)


def seeds(views: Iterable[SqlView]) -> str:
    """Every column of both products, in their own order, and where its values come from."""
    named = {(view.schema, view.name): view for view in views}
    parts = [SAME_QUERIES, NEVER_EMPTY]
    for product, title in PRODUCTS.items():
        with (CONTRACT / f"{product}.csv").open(newline="", encoding="utf-8") as file:
            contract = list(csv.DictReader(file))
        parts.append(f"## {title}")
        for table in dict.fromkeys(row["table"] for row in contract):
            rows = [
                seed_row(named, product, table, row["column"], row["type"])
                for row in contract
                if row["table"] == table
            ]
            linked = f"[{product}.{table}](dictionary/{product}.md#{table.lower()})"
            parts.append(f"### {linked}\n\n" + grid(("column", "type", "", "from"), rows))
    return page("Where each column of Stitch and SyncHub comes from", *parts)


def seed_row(
    views: Mapping[tuple[str, str], SqlView], product: str, table: str, column: str, type_: str
) -> tuple[str, ...]:
    """A column of a product: its own name and type, what it means, where its values come from."""
    view, name = views[product, table], column.replace(".", "__")
    if type_.startswith("ARRAY"):
        view, name = views[product, f"{table}__{name}"], "value"
    if type_ == "OBJECT" and view.family:
        return f"`{column}`", type_, view.family.doc, view.family.child
    doc = next(each.doc for each in view.columns if each.name == name)
    return f"`{column}`", type_, doc, sources(traced()[view.id][name])


def link(schema: str, name: str) -> str:
    """A link from the index to where a table or view is described."""
    if schema not in (SCHEMA, RELATIONS):
        return f"[{name}](dictionary/{schema}.md#{name.lower()})"
    return f"[{name}]({page_of(schema, name).relative_to(DOCS)})"


def by_name(views: Iterable[SqlView]) -> list[SqlView]:
    """Views in the order a reader looks for them."""
    return sorted(views, key=lambda view: view.name.lower())


def first_sentence(view: SqlView) -> str:
    """The first of the sentences that describe a view."""
    return view.doc.partition("\n\n")[0]


if __name__ == "__main__":
    sys.exit(main())
