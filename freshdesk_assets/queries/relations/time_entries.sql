-- On which tickets was most time spent?

select
  time_entries.ticket_id,
  time_entries.ticket_subject,
  time_entries.company_name,
  round(sum(time_entries.hours_spent), 1) as hours,
  list(distinct time_entries.agent_name) as agent_names
from relations.time_entries
where not time_entries.deleted_in_freshdesk
group by time_entries.ticket_id, time_entries.ticket_subject, time_entries.company_name
order by hours desc
limit 20;

-- What is to be billed to each company for each month?

select
  date_trunc('month', time_entries.executed_at at time zone 'UTC') as month,
  time_entries.company_name,
  round(sum(time_entries.hours_spent), 1) as billable_hours
from relations.time_entries
where time_entries.billable
  and time_entries.company_id is not null
  and not time_entries.deleted_in_freshdesk
group by all
order by month desc, billable_hours desc;
