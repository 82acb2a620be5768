-- How has the size of each group changed, as far as syncs saw?

select
  groups.name as group_name,
  groups_history.valid_from,
  groups_history.valid_to,
  len(groups_history.agent_ids) as agents
from freshdesk.groups_history
join freshdesk.groups on groups.id = groups_history.id
order by groups.name, groups_history.valid_from;

-- Who is, or was, in each group, and between when did syncs see them there?

with memberships as (
  select
    groups_history.id as group_id,
    groups_history.valid_from,
    groups_history.valid_to,
    unnest(groups_history.agent_ids) as agent_id
  from freshdesk.groups_history
)
select
  groups.name as group_name,
  agents.contact_name as agent_name,
  min(memberships.valid_from) as first_at,
  max(coalesce(memberships.valid_to, now())) as last_at,
  bool_or(memberships.valid_to is null) as is_there_now
from memberships
join freshdesk.groups on groups.id = memberships.group_id
left join freshdesk.agents on agents.id = memberships.agent_id
group by groups.id, groups.name, memberships.agent_id, agents.contact_name
order by groups.name, agents.contact_name;
