-- How long do customers wait for the first and for later answers, in business hours?

select
  ticket_replies.kind,
  count(ticket_replies.business_seconds) as answers,
  round(median(ticket_replies.business_seconds) / 3600, 2) as median_hours,
  round(quantile_cont(ticket_replies.business_seconds, 0.9) / 3600, 2) as p90_hours
from metrics.ticket_replies
group by ticket_replies.kind
order by ticket_replies.kind;

-- Which agents answer fastest?

select
  agents.contact_name as agent,
  count(ticket_replies.business_seconds) as answers,
  round(median(ticket_replies.business_seconds) / 3600, 2) as median_hours
from metrics.ticket_replies
join freshdesk.agents on agents.id = ticket_replies.agent_id
group by agents.contact_name
having count(ticket_replies.business_seconds) >= 5
order by median_hours;
