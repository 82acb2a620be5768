"""Where an account has no calendar, or tickets were never read to their end: columns are null."""

import pytest

from freshdesk_assets_tests.metrics import office
from freshdesk_assets_tests.metrics.desk import Desk, read_by
from freshdesk_assets_tests.metrics.tickets import CUSTOMER, HOUR, RESOLVED, Ticket, at

MEASURED = ("ticket_metrics", "ticket_status_spans", "ticket_assignment_spans", "sla_events", "clock")
CREATED = "2026-03-02 14:00"
SOLVED = (
    Ticket(CREATED, fr_due_by="2026-03-02T18:00:00Z")
    .reply("2026-03-02 15:00")
    .becomes(RESOLVED, "2026-03-03 14:00")
)
RUNNING = Ticket(CREATED, group_id=office.DEFAULT_GROUP).says("2026-03-02 15:00", CUSTOMER, incoming=True)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a calendar that no group has, and that is not the default."""
    made = Desk(tmp_path_factory.mktemp("bare"))
    made.lands(at(office.BEGINNING), "business_hours", {**office.CALENDARS[0], "is_default": False})
    made.lands(at(office.BEGINNING), "groups", {"id": office.DEFAULT_GROUP, "name": "Without a calendar"})
    made.lands(at(office.BEGINNING), "agents", *office.AGENTS)
    made.lives([SOLVED, RUNNING])
    made.measures(views=read_by(*MEASURED))
    return made


def test_without_a_default_calendar_business_time_is_unknown_and_calendar_time_is_not(bare: Desk) -> None:
    """The columns stay, so that what reads them does not break where hours are not used."""
    columns = [name for (name,) in bare.query("select column_name from (describe metrics.ticket_metrics)")]
    business = [name for name in columns if name.endswith("_business_seconds")]
    assert len(business) >= 12
    for ticket in (SOLVED, RUNNING):
        assert set(bare.of(ticket, *business)) == {None}
        assert bare.of(ticket, "unknown_because") == "its group has no calendar"
    assert bare.of(SOLVED, "first_reply_seconds", "full_resolution_seconds") == (HOUR, 24 * HOUR)
    assert bare.of(RUNNING, "waiting_seconds = age_seconds", "requester_wait_seconds = age_seconds") == (
        True,
        True,
    )


def test_without_a_default_calendar_days_are_days_of_utc_and_that_is_said(bare: Desk) -> None:
    assert bare.query("select zone, zone_is_known from metrics.clock") == [("UTC", False)]


def test_without_a_policy_there_is_a_verdict_by_the_due_time_and_nothing_else(bare: Desk) -> None:
    assert bare.all_of(
        SOLVED,
        "state",
        "policy_id",
        "policy_guessed",
        "elapsed_seconds",
        view="sla_events",
        where="target like 'first%'",
    ) == [("met", None, None, None)]


def test_before_tickets_were_read_to_their_end_what_runs_is_unknown_and_not_nothing(bare: Desk) -> None:
    """There is no moment until which it could run."""
    bare.forget()
    with bare.warehouse.open() as connection:
        connection.execute("delete from replica.freshdesk_meta.read_state where table_name = 'tickets'")
    running = (
        "age_seconds",
        "idle_seconds",
        "waiting_seconds",
        "requester_wait_seconds",
        "unassigned_seconds",
    )
    assert bare.of(RUNNING, *running) == (None,) * len(running)
    assert bare.of(SOLVED, "full_resolution_seconds", "requester_wait_seconds") == (24 * HOUR, 24 * HOUR)
    for view in ("ticket_status_spans", "ticket_assignment_spans"):
        assert bare.all_of(RUNNING, "seconds", "business_seconds", view=view) == [(None, None)]
