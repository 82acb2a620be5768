"""The tables that charts share are quicker than the views of metrics, and have what these have."""

from collections.abc import Iterator

import duckdb
import pytest

from freshdesk_assets.page.charts import charts_of
from freshdesk_assets.page.writing import prepare
from freshdesk_assets_tests.replica.account import Account

GROUP = "coalesce(group_name, 'Group ' || group_id, 'No group')"

SAME = {
    "tickets": (
        """
        select ticket_id, created_at, is_solved, of_group, agent_id, priority, type, channel, company_id,
          calendar_id, first_reply_at, first_reply_seconds, first_reply_business_seconds, last_resolved_at,
          full_resolution_seconds, full_resolution_business_seconds
        from page_tickets
        """,
        f"""
        select ticket_id, created_at, is_solved, {GROUP}, agent_id, priority_label, type, source_label,
          company_id, calendar_id, first_reply_at, first_reply_seconds, first_reply_business_seconds,
          last_resolved_at, full_resolution_seconds, full_resolution_business_seconds
        from metrics.ticket_metrics cross join metrics.clock
        where is_current and (
          not is_solved or created_at >= as_of - interval 58 days
          or first_reply_at >= as_of - interval 26 weeks or last_resolved_at >= as_of - interval 26 weeks
        )
        """,
    ),
    "events of groups": (
        """
        select day, of_group, kind, sum(counted) from page_events
        where kind <> 'agent_reply' group by all having sum(counted) > 0
        """,
        f"""
        select day, {GROUP}, kind, sum(events)
        from (
          unpivot (select day, group_id, group_name, created, resolved, reopened from metrics.volume_daily)
          on created, resolved, reopened into name kind value events
        )
        where day > (select today - 90 from metrics.clock) group by all having sum(events) > 0
        """,
    ),
    "events of agents": (
        """
        select day, agent_id, kind, sum(events) from page_events cross join page_clock
        where kind in ('agent_reply', 'resolved') and day >= today - 7 and agent_id is not null group by all
        """,
        """
        select day, agent_id, kind, sum(events)
        from (
          unpivot (select day, agent_id, replies as agent_reply, resolved from metrics.agent_daily)
          on agent_reply, resolved into name kind value events
        )
        where day >= (select today - 7 from metrics.clock) group by all having sum(events) > 0
        """,
    ),
    "backlog": (
        "select of_group, day, status, age, tickets, estimated from page_backlog",
        f"""
        select {GROUP}, day, coalesce(status_label, 'Status not known'), age_bucket, sum(tickets),
          bool_or(estimated)
        from metrics.backlog_daily where day >= (select today - 89 from metrics.clock) group by 1, 2, 3, 4
        """,
    ),
    "ratings": (
        "select day, label, has_comment, count(*) from page_ratings group by all",
        """
        select day, label, has_comment, count(*) from metrics.csat
        where label is not null and day > (select today - 26 * 7 from metrics.clock) group by all
        """,
    ),
    "targets": (
        "select ticket_id, target, group_id, priority, due_at, remaining_seconds, state from page_targets",
        """
        select ticket_id, target, group_id, priority, due_at, remaining_seconds, state from metrics.sla_events
        where state in ('running', 'running_late')
          or due_at >= (select as_of - interval 12 weeks from metrics.clock)
        """,
    ),
}


@pytest.fixture(scope="module")
def prepared(acme: Account) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published copy of a real replica, and the tables beside it."""
    copy = acme.path.with_stem(f"{acme.path.stem}_published")
    with duckdb.connect(str(copy), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        prepare(connection)
        yield connection


@pytest.mark.parametrize("what", SAME)
def test_a_shared_table_has_what_its_view_has(prepared: duckdb.DuckDBPyConnection, what: str) -> None:
    shared, view = SAME[what]
    assert prepared.execute(shared).fetchall()
    for one, other in ((shared, view), (view, shared)):
        assert prepared.execute(f"from ({one}) except all from ({other})").fetchall() == []


def test_what_agents_did_is_what_their_days_say(prepared: duckdb.DuckDBPyConnection) -> None:
    (chart,) = (chart for chart in charts_of() if chart.name == "70_agents")
    shown = {
        agent: (replies, resolved, pytest.approx(hours))
        for of_group, agent, _, replies, resolved, hours in prepared.execute(chart.sql).fetchall()
        if of_group is None and replies + resolved + hours > 0
    }
    days = prepared.execute(
        """
        select agent_id, sum(replies), sum(resolved), sum(seconds_logged) / 3600
        from metrics.agent_daily cross join metrics.clock
        where day >= today - 7 and day < today
        group by agent_id having sum(replies) + sum(resolved) + sum(seconds_logged) > 0
        """
    ).fetchall()
    assert any(hours for *_, hours in days)
    assert shown == {agent: tuple(figures) for agent, *figures in days}
