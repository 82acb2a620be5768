-- Which members of a group see only some of its tickets?

select
  groups.name as group_name,
  agents.contact_name as agent_name,
  case group_agent_roles.ticket_scope when 2 then 'their groups' when 3 then 'their own' end as sees
from freshdesk.group_agent_roles
join freshdesk.groups on groups.id = group_agent_roles.group_id
left join freshdesk.agents on agents.id = group_agent_roles.id
where group_agent_roles._deleted_at is null
  and group_agent_roles.ticket_scope > 1
order by groups.name, agents.contact_name;

-- Which roles are there in each group?

with held as (
  select
    group_agent_roles.group_id,
    group_agent_roles.id as agent_id,
    unnest(group_agent_roles.role_ids) as role_id
  from freshdesk.group_agent_roles
  where group_agent_roles._deleted_at is null
)
select
  groups.name as group_name,
  roles.name as role_name,
  count(distinct held.agent_id) as agents
from held
left join freshdesk.groups on groups.id = held.group_id
left join freshdesk.roles on roles.id = held.role_id
group by groups.name, roles.name
order by groups.name, agents desc, role_name;
