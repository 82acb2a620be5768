-- Who ever was an agent, and is none any more?

select
  staff.agent_id,
  people.kind,
  people.deleted
from metrics.staff
join relations.people on people.id = staff.agent_id
order by people.deleted desc, staff.agent_id
limit 20;

-- How many agents are there, and were there ever?

select
  count(*) as ever,
  count(*) filter (agents._deleted_at is null) as now
from metrics.staff
join freshdesk.agents on agents.id = staff.agent_id;
