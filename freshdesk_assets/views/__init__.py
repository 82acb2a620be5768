"""The views of the replica: a SQL file each, its folder the schema; a file dropped here adds one."""

from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.views.reading import read_view

FOLDER = Path(__file__).parent


@cache
def declared_views() -> tuple[SqlView, ...]:
    """Every view of this package, those that a view reads before it."""
    return in_order(read_view(file) for file in sorted(FOLDER.glob("*/*.sql")))


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
