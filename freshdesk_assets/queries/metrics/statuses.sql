-- What does each status mean to metrics, and how is that known?

select
  statuses.label,
  statuses.waits_on,
  statuses.clock_stopped,
  statuses.clock_from
from metrics.statuses
order by statuses.status;

-- How many tickets are in each status now?

select
  statuses.label,
  statuses.waits_on,
  count(tickets.id) as tickets
from metrics.statuses
left join freshdesk.tickets
  on tickets.status = statuses.status
  and tickets._deleted_at is null
group by statuses.label, statuses.waits_on
order by tickets desc;
