-- By which calendar does each group work?

select
  groups.name as group_name,
  coalesce(business_hours.name, default_hours.name) as calendar,
  coalesce(business_hours.time_zone, default_hours.time_zone) as time_zone,
  business_hours.id is null as by_default
from freshdesk.groups
left join freshdesk.business_hours
  on business_hours.id = coalesce(groups.business_calendar_id, groups.business_hour_id)
left join freshdesk.business_hours as default_hours
  on default_hours.is_default
  and default_hours._deleted_at is null
where groups._deleted_at is null
order by groups.name;

-- When does each calendar's day begin and end?

select
  business_hours.name as calendar,
  days.key as weekday,
  days.value ->> 'start_time' as begins,
  days.value ->> 'end_time' as ends,
  business_hours.time_zone
from freshdesk.business_hours, json_each(business_hours.business_hours) as days
where business_hours._deleted_at is null
order by business_hours.name, days.id;
