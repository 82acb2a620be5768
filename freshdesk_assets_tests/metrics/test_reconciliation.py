"""What Freshdesk says itself of a ticket, beside what is measured of it."""

import pytest

from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.office import ticket
from freshdesk_assets_tests.metrics.tickets import OPEN, PENDING, RESOLVED

CREATED = "2026-03-02 14:00"

BY_ITS_AUTOMATION = (
    ticket(CREATED).automation("2026-03-02 14:05").responds("2026-03-02 14:05").reply("2026-03-02 16:00")
)
ALIKE = (
    ticket(CREATED)
    .reply("2026-03-02 15:00")
    .becomes(RESOLVED, "2026-03-02 16:00")
    .becomes(OPEN, "2026-03-03 16:00")
    .becomes(PENDING, "2026-03-03 17:00")
)


def test_a_difference_is_counted_with_its_ticket_and_its_reason(desk: Desk) -> None:
    """Figures that are not those of Freshdesk's own pages are the first complaint of all."""
    assert desk.query(
        "select differs, ticket_ids, reason from metrics.reconciliation where metric = 'first_reply'"
    ) == [(1, [BY_ITS_AUTOMATION.number], "Freshdesk counts an automation's message as the response")]


@pytest.mark.parametrize("metric", ["last_resolution", "last_reopening", "pending_since", "status_updated"])
def test_the_moments_of_a_ticket_are_those_of_freshdesk_to_the_second(desk: Desk, metric: str) -> None:
    """Of all cases here, those that moved between two syncs and those first seen late too."""
    ((compared, equal, share, found),) = desk.query(
        f"select compared, equal, share, ticket_ids from metrics.reconciliation where metric = '{metric}'"
    )
    assert compared == equal > 0, found
    assert (share, found) == (1.0, [])
