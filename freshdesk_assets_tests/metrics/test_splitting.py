"""Tickets with messages that are older than they are, as one that was split off another may have.

Whether Freshdesk sends such is not established. What is measured must make sense either way.
"""

from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import ticket
from freshdesk_assets_tests.metrics.tickets import ANN, CUSTOMER, HOUR, RESOLVED, Ticket

CREATED = "2026-03-02 14:00"


def split(**fields: object) -> Ticket:
    """A ticket that brings messages of before its creation."""
    return (
        ticket(CREATED, **fields)
        .says("2026-03-02 09:00", CUSTOMER, incoming=True)
        .says("2026-03-02 10:00", ANN)
        .note("2026-03-02 10:30")
        .automation("2026-03-02 10:31")
        .says("2026-03-02 13:00", CUSTOMER, incoming=True)
    )


ANSWERED = split().reply("2026-03-02 15:00").becomes(RESOLVED, "2026-03-02 16:00")
ANSWERED_BEFORE = ticket(CREATED).says("2026-03-02 13:59", ANN).automation("2026-03-02 13:59")
OUTBOUND = split(source=10).reply("2026-03-02 15:00")


def test_the_first_reply_to_a_split_ticket_is_the_first_since_its_creation(desk: Desk) -> None:
    assert desk.of(ANSWERED, "first_reply_seconds", "first_reply_business_seconds", "replies") == (
        HOUR,
        HOUR,
        1,
    )
    assert desk.of(ANSWERED, "first_system_reply_at", "full_resolution_seconds") == (None, 2 * HOUR)
    assert desk.all_of(ANSWERED, "kind", "seconds", view="ticket_replies") == [("first", HOUR)]


def test_what_was_answered_before_a_split_waits_since_the_split(desk: Desk) -> None:
    """No reply in no time, though the last message is an agent's."""
    case = ANSWERED_BEFORE
    assert desk.of(case, "first_reply_at", "no_first_reply_because", "replies") == (None, "not yet", 0)
    assert desk.of(case, "waiting_since = created_at", "idle_seconds = age_seconds") == (True, True)


def test_the_older_messages_of_a_split_ticket_are_counted(desk: Desk) -> None:
    assert desk.of(ANSWERED, "agent_replies", "customer_messages", "private_notes") == (2, 2, 1)


def test_a_customer_who_wrote_before_an_outbound_ticket_waits_since_its_creation(
    desk: Desk,
) -> None:
    assert desk.all_of(OUTBOUND, "kind", "seconds", view="ticket_replies") == [("next", HOUR)]


def test_nothing_of_a_split_ticket_takes_less_than_no_time(desk: Desk) -> None:
    for case in (ANSWERED, ANSWERED_BEFORE, OUTBOUND):
        columns = desk.query("select column_name from (describe from metrics.ticket_metrics)")
        names = [name for (name,) in columns if name.endswith("_seconds")]
        assert min(value for value in desk.of(case, *names) if value is not None) >= 0
        assert min(desk.all_of(case, "asked_at >= timestamptz '2026-03-02 14:00Z'", view="ticket_replies"))
        assert desk.all_of(case, "elapsed_seconds", view="sla_events", where="elapsed_seconds < 0") == []
