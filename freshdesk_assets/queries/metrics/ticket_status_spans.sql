-- How long do tickets stay in each status?

select
  ticket_status_spans.status_label,
  count(*) as stays,
  round(median(ticket_status_spans.seconds) / 3600, 1) as median_hours,
  round(quantile_cont(ticket_status_spans.seconds, 0.9) / 3600, 1) as p90_hours
from metrics.ticket_status_spans
where ticket_status_spans.known and ticket_status_spans.ended_at is not null
group by ticket_status_spans.status_label
order by stays desc;

-- Which open tickets are in their status longest?

select
  ticket_status_spans.ticket_id,
  ticket_status_spans.status_label,
  ticket_status_spans.started_at,
  round(ticket_status_spans.business_seconds / 3600.0, 1) as business_hours
from metrics.ticket_status_spans
where ticket_status_spans.ended_at is null and ticket_status_spans.waits_on <> 'nobody'
order by ticket_status_spans.started_at
limit 20;
