-- Which statuses stop the clock?

select
  status_clocks.status,
  status_clocks.waits_on
from metrics.status_clocks
where status_clocks.clock_stopped
order by status_clocks.status;
