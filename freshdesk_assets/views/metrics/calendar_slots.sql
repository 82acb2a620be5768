-- One row per time in which a calendar is open: for each day, from the first ticket to two years ahead.
--
-- The business seconds between two moments are the difference of C at both, C being `done_seconds` of the last
-- row that starts no later, plus what has passed of it: one ASOF join each, with no rule for summer time. The
-- first row of a calendar has no length, so that there always is one. Where times of a calendar overlap, its rows
-- do not: no second counts twice.
--
-- Kept as a table.
--
-- calendar_id: Calendar. -> business_hours.id
-- source: Channel with hours of its own, by the codes of tickets.source; 0 for all others.
-- day: Day in the calendar's time zone.
-- slot: Place among the times of that day, from 1; 0 for the row at the beginning.
-- starts_at: When it opens.
-- ends_at: When it closes.
-- done_seconds: Business seconds of all rows before it.

with versions as (
  select
    business_hours_history.id,
    business_hours_history.business_hours,
    business_hours_history.holidays,
    business_hours_history.source_business_hours,
    calendars.iana_zone,
    calendars.name,
    -- The oldest version known stands for all the time before it.
    case
      when lag(business_hours_history.valid_from) over (
        partition by business_hours_history.id order by business_hours_history.valid_from
      ) is not null
        then cast(business_hours_history.valid_from at time zone calendars.iana_zone as date)
    end as first_day,
    cast(lead(business_hours_history.valid_from) over (
      partition by business_hours_history.id order by business_hours_history.valid_from
    ) at time zone calendars.iana_zone as date) as next_day,
    business_hours_history.valid_from
  from freshdesk.business_hours_history
  join metrics.calendars on calendars.calendar_id = business_hours_history.id
  where calendars.iana_zone is not null
),
said as (
  select
    versions.id,
    versions.valid_from,
    cast(0 as bigint) as source,
    hours.key as weekday,
    hours.value ->> '$.start_time' as starts,
    hours.value ->> '$.end_time' as ends
  from versions, json_each(versions.business_hours) as hours
  where json_type(versions.business_hours) = 'OBJECT' and json_type(hours.value) = 'OBJECT'
  union all
  select
    versions.id,
    versions.valid_from,
    try_cast(sources.value ->> '$' as bigint),
    lower(days.value ->> '$.day'),
    slots.value ->> '$.start_time',
    slots.value ->> '$.end_time'
  from versions,
    json_each(versions.source_business_hours) as hours,
    json_each(hours.value -> '$.sources') as sources,
    json_each(hours.value -> '$.business_hours') as days,
    json_each(days.value -> '$.time_slots') as slots
  where json_type(versions.source_business_hours) = 'ARRAY'
    and (hours.value ->> '$.business_hours_type') is distinct from '24x7'
  union all
  select
    versions.id,
    versions.valid_from,
    try_cast(sources.value ->> '$' as bigint),
    weekdays.weekday,
    '00:00',
    '24:00'
  from versions,
    json_each(versions.source_business_hours) as hours,
    json_each(hours.value -> '$.sources') as sources,
    (values ('monday'), ('tuesday'), ('wednesday'), ('thursday'), ('friday'), ('saturday'), ('sunday'))
      as weekdays(weekday)
  where json_type(versions.source_business_hours) = 'ARRAY'
    and (hours.value ->> '$.business_hours_type') = '24x7'
),
parsed as (
  select
    said.id,
    said.valid_from,
    said.source,
    list_position(
      ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], said.weekday
    ) as weekday,
    regexp_extract(
      lower(said.starts), '^\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(am|pm)?\s*$', ['h', 'm', 's', 'half'])
      as starts,
    regexp_extract(
      lower(said.ends), '^\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(am|pm)?\s*$', ['h', 'm', 's', 'half'])
      as ends
  from said
),
timed as (
  select
    parsed.id,
    parsed.valid_from,
    parsed.source,
    parsed.weekday,
    (try_cast(parsed.starts.h as integer) % case when parsed.starts.half = '' then 100 else 12 end) * 3600
      + case when parsed.starts.half = 'pm' then 43200 else 0 end
      + try_cast(parsed.starts.m as integer) * 60
      + coalesce(try_cast(parsed.starts.s as integer), 0) as starts,
    (try_cast(parsed.ends.h as integer) % case when parsed.ends.half = '' then 100 else 12 end) * 3600
      + case when parsed.ends.half = 'pm' then 43200 else 0 end
      + try_cast(parsed.ends.m as integer) * 60
      + coalesce(try_cast(parsed.ends.s as integer), 0) as ends
  from parsed
  where parsed.weekday is not null
),
weekly as (
  select distinct
    timed.id,
    timed.valid_from,
    timed.source,
    timed.weekday,
    timed.starts,
    case
      -- 11:59 pm is how Freshdesk writes midnight; hours that end before they start end on the next day.
      when timed.ends in (0, 86340, 86399) then 86400
      when timed.ends <= timed.starts then timed.ends + 86400
      else timed.ends
    end as ends
  from timed
  where timed.starts is not null and timed.ends is not null
),
spread as (
  select
    cast(make_date(cast(year(min(tickets.created_at)) as bigint), 1, 1) as date) as first_day,
    cast(make_date(cast(year(max(tickets.updated_at)) as bigint) + 3, 1, 1) as date) as last_day
  from freshdesk.tickets
),
days as (
  select cast(unnest(generate_series(spread.first_day, spread.last_day, interval 1 day)) as date) as day
  from spread
),
sent as (
  select
    versions.id,
    versions.valid_from,
    coalesce(holiday.value ->> '$.date', holiday.value ->> '$.holiday_date', holiday.value ->> '$') as said
  from versions, json_each(versions.holidays) as holiday
  where json_type(versions.holidays) in ('OBJECT', 'ARRAY')
),
dated as (
  select
    sent.id,
    sent.valid_from,
    coalesce(
      try_cast(regexp_extract(sent.said, '^\s*(\d{4}-\d{2}-\d{2})', 1) as date),
      cast(
        try_strptime(
          trim(sent.said), ['%b %d, %Y', '%B %d, %Y', '%d %b %Y', '%d %B %Y', '%b %d %Y']
        ) as date
      )
    ) as day,
    cast(
      try_strptime(trim(sent.said) || ' 2000', ['%b %d %Y', '%B %d %Y', '%d %b %Y', '%d %B %Y']) as date
    ) as each_year
  from sent
),
closed as (
  select
    dated.id,
    dated.valid_from,
    year(dated.day) as year,
    month(coalesce(dated.day, dated.each_year)) as month,
    day(coalesce(dated.day, dated.each_year)) as day
  from dated
  union
  select
    versions.id,
    versions.valid_from,
    holidays.year,
    holidays.month,
    holidays.day
  from versions
  join freshdesk_meta.holidays
    on holidays.calendar in ('', versions.name, cast(versions.id as varchar))
),
open as (
  select
    versions.id,
    weekly.source,
    days.day,
    (cast(days.day as timestamp) + to_seconds(weekly.starts)) at time zone versions.iana_zone as starts_at,
    (cast(days.day as timestamp) + to_seconds(weekly.ends)) at time zone versions.iana_zone as ends_at
  from versions
  join weekly on weekly.id = versions.id and weekly.valid_from = versions.valid_from
  join days
    on isodow(days.day) = weekly.weekday
    and (versions.first_day is null or days.day >= versions.first_day)
    and (versions.next_day is null or days.day < versions.next_day)
  where not exists (
    select 1
    from closed
    where closed.id = versions.id
      and closed.valid_from = versions.valid_from
      and closed.month = month(days.day)
      and closed.day = day(days.day)
      and (closed.year is null or closed.year = year(days.day))
  )
),
apart as (
  select
    open.id,
    open.source,
    open.day,
    -- What another time covers already does not count again: times of a day, or one that ends on the next.
    greatest(
      open.starts_at,
      max(open.ends_at) over (
        partition by open.id, open.source order by open.starts_at, open.ends_at
        rows between unbounded preceding and 1 preceding
      )
    ) as starts_at,
    open.ends_at
  from open
),
numbered as (
  select
    apart.id,
    apart.source,
    apart.day,
    row_number() over (partition by apart.id, apart.source, apart.day order by apart.starts_at) as slot,
    apart.starts_at,
    apart.ends_at
  from apart
  where apart.starts_at < apart.ends_at
  union all
  select
    versions.id,
    weekly.source,
    min(days.day) - 1,
    0,
    cast(min(days.day) - 1 as timestamp) at time zone any_value(versions.iana_zone),
    cast(min(days.day) - 1 as timestamp) at time zone any_value(versions.iana_zone)
  from versions
  join weekly on weekly.id = versions.id
  cross join days
  group by versions.id, weekly.source
)
select
  numbered.id as calendar_id,
  numbered.source,
  numbered.day,
  cast(numbered.slot as integer) as slot,
  cast(numbered.starts_at as timestamptz) as starts_at,
  cast(numbered.ends_at as timestamptz) as ends_at,
  cast(
    coalesce(
      sum(epoch(numbered.ends_at) - epoch(numbered.starts_at)) over (
        partition by numbered.id, numbered.source
        order by numbered.starts_at, numbered.slot
        rows between unbounded preceding and 1 preceding
      ),
      0
    ) as bigint
  ) as done_seconds
from numbered
