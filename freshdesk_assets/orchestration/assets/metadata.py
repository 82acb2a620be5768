"""From declarations to what the Dagster UI shows of an asset before it has ever run.

The list of assets shows the first words of a description as they are written, Markdown unread. So every
description begins with plain words; links and code come in a later paragraph.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from warnings import catch_warnings, simplefilter

import dagster as dg

from freshdesk_assets.orchestration.names import FILE_KIND, asset_key
from freshdesk_assets.schema.catalog import Catalog, Declared, SourceLine, belongs, cells, key_of
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.history import History, history_of
from freshdesk_assets.schema.names import META, SCHEMA
from freshdesk_assets.schema.sync import EachParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.schema.view import SqlView, Traced
from freshdesk_assets.warehouse.shape import column_comment

ITS_SQL = "Its SQL:"
"""What stands above a view's SQL, at the end of its description."""

NAMED_SOURCES = 3
"""Up to so many of the columns that a view's column is made of are named beside it."""


def table_description(table: Table, catalog: Catalog) -> str:
    """What the table is, how it is read, what refers to it, and where Freshdesk documents it, as Markdown."""
    said = [table.doc, table.sync.how, f"Read from [`/api/v2/{table.path}`]({table.url})."]
    if isinstance(table.sync, EachParent) and table.sync.worth:
        said.append("It is read only where it spares more calls than it takes, or FRESHDESK_TABLES names it.")
    if children := catalog.children_of(table):
        said.append("Child tables cut from it: " + _listed(link(child.name) for child in children) + ".")
    if history := history_of(table):
        said.append(f"Earlier states of its rows: {link(history.name)}.")
    return "\n\n".join([*said, *_referring(table.name, catalog)])


def child_description(child: Child) -> str:
    """What the child table is, and what it is cut from, as Markdown."""
    sources = _listed(f"`{name}`" for name in child.sources)
    return (
        f"{child.doc}\n\nCut from stored rows, again whenever one of them changes. It costs no API call."
        f"\n\nIts rows come from {sources} of {link(child.parent)}."
    )


def history_description(history: History) -> str:
    """What a history keeps, of which columns, and what it cannot know, as Markdown."""
    tracked = _listed(f"`{column.name}`" for column in history.tracked)
    return (
        f"{history.doc}\n\nOf several changes between two syncs it has only the last."
        f"\n\nIt tracks {tracked} of {link(history.table.name)}, and is stored with its rows."
        " `_synced_at` is when a state was seen."
    )


_KEPT = (
    "A table of the rows that its SQL yields. Each run that changed rows brings it up to date; of one kept by"
    " ticket_id, the rows of the tickets that changed are made again."
)


def view_description(view: SqlView) -> str:
    """What the view is, what it reads, as of when, and its SQL, as Markdown."""
    said = [
        view.doc,
        _KEPT
        if view.kept
        else "A view: it shows the rows that are stored when it is asked, whenever it was created.",
    ]
    if view.reads:
        reads = _listed(
            f"`{schema}.{name}`" if schema == META else link(name, schema)
            for schema, name in sorted(view.reads)
        )
        said += [
            f"It reads {reads}. What it is as of is in the file:",
            fenced(
                "select as_of.as_of, as_of.oldest_table\nfrom freshdesk_meta.as_of\n"
                f"where as_of.schema_name = '{view.schema}' and as_of.name = '{view.name}';"
            ),
        ]
    if view.family:
        said.append(f"`{view.family.prefix}*`: {view.family.doc} From {link(view.family.child)}.")
    return "\n\n".join([*said, ITS_SQL, fenced(view.sql)])


def table_metadata(declared: Declared, source: SourceLine | None) -> dict[str, Any]:
    """What is known of a table, a child table or a history before any run."""
    keys = key_of(declared)
    known: dict[str, Any] = {
        "dagster/column_schema": columns_schema(declared.stored, keys),
        "dagster/table_name": f"{SCHEMA}.{declared.name}",
        "dagster/storage_kind": FILE_KIND,
        "key": ", ".join(keys),
        **_reference_to(source, declared.name),
    }
    match declared:
        case Table():
            known |= {
                "partition_expr": declared.window,
                "documentation": dg.MetadataValue.url(declared.url),
                "endpoint": f"/api/v2/{declared.path}",
            }
        case Child():
            known |= {
                "parent": dg.MetadataValue.asset(asset_key(declared.parent)),
                "dagster/column_lineage": _child_lineage(declared),
            }
        case History(table=table):
            known |= {
                "history_of": dg.MetadataValue.asset(asset_key(table.name)),
                "dagster/column_lineage": _history_lineage(declared),
            }
    return known


def columns_schema(columns: Iterable[Column], keys: Sequence[str] = ()) -> dg.TableSchema:
    """Columns with types, descriptions, constraints and tags."""
    return dg.TableSchema(
        columns=[
            _table_column(
                column.name,
                column.type,
                _with_links(column),
                unique=tuple(keys) == (column.name,),
                nullable=column.name not in keys,
                references=[f"{table}.{name}" for table, name in column.targets],
                pii=column.pii,
            )
            for column in columns
        ]
    )


def view_metadata(view: SqlView, traced: Mapping[str, Traced], catalog: Catalog) -> dict[str, Any]:
    """What is known of a view before any run: its types and sources are found in its SQL."""
    private = {
        (SCHEMA, declared.name, column.name)
        for declared in catalog.everything
        for column in cells(declared)
        if column.pii
    }
    columns = [
        _table_column(
            column.name,
            traced[column.name].type,
            _linked(column.doc, [column.references] if column.references else [])
            + _taken_from(traced[column.name]),
            references=[column.references] if column.references else [],
            pii=bool(traced[column.name].sources & private),
        )
        for column in view.columns
    ]
    if view.family:
        family = dg.TableColumn(f"{view.family.prefix}*", "by field", view.family.doc, tags={"pii": ""})
        columns.append(family)
    lineage = {
        column.name: [
            dg.TableColumnDep(asset_key(table, schema), name)
            for schema, table, name in sorted(traced[column.name].sources)
            if schema != META
        ]
        for column in view.columns
    }
    return {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "dagster/column_lineage": dg.TableColumnLineage(lineage),
        "dagster/table_name": f"{view.schema}.{view.name}",
        "dagster/storage_kind": FILE_KIND,
        **_reference_to(view.place, view.name),
    }


def link(name: str, schema: str = SCHEMA) -> str:
    """A link to an asset's page, as Markdown."""
    shown = name if schema == SCHEMA else f"{schema}.{name}"
    return f"[{shown}](/assets/{schema}/{name})"


def fenced(text: str, language: str = "sql") -> str:
    """A block of code, as Markdown."""
    return f"```{language}\n{text}\n```"


def _referring(name: str, catalog: Catalog) -> list[str]:
    """The tables that refer to one, and by which columns; without its own children and history."""
    columns: dict[str, list[str]] = {}
    for declared, column in catalog.referring(name):
        if not belongs(declared, column):
            columns.setdefault(declared.name, []).append(f"`{column.name}`")
    if not columns:
        return []
    return ["Referenced by " + _listed(f"{link(by)} ({', '.join(of)})" for by, of in columns.items()) + "."]


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _with_links(column: Column) -> str:
    """A column's description as Markdown: what it refers to is a link."""
    if not column.targets:
        return column_comment(column)
    said = _linked(column.doc, [f"{table}.{name}" for table, name in column.targets])
    return f"{said} Personal data." if column.pii else said


def _linked(doc: str, references: Sequence[str]) -> str:
    links = []
    for reference in references:
        *schema, table, name = reference.split(".")
        links.append(f"{link(table, *schema)}.{name}")
    return f"{doc} → {' or '.join(links)}." if links else doc


def _taken_from(traced: Traced) -> str:
    """Where a view's column comes from, in words: the open-source UI does not draw column lineage."""
    named = [f"{table}.{column}" for _, table, column in sorted(traced.sources) if column[0] != "_"]
    if len(named) > NAMED_SOURCES:
        named = [*named[:NAMED_SOURCES], "…"]
    return f" ← {', '.join(named)}" if named else ""


def _table_column(
    name: str,
    type_: str,
    description: str,
    *,
    unique: bool = False,
    nullable: bool = True,
    references: Sequence[str] = (),
    pii: bool = False,
) -> dg.TableColumn:
    return dg.TableColumn(
        name=name,
        type=type_.replace(Type.TIMESTAMPTZ, "TIMESTAMPTZ"),
        description=description,
        constraints=dg.TableColumnConstraints(
            nullable=nullable, unique=unique, other=[f"→ {_short(reference)}" for reference in references]
        ),
        tags={"pii": ""} if pii else {},
    )


def _short(reference: str) -> str:
    """Table and column without the schema: the UI cuts what is longer than 30 characters."""
    return ".".join(reference.split(".")[-2:])


def _child_lineage(child: Child) -> dg.TableColumnLineage:
    parent = asset_key(child.parent)
    cut = [dg.TableColumnDep(parent, name) for name in child.sources]
    deleted = [dg.TableColumnDep(parent, "_deleted_at")]
    return dg.TableColumnLineage(
        {
            **{column.name: cut for column in child.cells},
            child.by: [dg.TableColumnDep(parent, "id")],
            "_deleted_at": deleted,
        }
    )


def _history_lineage(history: History) -> dg.TableColumnLineage:
    table = asset_key(history.table.name)
    times = [dg.TableColumnDep(table, name) for name in (*history.table.version, "_synced_at", "_deleted_at")]
    return dg.TableColumnLineage(
        {
            **{column.name: [dg.TableColumnDep(table, column.name)] for column in history.cells},
            "valid_from": times[:-1],
            "valid_to": times,
            "_synced_at": [dg.TableColumnDep(table, "_synced_at")],
        }
    )


def _reference_to(source: SourceLine | None, label: str) -> dict[str, Any]:
    """The file and line of the declaration, for the UI to open."""
    if source is None:
        return {}
    with catch_warnings():
        # Beta, but Dagster is pinned: it will not change without notice.
        simplefilter("ignore", dg.BetaWarning)
        reference = dg.LocalFileCodeReference(
            file_path=str(source.file), line_number=source.line, label=label
        )
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[reference])}
