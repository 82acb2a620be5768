-- How long do tickets stay with an agent?

select
  ticket_assignment_spans.agent_name,
  count(*) as stays,
  round(median(ticket_assignment_spans.business_seconds) / 3600, 1) as median_business_hours
from metrics.ticket_assignment_spans
where ticket_assignment_spans.agent_id is not null
group by ticket_assignment_spans.agent_name
order by stays desc
limit 20;

-- Which tickets went through the most hands?

select
  ticket_assignment_spans.ticket_id,
  count(*) as stations,
  count(distinct ticket_assignment_spans.agent_id) as agents,
  count(distinct ticket_assignment_spans.group_id) as groups
from metrics.ticket_assignment_spans
group by ticket_assignment_spans.ticket_id
order by stations desc, ticket_assignment_spans.ticket_id
limit 20;
