-- Into which tickets were most others merged, as far as can be guessed?

select
  ticket_merges.merged_guess,
  count(*) as merged,
  max(ticket_merges.at) as last_merged_at
from metrics.ticket_merges
group by ticket_merges.merged_guess
order by merged desc, ticket_merges.merged_guess
limit 20;

-- How many tickets were created each month, with and without those that were merged?

select
  date_trunc('month', ticket_metrics.created_at) as month,
  count(*) as created,
  count(*) filter (ticket_metrics.merged_guess is null) as without_merged
from metrics.ticket_metrics
where ticket_metrics.is_current
group by month
order by month;
