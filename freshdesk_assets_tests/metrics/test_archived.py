"""Of a ticket that was found in the archive, what its list would have told is not made up."""

import pytest

from freshdesk_assets_tests.metrics import office
from freshdesk_assets_tests.metrics.desk import Desk, read_by
from freshdesk_assets_tests.metrics.tickets import ANN, CLOSED, CUSTOMER, HOUR, Ticket, at

MEASURED = ("ticket_metrics", "ticket_status_spans", "backlog_daily")
FOUND = (
    Ticket("2026-03-02 14:00", first_seen="2026-10-01 10:00", group_id=office.DEFAULT_GROUP)
    .says("2026-03-02 15:00", ANN)
    .says("2026-03-03 09:00", CUSTOMER, incoming=True)
    .change("2026-03-04 14:00", status=CLOSED, status_updated_at=None, archived=True)
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that has found one."""
    made = Desk(tmp_path_factory.mktemp("archived"))
    made.lands(at(office.BEGINNING), "business_hours", *office.CALENDARS)
    made.lands(at(office.BEGINNING), "agents", *office.AGENTS)
    made.lives([FOUND])
    made.measures(views=read_by(*MEASURED))
    return made


def test_it_is_not_taken_for_closed_since_its_creation(desk: Desk) -> None:
    """The archive does not send `status_updated_at`: it was closed when it last changed, if not before."""
    assert desk.of(FOUND, "is_solved", "history_known", "unknown_because") == (
        True,
        False,
        "its status had changed before it was first seen",
    )
    assert desk.of(FOUND, "first_reply_seconds", "agent_replies", "customer_messages") == (HOUR, 1, 1)
    assert desk.of(FOUND, "full_resolution_seconds", "agent_wait_seconds") == (48 * HOUR, None)
    assert set(desk.all_of(FOUND, "status", "known", "exact", view="ticket_status_spans")) == {
        (None, False, True),
        (CLOSED, True, False),
    }


def test_it_is_in_no_backlog_of_later_days(desk: Desk) -> None:
    late = "select count(*) from metrics.backlog_daily where day > date '2026-03-05' and tickets > 0"
    assert desk.query(late) == [(0,)]
