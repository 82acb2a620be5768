-- How many agents have each role, those that nobody has included?

select
  roles.name as role_name,
  roles.description,
  count(agent_roles.agent_id) as agents
from freshdesk.roles
left join freshdesk.agent_roles
  on agent_roles.role_id = roles.id
  and agent_roles._deleted_at is null
where roles._deleted_at is null
group by roles.id, roles.name, roles.description
order by agents desc, roles.name;

-- Which roles are the account's own, and when were they changed?

select
  roles.name as role_name,
  roles.description,
  roles.created_at,
  roles.updated_at
from freshdesk.roles
where not roles."default"
  and roles._deleted_at is null
order by roles.updated_at desc;
