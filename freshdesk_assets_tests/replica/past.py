"""Compares histories with what was true at each sync, row by row and cell by cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.history import History
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.places import Place, reading
from freshdesk_assets_tests.replica.true_rows import true_rows
from freshdesk_assets_tests.replica.truth import Difference, plain, true_value

State = Mapping[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """What was true when a sync had ended: by table and key, the columns that are tracked."""

    at: datetime
    tables: Mapping[str, Mapping[int, State]]


def snapshot(world: World, at: datetime | None = None, catalog: Catalog | None = None) -> Snapshot:
    """Remember the truth, to be taken after a sync and before anything else happens.

    `at` is the time on the clock that the replica stamps its rows by, which is not the world's.
    """
    return Snapshot(
        at or datetime.now(UTC),
        {
            history.table.name: {
                key: {column.name: _set(column, true_value(column, row)) for column in history.tracked}
                for key, row in true_rows(history.table.name, world).items()
            }
            for history in (catalog or declared_tables()).histories
        },
    )


def past_differences(
    place: Place, snapshots: Iterable[Snapshot], catalog: Catalog | None = None
) -> list[Difference]:
    """Every state that was true at a sync and that the replica's histories lack or have otherwise."""
    found: list[Difference] = []
    with reading(place, "replica") as connection:
        for history in (catalog or declared_tables()).histories:
            for past in snapshots:
                stored = states_at(connection, history, past.at)
                for key, state in past.tables[history.table.name].items():
                    found += _state_differences(history, key, stored.get(key), state)
    return found


def states_at(connection: duckdb.DuckDBPyConnection, history: History, at: datetime) -> dict[int, State]:
    """The state of each row as the replica had it at a moment, by key; rows found deleted are left out.

    It is the latest of the states stored by then. A state whose end is before the moment counts if another
    follows, because that one was not stored yet; if none follows, the row was deleted.
    """
    (key,) = history.table.key
    names = ", ".join(f'"{column.name}"' for column in history.tracked)
    catalog = connection.execute("select current_database()").fetchone()
    assert catalog is not None
    rows = connection.execute(
        f"""
with states as (
  select *, lead(valid_from) over (partition by {key} order by valid_from) as next
  from "{catalog[0]}".freshdesk.{history.name}
),
latest as (
  select *
  from states
  where _synced_at <= $at
  qualify row_number() over (partition by {key} order by _synced_at desc, valid_from desc) = 1
)
select {key}, {names}
from latest
where valid_to is null or valid_to = next or valid_to > $at
""",
        {"at": at},
    ).fetchall()
    return {
        number: {
            column.name: _set(column, plain(column, cell))
            for column, cell in zip(history.tracked, cells, strict=True)
        }
        for number, *cells in rows
    }


def _state_differences(history: History, key: int, stored: State | None, true: State) -> Iterable[Difference]:
    if stored is None:
        yield Difference(history.name, key, "(state)", "missing", true)
        return
    for name, value in true.items():
        if stored[name] != value:
            yield Difference(history.name, key, name, stored[name], value)


def _set(column: Column, value: Any) -> Any:
    """Lists without their order, as histories take them, and objects without entries for none at all."""
    match value:
        case list() if column.type is not Type.JSON:
            return sorted(value)
        case {} if column.type is Type.JSON and not value:
            return None
        case _:
            return value
