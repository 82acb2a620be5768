-- How fast is each group: first reply in business hours, median and the time within which nine of ten are answered?

select
  ticket_metrics.group_name,
  count(ticket_metrics.first_reply_business_seconds) as tickets,
  round(median(ticket_metrics.first_reply_business_seconds) / 3600, 2) as median_hours,
  round(quantile_cont(ticket_metrics.first_reply_business_seconds, 0.9) / 3600, 2) as p90_hours
from metrics.ticket_metrics
where ticket_metrics.is_current
group by ticket_metrics.group_name
order by median_hours;

-- Which customers wait longest for an answer now?

select
  ticket_metrics.ticket_id,
  ticket_metrics.group_name,
  ticket_metrics.agent_name,
  ticket_metrics.waiting_since,
  round(ticket_metrics.waiting_business_seconds / 3600.0, 1) as business_hours
from metrics.ticket_metrics
where ticket_metrics.is_current and ticket_metrics.waiting_since is not null
order by ticket_metrics.waiting_since
limit 20;

-- What share of solved tickets needed no more than one answer?

select
  ticket_metrics.touches,
  count(*) as tickets,
  round(100.0 * count(*) / sum(count(*)) over (), 1) as percent
from metrics.ticket_metrics
where ticket_metrics.is_solved and ticket_metrics.is_current
group by ticket_metrics.touches
order by tickets desc;
