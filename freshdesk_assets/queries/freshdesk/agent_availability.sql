-- Who took no tickets on any channel when the last sync looked, and since when?

select
  agents.contact_name as agent_name,
  agent_availability.status_updated_at
from freshdesk.agent_availability
left join freshdesk.agents on agents.id = agent_availability.id
where agent_availability._deleted_at is null
  and not agent_availability.deactivated
  and not exists (
    select 1
    from freshdesk.agent_channels
    where agent_channels.agent_id = agent_availability.id
      and agent_channels.available
  )
order by agents.contact_name;

-- Which agents have tickets routed as before Omni routing?

select
  agents.contact_name as agent_name,
  agent_availability.availability_control
from freshdesk.agent_availability
left join freshdesk.agents on agents.id = agent_availability.id
where agent_availability._deleted_at is null
  and agent_availability.legacy_routing
order by agents.contact_name;
