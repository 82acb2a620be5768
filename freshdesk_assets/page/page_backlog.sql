-- The backlog of the last 90 days, by group, status and age.

select
  coalesce(backlog_daily.group_name, 'Group ' || backlog_daily.group_id, 'No group') as of_group,
  backlog_daily.day,
  coalesce(backlog_daily.status_label, 'Status not known') as status,
  backlog_daily.age_bucket as age,
  sum(backlog_daily.tickets) as tickets,
  bool_or(backlog_daily.estimated) as estimated
from metrics.backlog_daily
where backlog_daily.day > (select clock.today - 90 from metrics.clock)
group by 1, 2, 3, 4
