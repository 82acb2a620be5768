"""What the owner decided about personal data holds for every byte that is written."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.schema.personal import Treatment
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.planted import MARK, Planted, forms, holding, plant
from freshdesk_assets_tests.replica.test_runs import command

KEY = "a key that is long enough to be one"

KEPT = {"company", "domain", "industry"}
"""Of companies the name, the domains and the industry are kept: they are nobody's."""


@pytest.fixture
def acme(account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv("FRESHDESK_PII_KEY", KEY)
    with account(12) as made:
        made.views = views_over(made.catalog)
        yield made


def personal(planted: Planted) -> frozenset[str]:
    """The words that are about the customer."""
    return frozenset(word for word in planted.words if not any(word.lower().endswith(kept) for kept in KEPT))


def of_the_contact(planted: Planted) -> frozenset[str]:
    """The words that go with the customer: what somebody wrote about their company stays."""
    return frozenset(word for word in personal(planted) if not word.startswith(f"{MARK}company"))


@pytest.mark.long
@pytest.mark.parametrize("treatment", [Treatment.HASH, Treatment.DROP])
def test_tables_by_choice_hold_no_word_either(acme: Account, treatment: Treatment) -> None:
    """All that can be replicated is, and rows are asked for once more by their own calls."""
    acme.catalog = choose(declared_tables(), [table.name for table in declared_tables() if table.by_choice])
    who = plant(acme.world)
    acme.decide(pii=treatment)
    acme.sync()
    acme.world.clock.advance(timedelta(hours=30))
    acme.reconcile()
    assert found(acme, personal(who)) == set()
    assert found(acme, people(acme)) == set()


def people(acme: Account) -> frozenset[str]:
    """The addresses of all contacts and agents, and the agents' names."""
    agents = [agent.row["contact"] for agent in acme.world.agents.values()]
    contacts = [contact.row for contact in acme.world.contacts.values()]
    addresses = {each["email"] for each in (*agents, *contacts) if each.get("email")}
    return frozenset(addresses | {agent["name"] for agent in agents if " " in agent["name"]})


def found(acme: Account, words: frozenset[str]) -> set[str]:
    """Where words are: in the bytes of a file, or in a row of replica or copy, which may be compressed."""
    there = holding(acme.path.parent, words)
    for file in acme.path.parent.glob("*.duckdb"):
        with duckdb.connect(str(file), read_only=True) as connection:
            tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            for schema, table in tables:
                rows = connection.execute(f'select t::varchar from "{schema}"."{table}" t').fetchall()
                text = "\n".join(row for (row,) in rows)
                held = {word for word in words if any(form in text for form in forms(word))}
                there |= {f"{file.name}: {schema}.{table}: {sorted(held)}"} if held else set()
    return there


@pytest.mark.parametrize("treatment", [Treatment.HASH, Treatment.DROP])
def test_words_are_nowhere(acme: Account, treatment: Treatment) -> None:
    """Neither after a first sync, nor after changes, in file, log, copy, spool and records."""
    who = plant(acme.world)
    acme.decide(pii=treatment)
    acme.sync(derive=True)
    assert found(acme, personal(who)) == set()
    assert found(acme, people(acme)) == set()
    acme.world.set_subject(who.ticket, f"{MARK}othersubject")
    acme.world.rename_contact(who.contact, f"{MARK}other {MARK}names")
    acme.world.clock.advance(timedelta(hours=2))
    acme.sync(derive=True)
    assert found(acme, frozenset({f"{MARK}othersubject", f"{MARK}other", f"{MARK}names"})) == set()


@pytest.mark.long
def test_a_replica_is_treated_when_the_policy_changes(acme: Account) -> None:
    """Until then the words are in it, and afterwards in no byte of it: it is written anew."""
    who = plant(acme.world)
    acme.sync(derive=True)
    there = found(acme, personal(who))
    assert any(each.startswith("replica.duckdb: [") for each in there)
    before = counts(acme)
    acme.decide(pii=Treatment.HASH)
    acme.sync(derive=True)
    assert found(acme, personal(who)) == set()
    assert counts(acme) == before
    acme.decide(pii=Treatment.DROP)
    acme.sync(derive=True)
    assert acme.query("select count(*) from freshdesk.contacts where starts_with(name, 'hash:')") == [(0,)]


def counts(acme: Account) -> dict[str, int]:
    """Rows by table."""
    names = acme.query("select table_name from duckdb_tables() where schema_name = 'freshdesk' order by 1")
    return {name: acme.query(f"select count(*) from freshdesk.{name}")[0][0] for (name,) in names}


@pytest.mark.long
def test_who_is_forgotten_is_nowhere_and_does_not_come_back(acme: Account) -> None:
    """Not in file, log, copy, page, spool or records; nor after the rows were read once more."""
    acme.page = True
    who, other = plant(acme.world), acme.world.create_ticket()
    theirs = of_the_contact(who)
    name = f"{MARK}first {MARK}last"
    acme.world.reply(other, text=f"Forward this to {name} <{who.email}>, she knows.\n{name.upper()} does!")
    acme.sync(derive=True)
    assert found(acme, theirs) != set()
    before = counts(acme)
    asked = acme.server.meter.credits
    assert "1 contacts" in forget(acme, "--contact", str(who.contact), "--dry-run")
    assert found(acme, theirs) != set()
    assert who.email not in forget(acme, "--contact", str(who.contact))
    assert acme.server.meter.credits == asked
    assert found(acme, theirs) == set()
    # Their tags and addresses are no rows any more; what was there of them still is.
    assert {name: count for name, count in counts(acme).items() if name in acme.catalog} == {
        name: count for name, count in before.items() if name in acme.catalog
    }
    # All of it is sent once more, and what the contact writes from now on.
    later = acme.world.create_ticket(requester_id=who.contact, subject=f"{MARK}subject")
    acme.world.reply(later, incoming=True, text=f"{MARK}reply")
    acme.world.reply(other, text=f"Did {name} ({who.email}) answer?")
    acme.world.clock.advance(timedelta(hours=1))
    first, *_, last = partitions_of(acme.partitioning).get_partition_keys()
    acme.run(first, last, derive=True)
    assert found(acme, theirs) == set()
    assert acme.query(f"select subject from freshdesk.tickets where id = {later}") == [(None,)]
    said = f"select body_text from freshdesk.conversations where ticket_id = {other} order by id desc limit 1"
    assert acme.query(said) == [("Did [forgotten] ([forgotten]) answer?",)]


def forget(acme: Account, *asked: str) -> str:
    """What the command says."""
    process = command(acme, "forget", *asked)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    return output
