-- What did the most handled ticket go through?

select
  ticket_spans.n,
  ticket_spans.status,
  ticket_spans.group_id,
  ticket_spans.agent_id,
  ticket_spans.started_at,
  ticket_spans.ended_at,
  ticket_spans.business_seconds
from metrics.ticket_spans
where ticket_spans.ticket_id = (
  select arg_max(longest.ticket_id, longest.n)
  from metrics.ticket_spans as longest
)
order by ticket_spans.n;

-- How many spans do tickets have?

select
  spans.spans,
  count(*) as tickets
from (
  select
    ticket_spans.ticket_id,
    count(*) as spans
  from metrics.ticket_spans
  group by ticket_spans.ticket_id
) as spans
group by spans.spans
order by spans.spans;
