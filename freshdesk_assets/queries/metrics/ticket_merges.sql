-- How many tickets were merged, as far as can be guessed, and into how many others?

select
  count(*) as merged,
  count(distinct ticket_merges.merged_guess) as merged_into,
  count(*) filter (ticket_merges.because = 'the agent wrote in both') as written_in_both,
  max(ticket_merges.at) as last_merged_at
from metrics.ticket_merges;

-- How many tickets were created each month, with and without those that were merged?

select
  date_trunc('month', ticket_metrics.created_at at time zone 'UTC') as month,
  count(*) as created,
  count(*) filter (ticket_merges.ticket_id is null) as without_merged
from metrics.ticket_metrics
left join metrics.ticket_merges on ticket_merges.ticket_id = ticket_metrics.ticket_id
where ticket_metrics.is_current
group by month
order by month;
