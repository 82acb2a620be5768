-- Arrivals
--
-- Tickets created per hour of the week: the median of the last eight weeks. Business hours are outlined.
--
-- width: half
--
-- weekday: Weekday
-- place: Order
-- hour: Hour
-- tickets: Tickets, median
-- mean: Tickets, mean
-- is_open: Business hours

with created as (
  select
    page_tickets.of_group,
    page_tickets.created_local as at,
    page_tickets.calendar_id,
    page_clock.today
  from page_tickets
  cross join page_clock
  where cast(page_tickets.created_local as date) >= page_clock.today - 56
    and cast(page_tickets.created_local as date) < page_clock.today
),
counted as (
  select
    coalesce(created.of_group, '') as of_group,
    isodow(created.at) as place,
    hour(created.at) as hour,
    datediff('day', cast(created.at as date), created.today - 1) // 7 as ago,
    count(*) as tickets
  from created
  group by grouping sets (
    (created.of_group, isodow(created.at), hour(created.at), datediff('day', cast(created.at as date), created.today - 1) // 7),
    (isodow(created.at), hour(created.at), datediff('day', cast(created.at as date), created.today - 1) // 7)
  )
),
weeks as (
  -- An account that is younger has fewer weeks.
  select least(8, greatest(1, (page_clock.today - page_clock.since + 6) // 7)) as weeks
  from page_clock
),
typical as (
  select
    counted.of_group,
    counted.place,
    counted.hour,
    list_aggregate(
      list_resize(list(counted.tickets), any_value(weeks.weeks), 0), 'median'
    ) as tickets,
    sum(counted.tickets) / any_value(weeks.weeks) as mean
  from counted
  cross join weeks
  where counted.ago < weeks.weeks
  group by all
),
calendar_of as (
  select
    coalesce(created.of_group, '') as of_group,
    mode(created.calendar_id) as calendar_id
  from created
  group by grouping sets ((created.of_group), ())
),
open_hours as (
  select distinct
    calendar_slots.calendar_id,
    isodow(hours.at at time zone getvariable('page_zone')) as place,
    hour(hours.at at time zone getvariable('page_zone')) as hour
  from metrics.calendar_slots
  cross join lateral (
    select unnest(generate_series(
      date_trunc('hour', calendar_slots.starts_at), calendar_slots.ends_at - interval 1 second, interval 1 hour
    )) as at
  ) as hours
  where calendar_slots.source = 0
    and calendar_slots.day > getvariable('page_today') - 28
    and calendar_slots.day <= getvariable('page_today')
    and calendar_slots.ends_at > calendar_slots.starts_at
),
opened as (
  select
    calendar_of.of_group,
    open_hours.place,
    open_hours.hour
  from calendar_of
  join open_hours on open_hours.calendar_id = calendar_of.calendar_id
)
select
  nullif(coalesce(typical.of_group, opened.of_group), '') as of_group,
  ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][coalesce(typical.place, opened.place)] as weekday,
  coalesce(typical.place, opened.place) as place,
  coalesce(typical.hour, opened.hour) as hour,
  coalesce(typical.tickets, 0) as tickets,
  coalesce(typical.mean, 0) as mean,
  opened.place is not null as is_open
from typical
full join opened
  on opened.of_group = typical.of_group
  and opened.place = typical.place
  and opened.hour = typical.hour
order by 1, 3, 4
