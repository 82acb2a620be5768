"""Who is forgotten is in no file of a lake, at no snapshot, and not in its catalogue."""

from pathlib import Path

import pytest

from freshdesk_assets_tests.lake.words import held
from freshdesk_assets_tests.replica.account import simulated_account
from freshdesk_assets_tests.replica.planted import plant
from freshdesk_assets_tests.replica.test_privacy import KEY, forget, of_the_contact


@pytest.mark.long
@pytest.mark.parametrize("catalogue", ["postgres", "sqlite"])
def test_no_word_of_a_forgotten_customer_is_left_in_a_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: str
) -> None:
    """A lake keeps what is deleted for whoever reads at a snapshot: here nobody may."""
    monkeypatch.setenv("FRESHDESK_PII_KEY", KEY)
    with simulated_account(tmp_path, monkeypatch, 12, days=8, destination=catalogue) as acme:
        who = plant(acme.world)
        acme.sync()
        theirs = of_the_contact(who)
        assert held(acme.place, tmp_path, theirs)
        before = acme.query("select count(*) from replica.freshdesk.tickets")
        assert who.email not in forget(acme, "--contact", str(who.contact))
        assert held(acme.place, tmp_path, theirs) == set()
        assert acme.query("select count(*) from replica.freshdesk.tickets") == before
        assert held(acme.place, tmp_path, who.words - theirs), "what is of the company is found still"
        acme.sync()
        assert held(acme.place, tmp_path, theirs) == set()
