"""Ticket activities equal the account's files of them, also where a file is late; no key goes to its host."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from freshdesk_assets.extract.account import Access, access
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.orchestration import failures
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.simulator.activities import KEPT
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.test_planning import hold_to, plan_of

NAME = "ticket_activities"


@contextmanager
def logged(account: Callable[..., Any], **options: Any) -> Iterator[Account]:
    """An account with the export, of which that table alone is read."""
    with account(tickets=60, files=True, **{"ticket_activities": True, **options}) as acme:
        acme.catalog = choose(declared_tables(), [NAME])
        yield acme


def read(acme: Account, **options: Any) -> Any:
    """A sync of the table and its child; it then has what the files have that were handed out."""
    made = acme.sync(select=[NAME], **options)
    assert acme.differences(only=[NAME]) == []
    return made


def past_days(acme: Account, days: int = KEPT.days) -> list[str]:
    """The last days that are over at the account, and on this machine."""
    last = min(acme.world.clock.now(), datetime.now(UTC)).date()
    return [(last - timedelta(days=back)).isoformat() for back in range(days, 0, -1)]


def covered(acme: Account) -> list[tuple[date, date]]:
    found = acme.query(
        "select covered_from, covered_to from freshdesk_meta.coverage"
        f" where table_name = '{NAME}' order by covered_from"
    )
    return [(start.astimezone(UTC).date(), end.astimezone(UTC).date()) for start, end in found]


def test_each_day_is_read_once_and_no_key_goes_to_its_file(account: Callable[..., Any]) -> None:
    """A credit a day, and none for the file, whose host never sees the key."""
    with logged(account) as acme:
        read(acme)
        days = past_days(acme)
        assert sorted(acme.server.files.exports) == days[-len(acme.server.files.exports) :]
        assert len(acme.server.files.exports) >= KEPT.days - 2
        assert acme.query(f"select count(*) > 20 from freshdesk.{NAME}") == [(True,)]
        fetched = acme.server.files.requests
        assert fetched == len(acme.server.files.exports)
        # Nothing is over since: of the days not over at the account yet, some may be on this machine.
        read(acme)
        assert acme.server.files.requests == fetched
        number = next(iter(acme.world.tickets))
        acme.world.set_priority(number, 1)
        acme.world.set_priority(number, 4)
        acme.world.clock.advance(timedelta(hours=24))
        read(acme)
        assert acme.server.files.requests == fetched + 1
        assert acme.server.meter.credits <= 4
        assert acme.server.files.with_authorization == 0
        told = acme.query(
            f"select activity ->> '$.priority' from freshdesk.{NAME} where ticket_id = {number}"
            f" and performed_at >= '{past_days(acme)[-1]}'"
        )
        assert ("4",) in told


def test_a_day_whose_file_is_late_is_asked_for_until_it_is_there(account: Callable[..., Any]) -> None:
    """Whether Freshdesk has no link yet, or the link leads to nothing yet, no activity is lost."""
    with logged(account) as acme:
        unlinked, unfilled = past_days(acme)[-6], past_days(acme)[-4]
        acme.server.switches.late_exports.add(unlinked)
        acme.server.files.missing_exports.add(unfilled)
        read(acme)
        missed = {date.fromisoformat(day) for day in (unlinked, unfilled)}
        assert not {unlinked, unfilled} & acme.server.files.exports.keys()
        assert {start for start, _ in covered(acme)[1:]} == {day + timedelta(days=1) for day in missed}
        acme.server.switches.late_exports.clear()
        acme.server.files.missing_exports.clear()
        fetched = acme.server.files.requests
        read(acme)
        assert acme.server.files.requests == fetched + 2
        assert {unlinked, unfilled} <= acme.server.files.exports.keys()
        assert len(covered(acme)) == 1


def test_files_that_cannot_be_fetched_fail_the_run_and_are_fetched_by_the_next(
    account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store of files that this machine may not reach is somebody's to mend; the days before are stored."""
    monkeypatch.setattr(failures, "RETRY_SECONDS", 0.01)
    with logged(account) as acme:
        read(acme)
        acme.world.clock.advance(timedelta(hours=48))
        real, acme.server.files.url = acme.server.files.url, "https://127.0.0.1:1"
        before = covered(acme)
        acme.sync(select=[NAME], expect=False)
        assert covered(acme) == before
        acme.server.files.url = real
        read(acme)
        assert covered(acme) != before


def test_an_account_without_the_export_is_read_without_it(account: Callable[..., Any]) -> None:
    """It is closed to new accounts: they answer 403, and the run goes on."""
    with logged(account, ticket_activities=False) as acme:
        acme.sync()
        assert acme.query(f"select count(*) from freshdesk.{NAME}") == [(0,)]
        assert acme.server.meter.credits > 5
        acme.server.switches.ticket_activities = True
        read(acme)
        assert len(acme.server.files.exports) >= KEPT.days - 2


def test_an_account_that_never_has_a_file_is_read_without_the_table(account: Callable[..., Any]) -> None:
    with logged(account) as acme:
        acme.server.switches.late_exports.update(past_days(acme, KEPT.days + 3))
        acme.sync(select=[NAME])
        assert covered(acme) == []
        acme.server.switches.late_exports.clear()
        read(acme)
        assert len(acme.server.files.exports) >= KEPT.days - 2


def test_a_plan_that_loses_the_export_keeps_what_was_read(account: Callable[..., Any]) -> None:
    """The run says so by failing, as with every table that was read before."""
    with logged(account) as acme:
        read(acme)
        stored = f"select count(*), count(_deleted_at) from freshdesk.{NAME}"
        before = acme.query(stored)
        acme.server.switches.ticket_activities = False
        acme.world.clock.advance(timedelta(hours=24))
        acme.sync(select=[NAME], expect=False)
        assert acme.query(stored) == before
        acme.server.switches.ticket_activities = True
        read(acme)
        assert acme.query(stored)[0][0] >= before[0][0]


def test_a_backfill_reads_the_days_again_and_adds_nothing(account: Callable[..., Any]) -> None:
    """What has no id of its own must not be doubled by a second reading."""
    with logged(account) as acme:
        read(acme)
        before = acme.query(f"select count(*), max(_synced_at) from freshdesk.{NAME}")
        fetched = acme.server.files.requests
        last = acme.world.clock.now().strftime("%Y-%m-01")
        acme.run(last, last, select=[NAME])
        assert acme.query(f"select count(*), max(_synced_at) from freshdesk.{NAME}") == before
        begins = datetime.combine(date.fromisoformat(last), time(), UTC)
        again = sum(datetime.fromisoformat(day).replace(tzinfo=UTC) >= begins for day in past_days(acme))
        assert acme.server.files.requests - fetched >= again - 1


def test_changes_are_cut_from_activities(account: Callable[..., Any]) -> None:
    """Those that empty a field too."""
    with logged(account) as acme:
        numbers = list(acme.world.tickets)
        acme.world.set_type(numbers[0], None)
        acme.world.set_tags(numbers[1], ["a", "b"])
        acme.world.clock.advance(timedelta(hours=24))
        acme.sync(derive=True)
        assert acme.differences(only=[NAME]) == []
        assert [each for each in acme.child_differences() if each.table == "ticket_activity_changes"] == []
        assert acme.query("select count(*) > 20 from freshdesk.ticket_activity_changes") == [(True,)]


def test_a_plan_and_the_doctor_know_the_days(account: Callable[..., Any]) -> None:
    """A credit for each day to ask for, before any is asked for."""
    with logged(account) as acme:
        hold_to(acme, selection=f"key:freshdesk/{NAME}")
        made, _ = plan_of(acme, selection=f"key:freshdesk/{NAME}")
        # Days that are over on this machine and not yet at the account.
        assert made.credits <= 2 + 1
        assert doctor(acme).readable
        acme.server.switches.ticket_activities = False
        assert not doctor(acme).readable


def doctor(acme: Account) -> Access:
    """What the doctor says of the table."""
    with Client(domain=acme.server.url, api_key=acme.server.key) as client:
        return access(Reader(client), declared_tables()[NAME])
