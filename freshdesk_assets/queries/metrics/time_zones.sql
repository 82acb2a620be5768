-- Which zone does a name of Freshdesk's mean?

select
  time_zones.rails_name,
  time_zones.iana_name
from metrics.time_zones
where time_zones.rails_name = 'Eastern Time (US & Canada)';

-- What time is it at each calendar?

select
  calendars.name,
  now() at time zone time_zones.iana_name as local_time
from metrics.calendars
join metrics.time_zones on time_zones.rails_name = calendars.time_zone
order by calendars.name;
