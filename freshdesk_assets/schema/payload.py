"""From a declared table to the shape of its payload."""

from typing import Any

from freshdesk_assets.schema.table import Table


def payload_tree(table: Table) -> dict[str, Any]:
    """The declared payload: keys to columns, or to a tree of its own where columns lie inside an object."""
    tree: dict[str, Any] = {}
    for column in table.columns:
        *outer, last = column.steps
        branch = tree
        for step in outer:
            branch = branch.setdefault(step, {})
        branch[last] = column
    return tree
