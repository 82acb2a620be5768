-- One row per group and time in which it worked by one calendar; the group 0 stands for tickets without one.
--
-- A group without a calendar of its own works by the default one. What is known first of a group stands for all
-- the time before.
--
-- Kept as a table.
--
-- group_id: Group; 0 for tickets without one.
-- calendar_id: Calendar; null if neither the group has one nor the account a default. -> business_hours.id
-- begins: Since when; the year 1970 for the first.
-- ends: Until when, this moment not included; the year 2999 for the last.

with default_calendar as (
  select min(calendars.calendar_id) as id
  from metrics.calendars
  where calendars.is_default and not calendars.deleted_in_freshdesk
),
versions as (
  select
    groups_history.id,
    coalesce(groups_history.business_calendar_id, groups_history.business_hour_id) as calendar_id,
    groups_history.valid_from,
    lag(groups_history.valid_from) over of_group as former_from,
    lag(coalesce(groups_history.business_calendar_id, groups_history.business_hour_id)) over of_group
      as former_calendar_id
  from freshdesk.groups_history
  window of_group as (partition by groups_history.id order by groups_history.valid_from)
),
states as (
  select
    versions.id,
    versions.calendar_id,
    versions.valid_from,
    versions.former_from,
    lead(versions.valid_from) over (partition by versions.id order by versions.valid_from) as next_from
  from versions
  -- Most versions of a group tell of its members.
  where versions.former_from is null or versions.calendar_id is distinct from versions.former_calendar_id
)
select
  states.id as group_id,
  coalesce(states.calendar_id, default_calendar.id) as calendar_id,
  case when states.former_from is null then timestamptz '1970-01-01 00:00:00+00' else states.valid_from end
    as begins,
  coalesce(states.next_from, timestamptz '2999-01-01 00:00:00+00') as ends
from states, default_calendar
union all
select
  cast(0 as bigint) as group_id,
  default_calendar.id as calendar_id,
  timestamptz '1970-01-01 00:00:00+00' as begins,
  timestamptz '2999-01-01 00:00:00+00' as ends
from default_calendar
