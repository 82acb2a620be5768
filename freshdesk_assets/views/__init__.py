"""From SQL files to the views of the replica: a file each, in a folder named like its schema.

A file put there adds a view. The README.md of a folder says what the views of its schema are for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from freshdesk_assets.schema.check import SqlCheck
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.schema.view import Shapes, SqlView, Traced
from freshdesk_assets.views.trace_cache import kept
from freshdesk_assets.views.view_files import read_schema, read_view

FOLDER = Path(__file__).parent


@cache
def declared_views() -> tuple[SqlView, ...]:
    """Every view of this package; a view comes after those it reads."""
    declared_schemas()
    files = sorted(FOLDER.glob("*/*.sql"))
    texts = [(str(file.relative_to(FOLDER)), file.read_text(encoding="utf-8")) for file in files]
    reads = kept("reads", texts, lambda: [sorted(read_view(file).reads) for file in files])
    return in_order(
        read_view(file, [(schema, name) for schema, name in found])
        for file, found in zip(files, reads, strict=True)
    )


@cache
def declared_schemas() -> Mapping[str, str]:
    """By schema, what its views are for."""
    return {schema: read_schema(FOLDER / schema) for schema in schemas()}


def traced(views: Sequence[SqlView], shapes: Shapes) -> dict[tuple[str, str], dict[str, Traced]]:
    """What the columns of each view are, as `tracing.trace` finds.

    Raises DeclarationError for a view that reads a table or column that does not exist, or whose header names
    other columns than its SQL.
    """

    def find() -> list[list[Any]]:
        from freshdesk_assets.views.tracing import trace

        return [
            [*id_, [[name, each.type, sorted(each.sources)] for name, each in columns.items()]]
            for id_, columns in trace(views, shapes).items()
        ]

    made_of = [(view.id, view.sql, view.family is None) for view in views], _listed(shapes)
    found = {
        (schema, view): {
            name: Traced(type_, frozenset((of, table, column) for of, table, column in sources))
            for name, type_, sources in columns
        }
        for schema, view, columns in kept("traced", made_of, find)
    }
    for view in views:
        _check_header(view, found[view.id], shapes)
    return found


def reads_of(checks: Sequence[SqlCheck]) -> list[frozenset[tuple[str, str]]]:
    """What each check reads, as (schema, name)."""

    def find() -> list[list[tuple[str, str]]]:
        from freshdesk_assets.views.tracing import parse, tables_in

        return [sorted(tables_in(parse(check.sql, check.file), check.file)) for check in checks]

    found = kept("read by checks", [(check.file, check.sql) for check in checks], find)
    return [frozenset((schema, name) for schema, name in reads) for reads in found]


def condition_amiss(condition: str, columns: Collection[str]) -> str | None:
    """What is wrong with a condition on these columns of one row, in words; None if nothing is."""
    from freshdesk_assets.views.tracing import condition_amiss as found

    return found(condition, columns)


def bound(
    checks: Sequence[SqlCheck],
    views: Sequence[SqlView],
    found: Mapping[tuple[str, str], Mapping[str, Traced]],
    shapes: Shapes,
) -> None:
    """Raise DeclarationError for a check that cannot be parsed, or reads what does not exist.

    `found` is what `traced` returns for the views.
    """
    readable = dict(shapes)
    for view in views:
        # Only the account knows which columns a family has.
        columns = {} if view.family else found[view.id]
        readable[view.id] = {name: column.type for name, column in columns.items()}

    def find() -> None:
        from freshdesk_assets.views.tracing import bind

        bind(checks, readable)

    kept("bound", ([(check.file, check.sql) for check in checks], _listed(readable)), find)


def _check_header(view: SqlView, columns: Mapping[str, Traced], shapes: Shapes) -> None:
    """Raise DeclarationError where header and SQL differ; a family stands for one column of the SQL's."""
    said, given = {column.name for column in view.columns}, set(columns)
    odd = sorted(said - given) if view.family and len(given - said) == 1 else sorted(said ^ given)
    if odd:
        raise DeclarationError(
            f"view {view.file}: its header and its SQL differ in {', '.join(odd)}; give the header a line for"
            " each column that the SQL selects, and no other"
        )
    for each in (view.family, view.kinds):
        if each and (SCHEMA, each.child) not in shapes:
            raise DeclarationError(
                f"view {view.file}: its {each.prefix}* are made of {each.child}, which is not a table; name"
                " the child table that holds the fields"
            )


def _listed(shapes: Shapes) -> list[tuple[tuple[str, str], list[tuple[str, str]]]]:
    return sorted((place, list(columns.items())) for place, columns in shapes.items())


def schemas() -> list[str]:
    """The schemas that have views."""
    return sorted({file.parent.name for file in FOLDER.glob("*/*.sql")})


def in_order(views: Iterable[SqlView]) -> tuple[SqlView, ...]:
    """The views in order: a view comes after those it reads."""
    named = {view.id: view for view in views}
    lowered = {(schema, name.lower()): (schema, name) for schema, name in named}
    reads = {
        view.id: {
            lowered[schema, name.lower()] for schema, name in view.reads if (schema, name.lower()) in lowered
        }
        for view in named.values()
    }
    try:
        order = list(TopologicalSorter({key: sorted(read) for key, read in reads.items()}).static_order())
    except CycleError as error:
        circle = " reads ".join(f"{schema}.{name}" for schema, name in error.args[1])
        raise DeclarationError(f"views read each other: {circle}") from error
    return tuple(named[key] for key in order)
