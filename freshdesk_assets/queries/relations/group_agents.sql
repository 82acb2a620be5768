-- Who is in each group?

select
  group_agents.group_name,
  list(group_agents.agent_name order by group_agents.agent_name) as agent_names
from relations.group_agents
where not group_agents.deleted_in_freshdesk
group by group_agents.group_name
order by group_agents.group_name;

-- How many replies did each member of a group write on its tickets in the last thirty days?

select
  group_agents.group_name,
  group_agents.agent_name,
  count(conversations.id) as replies
from relations.group_agents
left join relations.tickets on tickets.group_id = group_agents.group_id
left join relations.conversations
  on conversations.ticket_id = tickets.id
  and conversations.author_id = group_agents.agent_id
  and conversations.incoming is not true
  and not conversations.private
  and conversations.created_at >= now() - interval 30 days
  and not conversations.deleted_in_freshdesk
where not group_agents.deleted_in_freshdesk
group by group_agents.group_name, group_agents.agent_id, group_agents.agent_name
order by group_agents.group_name, replies desc;
