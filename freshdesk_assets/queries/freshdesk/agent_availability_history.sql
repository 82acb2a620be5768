-- How many tickets had each agent in hand, each time that a sync saw a change?

with readings as (
  select
    agent_availability_history.id,
    agent_availability_history.valid_from,
    unnest(cast(agent_availability_history.channels as json[])) as channel
  from freshdesk.agent_availability_history
)
select
  agents.contact_name as agent_name,
  readings.valid_from,
  sum(cast(readings.channel ->> '$.current_assignment_load' as integer)) as tickets
from readings
left join freshdesk.agents on agents.id = readings.id
group by agents.contact_name, readings.valid_from
order by agents.contact_name, readings.valid_from;

-- How often did the availability or the load of each agent change?

select
  agents.contact_name as agent_name,
  count(*) - 1 as changes,
  max(agent_availability_history.valid_from) as latest_at
from freshdesk.agent_availability_history
left join freshdesk.agents on agents.id = agent_availability_history.id
group by agents.id, agents.contact_name
order by changes desc, agent_name;
