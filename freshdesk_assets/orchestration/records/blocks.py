"""From the events of a batch to one row of a run's database, a block, and back to events."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import dagster as dg
import sqlalchemy as db
from sqlalchemy.engine import Connection

from freshdesk_assets.orchestration.internals import SqlEventLogStorageTable

BLOCK = "FRESHDESK_BLOCK"
"""Event type of a row that holds a batch. Its id is that of the last event in it, and its `step_key` says how
many events of each type it holds."""

IN_BLOCK = ("dagster_event_type", "step_key", "asset_key", "partition", "event")
"""What a block holds of each event."""

BLOCK_FROM = 8
"""A smaller batch is stored row by row."""

COLUMNS = SqlEventLogStorageTable.c


def block_of(rows: Sequence[Mapping[str, Any]], first: int) -> dict[str, Any]:
    """The block that holds these rows, whose ids begin with `first`."""
    return {
        "id": first + len(rows) - 1,
        "run_id": rows[-1]["run_id"],
        "event": json.dumps([[row[name] for name in IN_BLOCK] for row in rows]),
        "dagster_event_type": BLOCK,
        "timestamp": rows[-1]["timestamp"],
        "step_key": json.dumps(Counter(row["dagster_event_type"] for row in rows)),
    }


class Stored(NamedTuple):
    """An event of a run, as its row has it."""

    id: int
    type: str | None
    step: str | None
    asset: str | None
    partition: str | None
    text: str


def stored_events(
    connection: Connection,
    run_id: str,
    types: set[str] | None,
    *,
    ascending: bool = True,
    after: int | None = None,
    before: int | None = None,
) -> Iterator[Stored]:
    """The events of a run in order of their ids; those in blocks one by one."""
    is_block = COLUMNS.dagster_event_type == BLOCK
    query = db.select(COLUMNS.id, *(COLUMNS[name] for name in IN_BLOCK)).where(COLUMNS.run_id == run_id)
    query = query.order_by(COLUMNS.id.asc() if ascending else COLUMNS.id.desc())
    if types:
        held = db.or_(*(COLUMNS.step_key.contains(f'"{each}"', autoescape=True) for each in sorted(types)))
        query = query.where(db.or_(COLUMNS.dagster_event_type.in_(sorted(types)), db.and_(is_block, held)))
    if after is not None:
        query = query.where(COLUMNS.id > after)
    if before is not None:
        query = query.where(db.or_(COLUMNS.id < before, is_block))
    for row in map(Stored._make, connection.execute(query)):
        if row.type != BLOCK:
            yield row
            continue
        in_block = json.loads(row.text)
        numbered = list(enumerate(in_block, start=row.id - len(in_block) + 1))
        for id_, values in numbered if ascending else reversed(numbered):
            event = Stored(id_, *values)
            if (
                (not types or event.type in types)
                and (after is None or id_ > after)
                and (before is None or id_ < before)
            ):
                yield event


def held_in_blocks(connection: Connection, run_id: str, type_: dg.DagsterEventType) -> int:
    """How many events of a type a run's blocks hold."""
    query = db.select(COLUMNS.step_key).where(COLUMNS.run_id == run_id, COLUMNS.dagster_event_type == BLOCK)
    return sum(json.loads(counts).get(type_.value, 0) for counts in connection.execute(query).scalars())


def names_of(types: dg.DagsterEventType | set[dg.DagsterEventType] | None) -> set[str] | None:
    """Types as they are stored; None for all."""
    wanted = {types} if isinstance(types, dg.DagsterEventType) else types
    return {each.value for each in wanted} if wanted else None
