-- How is each group doing, week by week?

select
  date_trunc('week', group_daily.day) as week,
  group_daily.group_name,
  sum(group_daily.created) as created,
  sum(group_daily.resolved) as resolved,
  round(100.0 * sum(group_daily.sla_met) / nullif(sum(group_daily.sla_ended), 0), 1) as percent_sla_met
from metrics.group_daily
group by week, group_daily.group_name
order by week desc, created desc
limit 40;

-- Which days were the busiest of each group?

select
  group_daily.group_name,
  arg_max(group_daily.day, group_daily.created) as busiest_day,
  max(group_daily.created) as created
from metrics.group_daily
group by group_daily.group_name
order by created desc;
