-- How did the backlog develop?

select
  backlog_daily.day,
  sum(backlog_daily.tickets) as open,
  sum(backlog_daily.tickets) filter (backlog_daily.age_bucket = '30+ d') as old,
  bool_or(backlog_daily.estimated) as estimated
from metrics.backlog_daily
group by backlog_daily.day
order by backlog_daily.day desc
limit 60;

-- How old are the open tickets of each group?

select
  backlog_daily.group_name,
  backlog_daily.age_bucket,
  sum(backlog_daily.tickets) as tickets
from metrics.backlog_daily
join metrics.clock on backlog_daily.day = clock.today - 1
group by backlog_daily.group_name, backlog_daily.age_bucket
order by backlog_daily.group_name, tickets desc;
