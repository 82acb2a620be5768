-- One row: the moment that metrics are as of, and the time zone whose days they count.
--
-- as_of: When tickets were last read to their end: what runs, runs until then. Null if they never were.
-- zone: Time zone of the days: that of the default calendar, else UTC.
-- zone_is_known: Whether it is the default calendar's; false if the account sends none that is known.
-- today: The day of as_of in that zone.
-- since: The first day of metrics by day: when the first ticket was created.

with read as (
  select date_trunc('second', max(read_state.finished_at)) as as_of
  from freshdesk_meta.read_state
  where read_state.table_name = 'tickets'
),
zones as (
  select min(calendars.iana_zone) as zone
  from metrics.calendars
  where calendars.is_default and not calendars.deleted_in_freshdesk
),
first as (
  select min(tickets.created_at) as created_at
  from freshdesk.tickets
)
select
  read.as_of,
  coalesce(zones.zone, 'UTC') as zone,
  zones.zone is not null as zone_is_known,
  cast(read.as_of at time zone coalesce(zones.zone, 'UTC') as date) as today,
  cast(first.created_at at time zone coalesce(zones.zone, 'UTC') as date) as since
from read, zones, first
