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
    ticket_metrics.agent_id,
    count(*) as open
  from metrics.ticket_metrics
  where ticket_metrics.is_current and not ticket_metrics.is_solved and ticket_metrics.agent_id is not null
  group by all
),
week as (
  select
    agent_daily.agent_id,
    sum(agent_daily.replies) as replies,
    sum(agent_daily.resolved) as resolved,
    sum(agent_daily.seconds_logged) / 3600 as hours
  from metrics.agent_daily
  -- A variable, unlike a query, is looked up before the view's rows are made.
  where agent_daily.day >= getvariable('page_today') - 7 and agent_daily.day < getvariable('page_today')
  group by all
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
