"""Who is forgotten is in no file of a lake, at no snapshot, and not in its catalogue."""

from datetime import timedelta
from pathlib import Path

import pytest

from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets_tests.lake.words import held
from freshdesk_assets_tests.replica.account import simulated_account
from freshdesk_assets_tests.replica.planted import MARK, plant
from freshdesk_assets_tests.replica.test_privacy import KEY, forget, of_the_contact


@pytest.mark.long
@pytest.mark.parametrize("catalogue", ["postgres", "sqlite"])
def test_no_word_of_a_forgotten_customer_is_left_in_a_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: str
) -> None:
    """A lake keeps what is deleted for whoever reads at a snapshot: here nobody may.

    Nor is it there in child tables and histories, or once the rows were read again.
    """
    monkeypatch.setenv("FRESHDESK_PII_KEY", KEY)
    with simulated_account(tmp_path, monkeypatch, 12, days=8, destination=catalogue) as acme:
        who = plant(acme.world)
        acme.sync(derive=True)
        theirs = of_the_contact(who)
        assert held(acme.place, tmp_path, theirs)
        before = acme.query("select count(*) from replica.freshdesk.tickets")
        assert who.email not in forget(acme, "--contact", str(who.contact))
        assert held(acme.place, tmp_path, theirs) == set()
        assert acme.query("select count(*) from replica.freshdesk.tickets") == before
        assert held(acme.place, tmp_path, who.words - theirs), "what is of the company is found still"
        # All of it is sent once more, and what the contact writes from now on.
        later = acme.world.create_ticket(requester_id=who.contact, subject=f"{MARK}subject")
        acme.world.reply(later, incoming=True, text=f"{MARK}reply")
        acme.world.clock.advance(timedelta(hours=1))
        first, *_, last = partitions_of(acme.partitioning).get_partition_keys()
        acme.run(first, last, derive=True)
        assert held(acme.place, tmp_path, theirs) == set()
        assert acme.query(f"select subject from freshdesk.tickets where id = {later}") == [(None,)]
