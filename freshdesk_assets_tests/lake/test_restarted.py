"""Postgres is restarted while a run stores, or stays away: no credit is paid twice but for rows under way."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from freshdesk_assets.orchestration import failures
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.warehouse.destinations import postgres
from freshdesk_assets_tests.lake.own_postgres import OwnPostgres
from freshdesk_assets_tests.lake.test_runs_anywhere import CONVERSATIONS, ended, machine
from freshdesk_assets_tests.places import PASSWORD
from freshdesk_assets_tests.replica.account import Account, simulated_account

pytestmark = pytest.mark.long

IN_TRANSACTION = """
select count(*)
from pg_stat_activity
where
  application_name like 'freshdesk-assets/%'
  and xact_start is not null
  and query like '%ducklake_table_column_stats%'
"""
"""Whether a run stores rows just now: DuckLake asks for the statistics of a table that it adds to."""


def months(account: Account) -> tuple[str, str]:
    """The partitions of all that there is."""
    keys = partitions_of(account.partitioning).get_partition_keys()
    return keys[0], keys[-1]


@pytest.fixture
def acme(server: OwnPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    assert server
    with simulated_account(tmp_path, monkeypatch, 60, days=8, destination="postgres", latency_ms=60) as made:
        yield made


def repeated(account: Account) -> set[str]:
    """The calls about one row that were paid more than once, as the templates of their paths."""
    calls = [call for call in account.server.meter.log if "{id}" in call.template]
    assert len(calls) > len(account.world.tickets)
    made = Counter((call.template, call.path, call.query) for call in calls)
    return {template for (template, *_), times in made.items() if times > 1}


def wait_for(account: Account, calls: int) -> None:
    """Wait until so many tickets were asked for their conversations."""
    deadline = time.monotonic() + 300
    while account.server.meter.calls[CONVERSATIONS] < calls:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_run_goes_on_where_postgres_is_restarted(
    acme: Account, server: OwnPostgres, tmp_path: Path
) -> None:
    """A database is patched at any hour: here between two transactions of a run, and then in one.

    What was read and not stored waits on this machine; the rows of the transaction alone are read again.
    DuckDB 1.5.5 ends the whole process if a connection is closed whose transaction has lost its database.
    """
    with machine(acme, tmp_path / "one") as process:
        wait_for(acme, 20)
        server.end()
        time.sleep(2)
        server.begin()
        wait_for(acme, len(acme.world.tickets))
        while server.ask(IN_TRANSACTION) == [(0,)]:
            assert process.poll() is None
        server.end()
        server.begin()
        ended(process)
    assert acme.differences() == []
    assert acme.child_differences() == []
    assert repeated(acme) == {CONVERSATIONS}


def test_a_postgres_that_stays_away_ends_the_run_and_is_named_once(
    acme: Account, server: OwnPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the other tables would wait for it too, and say the same. The next run does the rest."""
    monkeypatch.setattr(postgres, "COMES_BACK", 1.0)
    monkeypatch.setattr(failures, "RETRY_SECONDS", 0.5)
    acme.decide(lock_wait=1)

    def end() -> None:
        wait_for(acme, 20)
        server.end()

    ending = threading.Thread(target=end)
    ending.start()
    result = acme.run(*months(acme), expect=False)
    ending.join()
    events = [str(event.event_specific_data) for event in result.all_events]
    assert sum("NotRead" in each and "does not answer" in each for each in events) == 1
    assert len([event for event in result.all_events if event.is_failure]) == 1
    told = [repr(record) for record in acme.instance.all_logs(result.run_id)]
    assert told
    assert not [each for each in told if PASSWORD in each]
    server.begin()
    acme.run(*months(acme))
    assert acme.differences() == []


def test_who_waits_while_postgres_is_restarted_leaves_the_account_to_who_had_it(
    server: OwnPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither has a session any more.

    If the one that waits came first, the other would end, and what it has not yet stored would be paid twice.
    """
    monkeypatch.setattr(postgres, "LEFT", 8.0)
    first, second = (postgres.Session(server.dsn(), "acme", "the lake") for _ in range(2))
    waits, has = threading.Event(), threading.Event()

    def wait() -> None:
        with second.turn("acme", "the second", lambda _: waits.set()):
            has.set()

    waiting = threading.Thread(target=wait)
    with ExitStack() as left:
        for session in (first, second):
            left.callback(session.forget)
        with first.turn("acme", "the first", pytest.fail):
            waiting.start()
            assert waits.wait(30)
            server.end()
            time.sleep(2)
            server.begin()
            time.sleep(3)
            first.exists()
            assert not has.wait(10)
        waiting.join(60)
    assert has.is_set()
