"""The page follows the copy of a real replica, whatever was selected, and says where it is."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.orchestration.names import ONLY_MISSING
from freshdesk_assets.page.charts import charts_of
from freshdesk_assets.page.writing import Options, write_page
from freshdesk_assets_tests.page.looking import data_of, rows_in
from freshdesk_assets_tests.replica.account import Account, simulated_account

A_WHILE = timedelta(minutes=20)


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Makes accounts: `with account(tickets=40) as acme:`."""
    monkeypatch.chdir(tmp_path)
    return partial(simulated_account, tmp_path, monkeypatch)


def test_a_real_copy_has_every_chart_and_none_of_its_peoples_words(acme: Account, tmp_path: Path) -> None:
    """Names, addresses and subjects are in the copy, as Freshdesk sent them; no chart may carry them out."""
    copy, page = acme.path.with_stem(f"{acme.path.stem}_published"), tmp_path / "page.html"
    written = write_page(copy, page, Options())
    assert written.wrong == {}
    data = data_of(page)
    assert {chart.name for chart in charts_of() if not rows_in(data, chart.name)} == set()
    said = json.dumps(data, ensure_ascii=False)
    with duckdb.connect(str(copy), read_only=True) as connection:
        words = connection.execute(
            """
            select distinct word from (
              select name from freshdesk.contacts
              union all select email from freshdesk.contacts
              union all select contact_name from freshdesk.agents
              union all select contact_email from freshdesk.agents
              union all select name from freshdesk.companies
              union all select subject from freshdesk.tickets
            ) as of (word)
            where length(word) > 4
            """
        ).fetchall()
        ((open_now,),) = connection.execute(
            "select count(*) from metrics.ticket_metrics where is_current and not is_solved"
        ).fetchall()
    assert len(words) > 100
    assert [word for (word,) in words if word in said] == []
    assert {(group, tile): value for group, tile, value, _, _ in rows_in(data, "10_tiles")}[
        None, "Open"
    ] == open_now


@pytest.mark.long
def test_a_run_that_publishes_writes_the_page_too(account: Callable[..., Any]) -> None:
    """Whatever was selected. Where nothing changed it is left alone; one that is gone is made again."""
    with account(tickets=40) as acme:
        acme.views, acme.page = views_over(acme.catalog), True
        page = acme.path.with_name("replica_page.html")
        told = acme.metadata(acme.sync(derive=True), "page")
        assert told["path"] == str(page)
        assert told["url"] == page.as_uri()
        assert (told["written_anew"], told["bytes"]) == (True, page.stat().st_size)
        assert (told["charts"], "charts_left_out" in told) == (len(charts_of()), False)
        acme.world.clock.advance(A_WHILE)
        acme.sync(derive=True)
        acme.world.clock.advance(A_WHILE)

        before = page.stat().st_ino
        assert steps(acme.sync(derive=True)) & {"published__copy", "published__page"} == set()
        assert page.stat().st_ino == before

        (number,) = acme.query("select min(id) from freshdesk.contacts where deleted is not true")[0]
        acme.world.rename_contact(number, "Grace Hopper")
        acme.world.clock.advance(A_WHILE)
        last = f"{acme.world.clock.now():%Y-%m-01}"
        contacts = acme.run(last, last, {ONLY_MISSING: "true"}, select=["contacts"], derive=True)
        assert {"published__copy", "published__page"} <= steps(contacts)
        assert page.stat().st_ino != before

        page.unlink()
        assert "published__page" in steps(acme.sync(derive=True))
        assert page.exists()
        page.unlink()
        acme.decide(page="off")
        acme.sync(derive=True)
        assert not page.exists()


@pytest.mark.long
def test_a_page_that_cannot_be_written_leaves_all_else_stored(account: Callable[..., Any]) -> None:
    with account(tickets=20) as acme:
        acme.views, acme.page = views_over(acme.catalog), True
        (page := acme.path.with_name("replica_page.html")).mkdir()
        failed = acme.sync(derive=True, expect=False)
        wrong = [str(event.step_key) for event in failed.all_events if event.is_step_failure]
        assert wrong == ["published__page"]
        assert acme.path.with_stem("replica_published").exists()
        page.rmdir()
        acme.sync(derive=True)
        assert page.is_file()


def steps(result: dg.ExecuteInProcessResult) -> set[str]:
    return {str(event.step_key) for event in result.all_events if event.is_step_start}
