-- When is each calendar open in a week?

select
  business_hours.name as calendar,
  business_hour_slots.source,
  business_hour_slots.weekday,
  business_hour_slots.starts,
  business_hour_slots.ends,
  business_hours.time_zone
from freshdesk.business_hour_slots
join freshdesk.business_hours on business_hours.id = business_hour_slots.business_hour_id
where business_hour_slots._deleted_at is null
order by business_hours.name, business_hour_slots.position;

-- On which weekdays does nobody work by a calendar?

select
  business_hours.name as calendar,
  days.weekday
from freshdesk.business_hours
cross join (select unnest(range(1, 8)) as weekday) as days
where business_hours._deleted_at is null
  and not exists (
    select 1
    from freshdesk.business_hour_slots
    where business_hour_slots.business_hour_id = business_hours.id
      and business_hour_slots.weekday = days.weekday
  )
order by business_hours.name, days.weekday;
