-- Each calendar has a time zone that is known, and is open at some time: else nothing is measured by it.

select
  calendars.calendar_id,
  calendars.problem
from metrics.calendars
where calendars.problem is not null and not calendars.deleted_in_freshdesk
