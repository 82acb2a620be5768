"""Statuses: whom a ticket in each waits for, and whether the clock of the resolution stands still in it."""

from pathlib import Path

import pytest

from freshdesk_assets.schema.rules import Rules
from freshdesk_assets_tests.metrics import office
from freshdesk_assets_tests.metrics.desk import Desk, read_by
from freshdesk_assets_tests.metrics.tickets import (
    CLOSED,
    HOUR,
    ON_CUSTOMER,
    ON_THIRD_PARTY,
    OPEN,
    PENDING,
    RESOLVED,
    Ticket,
    at,
)

MEASURED = read_by("ticket_facts")
OWN_STILL, OWN_RUNNING, OWN_SELDOM, OWN_BY_NUMBER = 8, 9, 10, 11
LABELS = {
    OPEN: "Open",
    PENDING: "Pending",
    RESOLVED: "Resolved",
    CLOSED: "Closed",
    ON_CUSTOMER: "Waiting on Customer",
    ON_THIRD_PARTY: "Waiting on Third Party",
    OWN_STILL: "Parts ordered",
    OWN_RUNNING: "At the workshop",
    OWN_SELDOM: "Asleep",
    OWN_BY_NUMBER: "Zweite Ebene",
}


def left(status: int, *, due_moves: bool, **other: object) -> Ticket:
    """A ticket that stays in a status for two hours, and its due time when it leaves."""
    due = {"due_by": "2026-03-05T12:00:00Z"}
    later = {"due_by": "2026-03-05T14:00:00Z"} if due_moves else {}
    case = (
        Ticket("2026-03-02 12:00", **due)
        .becomes(status, "2026-03-02 13:00")
        .becomes(OPEN, "2026-03-02 15:00")
    )
    return case.change("2026-03-02 15:00", **later, **other)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with statuses of its own, some of which were left often enough to learn from."""
    return with_statuses(tmp_path_factory.mktemp("statuses"))


def with_statuses(folder: Path) -> Desk:
    made = Desk(folder)
    first = at(office.BEGINNING)
    made.lands(first, "business_hours", office.CALENDARS[0])
    choices = {str(code): [label, label] for code, label in LABELS.items()}
    made.lands(
        first, "ticket_fields", {"id": 1, "name": "status", "type": "default_status", "choices": choices}
    )
    made.lives(
        [
            *(left(OWN_STILL, due_moves=True) for _ in range(5)),
            left(OWN_STILL, due_moves=False),
            *(left(OWN_RUNNING, due_moves=False) for _ in range(5)),
            *(left(ON_CUSTOMER, due_moves=False) for _ in range(6)),
            *(left(OWN_SELDOM, due_moves=True) for _ in range(4)),
            # Another priority moves the due time too: nothing is learned of it.
            *(left(OWN_BY_NUMBER, due_moves=True, priority=4) for _ in range(6)),
        ]
    )
    made.measures(views=MEASURED)
    return made


def known(desk: Desk, status: int) -> tuple[object, ...]:
    (row,) = desk.query(
        f"select label, waits_on, clock_stopped, clock_from from metrics.statuses where status = {status}"
    )
    return row


@pytest.mark.parametrize(
    ("status", "row"),
    [
        (OPEN, ("Open", "us", False, "learned")),
        (PENDING, ("Pending", "customer", True, "default")),
        (RESOLVED, ("Resolved", "nobody", True, "default")),
        (CLOSED, ("Closed", "nobody", True, "default")),
        (ON_THIRD_PARTY, ("Waiting on Third Party", "third_party", False, "default")),
        (OWN_STILL, ("Parts ordered", "us", True, "learned")),
        (OWN_RUNNING, ("At the workshop", "us", False, "learned")),
        (ON_CUSTOMER, ("Waiting on Customer", "customer", False, "learned")),
        (OWN_SELDOM, ("Asleep", "us", False, "default")),
        (OWN_BY_NUMBER, ("Zweite Ebene", "us", False, "default")),
    ],
)
def test_what_due_times_tell_is_learned_and_the_rest_is_as_usual(
    own: Desk, status: int, row: tuple[object, ...]
) -> None:
    """A due time moves on when a ticket leaves a status that stops the clock. Four times are too few."""
    assert known(own, status) == row


def test_a_setting_wins_over_what_was_learned_and_names_statuses_by_label_or_number(own: Desk) -> None:
    """And what is measured by it is measured again."""
    desk = own
    before = desk.query("select sum(on_hold_seconds), sum(requester_wait_seconds) from metrics.ticket_facts")
    desk.measures(
        Rules(stopped=("at the WORKSHOP", "11"), on_third_party=("Parts ordered",), on_customer=("10",)),
        views=MEASURED,
    )
    assert known(desk, OWN_STILL) == ("Parts ordered", "third_party", False, "setting")
    assert known(desk, OWN_RUNNING) == ("At the workshop", "us", True, "setting")
    assert known(desk, OWN_BY_NUMBER) == ("Zweite Ebene", "us", True, "setting")
    assert known(desk, OWN_SELDOM) == ("Asleep", "customer", False, "setting")
    assert known(desk, PENDING) == ("Pending", "us", False, "setting"), (
        "it is not named, so it is none of them"
    )
    assert known(desk, CLOSED)[1:3] == ("nobody", True), "whatever the setting says"
    (held, waited), *_ = before
    # Six tickets left waiting on us for somebody else and four for the customer; six came back to us.
    assert desk.query(
        "select sum(on_hold_seconds), sum(requester_wait_seconds) from metrics.ticket_facts"
    ) == [(held + 6 * 2 * HOUR, waited - 6 * 2 * HOUR - 4 * 2 * HOUR + 6 * 2 * HOUR)]
    desk.measures(views=MEASURED)
    assert known(desk, OWN_STILL)[-1] == "learned", "without the setting it is as it was"
