-- The spans of a ticket follow each other without a gap, and only the last of them runs.

select
  spans.ticket_id,
  spans.n
from (
  select
    ticket_spans.ticket_id,
    ticket_spans.n,
    ticket_spans.ended_at,
    lead(ticket_spans.started_at) over (partition by ticket_spans.ticket_id order by ticket_spans.n)
      as next_at
  from metrics.ticket_spans
) as spans
where spans.next_at is not null and spans.ended_at is distinct from spans.next_at
