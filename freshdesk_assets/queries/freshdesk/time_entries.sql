-- How many hours did each agent spend in each week, and how many of them are billed?

select
  date_trunc('week', time_entries.executed_at at time zone 'UTC') as week,
  agents.contact_name as agent_name,
  round(sum(time_entries.time_spent_in_seconds) / 3600, 1) as hours,
  round(coalesce(sum(time_entries.time_spent_in_seconds) filter (time_entries.billable), 0) / 3600, 1)
    as billable_hours
from freshdesk.time_entries
left join freshdesk.agents on agents.id = time_entries.agent_id
where time_entries._deleted_at is null
group by all
order by week desc, hours desc;

-- Which companies took most billable hours in the last thirty days?

select
  companies.name as company_name,
  count(distinct time_entries.ticket_id) as tickets,
  round(sum(time_entries.time_spent_in_seconds) / 3600, 1) as billable_hours
from freshdesk.time_entries
join freshdesk.companies on companies.id = time_entries.company_id
where time_entries.billable
  and time_entries.executed_at >= now() - interval 30 days
  and time_entries._deleted_at is null
group by companies.name
order by billable_hours desc;

-- Which billable entries say nothing of what was done?

select
  time_entries.id,
  time_entries.ticket_id,
  agents.contact_name as agent_name,
  time_entries.executed_at,
  time_entries.time_spent
from freshdesk.time_entries
left join freshdesk.agents on agents.id = time_entries.agent_id
where time_entries.billable
  and coalesce(time_entries.note, '') = ''
  and time_entries._deleted_at is null
order by time_entries.executed_at desc;
