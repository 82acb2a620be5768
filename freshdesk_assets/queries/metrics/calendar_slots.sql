-- How many business hours has each month of this year?

select
  calendars.name,
  date_trunc('month', calendar_slots.day) as month,
  round(sum(epoch(calendar_slots.ends_at) - epoch(calendar_slots.starts_at)) / 3600, 1) as business_hours
from metrics.calendar_slots
join metrics.calendars on calendars.calendar_id = calendar_slots.calendar_id
join metrics.clock on year(calendar_slots.day) = year(clock.today)
where calendar_slots.source = 0
group by calendars.name, month
order by calendars.name, month;

-- When does each calendar open next?

select
  calendars.name,
  min(calendar_slots.starts_at) as opens_at
from metrics.calendar_slots
join metrics.calendars on calendars.calendar_id = calendar_slots.calendar_id
join metrics.clock on calendar_slots.starts_at > clock.as_of
where calendar_slots.source = 0
group by calendars.name
order by opens_at;
