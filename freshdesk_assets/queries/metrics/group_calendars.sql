-- By which calendar does each group work now?

select
  groups.name as group_name,
  calendars.name as calendar
from metrics.group_calendars
join metrics.clock on clock.as_of >= group_calendars.begins and clock.as_of < group_calendars.ends
join freshdesk.groups on groups.id = group_calendars.group_id
left join metrics.calendars on calendars.calendar_id = group_calendars.calendar_id
order by groups.name;

-- How many groups work by each calendar?

select
  calendars.name as calendar,
  count(distinct group_calendars.group_id) as groups
from metrics.group_calendars
join metrics.calendars on calendars.calendar_id = group_calendars.calendar_id
group by calendars.name
order by groups desc;
