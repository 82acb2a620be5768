"""One help desk for all cases: a replica takes seconds to be measured, however many tickets it has."""

import pytest

from freshdesk_assets.schema.page import Fate, Verdict
from freshdesk_assets_tests.metrics import office
from freshdesk_assets_tests.metrics.desk import Desk
from freshdesk_assets_tests.metrics.tickets import FORMER_AGENT, at, said


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The shared desk with the tickets of all modules that were collected."""
    made = office.opened(Desk(tmp_path_factory.mktemp("desk")))
    made.lands(at("2026-06-01 12:15"), "business_hours", office.CHANGED_CALENDAR)
    for moment, group, members in office.MOVING:
        moved = {**group, "agent_ids": members, "updated_at": said(at(moment))}
        made.lands(at(moment), "groups", moved)
    made.lives(office.TICKETS)
    for name, row in (
        ("agents", FORMER_AGENT),
        ("groups", office.DELETED_GROUP),
        ("sla_policies", 52),
    ):
        made.lands(at("2026-06-01 12:15"), name, verdicts=(Verdict(id=row, fate=Fate.GONE),))
    made.measures(office.RULES)
    return made
