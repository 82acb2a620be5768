-- Backlog
--
-- Tickets that were open at the end of each of the last 90 days, by status. Days before the first sync are estimated.
--
-- day: Day
-- status: Status
-- tickets: Tickets
-- estimated: Estimated

select
  coalesce(backlog_daily.group_name, 'Group ' || backlog_daily.group_id, 'No group') as of_group,
  backlog_daily.day,
  coalesce(backlog_daily.status_label, 'Status not known') as status,
  cast(sum(backlog_daily.tickets) as bigint) as tickets,
  bool_or(backlog_daily.estimated) as estimated
from metrics.backlog_daily
where backlog_daily.day > (select clock.today - 90 from metrics.clock)
group by grouping sets ((1, 2, 3), (2, 3))
order by 1, 2, 3
