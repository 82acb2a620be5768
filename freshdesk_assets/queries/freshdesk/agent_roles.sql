-- Who may administer the account, and when did they last sign in?

select
  roles.name as role_name,
  agents.contact_name as agent_name,
  agents.contact_email,
  agents.contact_last_login_at
from freshdesk.agent_roles
join freshdesk.agents on agents.id = agent_roles.agent_id
join freshdesk.roles on roles.id = agent_roles.role_id
where roles.name in ('Account Administrator', 'Administrator')
  and agent_roles._deleted_at is null
order by roles.name, agents.contact_name;

-- How many unresolved tickets are with agents of each role?

select
  roles.name as role_name,
  count(distinct agent_roles.agent_id) as agents,
  count(tickets.id) as unresolved_tickets
from freshdesk.agent_roles
join freshdesk.roles on roles.id = agent_roles.role_id
left join freshdesk.tickets
  on tickets.responder_id = agent_roles.agent_id
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where agent_roles._deleted_at is null
group by roles.name
order by unresolved_tickets desc;
