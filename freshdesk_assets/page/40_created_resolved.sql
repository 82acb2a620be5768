-- Created and resolved
--
-- Tickets created (up) and resolved (down) per day, and how the difference has added up over these 90 days.
--
-- width: half
--
-- day: Day
-- created: Created
-- resolved: Resolved
-- difference: Running difference

with daily as (
  select
    coalesce(volume_daily.group_name, 'Group ' || volume_daily.group_id, 'No group') as of_group,
    volume_daily.day,
    sum(volume_daily.created) as created,
    sum(volume_daily.resolved) as resolved
  from metrics.volume_daily
  where volume_daily.day > (select clock.today - 90 from metrics.clock)
  group by grouping sets ((1, 2), (2))
)
select
  daily.of_group,
  daily.day,
  cast(daily.created as bigint) as created,
  cast(daily.resolved as bigint) as resolved,
  cast(
    sum(daily.created - daily.resolved) over (partition by daily.of_group order by daily.day) as bigint
  ) as difference
from daily
where daily.created > 0 or daily.resolved > 0
order by 1, 2
