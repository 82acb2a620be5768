"""Tickets that were merged into another one, which the API does not say: better no guess than a wrong one."""

import pytest

from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import ticket
from freshdesk_assets_tests.metrics.tickets import BOB, CLOSED, OPEN, Ticket

CREATED = "2026-03-02 14:00"


def noted(case: Ticket, moment: str, text: str, *, private: bool = True, html: str | None = None) -> Ticket:
    """An agent's note that says this."""
    case.note(moment, private=private)
    case.conversations[-1] |= {"body_text": text, "body": html or f"<div>{text}</div>"}
    return case


def merged(
    into: Ticket, text: str, moment: str = "2026-03-02 15:00:20", *, private: bool = True, back: bool = True
) -> Ticket:
    """A ticket that is merged into another one, which gets a note of it too."""
    case = ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00:19")
    if back:
        noted(into, moment, "Diese Anfrage wurde zusammengeführt.")
    return noted(case, moment, text.format(into.number), private=private)


PRIMARY = ticket(CREATED)
IN_ANY_LANGUAGE = {
    "English": merged(PRIMARY, "This ticket is closed and merged into ticket {}"),
    "German": merged(PRIMARY, "Dieses Ticket wurde geschlossen und mit dem Ticket {} zusammengeführt."),
    "Japanese": merged(PRIMARY, "このチケットはクローズされ、チケット{}に統合されました"),
    "brackets": merged(PRIMARY, "Voir [#{}]."),
}


@pytest.mark.parametrize("language", IN_ANY_LANGUAGE)
def test_merged_guess_is_the_ticket_that_the_closing_note_names_whatever_its_words(
    desk: Desk, language: str
) -> None:
    """Freshdesk's note has the plain number, in the language of the account; both tickets get one."""
    case = IN_ANY_LANGUAGE[language]
    assert desk.of(case, "merged_guess") == PRIMARY.number
    assert desk.of(case, "because", view="ticket_merges") == "the agent wrote in both"


UNHEARD = ticket(CREATED)
FORMER = ticket(CREATED)
FORMER_UNHEARD = ticket(CREATED)
INTO_A_FORMER = merged(FORMER, "Merged into ticket {}")
FORMER.purged("2026-03-04 15:15")


def test_merged_guess_stays_when_the_ticket_that_it_names_is_gone(desk: Desk) -> None:
    """What was said in that one is gone with it, and was said nevertheless."""
    assert desk.of(INTO_A_FORMER, "merged_guess") == FORMER.number


TWICE = merged(PRIMARY, "Merged into ticket {}")
ITS_SECOND = noted(ticket(CREATED), "2026-03-02 17:00", "Ticket merged into this.")
noted(TWICE, "2026-03-02 17:00", f"Merged into ticket {ITS_SECOND.number}")


def test_merged_guess_is_the_ticket_that_it_was_closed_into_if_it_is_merged_again(desk: Desk) -> None:
    """What is said long after a closing is none of it."""
    assert desk.of(TWICE, "merged_guess") == PRIMARY.number


VISIBLE = merged(PRIMARY, "This ticket is closed and merged into ticket {}", private=False)


def test_merged_guess_is_found_in_a_note_that_the_customer_may_see_too(desk: Desk) -> None:
    """Whoever merges chooses."""
    assert desk.of(VISIBLE, "merged_guess") == PRIMARY.number


SILENT, ALSO_SILENT = ticket(CREATED), ticket(CREATED)
BUSY = ticket(CREATED).note("2026-03-02 15:00:30", by=BOB)
LINKED = noted(
    ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00"),
    "2026-03-02 14:59:30",
    "See there",
    html=f'<a href="https://acme.freshdesk.com/a/tickets/{SILENT.number}">See there</a>',
)
MARKED = noted(
    ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00"), "2026-03-02 15:00", f"Doublon de #{SILENT.number}."
)


@pytest.mark.parametrize("case", [LINKED, MARKED], ids=["link", "number sign"])
def test_merged_guess_takes_a_number_that_stands_there_as_a_tickets(desk: Desk, case: Ticket) -> None:
    """The note in the other ticket may be left out by whoever merges by the API."""
    assert desk.of(case, "merged_guess") == SILENT.number
    assert desk.of(case, "because", view="ticket_merges") == "the note names it as a ticket"


UNMERGED = {
    "a plain number, and nothing in the other ticket": merged(SILENT, "Refunded order {}", back=False),
    "no such ticket": noted(
        ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00"), "2026-03-02 15:00", "Merged into #987654321"
    ),
    "its own number": (own := ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00")),
    "written long before": noted(
        ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00"), "2026-03-02 14:30", f"Like #{SILENT.number}"
    ),
    "said since": noted(
        ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00"), "2026-03-02 15:00", f"Like #{SILENT.number}"
    ).customer("2026-03-02 15:01"),
    "a plain number, and the note in the other ticket was deleted": merged(UNHEARD, "Merged into ticket {}"),
    "a plain number, and that note was deleted before its ticket was": merged(
        FORMER_UNHEARD, "Merged into ticket {}"
    ),
    "several": noted(
        ticket(CREATED).becomes(CLOSED, "2026-03-02 15:00"),
        "2026-03-02 15:00",
        f"Like #{SILENT.number} and #{ALSO_SILENT.number}",
    ),
    "reopened": merged(PRIMARY, "Merged into #{}").becomes(OPEN, "2026-03-03 09:00"),
    "a reply, not a note": ticket(CREATED)
    .becomes(CLOSED, "2026-03-02 15:00")
    .says("2026-03-02 15:00", 901, body_text=f"Please look at #{SILENT.number}"),
    "a plain number, and another agent in the other ticket": merged(BUSY, "Refunded order {}", back=False),
    "an amount": merged(PRIMARY, "Paid {}.00 on 2026-03-02", back=False),
}
UNHEARD.unsays("2026-03-02 16:15")
FORMER_UNHEARD.unsays("2026-03-02 16:15").purged("2026-03-04 15:15")
noted(own, "2026-03-02 15:00", f"#{own.number} is done")


@pytest.mark.parametrize("case", UNMERGED)
def test_merged_guess_is_null_where_it_would_be_a_mere_guess(desk: Desk, case: str) -> None:
    assert desk.of(UNMERGED[case], "merged_guess") is None


def test_merged_tickets_count_and_can_be_left_out(desk: Desk) -> None:
    """Volumes are not changed by a guess; a question leaves them out by it."""
    case = IN_ANY_LANGUAGE["English"]
    assert desk.of(case, "is_current", "resolutions") == (True, 1)
    assert desk.of(PRIMARY, "merged_guess") is None
    ((left,),) = desk.query(
        "select count(*) from metrics.ticket_metrics"
        f" where merged_guess is null and ticket_id in ({case.number}, {PRIMARY.number})"
    )
    assert left == 1


def test_nothing_of_a_note_but_numbers_is_kept(desk: Desk) -> None:
    """Views of metrics have no text of a message."""
    kinds = desk.query("select distinct column_type from (describe from metrics.merge_notes)")
    assert "VARCHAR" not in {kind for (kind,) in kinds}
