"""Whatever is selected, and however it is launched: what a run changed is published by that run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.executor import execute
from freshdesk_assets.orchestration.names import ONLY_MISSING, PUBLISHED
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.rounds import _Run
from freshdesk_assets.settings import Settings
from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.test_runs import command, module
from freshdesk_assets_tests.replica.unattended import Daemon, daemon

pytestmark = pytest.mark.filterwarnings(
    # Dagster's own, of itself: its daemon is not meant to live in a test's process.
    "ignore::DeprecationWarning"
)

A_WHILE = timedelta(minutes=20)
PATIENCE = 300
"""Seconds that a command may take."""

PEOPLE = {"agent_availability", "agents", "companies", "contacts"}


def steps(result: dg.ExecuteInProcessResult) -> set[str]:
    """The steps that were begun."""
    return {str(event.step_key) for event in result.all_events if event.is_step_start}


def published(path: Path, sql: str) -> list[Any]:
    """What an analyst reads in the copy."""
    with duckdb.connect(str(path.with_name("replica_published.duckdb")), read_only=True) as copy:
        return copy.execute(sql).fetchall()


def selected(acme: Account, *tables: str, check: bool = False, expect: bool = True) -> set[str]:
    """The steps of `sync --select` of these tables."""
    last = f"{acme.world.clock.now():%Y-%m-01}"
    acme.world.clock.advance(A_WHILE)
    tags = {ONLY_MISSING: "true"}
    return steps(acme.run(last, last, tags, select=list(tables), derive=True, check=check, expect=expect))


@pytest.mark.long
def test_a_sync_of_a_selection_publishes_what_it_changed_and_else_makes_nothing(
    account: Callable[..., Any],
) -> None:
    """Nobody who syncs a table wants yesterday's children, views and copy of it."""
    with account(tickets=40) as acme:
        acme.views = views_over(acme.catalog)
        note = acme.world.add_note(acme.world.shelves["live"].updated_at[-1][1])
        acme.world.clock.advance(A_WHILE)
        for _ in range(2):
            acme.sync(derive=True)
            acme.world.clock.advance(A_WHILE)
        assert "published__copy" not in selected(acme, "contacts", check=True)

        (number,) = acme.query("select min(id) from freshdesk.contacts where deleted is not true")[0]
        acme.world.rename_contact(number, "Ada Lovelace")
        made = selected(acme, "contacts", check=True)
        assert {"freshdesk__contacts_history", "freshdesk__contact_tags", "relations_views"} <= made
        assert "freshdesk__ticket_tags" not in made
        asked = f"select name from freshdesk.contacts where id = {number}"
        assert published(acme.path, asked) == [("Ada Lovelace",)]
        assert steps(acme.sync(derive=True)) == {f"freshdesk__{table.name}" for table in acme.catalog}

        # What is made of rows that were there before changes the file too.
        with acme.writing() as file:
            file.execute("delete from freshdesk.ticket_tags")
        whole = {"ops": {"freshdesk__ticket_tags": {"config": {"whole": True}}}}
        tags = {dg.AssetKey(["freshdesk", "ticket_tags"])}
        result = execute(acme.job(derive=True), acme.instance, tags={}, assets=tags, run_config=whole)
        assert "published__copy" in steps(result)
        counted = "select count(*) from freshdesk.ticket_tags"
        assert published(acme.path, counted) == acme.query(counted) != [(0,)]

        # Only a backfill shows that a note was edited.
        acme.world.edit_note(note, text="It was the cable")
        last = f"{acme.world.clock.now():%Y-%m-01}"
        acme.run(last, last, select=["tickets", "conversations"], derive=True)
        asked = f"select body_text from freshdesk.conversations where id = {note}"
        assert published(acme.path, asked) == [("It was the cable",)]


@pytest.mark.long
def test_a_step_that_fails_unselected_fails_the_run_and_is_made_by_the_next(
    account: Callable[..., Any],
) -> None:
    """The copy still comes, and once more when what failed can be made. A blocking check stops both."""
    with account(tickets=40) as acme:
        for _ in range(2):
            acme.sync(derive=True)
            acme.world.clock.advance(A_WHILE)
        (number,) = acme.query("select min(id) from freshdesk.contacts where deleted is not true")[0]
        acme.world.rename_contact(number, "Ada Lovelace")
        with acme.writing() as file:
            file.execute("alter table freshdesk.contact_tags rename to aside")
            file.execute("create view freshdesk.contact_tags as select * from freshdesk.aside")
        for chosen in (["contacts"], ["contacts", "contact_tags"]):
            made = selected(acme, *chosen, expect=False)
            assert {"freshdesk__contact_tags", "published__copy"} <= made
        asked = f"select name from freshdesk.contacts where id = {number}"
        assert published(acme.path, asked) == [("Ada Lovelace",)]
        with acme.writing() as file:
            file.execute("drop view freshdesk.contact_tags")
            file.execute("alter table freshdesk.aside rename to contact_tags")
        assert {"freshdesk__contact_tags", "published__copy"} <= selected(acme, "contacts")

        with acme.writing() as file:
            double = "insert into freshdesk.contacts select * replace (now() as _synced_at)"
            file.execute(f"{double} from freshdesk.contacts limit 1")
        made = selected(acme, "contacts", check=True, expect=False)
        assert not made & {"freshdesk__contact_tags", "published__copy"}
        # Nor does a run publish them that has nothing to do with them.
        assert not selected(acme, "groups") & {"freshdesk__contact_tags", "published__copy"}


@pytest.mark.long
def test_commands_for_a_part_publish_it(account: Callable[..., Any]) -> None:
    """Of the terminal, ours and Dagster's; a range of partitions may take in what has none."""
    with account(tickets=20) as acme:
        month = f"{acme.world.clock.now():%Y-%m-01}"
        process = module(
            acme,
            "dagster",
            *("asset", "materialize", "-m", "freshdesk_assets.definitions", "--select", "group:people"),
            *("--partition-range", f"{acme.partitioning.since:%Y-%m-01}...{month}"),
            DAGSTER_HOME=str(acme.path.parent / "home"),
        )
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output
        assert acme.differences(only=["agents", "contacts"]) == []
        asked = "select count(*) from freshdesk.contacts_history"
        assert published(acme.path, asked) == acme.query(asked) != [(0,)]
        assert published(acme.path, "select count(*) from relations.people") != [(0,)]

        (number,) = acme.query("select min(id) from freshdesk.contacts where deleted is not true")[0]
        acme.world.rename_contact(number, "Ada Lovelace")
        acme.world.clock.advance(A_WHILE)
        process = command(acme, "sync", "--select", "key:freshdesk/contacts", "--from", month, "--to", month)
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output
        asked = f"select name from freshdesk.contacts where id = {number}"
        assert published(acme.path, asked) == [("Ada Lovelace",)]


@pytest.mark.long
def test_a_run_of_a_users_own_asset_publishes_its_rows(account: Callable[..., Any]) -> None:
    """Such a run has no step of ours."""
    with account(tickets=30) as acme:
        acme.sync()

        @dg.asset(key_prefix="support", io_manager_key="io_manager")
        def seats() -> pandas.DataFrame:
            return pandas.DataFrame({"seat": [1, 2]})

        @dg.asset
        def elsewhere() -> None:
            """Something that has nothing to do with the replica."""

        own = build_defs(acme.settings, acme.catalog, assets=[seats, elsewhere])
        job = own.resolve_implicit_global_asset_job_def()
        assert steps(execute(job, acme.instance, tags={}, assets=[elsewhere.key])) == {"elsewhere"}
        result = execute(job, acme.instance, tags={}, assets=[seats.key])
        assert result.success
        assert steps(result) == {"support__seats", "published__copy"}
        assert published(acme.path, "select count(*) from support.seats") == [(2,)]


@contextmanager
def watched(folder: Path, environment: pytest.MonkeyPatch) -> Iterator[tuple[Account, Daemon]]:
    """An account, and the daemon that launches its backfills."""
    environment.chdir(folder)
    now = datetime.now(UTC).replace(microsecond=0)
    world = World(seed=1, tickets=30, now=now, days=20)
    with serve(world) as server:
        for name, value in {
            "DAGSTER_HOME": str(folder / "home"),
            "FRESHDESK_DOMAIN": server.url,
            "FRESHDESK_API_KEY": server.key,
            "FRESHDESK_DUCKDB": str(folder / "replica.duckdb"),
            "FRESHDESK_START_DATE": f"{now - timedelta(days=60):%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": "weekly",
        }.items():
            environment.setenv(name, value)
        with daemon(folder / "home") as running:
            yield Account(world, server, folder / "replica.duckdb", running.instance, Settings()), running


@pytest.mark.long
def test_a_backfill_of_a_group_is_one_run_that_publishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster takes children, which have no partitions, for another run, unless the first makes them.

    Its daemon looks while the run is under way, when the tables are there and the children are not.
    """
    with watched(tmp_path, monkeypatch) as (acme, running):

        def look(chosen: _Run, part: list[str], done: set[str]) -> Iterator[Any]:
            yield from execute_part(chosen, part, done)
            running.look_after_backfills()

        execute_part = _Run._execute
        monkeypatch.setattr(_Run, "_execute", look)
        graph = running.workspace.create_request_context().asset_graph
        people = [key for key in graph.get_all_asset_keys() if graph.get(key).group_name == "people"]
        assert len(people) > len(PEOPLE)
        partitions = partitions_of(acme.partitioning).get_partition_keys()
        (run,) = running.backfill(people, partitions)
        assert {key.path[-1] for key in run.asset_selection or ()} == PEOPLE
        stored = "select count(*) from freshdesk.contacts"
        assert published(acme.path, stored) == acme.query(stored) != [(0,)]
        # Nothing is new: what was asked for by name is made, so that no second run is needed, and no copy.
        (run,) = running.backfill(people, partitions[-1:])
        event = acme.instance.get_latest_materialization_event(PUBLISHED)
        assert event is not None
        assert event.run_id != run.run_id
        # One table alone.
        (number,) = acme.query("select min(id) from freshdesk.contacts where deleted is not true")[0]
        acme.world.rename_contact(number, "Ada Lovelace")
        acme.world.clock.advance(A_WHILE)
        (run,) = running.backfill([dg.AssetKey(["freshdesk", "contacts"])], partitions[-2:])
        asked = f"select name from freshdesk.contacts where id = {number}"
        assert published(acme.path, asked) == [("Ada Lovelace",)]
