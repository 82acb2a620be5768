"""The views of the replica: a SQL file each, its folder the schema; a file dropped here adds one."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.view import SqlView, Traced
from freshdesk_assets.views.trace_cache import kept
from freshdesk_assets.views.view_files import read_view

FOLDER = Path(__file__).parent


@cache
def declared_views() -> tuple[SqlView, ...]:
    """Every view of this package, those that a view reads before it."""
    files = sorted(FOLDER.glob("*/*.sql"))
    texts = [(str(file.relative_to(FOLDER)), file.read_text(encoding="utf-8")) for file in files]
    reads = kept("reads", texts, lambda: [sorted(read_view(file).reads) for file in files])
    return in_order(
        read_view(file, [(schema, name) for schema, name in found])
        for file, found in zip(files, reads, strict=True)
    )


def traced(
    views: Sequence[SqlView], shapes: Mapping[tuple[str, str], Mapping[str, str]]
) -> dict[tuple[str, str], dict[str, Traced]]:
    """What the columns of each view are, as `tracing.trace` finds."""

    def find() -> list[list[Any]]:
        from freshdesk_assets.views.tracing import trace

        return [
            [*id_, [[name, each.type, sorted(each.sources)] for name, each in columns.items()]]
            for id_, columns in trace(views, shapes).items()
        ]

    made_of = (
        [(view.id, view.sql) for view in views],
        sorted((place, list(of.items())) for place, of in shapes.items()),
    )
    return {
        (schema, view): {
            name: Traced(type_, frozenset((of, table, column) for of, table, column in sources))
            for name, type_, sources in columns
        }
        for schema, view, columns in kept("traced", made_of, find)
    }


def schemas() -> list[str]:
    """The schemas that have views."""
    return sorted({file.parent.name for file in FOLDER.glob("*/*.sql")})


def in_order(views: Iterable[SqlView]) -> tuple[SqlView, ...]:
    """The views, those that a view reads before it."""
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
