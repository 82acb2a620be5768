"""One thing that is down stops only itself: what is made of stored rows is made, and the run still fails."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import duckdb
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.executor import execute
from freshdesk_assets.orchestration.names import ONLY_MISSING, asset_key
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets_tests.replica.account import Account


def begun(result: dg.ExecuteInProcessResult) -> set[str]:
    """The steps that were begun."""
    return {str(event.step_key) for event in result.all_events if event.is_step_start}


def failed(result: dg.ExecuteInProcessResult) -> set[str]:
    """The steps that failed."""
    return {str(event.step_key) for event in result.all_events if event.is_step_failure}


def published(acme: Account, sql: str) -> list[Any]:
    """What an analyst reads in the copy."""
    with duckdb.connect(str(acme.path.with_name("replica_published.duckdb")), read_only=True) as copy:
        return copy.execute(sql).fetchall()


def test_conversations_of_stored_tickets_are_read_though_the_list_of_tickets_is_down(
    account: Callable[..., Any],
) -> None:
    """Stored ids are enough to ask for them, also where tables are launched by name, without followers."""
    with account(tickets=30) as acme:
        acme.sync()
        with duckdb.connect(str(acme.path)) as file:
            file.execute("delete from freshdesk_meta.parents_read where table_name = 'conversations'")
        acme.server.switches.rejected_params.add(("tickets", "updated_since"))
        keys = partitions_of(acme.partitioning).get_partition_keys()
        result = acme.run(
            keys[0], keys[-1], {ONLY_MISSING: "true"}, select=["conversations", "tickets"], expect=False
        )
        assert failed(result) == {"freshdesk__tickets"}
        (tickets,) = acme.query("select count(*) from freshdesk.tickets where _deleted_at is null")[0]
        assert acme.metadata(result, "conversations")["api_calls"] == tickets


@pytest.mark.slow
def test_a_table_that_was_never_read_leaves_the_others_their_views_and_copy(
    account: Callable[..., Any],
) -> None:
    """A newcomer's first sync meets a list that is down. Where every list is, there is nothing to make.

    Nor does a child table that cannot be made stop views and the copy, or a view the other views. Once it can
    be made, so is what follows it.
    """
    with account(tickets=30) as acme:
        acme.views = views_over(acme.catalog)
        right, acme.server.switches.key = acme.server.switches.key, "another"
        result = acme.sync(derive=True, check=True, expect=False)
        assert begun(result) <= {f"freshdesk__{table.name}" for table in acme.catalog}
        assert not acme.path.with_name("replica_published.duckdb").exists()
        acme.server.switches.key = right

        acme.server.switches.admin_groups_status = 400
        result = acme.sync(derive=True, check=True, expect=False)
        assert failed(result) == {"freshdesk__groups"}
        (tickets,) = published(acme, "select count(*) from relations.tickets")[0]
        assert tickets == 30
        assert published(acme, "select count(*) from relations.groups") == [(0,)]
        said = "select as_of, oldest_table, never_read from freshdesk_meta.as_of where (schema_name, name) ="
        assert published(acme, f"{said} ('freshdesk', 'groups')") == [(None, None, "groups")]
        assert published(acme, "select count(*) > 0 from freshdesk.agents") == [(True,)]
        ((moment, _, never),) = published(acme, f"{said} ('relations', 'tickets')")
        assert "groups" in never.split(", ")
        made = {each.asset_key: each.materialization for each in result.get_asset_materialization_events()}
        assert made[asset_key("tickets", "relations")].metadata["as_of"].value == moment.timestamp()

        acme.server.switches.admin_groups_status = 200
        with duckdb.connect(str(acme.path)) as file:
            file.execute("alter table freshdesk.ticket_tags rename to kept")
            file.execute("create view freshdesk.ticket_tags as from freshdesk.kept")
            file.execute("drop view relations.email_mailboxes")
            file.execute("create table relations.email_mailboxes as select 1 as mine")
            file.execute("drop view relations.groups")
        acme.world.set_tags(acme.world.shelves["live"].updated_at[-1][1], ["changed"])
        result = acme.sync(derive=True, expect=False)
        assert failed(result) == {"freshdesk__ticket_tags", "relations_views"}
        assert published(acme, "from relations.email_mailboxes") == [(1,)]
        (groups,) = published(acme, "select count(*) from relations.groups")[0]
        assert groups > 0

        with duckdb.connect(str(acme.path)) as file:
            file.execute("drop table relations.email_mailboxes")
            file.execute("drop view freshdesk.ticket_tags")
            file.execute("alter table freshdesk.kept rename to ticket_tags")
        assert {"freshdesk__ticket_tags", "synchub_views", "published__copy"} <= begun(acme.sync(derive=True))
        assert published(acme, "select count(*) from freshdesk.ticket_tags where tag = 'changed'") == [(1,)]


def test_a_blocking_check_of_ones_own_stops_what_is_made_of_its_table(account: Callable[..., Any]) -> None:
    """Somebody who declares a check as blocking wants nothing made of rows that do not pass it."""

    @dg.asset_check(asset=asset_key("groups"), blocking=True)
    def enough() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.ERROR)

    with account(tickets=30) as acme:
        chosen = dg.AssetSelection.assets(
            *(asset_key(name) for name in ("groups", "group_agents", "roles", "surveys", "survey_questions"))
        )
        own = dg.Definitions(asset_checks=[enough], jobs=[dg.define_asset_job("own", chosen)])
        job = dg.Definitions.merge(build_defs(acme.settings, acme.catalog), own).resolve_job_def("own")
        last = partitions_of(acme.partitioning).get_partition_keys()[-1]
        result = execute(job, acme.instance, tags={ONLY_MISSING: "true", "dagster/partition": last})
        assert not result.success
        assert "freshdesk__survey_questions" in begun(result)
        assert "freshdesk__group_agents" not in begun(result)
