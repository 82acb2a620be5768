-- Agents
--
-- Open tickets now; replies, resolutions and hours logged in the seven days before today, of the thirty who replied
-- most. An agent's figures are of all groups: a chosen group shows its members.
--
-- shown as: table
--
-- agent [agent]: Agent
-- open [bar]: Open
-- replies [bar]: Replies
-- resolved [bar]: Resolved
-- hours [bar]: Hours logged

with open as (
  select
    page_tickets.agent_id,
    count(*) as open
  from page_tickets
  where not page_tickets.is_solved and page_tickets.agent_id is not null
  group by all
),
did as (
  select
    page_events.agent_id,
    sum(page_events.events) filter (where page_events.kind = 'agent_reply') as replies,
    sum(page_events.events) filter (where page_events.kind = 'resolved') as resolved
  from page_events
  where page_events.day >= getvariable('page_today') - 7
    and page_events.day < getvariable('page_today')
    and page_events.agent_id is not null
  group by all
),
booked as (
  select
    time_entries.agent_id,
    sum(time_entries.time_spent_in_seconds) as seconds
  from freshdesk.time_entries
  where time_entries._deleted_at is null
    and time_entries.agent_id is not null
    -- A variable, unlike a query, is looked up before rows are read; a day more, whatever the zone.
    and time_entries.executed_at >= getvariable('page_as_of') - interval 9 days
    and cast(time_entries.executed_at at time zone getvariable('page_zone') as date)
      >= getvariable('page_today') - 7
    and cast(time_entries.executed_at at time zone getvariable('page_zone') as date) < getvariable('page_today')
  group by all
),
week as (
  select
    coalesce(did.agent_id, booked.agent_id) as agent_id,
    did.replies,
    did.resolved,
    booked.seconds / 3600 as hours
  from did
  full join booked on booked.agent_id = did.agent_id
),
agents as (
  select
    coalesce(open.agent_id, week.agent_id) as agent,
    coalesce(open.open, 0) as open,
    cast(coalesce(week.replies, 0) as bigint) as replies,
    cast(coalesce(week.resolved, 0) as bigint) as resolved,
    coalesce(week.hours, 0) as hours
  from open
  full join week on week.agent_id = open.agent_id
),
listed as (
  select
    null as of_group,
    agents.agent,
    agents.open,
    agents.replies,
    agents.resolved,
    agents.hours
  from agents
  where agents.open + agents.replies + agents.resolved + agents.hours > 0
  union all
  select
    group_agents.group_name as of_group,
    agents.agent,
    agents.open,
    agents.replies,
    agents.resolved,
    agents.hours
  from agents
  join relations.group_agents on group_agents.agent_id = agents.agent
  where not group_agents.deleted_in_freshdesk
    and group_agents.group_name is not null
    and agents.open + agents.replies + agents.resolved + agents.hours > 0
)
select
  listed.of_group,
  listed.agent,
  listed.open,
  listed.replies,
  listed.resolved,
  listed.hours
from listed
qualify row_number() over (partition by listed.of_group order by listed.replies desc, listed.open desc, listed.agent) <= 30
order by 1, listed.replies desc, listed.open desc, listed.agent
