"""A file that the page can be made of, without an account: tables where the copy has its views.

The tests hold its columns against the declared views.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

NOW = datetime(2026, 3, 18, 9, 30)
"""The moment that everything is as of, in UTC: a Wednesday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is of everything."""

    tickets: int
    groups: int = 3
    agents: int = 5
    companies: int = 4


COLUMNS = {
    "freshdesk_meta.account": "host varchar",
    "freshdesk_meta.read_state": "table_name varchar, finished_at timestamptz, unfinished varchar",
    "freshdesk_meta.credits": "day date, credits bigint",
    "freshdesk_meta.set_aside": "table_name varchar",
    "freshdesk_meta.rejected": "table_name varchar",
    "freshdesk_meta.published": "fingerprint varchar, published_at timestamptz",
    "freshdesk.tickets": (
        "id bigint, subject varchar, created_at timestamptz, status integer, group_id bigint,"
        " responder_id bigint, priority bigint, type varchar, source bigint, company_id bigint, spam boolean,"
        " deleted boolean, _deleted_at timestamptz"
    ),
    "freshdesk.time_entries": (
        "agent_id bigint, executed_at timestamptz, time_spent_in_seconds bigint, _deleted_at timestamptz"
    ),
    "freshdesk.agents": "id bigint, contact_name varchar",
    "freshdesk.companies": "id bigint, name varchar",
    "freshdesk.groups": "id bigint, name varchar",
    "relations.group_agents": (
        "group_id bigint, group_name varchar, agent_id bigint, deleted_in_freshdesk boolean"
    ),
    "relations.choices": "field varchar, code bigint, label varchar",
    "relations.ticket_tags": "ticket_id bigint, normalised_tag varchar",
    "metrics.clock": "as_of timestamptz, zone varchar, today date, since date",
    "metrics.ticket_metrics": (
        "ticket_id bigint, created_at timestamptz, is_solved boolean, is_current boolean, group_id bigint,"
        " group_name varchar, agent_id bigint, priority bigint, priority_label varchar, type varchar,"
        " source bigint, source_label varchar, company_id bigint, calendar_id bigint,"
        " first_reply_at timestamptz, first_reply_seconds bigint, first_reply_business_seconds bigint,"
        " last_resolved_at timestamptz, full_resolution_seconds bigint,"
        " full_resolution_business_seconds bigint"
    ),
    "metrics.ticket_facts": (
        "ticket_id bigint, open_calendar_id bigint, first_reply_at timestamptz, first_reply_seconds bigint,"
        " first_reply_business_seconds bigint, last_resolved_at timestamptz,"
        " full_resolution_business_seconds bigint"
    ),
    "metrics.ticket_events": (
        'ticket_id bigint, "at" timestamptz, kind varchar, group_id bigint, by_agent_id bigint'
    ),
    "metrics.sla_events": (
        "ticket_id bigint, target varchar, group_id bigint, priority bigint, due_at timestamptz,"
        " met_at timestamptz, remaining_seconds bigint, state varchar"
    ),
    "metrics.csat": "group_id bigint, day date, label varchar, has_comment boolean",
    "metrics.ticket_spans": (
        "ticket_id bigint, status integer, group_id bigint, assignment_known boolean, in_use boolean,"
        " started_at timestamptz, ended_at timestamptz"
    ),
    "metrics.statuses": "status integer, label varchar",
    "metrics.volume_daily": (
        "day date, group_id bigint, group_name varchar, created bigint, resolved bigint, reopened bigint"
    ),
    "metrics.calendar_slots": (
        "calendar_id bigint, source bigint, day date, starts_at timestamptz, ends_at timestamptz"
    ),
    "metrics.reconciliation": "compared bigint, differs bigint",
}

FILLED = """
insert into freshdesk_meta.account values ('acme.freshdesk.com');
insert into freshdesk_meta.read_state values ('tickets', $now, null), ('contacts', $now, null);
insert into freshdesk_meta.credits values (cast($now as date), 120), (cast($now as date) - 1, 7);
insert into freshdesk.groups
select 900 + n, 'Group ' || chr(cast(65 + n % 26 as integer)) || n from range($groups) as t (n);
insert into freshdesk.agents select 100 + n, 'Ada Lovelace ' || n from range($agents) as t (n);
insert into freshdesk.companies select 500 + n, 'Wile & Sons ' || n from range($companies) as t (n);
insert into relations.group_agents
select groups.id, groups.name, agents.id, false
from freshdesk.groups join freshdesk.agents on agents.id % $groups = groups.id % $groups;
insert into metrics.calendar_slots
select
  1, 0, cast(day as date), (day + interval 8 hours) at time zone 'UTC',
  (day + interval 17 hours) at time zone 'UTC'
from range(timestamp '2025-01-01', timestamp '2027-01-01', interval 1 day) as t (day)
where isodow(day) < 6;
insert into metrics.ticket_metrics
with made as (
  select
    1 + n as id,
    cast(hash(n) >> 2 as bigint) as h,
    hash(n, 2) % 50 > 0 as is_solved,
    cast(hash(n, 3) >> 2 as bigint) as a,
    $now - to_seconds(cast(600 + (hash(n, 1) >> 2) % (400 * 86400) as bigint)) as created_at
  from range($tickets) as t (n)
)
select
  made.id, created_at, is_solved, h % 97 > 0,
  if(h % 11 = 0, null, 900 + h % $groups), if(h % 11 = 0, null, groups.name),
  if(a % 7 = 0, null, 100 + a % $agents), 1 + a % 4, ['Low', 'Medium', 'High', 'Urgent'][1 + a % 4],
  ['Question', 'Problem', null][1 + h % 3], 1 + h % 3, ['Email', 'Portal', 'Phone'][1 + h % 3],
  if(h % 5 = 0, null, 500 + h % $companies), 1,
  created_at + to_seconds(cast(h % 9000 as bigint)), h % 9000, h % 4000,
  if(is_solved, created_at + to_seconds(cast(h % 90000 as bigint)), null),
  if(is_solved, h % 90000, null), if(is_solved, h % 30000, null)
from made
left join freshdesk.groups on groups.id = 900 + h % $groups;
insert into relations.choices
values ('priority', 1, 'Low'), ('priority', 2, 'Medium'), ('priority', 3, 'High'), ('priority', 4, 'Urgent'),
  ('source', 1, 'Email'), ('source', 2, 'Portal'), ('source', 3, 'Phone');
insert into freshdesk.tickets
select
  ticket_id, 'Where is my order ' || ticket_id, created_at, if(is_solved, 4, 2), group_id, agent_id, priority,
  type, source, company_id, not is_current and ticket_id % 2 = 0, not is_current and ticket_id % 2 = 1, null
from metrics.ticket_metrics;
insert into metrics.ticket_facts
select
  ticket_id, calendar_id, first_reply_at, first_reply_seconds, first_reply_business_seconds,
  last_resolved_at, full_resolution_business_seconds
from metrics.ticket_metrics;
insert into metrics.ticket_events
select ticket_id, created_at, 'created', group_id, agent_id from metrics.ticket_metrics
union all
select ticket_id, first_reply_at, 'agent_reply', group_id, agent_id from metrics.ticket_metrics
union all
select ticket_id, last_resolved_at, 'resolved', group_id, agent_id
from metrics.ticket_metrics where is_solved
union all
select ticket_id, last_resolved_at + interval 1 hour, 'reopened', group_id, agent_id
from metrics.ticket_metrics where is_solved and ticket_id % 9 = 0;
insert into freshdesk.time_entries
select agent_id, created_at, 600 + ticket_id % 3000, null from metrics.ticket_metrics
where agent_id is not null and ticket_id % 3 = 0;
insert into relations.ticket_tags
select ticket_id, ['vip', 'refund', 'late', 'beta'][1 + ticket_id % 4] from metrics.ticket_metrics
where ticket_id % 3 = 0;
insert into metrics.sla_events
select
  ticket_id, target, group_id, priority, created_at + interval 5 hours,
  if(is_solved, created_at + interval 4 hours, null),
  cast(epoch(created_at + interval 5 hours) - epoch($now) as bigint),
  case when is_solved then if(hash(ticket_id, target) % 8 = 0, 'late', 'met')
    when created_at + interval 5 hours < $now then 'running_late' else 'running' end
from metrics.ticket_metrics, (values ('first_response'), ('resolution')) as t (target);
insert into metrics.csat
select
  group_id, cast(last_resolved_at as date), ['happy', 'neutral', 'unhappy'][1 + ticket_id % 3],
  ticket_id % 2 = 0
from metrics.ticket_metrics where is_current and is_solved and ticket_id % 10 = 0;
insert into metrics.volume_daily
select
  cast(ticket_events."at" as date), ticket_events.group_id, groups.name,
  count(*) filter (where kind = 'created'), count(*) filter (where kind = 'resolved'),
  count(*) filter (where kind = 'reopened')
from metrics.ticket_events
join freshdesk.tickets on tickets.id = ticket_id and not spam and not deleted
left join freshdesk.groups on groups.id = ticket_events.group_id
group by all;
insert into metrics.statuses values (2, 'Open'), (3, 'Pending');
insert into metrics.ticket_spans
select
  ticket_id, 2 + priority % 2, group_id, created_at >= $now - interval 30 days, is_current, created_at,
  last_resolved_at
from metrics.ticket_metrics;
insert into metrics.reconciliation values (1000, 0), (1000, 5);
"""


def stand_in(path: Path, size: Size, *, published: str = "a") -> Path:
    """A file of the size, as a copy with that fingerprint; of size 0 it is as before the first sync."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        for schema in sorted({name.partition(".")[0] for name in COLUMNS}):
            connection.execute(f"create schema {schema}")
        for name, columns in COLUMNS.items():
            connection.execute(f"create table {name} ({columns})")
        known = size.tickets > 0
        connection.execute(
            "insert into metrics.clock select $now, 'UTC', cast($now as date), cast($now as date) - 400",
            {"now": NOW if known else None},
        )
        connection.execute("insert into freshdesk_meta.published values (?, ?)", [published, NOW])
        if known:
            fill(connection, size)
    return path


def fill(connection: duckdb.DuckDBPyConnection, size: Size) -> None:
    """Rows of every table, the same at each call."""
    values = {
        "now": f"timestamptz '{NOW}+00'",
        "groups": str(size.groups),
        "agents": str(size.agents),
        "companies": str(size.companies),
        "tickets": str(size.tickets),
    }
    sql = FILLED
    for name, value in values.items():
        sql = sql.replace(f"${name}", value)
    connection.execute(sql)
