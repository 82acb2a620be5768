-- Which hours held by which calendar, and since when?

select
  business_hours.name as calendar,
  business_hours_history.valid_from,
  business_hours_history.valid_to,
  business_hours_history.time_zone,
  business_hours_history.business_hours
from freshdesk.business_hours_history
join freshdesk.business_hours on business_hours.id = business_hours_history.id
order by business_hours.name, business_hours_history.valid_from;

-- How often were the hours of each calendar changed since the first sync?

select
  business_hours.name as calendar,
  count(*) - 1 as changes,
  max(business_hours_history.valid_from) as latest
from freshdesk.business_hours_history
join freshdesk.business_hours on business_hours.id = business_hours_history.id
group by business_hours.name
order by changes desc, calendar;
