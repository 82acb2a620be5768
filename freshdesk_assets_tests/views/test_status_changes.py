"""Changes of status as histories have them, at the time that the ticket itself tells if it tells one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Warehouse

CATALOG = declared_tables()
VIEWS = [view for view in declared_views() if view.schema == "relations"]
OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5


def hour(of_the_day: int | None) -> datetime | None:
    return None if of_the_day is None else datetime(2026, 3, 2, of_the_day, tzinfo=UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "replica.duckdb")


def changes(
    warehouse: Warehouse, *states: tuple[int, int, int | None], told: int | None = None, **times: int
) -> list[tuple[Any, ...]]:
    """What the view says of a ticket with states of a status, from hour to hour.

    `told` is the ticket's status_updated_at in its latest state, `times` are others of its own times.
    """
    with warehouse.open() as connection:
        ensure_views(connection, VIEWS, CATALOG)
        connection.execute("insert into freshdesk.tickets (id) values (1)")
        for name, at in times.items():
            connection.execute(f"update freshdesk.tickets set {name} = ?", [hour(at)])
        for status, start, end in states:
            connection.execute(
                "insert into freshdesk.tickets_history"
                " (id, status, status_updated_at, valid_from, valid_to, _synced_at)"
                " values (1, ?, ?, ?, ?, ?)",
                [status, hour(told if end is None else None), hour(start), hour(end), hour(20)],
            )
        return [
            (former, status, changed_at.hour, exact)
            for former, status, changed_at, exact in connection.execute(
                "select from_status, to_status, changed_at, exact from relations.ticket_status_changes"
                " order by changed_at"
            ).fetchall()
        ]


def test_a_state_that_differs_otherwise_is_no_change_of_status(warehouse: Warehouse) -> None:
    found = changes(warehouse, (OPEN, 1, 3), (OPEN, 3, 5), (PENDING, 5, None))
    assert found == [(OPEN, PENDING, 5, False)]


def test_a_status_that_was_left_and_reached_again_in_between_is_no_row(warehouse: Warehouse) -> None:
    """Nobody saw the other one."""
    assert changes(warehouse, (OPEN, 1, 5), (OPEN, 5, None), told=4) == []


def test_a_ticket_that_was_gone_for_a_while_changed_when_it_was_seen_again(warehouse: Warehouse) -> None:
    found = changes(warehouse, (OPEN, 1, 3), (CLOSED, 6, None))
    assert found == [(OPEN, CLOSED, 6, False)]


@pytest.mark.parametrize(
    ("states", "times", "change"),
    [
        (((OPEN, 1, 5), (PENDING, 5, None)), {"told": 4}, (OPEN, PENDING, 4, True)),
        (((OPEN, 1, 5), (CLOSED, 5, None)), {"closed_at": 3, "resolved_at": 2}, (OPEN, CLOSED, 3, True)),
        (((OPEN, 1, 5), (RESOLVED, 5, None)), {"resolved_at": 2}, (OPEN, RESOLVED, 2, True)),
        (((CLOSED, 1, 5), (OPEN, 5, None)), {"reopened_at": 2}, (CLOSED, OPEN, 2, True)),
        # Of another change: before the former state was seen, or after this one was.
        (((OPEN, 3, 5), (RESOLVED, 5, None)), {"resolved_at": 2}, (OPEN, RESOLVED, 5, False)),
        (((OPEN, 1, 5), (RESOLVED, 5, None)), {"resolved_at": 7}, (OPEN, RESOLVED, 5, False)),
        (((OPEN, 1, 5), (PENDING, 5, None)), {"reopened_at": 2}, (OPEN, PENDING, 5, False)),
    ],
)
def test_a_time_of_the_tickets_own_counts_if_it_lies_between_the_two_states(
    warehouse: Warehouse,
    states: tuple[tuple[int, int, int | None], ...],
    times: dict[str, int],
    change: tuple[Any, ...],
) -> None:
    assert changes(warehouse, *states, **times) == [change]
