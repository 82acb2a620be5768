-- Of which tickets is the first reply furthest from Freshdesk's?

select
  ticket_comparisons.ticket_id,
  ticket_comparisons.first_reply_off,
  ticket_comparisons.first_reply_by_system
from metrics.ticket_comparisons
where ticket_comparisons.first_reply_off is not null
order by ticket_comparisons.first_reply_off desc, ticket_comparisons.ticket_id
limit 20;

-- How far is our latest change of status from Freshdesk's?

select
  ticket_comparisons.status_updated_off = 0 as is_equal,
  count(*) as tickets,
  max(ticket_comparisons.status_updated_off) as at_most_seconds
from metrics.ticket_comparisons
where ticket_comparisons.status_updated_off is not null
group by 1
order by 1;
