-- Which statuses stop the clock?

select
  status_clocks.status,
  status_clocks.waits_on
from metrics.status_clocks
where status_clocks.clock_stopped
order by status_clocks.status;

-- How many tickets are in a status that stops the clock of their resolution?

select
  status_clocks.clock_stopped,
  count(*) as tickets
from freshdesk.tickets
join metrics.status_clocks on status_clocks.status = tickets.status
where tickets._deleted_at is null
group by status_clocks.clock_stopped
order by tickets desc;
