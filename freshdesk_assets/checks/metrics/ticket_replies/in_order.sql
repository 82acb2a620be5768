-- A customer waits once at a time: each wait begins after the one before was answered.

select
  waits.ticket_id,
  waits.n
from (
  select
    ticket_replies.ticket_id,
    ticket_replies.n,
    ticket_replies.answered_at,
    lead(ticket_replies.asked_at) over (partition by ticket_replies.ticket_id order by ticket_replies.n)
      as next_at
  from metrics.ticket_replies
) as waits
where waits.next_at is not null and coalesce(waits.next_at < waits.answered_at, true)
