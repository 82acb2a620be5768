-- Which agents are in more than one group?

select
  agent_groups.agent_name,
  list(agent_groups.group_name order by agent_groups.group_name) as group_names
from relations.agent_groups
where not agent_groups.deleted_in_freshdesk
group by agent_groups.agent_id, agent_groups.agent_name
having count(*) > 1
order by agent_groups.agent_name;

-- Which unresolved tickets are with an agent who is not in the ticket's group?

select
  tickets.id,
  tickets.subject,
  tickets.group_name,
  tickets.agent_name
from relations.tickets
where tickets.agent_id is not null
  and tickets.group_id is not null
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and not tickets.deleted_in_freshdesk
  and not exists (
    select agent_groups.agent_id
    from relations.agent_groups
    where agent_groups.agent_id = tickets.agent_id
      and agent_groups.group_id = tickets.group_id
      and not agent_groups.deleted_in_freshdesk
  )
order by tickets.group_name, tickets.agent_name, tickets.id;
