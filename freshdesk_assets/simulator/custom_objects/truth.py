"""What is true of an account's own objects, whether its plan has them or not."""

from collections.abc import Callable
from typing import Any

from freshdesk_assets.simulator.custom_objects.store import CustomObjects
from freshdesk_assets.simulator.state import Row


def schemas(world: CustomObjects) -> dict[Any, Row]:
    """By id."""
    return dict(world.schemas)


def records(world: CustomObjects) -> dict[Any, Row]:
    """By (schema_id, display_id), each with its `schema_id`, which only the path tells."""
    return {
        (schema_id, display_id): {"schema_id": schema_id, **row}
        for schema_id, rows in world.records.items()
        for display_id, row in rows.items()
    }


CUSTOM_OBJECT_TRUTHS: dict[str, Callable[[CustomObjects], dict[Any, Row]]] = {
    "custom_object_schemas": schemas,
    "custom_object_records": records,
}
