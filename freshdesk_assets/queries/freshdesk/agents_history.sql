-- Who was in which group a week ago, as far as syncs saw?

with memberships as (
  select
    agents_history.id as agent_id,
    unnest(agents_history.group_ids) as group_id
  from freshdesk.agents_history
  where agents_history.valid_from <= now() - interval 7 days
    and coalesce(agents_history.valid_to > now() - interval 7 days, true)
)
select
  groups.name as group_name,
  agents.contact_name as agent_name
from memberships
left join freshdesk.groups on groups.id = memberships.group_id
left join freshdesk.agents on agents.id = memberships.agent_id
order by groups.name, agents.contact_name;

-- Which roles has each agent had, from when to when?

with states as (
  select
    agents_history.id,
    agents_history.valid_from,
    agents_history.valid_to,
    unnest(agents_history.role_ids) as role_id
  from freshdesk.agents_history
)
select
  agents.contact_name as agent_name,
  states.valid_from,
  states.valid_to,
  list(roles.name order by roles.name) as role_names
from states
join freshdesk.agents on agents.id = states.id
left join freshdesk.roles on roles.id = states.role_id
group by states.id, agents.contact_name, states.valid_from, states.valid_to
order by agents.contact_name, states.valid_from;
