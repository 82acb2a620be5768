"""Makes a replica of any number of tickets by SQL, in the declared shapes, without texts.

A ticket has four states (fewer if it is of the last days, or stays open) and five conversations. One in five
has a rating, another a time entry. All is drawn from a hash of the ticket's number: the same number makes the
same rows. Four years end at the moment `AS_OF`, which is when the tickets were read.
"""

from datetime import UTC, datetime, timedelta

from benchmarks.sizes import SMALL, Size
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.histories import record_states
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import ensure_shape

CATALOG = declared_tables()
AS_OF = datetime(2026, 11, 1, 12, tzinfo=UTC)
YEARS = 4

_DRAWN = "create or replace temp macro drawn(n, salt, below) as cast(hash(n, salt) % below as bigint)"

_CALENDARS = """
insert into freshdesk.business_hours by name
select
  n as id,
  'Calendar ' || n as name,
  n = 1 as is_default,
  ['Eastern Time (US & Canada)', 'Berlin', 'London', 'Tokyo', 'Sydney'][n] as time_zone,
  cast('{' || (
    select string_agg(
      '"' || day || '": {"start_time": "8:00 am", "end_time": "' || (4 + n % 3) || ':30 pm"}', ', ')
    from unnest(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']) as days(day)
  ) || '}' as json) as business_hours,
  cast('{"New year": "Jan 1", "Christmas": "Dec 25"}' as json) as holidays,
  case when n = 2
    then cast('[{"business_hours_type": "24x7", "is_default": false, "sources": [7]}]' as json)
  end as source_business_hours,
  $since as created_at,
  $since as updated_at,
  $since as _synced_at
from range(1, 6) as numbers(n)
"""

_GROUPS = """
insert into freshdesk.groups by name
select
  n as id,
  'Group ' || n as name,
  [n * 5 + 1, n * 5 + 2] as agent_ids,
  case when n % 6 > 0 then n % 6 end as business_calendar_id,
  $since as created_at, $since as updated_at, $since as _synced_at
from range(1, $groups + 1) as numbers(n)
"""

_AGENTS = """
insert into freshdesk.agents by name
select
  1000 + n as id,
  'Agent ' || n as contact_name,
  false as occasional,
  true as available,
  [1 + n % $groups] as group_ids,
  $since as created_at, $since as updated_at, $since as _synced_at
from range(0, $agents) as numbers(n)
"""

_COMPANIES = """
insert into freshdesk.companies by name
select
  5000 + n as id, 'Company ' || n as name,
  $since as created_at, $since as updated_at, $since as _synced_at
from range(0, $companies) as numbers(n)
"""

_POLICIES = """
insert into freshdesk.sla_policies by name
select
  n as id,
  'Policy ' || n as name,
  true as active,
  n = 4 as is_default,
  n as position,
  cast('{' || (
    select string_agg(
      '"priority_' || p || '": {"respond_within": ' || (14400 // p)
      || ', "next_respond_within": ' || (14400 // p) || ', "resolve_within": ' || (259200 // p)
      || ', "business_hours": true, "escalation_enabled": true}', ', ')
    from range(1, 5) as priorities(p)
  ) || '}' as json) as sla_target,
  case when n < 4 then cast('{"group_ids": [' || n || ', ' || (n + 3) || ']}' as json) end as applicable_to,
  $since as created_at, $since as updated_at, $since as _synced_at
from range(1, 5) as numbers(n)
"""

_DRAW = """
create or replace temp table drawn_tickets as
with begun as (
  select
    n,
    $since + to_seconds(cast(floor(epoch($until - $since) * n / ($tickets + 1)) as bigint)) as created_at
  from range(1, $tickets + 1) as numbers(n)
),
moved as (
  select
    begun.*,
    created_at + to_seconds(1 + drawn(n, 1, 28800)) as assigned_at,
    created_at + to_seconds(28801 + drawn(n, 2, 172800)) as waited_at,
    created_at + to_seconds(201602 + drawn(n, 3, 1209600)) as solved_at,
    drawn(n, 4, 100) < 2 as stays_open
  from begun
)
select
  moved.*,
  1 + drawn(n, 5, $groups) as group_id,
  1000 + drawn(n, 6, $agents) as agent_id,
  1 + drawn(n, 7, 4) as priority,
  [3, 6, 7][1 + drawn(n, 8, 3)] as waiting_status,
  [4, 5, 5][1 + drawn(n, 9, 3)] as solved_status,
  ['Question', 'Incident', 'Problem'][1 + drawn(n, 10, 3)] as type,
  [1, 2, 3, 7, 10][1 + drawn(n, 11, 5)] as source,
  10000 + drawn(n, 12, 20000) as requester_id,
  5000 + drawn(n, 13, $companies) as company_id
from moved
"""

_STATES = """
insert into freshdesk.tickets_history by name
with told as (
  select n, created_at as moment, 2 as status, created_at as status_at, null as agent_id, 0 as place
  from drawn_tickets
  union all
  select n, assigned_at, 2, created_at, agent_id, 1
  from drawn_tickets
  union all
  select n, waited_at, waiting_status, waited_at, agent_id, 2
  from drawn_tickets
  union all
  select n, solved_at, solved_status, solved_at, agent_id, 3
  from drawn_tickets where not stays_open
),
seen as (select * from told where moment < $until)
select
  seen.n as id,
  seen.moment as valid_from,
  lead(seen.moment) over (partition by seen.n order by seen.moment) as valid_to,
  seen.status,
  seen.status_at as status_updated_at,
  drawn_tickets.priority,
  drawn_tickets.type,
  drawn_tickets.group_id,
  seen.agent_id as responder_id,
  ['tag' || seen.n % 20] as tags,
  false as fr_escalated, false as nr_escalated, false as is_escalated, false as spam, false as deleted,
  cast('{"cf_reference": "' || seen.n || '"}' as json) as custom_fields,
  drawn_tickets.created_at + interval 3 day as due_by,
  drawn_tickets.created_at + interval 4 hour as fr_due_by,
  case when seen.place = 2 then seen.moment + interval 4 hour end as nr_due_by,
  case when seen.place > 0 then drawn_tickets.assigned_at end as first_responded_at,
  case when seen.place = 3 then seen.moment end as resolved_at,
  seen.moment + interval 1 minute as _synced_at
from seen
join drawn_tickets using (n)
"""

_TICKETS = """
insert into freshdesk.tickets by name
select
  last.id,
  'Ticket ' || last.id as subject,
  last.type, last.status, last.priority, last.group_id, last.responder_id, last.tags, last.spam, last.deleted,
  last.fr_escalated, last.nr_escalated, last.is_escalated, last.custom_fields,
  last.due_by, last.fr_due_by, last.nr_due_by, last.first_responded_at, last.resolved_at, last.reopened_at,
  case when last.status = 5 then last.status_updated_at end as closed_at,
  last.status_updated_at,
  drawn_tickets.source, drawn_tickets.requester_id, drawn_tickets.company_id, drawn_tickets.created_at,
  last.valid_from as updated_at,
  last._synced_at
from freshdesk.tickets_history as last
join drawn_tickets on drawn_tickets.n = last.id
where last.valid_to is null
"""

_CONVERSATIONS = """
insert into freshdesk.conversations by name
select
  n * 100 + k as id,
  n as ticket_id,
  case when k % 2 = 1 then agent_id else requester_id end as user_id,
  k % 2 = 0 as incoming,
  k = 3 as private,
  case when k = 3 then 2 else 0 end as source,
  created_at + to_seconds(k * 3600 + drawn(n, 20 + k, 43200) * k) as created_at,
  created_at as updated_at,
  created_at + interval 10 day as _synced_at
from drawn_tickets, range(1, 6) as messages(k)
where created_at + to_seconds(k * 3600 + drawn(n, 20 + k, 43200) * k) < $until
"""

_RATINGS = """
insert into freshdesk.satisfaction_ratings by name
select
  n as id, n as ticket_id, agent_id, group_id, requester_id as user_id,
  cast('{"default_question": ' || [103, 100, -103][1 + drawn(n, 14, 3)] || '}' as json) as ratings,
  solved_at as created_at, solved_at as updated_at, solved_at as _synced_at
from drawn_tickets
where n % 5 = 0 and not stays_open and solved_at < $until
"""

_TIME_ENTRIES = """
insert into freshdesk.time_entries by name
select
  n as id, n as ticket_id, agent_id, company_id, true as billable, false as timer_running,
  600 + drawn(n, 15, 7200) as time_spent_in_seconds,
  waited_at as executed_at, waited_at as created_at, waited_at as updated_at, waited_at as _synced_at
from drawn_tickets
where n % 5 = 1 and waited_at < $until
"""

_READ = "insert into {} (table_name, finished_at) values ('tickets', $until)"

_CHANGES = (
    """
    create or replace temp table changed as
    select id, group_id, responder_id from freshdesk.tickets where id % $every = 0
    """,
    """
    update freshdesk.tickets_history set valid_to = $later
    where valid_to is null and id in (select id from changed)
    """,
    """
    insert into freshdesk.tickets_history by name
    select * replace ($later as valid_from, null as valid_to, 2 as status, $later as status_updated_at,
      $later as reopened_at, $later as _synced_at)
    from freshdesk.tickets_history where valid_to = $later
    """,
    """
    update freshdesk.tickets set status = 2, status_updated_at = $later, reopened_at = $later,
      resolved_at = null, closed_at = null, updated_at = $later, _synced_at = $later
    where id in (select id from changed)
    """,
    """
    insert into freshdesk.conversations by name
    select id * 100 + 50 as id, id as ticket_id, responder_id as user_id, false as incoming, false as private,
      0 as source, $later as created_at, $later as updated_at, $later as _synced_at
    from changed
    """,
)


def fill_calendars(connection: Connection, since: datetime, size: Size = SMALL) -> None:
    """Store the calendars, groups and agents of an account, their histories and what is cut from them."""
    for declared in CATALOG.everything:
        ensure_shape(connection, declared, comments=False)
    connection.execute(_DRAWN)
    for statement in (_CALENDARS, _GROUPS, _AGENTS, _COMPANIES, _POLICIES):
        connection.execute(size.of(statement), {"since": since})
    for name in ("business_hours", "groups", "agents"):
        record_states(connection, CATALOG[name])
    _cut(connection, "business_hours", "sla_policies")


def fill(connection: Connection, tickets: int, size: Size = SMALL) -> None:
    """Store an account of so many tickets; its tables have their declared shapes."""
    since = AS_OF - timedelta(days=365 * YEARS)
    fill_calendars(connection, since, size)
    given = {"since": since, "until": AS_OF, "tickets": tickets}
    for statement in (_DRAW, _STATES, _TICKETS, _CONVERSATIONS, _RATINGS, _TIME_ENTRIES):
        asked = {name: value for name, value in given.items() if f"${name}" in statement}
        connection.execute(size.of(statement), asked)
    connection.execute("drop table drawn_tickets")
    _cut(connection, "satisfaction_ratings")
    _cut(connection, "tickets", only="ticket_tags")
    connection.execute(_READ.format(ledger(connection, "read_state")), {"until": AS_OF})


def pass_a_day(connection: Connection, every: int) -> int:
    """Let every so-many-th ticket be reopened by a reply, as a day later; returns how many were."""
    later = AS_OF + timedelta(days=1)
    for statement in _CHANGES:
        asked = {"every": every} if "$every" in statement else {"later": later}
        connection.execute(statement, asked)
    connection.execute(
        f"update {ledger(connection, 'read_state')} set finished_at = $later", {"later": later}
    )
    found = connection.execute("select count(*) from changed").fetchone()
    return int(found[0]) if found else 0


def _cut(connection: Connection, *parents: str, only: str = "") -> None:
    for child in CATALOG.children:
        if child.parent in parents and only in ("", child.name):
            derive(connection, child, CATALOG[child.parent])
