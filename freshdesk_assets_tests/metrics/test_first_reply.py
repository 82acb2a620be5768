"""The first reply, and who counts as somebody who replies."""

import pytest

from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import ROUND_THE_CLOCK, ticket
from freshdesk_assets_tests.metrics.tickets import (
    ANN,
    BOB,
    CLOSED,
    COLLABORATOR,
    CUSTOMER,
    FORMER_AGENT,
    HOUR,
    RESOLVED,
)

CREATED = "2026-03-02 14:00"
REPLY = ("first_reply_seconds", "first_reply_business_seconds", "first_reply_agent_id")

AT_ONCE = ticket(CREATED).reply(CREATED)


def test_a_reply_in_the_second_of_the_creation_took_no_time(desk: Desk) -> None:
    """0, and not null: it was answered."""
    assert desk.of(AT_ONCE, *REPLY) == (0, 0, ANN)


NEVER = ticket(CREATED).note("2026-03-02 15:00").automation("2026-03-02 15:01")


def test_without_a_reply_there_is_none_and_not_one_of_no_time(desk: Desk) -> None:
    """A private note and an automation are none, so it waits since its creation."""
    assert desk.of(NEVER, *REPLY) == (None, None, None)
    assert desk.of(NEVER, "no_first_reply_because", "agent_replies", "private_notes") == ("not yet", 0, 1)
    assert desk.of(NEVER, "waiting_since = created_at")


FOR_SOMEBODY = ticket(CREATED, source=3).note("2026-03-02 14:05").reply("2026-03-02 15:00")


def test_a_call_that_an_agent_wrote_down_for_a_customer_waits_for_a_reply(desk: Desk) -> None:
    """The requester did not write it; they wait all the same."""
    assert desk.of(FOR_SOMEBODY, *REPLY) == (HOUR, HOUR, ANN)


BY_AUTOMATION = ticket(CREATED).automation("2026-03-02 14:01").reply("2026-03-02 16:00")


def test_an_automation_does_not_reply_and_stands_beside(desk: Desk) -> None:
    """Bots in the first response are the commonest complaint about such figures."""
    assert desk.of(BY_AUTOMATION, *REPLY) == (2 * HOUR, 2 * HOUR, ANN)
    assert desk.of(BY_AUTOMATION, "epoch(first_system_reply_at) - epoch(created_at)", "system_messages") == (
        60,
        1,
    )


AUTO_RESPONSE = (
    ticket(CREATED).says("2026-03-02 14:01", ANN, auto_response=True).reply("2026-03-02 16:00", by=BOB)
)


def test_a_message_sent_by_a_rule_in_an_agents_name_is_an_automations(desk: Desk) -> None:
    assert desk.of(AUTO_RESPONSE, *REPLY) == (2 * HOUR, 2 * HOUR, BOB)


PUBLIC_NOTE = ticket(CREATED).note("2026-03-02 15:00", private=False).reply("2026-03-02 17:00")


def test_a_public_note_is_a_reply(desk: Desk) -> None:
    """Freshdesk counts it as a response."""
    assert desk.of(PUBLIC_NOTE, *REPLY) == (HOUR, HOUR, ANN)


OF_ONE_WHO_LEFT = ticket(CREATED).reply("2026-03-02 15:00", by=FORMER_AGENT)


def test_a_reply_of_an_agent_who_is_a_contact_now_is_an_agents(desk: Desk) -> None:
    """A deleted agent turns into a contact of the same id; their past does not change."""
    assert desk.of(OF_ONE_WHO_LEFT, *REPLY) == (HOUR, HOUR, FORMER_AGENT)
    assert desk.of(OF_ONE_WHO_LEFT, "customer_messages") == 0


COLLABORATORS = ticket(CREATED).note("2026-03-02 15:00", by=COLLABORATOR)


def test_a_collaborators_note_is_a_note(desk: Desk) -> None:
    assert desk.of(COLLABORATORS, "private_notes", "agents_writing", "first_reply_at") == (1, 1, None)


AGENT_ASKS = ticket(CREATED, requester_id=ANN).says("2026-03-02 14:30", ANN).reply("2026-03-02 15:00", by=BOB)


def test_an_agent_who_writes_in_their_own_ticket_is_the_customer(desk: Desk) -> None:
    assert desk.of(AGENT_ASKS, *REPLY) == (HOUR, HOUR, BOB)
    assert desk.of(AGENT_ASKS, "customer_messages", "agent_replies", "agents_writing") == (1, 1, 1)


THIRD_PERSON = ticket(CREATED).says("2026-03-02 14:30", 888).reply("2026-03-02 15:00")


def test_somebody_in_copy_who_is_no_agent_does_not_reply(desk: Desk) -> None:
    assert desk.of(THIRD_PERSON, "first_reply_seconds", "customer_messages") == (HOUR, 1)


FORWARDED = ticket(CREATED).says("2026-03-02 14:30", ANN, source=8).reply("2026-03-02 15:00")


def test_forwarding_to_a_third_party_is_no_reply(desk: Desk) -> None:
    assert desk.of(FORWARDED, *REPLY) == (HOUR, HOUR, ANN)


OUTBOUND = ticket(CREATED, source=10).reply("2026-03-02 15:00")
ANSWERED_OUTBOUND = (
    ticket(CREATED, source=10)
    .customer("2026-03-02 15:00")
    .reply("2026-03-02 16:30")
    .becomes(RESOLVED, "2026-03-02 17:00")
)


def test_a_ticket_that_an_agent_sent_out_waits_for_nobody(desk: Desk) -> None:
    """What the agent adds is no answer, as nobody asked."""
    assert desk.of(OUTBOUND, "first_reply_at", "no_first_reply_because", "waiting_since") == (
        None,
        "outbound",
        None,
    )
    assert desk.of(OUTBOUND, "replies", "agent_replies") == (0, 1)


def test_the_customers_answer_to_one_waits_and_the_agents_mail_is_its_first_touch(desk: Desk) -> None:
    assert desk.of(ANSWERED_OUTBOUND, "replies", "total_reply_seconds", "touches") == (1, 5400, "two")
    assert desk.all_of(ANSWERED_OUTBOUND, "kind", "seconds", view="ticket_replies") == [("next", 5400)]


ONLY_A_SURVEY = (
    ticket(CREATED)
    .becomes(RESOLVED, "2026-03-02 15:00")
    .says("2026-03-02 16:00", CUSTOMER, incoming=True, source=6)
).rated("2026-03-02 16:00", 103)


def test_an_answer_to_a_survey_is_no_message(desk: Desk) -> None:
    assert desk.of(ONLY_A_SURVEY, "customer_messages", "waiting_since", "csat_first") == (0, None, "happy")
    assert desk.of(ONLY_A_SURVEY, "touches", "no_first_reply_because") == ("no", "solved without")


CHATS = {
    source: ticket(CREATED, source=source, group_id=ROUND_THE_CLOCK)
    .automation("2026-03-02 14:00")
    .reply("2026-03-02 14:02")
    .customer("2026-03-02 14:03")
    .reply("2026-03-02 14:04")
    .becomes(CLOSED, "2026-03-02 14:10")
    for source in (7, 12, 15)
}


@pytest.mark.parametrize("source", CHATS)
def test_a_chat_is_measured_as_any_ticket_and_its_bot_does_not_count(desk: Desk, source: int) -> None:
    chat = CHATS[source]
    assert desk.of(chat, "first_reply_seconds", "replies", "longest_reply_seconds") == (120, 2, 120)
    assert desk.of(chat, "resolutions", "first_resolution_seconds") == (1, 600)


@pytest.mark.parametrize("source", CHATS)
def test_a_session_of_a_chat_is_one_contact_however_much_is_said_in_it(desk: Desk, source: int) -> None:
    """Its messages are counted beside; else no chat were ever solved by the first contact."""
    assert desk.of(CHATS[source], "agent_replies", "customer_messages") == (2, 1)
    assert desk.of(CHATS[source], "touch_count", "touches", "first_contact_resolution") == (1, "one", True)


TWO_SESSIONS = (
    ticket(CREATED, source=15)
    .reply("2026-03-02 14:02")
    .customer("2026-03-02 14:50")
    .reply("2026-03-02 15:50")
    .customer("2026-03-02 16:51")
    .reply("2026-03-02 16:52")
    .becomes(RESOLVED, "2026-03-02 17:00")
)
BY_MAIL = (
    ticket(CREATED)
    .reply("2026-03-02 14:02")
    .customer("2026-03-02 14:03")
    .reply("2026-03-02 14:04")
    .becomes(RESOLVED, "2026-03-02 14:10")
)
NOBODY_CAME = ticket(CREATED, source=12).automation(CREATED).becomes(CLOSED, "2026-03-02 14:10")


def test_a_chat_that_is_taken_up_again_after_an_hour_of_silence_is_another_contact(desk: Desk) -> None:
    assert desk.of(TWO_SESSIONS, "agent_replies", "touch_count", "touches") == (3, 2, "two")
    assert desk.of(TWO_SESSIONS, "first_contact_resolution") is False


def test_each_message_is_a_contact_where_there_are_no_sessions(desk: Desk) -> None:
    """However fast the e-mails follow one another."""
    assert desk.of(BY_MAIL, "touch_count", "touches", "first_contact_resolution") == (2, "two", False)


def test_a_chat_that_only_a_bot_spoke_in_is_no_contact_of_an_agent(desk: Desk) -> None:
    assert desk.of(NOBODY_CAME, "touch_count", "touches", "system_messages") == (0, "no", 1)


def test_replies_are_counted_and_never_tested_for_less_than_nothing(desk: Desk) -> None:
    """A count of unanswered tickets by `< 0` is always 0: here they are those without a first reply."""
    ((unanswered,),) = desk.query("select count(*) from metrics.ticket_metrics where first_reply_at is null")
    assert unanswered > 0
    assert desk.query(
        "select count(*) from metrics.ticket_metrics"
        " where (first_reply_at is null) <> (first_reply_seconds is null)"
        " or first_reply_seconds < 0 or first_reply_business_seconds < 0"
        " or (no_first_reply_because is null) <> (first_reply_at is not null)"
    ) == [(0,)]
