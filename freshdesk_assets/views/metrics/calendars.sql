-- One row per calendar of business hours, with its time zone as databases know it.
--
-- calendar_id: Calendar. -> business_hours.id
-- name: Name of the calendar.
-- is_default: Whether groups without a calendar of their own use it.
-- time_zone: Its time zone, as Freshdesk names it.
-- iana_zone: The same as databases name it; null if the name is not known, and then nothing is measured by it.
-- holidays_known: Whether there are holidays: Freshdesk sent some, or the file of FRESHDESK_HOLIDAYS has some.
-- has_hours: Whether it is ever open.
-- problem: Why nothing is measured by it; null if something is.
-- deleted_in_freshdesk: Whether Freshdesk no longer has it.

with zoned as (
  select
    business_hours.id,
    business_hours.name,
    business_hours.is_default,
    business_hours.time_zone,
    cast(coalesce(time_zones.iana_name, zones.name) as varchar) as iana_zone,
    business_hours._deleted_at is not null as deleted_in_freshdesk
  from freshdesk.business_hours
  left join metrics.time_zones on time_zones.rails_name = business_hours.time_zone
  -- An unknown zone would be an error of whatever uses it, which try() does not catch.
  left join (select pg_timezone_names.name from pg_timezone_names()) as zones
    on zones.name = business_hours.time_zone
),
open as (
  select distinct business_hour_slots.business_hour_id
  from freshdesk.business_hour_slots
  where business_hour_slots.starts is not null and business_hour_slots.ends is not null
),
closed as (
  select distinct business_hour_holidays.business_hour_id
  from freshdesk.business_hour_holidays
  where business_hour_holidays.month is not null
),
filed as (
  select distinct holidays.calendar
  from freshdesk_meta.holidays
)
select
  zoned.id as calendar_id,
  zoned.name,
  zoned.is_default,
  zoned.time_zone,
  zoned.iana_zone,
  closed.business_hour_id is not null or exists (
    select 1
    from filed
    where filed.calendar in ('', zoned.name, cast(zoned.id as varchar))
  ) as holidays_known,
  open.business_hour_id is not null as has_hours,
  case
    when zoned.iana_zone is null then 'its time zone is not known'
    when open.business_hour_id is null then 'it is never open'
  end as problem,
  zoned.deleted_in_freshdesk
from zoned
left join open on open.business_hour_id = zoned.id
left join closed on closed.business_hour_id = zoned.id
