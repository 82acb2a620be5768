-- Who has more tickets than the limit allows?

select
  agents.contact_name as agent_name,
  agent_channels.channel,
  agent_channels.current_assignment_load as tickets,
  agent_channels.assignment_limit
from freshdesk.agent_channels
left join freshdesk.agents on agents.id = agent_channels.agent_id
where agent_channels._deleted_at is null
  and agent_channels.current_assignment_load > agent_channels.assignment_limit
order by agent_channels.current_assignment_load - agent_channels.assignment_limit desc;

-- How many agents take tickets of each channel, and how many more could they take?

select
  agent_channels.channel,
  count(*) filter (agent_channels.available) as agents,
  sum(greatest(agent_channels.assignment_limit - agent_channels.current_assignment_load, 0))
    filter (agent_channels.available) as room
from freshdesk.agent_channels
where agent_channels._deleted_at is null
group by agent_channels.channel
order by agents desc, agent_channels.channel;
