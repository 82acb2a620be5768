"""Compares a replica with the simulator's truth, row by row and cell by cell."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.sync import LookBack
from freshdesk_assets.schema.table import Table
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.places import Place, reading
from freshdesk_assets_tests.replica.true_rows import every_row, true_rows

VOLATILE_STEPS = ("attachment_url", "thumb_url", "avatar_url")


@dataclass(frozen=True)
class Difference:
    """A cell, or a whole row, in which replica and truth disagree."""

    table: str
    key: int
    column: str
    stored: Any
    true: Any


def differences(
    place: Place, world: World, since: datetime, *, only: Iterable[str] | None = None
) -> list[Difference]:
    """Every row of the truth since the start date that the replica lacks or has otherwise."""
    found: list[Difference] = []
    with reading(place, "replica") as connection:
        for table in declared_tables():
            if only is None or table.name in set(only):
                found += _table_differences(connection, table, world, since)
    return found


def surplus(place: Place, world: World, table: str) -> set[Any]:
    """Keys of rows that the replica takes for existing and the truth does not have."""
    with reading(place, "replica") as connection:
        key = ", ".join(declared_tables()[table].key)
        alive = connection.execute(
            f"select {key} from replica.freshdesk.{table} where _deleted_at is null"
        ).fetchall()
    found = {row[0] if len(row) == 1 else row for row in alive}
    return found - every_row(table, world).keys()


def wrongly_marked(place: Place, world: World) -> set[int]:
    """Tickets that exist and are marked as deleted, or are marked as archived or not against the truth.

    After a reconciliation with enough credits there are none, nor is there any surplus.
    """
    with reading(place, "replica") as connection:
        stored = connection.execute(
            "select id, _deleted_at is null, archived from replica.freshdesk.tickets"
        ).fetchall()
    truth = world.truth("tickets")
    return {
        key
        for key, alive, archived in stored
        if alive != (key in truth) or (alive and archived != truth[key]["archived"])
    }


def _table_differences(
    connection: duckdb.DuckDBPyConnection, table: Table, world: World, since: datetime
) -> list[Difference]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    rows = connection.execute(
        f"select {names} from replica.freshdesk.{table.name} where _deleted_at is null"
    ).fetchall()
    places = [[column.name for column in table.columns].index(name) for name in table.key]
    stored = {key_in(row, places): row for row in rows}
    assert len(stored) == len(rows), f"{table.name} holds a key twice"
    found: list[Difference] = []
    for key, payload in true_rows(table.name, world).items():
        if isinstance(table.sync, LookBack) and out_of_sight(table, table.sync, payload, world):
            continue
        if key not in stored:
            found.append(Difference(table.name, key, "(row)", "missing", "there"))
            continue
        for column, cell in zip(table.columns, stored[key], strict=True):
            true = true_value(column, payload)
            if plain(column, cell) != true:
                found.append(Difference(table.name, key, column.name, plain(column, cell), true))
    return found


def key_in(row: tuple[Any, ...], places: list[int]) -> Any:
    """The key of a row: a value, or several."""
    key = tuple(row[place] for place in places)
    return key[0] if len(key) == 1 else key


def out_of_sight(table: Table, sync: LookBack, payload: dict[str, Any], world: World) -> bool:
    """Whether the row was edited when no sync looked back that far: the whole list shows it within a week."""
    reach = world.clock.now() - timedelta(days=sync.days - 1)
    at, edited = (datetime.fromisoformat(payload[name]) for name in (table.window, "updated_at"))
    return at < reach <= edited


def true_value(column: Column, payload: dict[str, Any]) -> Any:
    """What a column ought to hold of a row of the truth."""
    value: Any = payload
    for step in column.steps:
        value = value.get(step) if isinstance(value, dict) else None
    if value is None:
        return column.default
    match column.type:
        case Type.TIMESTAMPTZ:
            if isinstance(value, int):  # milliseconds since 1970, as custom objects have
                return datetime.fromtimestamp(value // 1000, UTC) + timedelta(milliseconds=value % 1000)
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        case Type.DATE:
            return date.fromisoformat(value)
        case Type.VARCHAR if column.volatile:
            return str(value).partition("?")[0]
        case Type.VARCHAR:
            return value if isinstance(value, str) else json.dumps(value)
        case Type.DOUBLE:
            return float(value)
        case Type.JSON:
            return _unsigned(value)
        case _:
            return value


def plain(column: Column, cell: Any) -> Any:
    """What a column holds, comparable with what it ought to."""
    match column.type:
        case _ if cell is None:
            return None
        case Type.JSON:
            return _unsigned(json.loads(cell))
        case Type.TIMESTAMPTZ:
            return cell.astimezone(UTC)
        case Type.VARCHAR if column.volatile:
            return cell.partition("?")[0]
        case _:
            return cell


def _unsigned(value: Any) -> Any:
    """The value without the signatures of its URLs, which differ on each read."""
    match value:
        case dict():
            # A field that an administrator adds is null on every ticket without any of them changing.
            return {
                key: item.partition("?")[0]
                if key in VOLATILE_STEPS and isinstance(item, str)
                else _unsigned(item)
                for key, item in value.items()
                if item is not None
            }
        case list():
            return [_unsigned(item) for item in value]
        case _:
            return value
