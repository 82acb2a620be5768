"""From what is stored of a list to the rows of it that changed since, where these are all that is new."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import Any

import msgspec

from freshdesk_assets.extract.clocks import LAG
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import NotAllowed, NotFound, Refused
from freshdesk_assets.extract.offsets import Slice
from freshdesk_assets.extract.rows import RowReader, loaded
from freshdesk_assets.schema.endpoint import Value
from freshdesk_assets.schema.page import KnownList
from freshdesk_assets.schema.sync import ListChanges
from freshdesk_assets.schema.table import Table


def read_changed(
    client: Client,
    table: Table,
    changes: ListChanges,
    parent: int,
    known: KnownList,
    ask: Callable[[Mapping[str, Value]], list[Slice] | None],
) -> list[Slice] | None:
    """The rows that changed; None where the whole list must be read.

    It must be where the list has not as many rows as are known with those that came: one is gone, or came
    between the two calls. `ask` reads the list with further parameters.
    """
    try:
        parts = ask({changes.since: milliseconds(known.newest - LAG)})
        if parts is None:
            return None
        path = changes.count.format(id=parent)
        counted = client.get(path, {}, parse=lambda body: _count(body, changes), one_row=True).content
    except (Refused, NotAllowed, NotFound):
        return None
    reader = RowReader(table)
    there = known.keys | {reader.key(row) for part in parts for row in part.rows}
    return parts if counted == len(there) else None


def milliseconds(moment: datetime) -> str:
    """A moment as a request parameter, to the thousandth of a second in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _count(body: bytes, changes: ListChanges) -> int:
    def inside(value: Any, step: str) -> Any:
        return value.get(step) if isinstance(value, dict) else None

    found = reduce(inside, changes.count_at.split("."), loaded(body))
    if not isinstance(found, int) or isinstance(found, bool):
        raise msgspec.ValidationError("it is no count")
    return found
