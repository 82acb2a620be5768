-- Can something be measured by each calendar?

select
  calendars.name,
  calendars.iana_zone,
  calendars.holidays_known,
  calendars.problem
from metrics.calendars
order by calendars.name;

-- Which calendar counts by default, and whose days are those of metrics?

select
  calendars.name,
  clock.zone,
  clock.as_of
from metrics.calendars
cross join metrics.clock
where calendars.is_default;
