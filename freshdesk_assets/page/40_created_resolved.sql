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
    page_events.of_group,
    page_events.day,
    coalesce(sum(page_events.counted) filter (where page_events.kind = 'created'), 0) as created,
    coalesce(sum(page_events.counted) filter (where page_events.kind = 'resolved'), 0) as resolved
  from page_events
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
