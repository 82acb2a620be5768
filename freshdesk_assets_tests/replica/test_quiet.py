"""A run makes nothing of unchanged tables, except what must be made all the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import duckdb
import pytest
import time_machine

from freshdesk_assets.chosen import views_over
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.executor import execute
from freshdesk_assets.orchestration.following import REPORT_EVERY
from freshdesk_assets.orchestration.internals import AssetCheckExecutionRecordStatus
from freshdesk_assets.orchestration.names import ONLY_MISSING
from freshdesk_assets_tests.programs import printed
from freshdesk_assets_tests.replica.staleness import unevaluated

QUIET = timedelta(minutes=20)


def steps(result: dg.ExecuteInProcessResult) -> set[str]:
    """The steps that were begun."""
    return {str(event.step_key) for event in result.all_events if event.is_step_start}


def reading(acme: Any) -> set[str]:
    """The steps that ask the API."""
    return {f"freshdesk__{table.name}" for table in acme.catalog}


def settled(acme: Any, **options: Any) -> None:
    """Two syncs: the second reads once more what changed within the seconds of the first."""
    for _ in range(2):
        acme.sync(derive=True, **options)
        acme.world.clock.advance(QUIET)


@pytest.mark.long
def test_where_nothing_is_new_only_the_tables_are_read(account: Callable[..., Any]) -> None:
    """Most syncs find nothing new: 120 steps would find that they have nothing to do.

    After an upgrade, an edit of a view, or removal of the copy, what is needed is made; and so are reports
    for freshness.
    """
    with account(tickets=40) as acme:
        acme.views = views_over(acme.catalog)
        settled(acme, check=True)
        assert steps(acme.sync(derive=True, check=True)) == reading(acme)
        assert acme.server.meter.credits <= 70
        assert AssetCheckExecutionRecordStatus.PLANNED not in results(acme)
        assert unevaluated(acme.instance, acme.job(derive=True, check=True)) == set()

        copy = acme.path.with_name("replica_published.duckdb")
        copy.unlink()
        assert steps(acme.sync(derive=True)) - reading(acme) == {"published__copy"}
        # Whoever has a former copy open to write leaves its log beside this one.
        printed("leave_a_log", copy.with_name("former.duckdb"))
        copy.with_name("former.duckdb.wal").replace(f"{copy}.wal")
        assert steps(acme.sync(derive=True)) - reading(acme) == {"published__copy"}
        with duckdb.connect(str(copy), read_only=True) as analyst:
            assert analyst.execute("select count(*) from freshdesk_meta.published").fetchone() == (1,)

        first, *others = acme.views
        acme.views = [replace(first, doc="Said in other words."), *others]
        made = steps(acme.sync(derive=True))
        assert {f"{first.schema}_views", "published__copy"} <= made
        assert "freshdesk__ticket_tags" not in made

        with time_machine.travel(datetime.now(UTC) + REPORT_EVERY, tick=True):
            made = steps(acme.sync(derive=True, check=True))
        assert made > reading(acme) | {"freshdesk__ticket_tags", "relations_views", "contents"}


def results(acme: Any) -> set[AssetCheckExecutionRecordStatus]:
    """How the checks stand in Dagster's records: one that was planned and not made would show as skipped."""
    checks = sorted(acme.job(derive=True, check=True).asset_layer.asset_graph.asset_check_keys)
    latest = acme.instance.event_log_storage.get_latest_asset_check_execution_by_key(checks)
    assert latest.keys() == set(checks)
    return {record.status for record in latest.values()}


@pytest.mark.long
def test_what_follows_a_changed_table_is_made_and_nothing_else(account: Callable[..., Any]) -> None:
    """A contact who changed has nothing to do with what is cut from tickets."""
    with account(tickets=40) as acme:
        settled(acme)
        contact = acme.query("select min(id) from freshdesk.contacts where deleted is not true")[0][0]
        acme.world.rename_contact(contact, "Ada Lovelace")
        acme.world.clock.advance(QUIET)
        made = steps(acme.sync(derive=True))
        assert "freshdesk__ticket_tags" not in made
        assert {"freshdesk__contact_tags", "freshdesk__contacts_history", "published__copy"} <= made


@pytest.mark.long
def test_a_key_that_is_doubled_blocks_until_it_is_mended(account: Callable[..., Any]) -> None:
    """A check that did not pass is made at each look, though nothing is new."""
    with account(tickets=40) as acme:
        settled(acme)
        double = (
            "insert into freshdesk.contacts select * replace (now() as _synced_at) from freshdesk.contacts"
        )
        with duckdb.connect(str(acme.path)) as file:
            file.execute(f"{double} limit 1")
        for _ in range(2):
            made = steps(acme.sync(derive=True, check=True, expect=False))
            assert "freshdesk__contacts_key" in made
            assert "freshdesk__contact_tags" not in made
            acme.world.clock.advance(QUIET)
        with duckdb.connect(str(acme.path)) as file:
            file.execute(
                "delete from freshdesk.contacts where rowid in (select max(rowid) from freshdesk.contacts"
                " group by id having count(*) > 1)"
            )
        assert {"freshdesk__contacts_key", "freshdesk__contact_tags"} <= steps(
            acme.sync(derive=True, check=True)
        )


@pytest.mark.long
def test_what_follows_a_table_is_made_though_another_is_down(account: Callable[..., Any]) -> None:
    """The children of tickets are made of the tickets that are stored, whatever becomes of the groups."""
    with account(tickets=40) as acme:
        settled(acme)
        acme.server.switches.admin_groups_status = 400
        acme.world.set_tags(acme.world.shelves["live"].updated_at[-1][1], ["changed"])
        acme.world.clock.advance(QUIET)
        made = steps(acme.sync(derive=True, expect=False))
        assert {"freshdesk__ticket_tags", "published__copy"} <= made


def test_a_users_asset_may_open_the_file_by_itself(account: Callable[..., Any]) -> None:
    """Between steps of ours the file stays open for a moment; not while a step of somebody else's runs."""
    with account(tickets=40) as acme:
        found: list[int] = []

        @dg.asset(deps=[dg.AssetKey(["freshdesk", "groups"])])
        def count() -> None:
            with duckdb.connect(str(acme.path), read_only=True) as file:
                found.append(file.execute("select count(*) from freshdesk.groups").fetchall()[0][0])

        own = build_defs(acme.settings, acme.catalog, assets=[count])
        chosen = dg.AssetSelection.assets(["freshdesk", "groups"], "count")
        whole = dg.Definitions.merge(own, dg.Definitions(jobs=[dg.define_asset_job("own", chosen)]))
        job = whole.resolve_job_def("own")
        last = acme.partitioning.since.strftime("%Y-%m-%d")
        tags = {ONLY_MISSING: "true", "dagster/partition": last}
        assert execute(job, acme.instance, tags=tags).success
        assert found
        assert found[0] > 0
