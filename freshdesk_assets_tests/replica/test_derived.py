"""Child tables, views and checks through Dagster runs: they follow their tables whatever becomes of a run."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import dagster as dg
import duckdb
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.orchestration.names import ONLY_MISSING, REREAD_NIGHTLY, WORK
from freshdesk_assets.orchestration.partitions import partitions_of


def check_of(result: dg.ExecuteInProcessResult, table: str, name: str) -> dg.AssetCheckEvaluation:
    """How a check of a table came out."""
    for found in result.get_asset_check_evaluations():
        if (found.asset_key.path[-1], found.check_name) == (table, name):
            return found
    raise AssertionError(f"{table} was not checked for {name}")


def told(found: dg.AssetCheckEvaluation) -> dict[str, Any]:
    """The metadata of a check, as plain values."""
    return {name: value.value for name, value in found.metadata.items()}


def materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    return {
        event.materialization.asset_key.to_user_string()
        for event in result.get_asset_materialization_events()
    }


@pytest.mark.long
def test_children_left_behind_by_a_crash_catch_up_with_the_next_run(account: Callable[..., Any]) -> None:
    """A run that dies between a table and its children leaves them as they were, never half."""
    with account(tickets=80) as acme:
        acme.sync(derive=True)
        acme.world.clock.advance(timedelta(hours=1))
        ticket = acme.world.shelves["live"].updated_at[-1][1]
        acme.world.set_tags(ticket, ["changed", "twice", "changed"])
        last = partitions_of(acme.partitioning).get_partition_keys()[-1]
        # Dagster's own executor ends where ours would go on.
        acme.job(derive=True).execute_in_process(
            instance=acme.instance,
            asset_selection=[dg.AssetKey(["freshdesk", "tickets"])],
            tags={
                ONLY_MISSING: "true",
                "dagster/asset_partition_range_start": last,
                "dagster/asset_partition_range_end": last,
            },
        )
        tags = f"select tag from replica.freshdesk.ticket_tags where ticket_id = {ticket} order by position"
        assert acme.query(tags) != [("changed",), ("twice",)]
        acme.world.clock.advance(timedelta(hours=1))
        acme.sync(derive=True)
        assert acme.query(tags) == [("changed",), ("twice",)]
        assert acme.child_differences() == []


def test_deriving_asks_nothing_of_freshdesk(account: Callable[..., Any]) -> None:
    """And needs no partition: a child alone can be cut again, wholly if somebody asks for it.

    Otherwise nothing is left to cut: the sync has made what follows its tables.
    """
    with account(tickets=40) as acme:
        acme.sync()
        acme.server.meter.reset()
        job = acme.job(derive=True)
        key = dg.AssetKey(["freshdesk", "ticket_tags"])
        for whole in (False, True):
            config = {"freshdesk__ticket_tags": {"config": {"whole": whole}}}
            result = job.execute_in_process(
                instance=acme.instance, asset_selection=[key], run_config={"ops": config}
            )
            assert (acme.metadata(result, "ticket_tags")["parents_cut"] > 0) is whole
        assert acme.server.meter.requests == 0


@pytest.mark.long
def test_wide_views_follow_the_administrator(account: Callable[..., Any]) -> None:
    """A field that is added appears, one that is renamed says so, one that is removed stays while filled."""
    with account(tickets=60) as acme:
        acme.views = views_over(acme.catalog)
        acme.sync(derive=True)
        acme.world.clock.advance(timedelta(hours=1))
        acme.world.add_custom_field("cf_weight", kind="custom_decimal", label="Weight")
        acme.world.rename_custom_field("cf_order_count", "Orders so far")
        acme.world.remove_custom_field("cf_is_vip")
        ticket = acme.world.shelves["live"].updated_at[-1][1]
        acme.world.set_custom_field(ticket, "cf_weight", 1.25)
        result = acme.sync(derive=True)
        columns = {
            name: (type_, comment)
            for name, type_, comment in acme.query(
                "select column_name, data_type, comment from duckdb_columns()"
                " where schema_name = 'relations' and table_name = 'tickets_wide'"
            )
        }
        assert columns["cf_weight"] == ("DOUBLE", "Weight.")
        assert columns["cf_order_count"] == ("BIGINT", "Orders so far.")
        assert "Removed in Freshdesk" in columns["cf_is_vip"][1]
        weight = f"select cf_weight from relations.tickets_wide where id = {ticket}"
        assert acme.query(weight) == [(1.25,)]
        assert acme.query(f"select custom_fields__cf_weight from stitch.tickets where id = {ticket}") == [
            (1.25,)
        ]
        views = {key for key in materialized(result) if key.startswith(("relations", "synchub", "stitch"))}
        # Views of metrics read the choices: without an event of theirs Dagster would skip them.
        expected = {"relations/tickets_wide", "stitch/tickets", "relations/foreign_keys", "relations/choices"}
        assert views == expected, "a view that stays as it is needs no event on every sync"


ODD = (
    "",
    " ",
    "id",
    "100 %",
    'a "b"',
    "it's",
    "two\nlines",
    "CF_region",
    "*",
    "😀",
    "x" * 70 + "a",
    "x" * 70 + "b",
)
"""Names of fields, and of choices."""


@pytest.mark.long
def test_fields_and_choices_of_any_name_are_columns_and_rows_like_others(account: Callable[..., Any]) -> None:
    """A field whose key is the empty text broke every view, and with them the run."""
    with account(tickets=20) as acme:
        acme.views = views_over(acme.catalog)
        ticket = acme.world.shelves["live"].updated_at[-1][1]
        for place, name in enumerate(ODD):
            acme.world.add_custom_field(
                name, label=" ", kind="custom_dropdown", choices=[*ODD, "a", "A", "a"]
            )
            acme.world.set_custom_field(ticket, name, f"value {place}")
        result = acme.sync(derive=True, check=True)
        assert [each for each in result.get_asset_check_evaluations() if not each.passed] == []
        assert acme.differences() == []
        expected = {f"value {place}" for place in range(len(ODD))}
        for view in ("relations.tickets_wide", "stitch.tickets"):
            (row,) = acme.query(f"from {view} where id = {ticket}")
            assert expected <= {value for value in row if isinstance(value, str)}, view
        for view, column in (
            ("relations.ticket_custom_fields", "name"),
            ("synchub.TicketCustomField", "FieldName"),
        ):
            owner = "ticket_id" if view.startswith("relations") else "TicketID"
            assert {(name,) for name in ODD} <= set(
                acme.query(f"select {column} from {view} where {owner} = {ticket}")
            )
        choices = "select value from freshdesk.ticket_field_choices join freshdesk.ticket_fields f"
        of_empty = acme.query(f"{choices} on f.id = ticket_field_id where f.name = '' order by all")
        assert of_empty == sorted((name,) for name in {*ODD, "a", "A"})


@pytest.mark.long
def test_what_a_check_finds_it_tells_without_stopping_the_run(account: Callable[..., Any]) -> None:
    with account(tickets=60) as acme:
        acme.server.faults.add("unknown_key", path="tickets", times=None, key="new_idea", value="secret text")
        acme.world.clock.advance(timedelta(hours=1))
        result = acme.sync(derive=True, check=True)
        found = check_of(result, "tickets", "unknown_keys")
        assert not found.passed
        assert found.severity is dg.AssetCheckSeverity.WARN
        assert told(found)["new_idea"] > 0
        assert "secret text" not in str(result.get_asset_check_evaluations())
        listed = check_of(result, "roles", "row_count")
        assert listed.passed
        assert told(listed)["in_freshdesk"] == told(listed)["stored"] > 0


@pytest.mark.long
def test_a_key_that_is_not_unique_blocks_what_is_made_of_the_table(account: Callable[..., Any]) -> None:
    """Children and joins would multiply the damage; everything else continues."""
    with account(tickets=40) as acme:
        acme.sync(derive=True)
        with duckdb.connect(str(acme.path)) as connection:
            connection.execute("insert into freshdesk.tickets from freshdesk.tickets limit 1")
        contact = acme.query("select min(id) from freshdesk.contacts where deleted is not true")[0][0]
        acme.world.rename_contact(contact, "Grace Hopper")
        acme.world.clock.advance(timedelta(hours=1))
        result = acme.sync(derive=True, check=True, expect=False)
        found = check_of(result, "tickets", "key")
        assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.ERROR)
        assert told(found)["duplicate"] == 1
        made = materialized(result)
        assert "freshdesk/tickets" in made
        assert "freshdesk/contact_tags" in made
        assert "freshdesk/ticket_tags" not in made


@pytest.mark.long
def test_analysts_have_a_copy_that_follows_each_run(account: Callable[..., Any]) -> None:
    """It is beside the file by default. A run that brings nothing leaves it alone.

    Runs at night make it compact, which costs too much for each run of the day.

    Unchanged views are not reported, and the copy must not depend on them: once it was skipped with them, in
    every run but the first.
    """
    with account(tickets=40) as acme:
        acme.views = views_over(acme.catalog)
        copy = acme.path.with_name("replica_published.duckdb")
        result = acme.sync(derive=True)
        assert acme.metadata(result, "copy")["copied_anew"] is True
        count = "select count(*) from freshdesk.tickets"
        with duckdb.connect(str(copy), read_only=True) as analyst:
            assert analyst.execute(count).fetchall() == acme.query(count)
        acme.world.clock.advance(timedelta(minutes=20))
        assert "published/copy" not in materialized(acme.sync(derive=True))
        acme.world.create_ticket()
        by_day = acme.metadata(acme.sync(derive=True), "copy")
        assert (by_day["copied_anew"], by_day["compact"]) == (True, False)
        with duckdb.connect(str(copy), read_only=True) as analyst:
            assert analyst.execute(count).fetchall() == acme.query(count)
        today = partitions_of(acme.partitioning).get_partition_keys()[-1]
        night = acme.run(today, today, {ONLY_MISSING: "true", WORK: REREAD_NIGHTLY}, derive=True)
        assert acme.metadata(night, "copy")["compact"] is True
        copy.unlink()
        acme.decide(published="off")
        assert "published/copy" not in materialized(acme.sync(derive=True))
        assert not copy.exists()
