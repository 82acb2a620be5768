"""Business hours: the hours in which groups work and SLAs count."""

from freshdesk_assets.schema.child import Child, Rows
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

business_hours = Table(
    name="business_hours",
    doc="One row per calendar of business hours.",
    path="business_hours",
    sync=FullList(),
    never_empty=True,
    # The past is measured by the hours of that time, as far back as they are known.
    history=("is_default", "time_zone", "business_hours", "holidays", "source_business_hours"),
    group="setup",
    cadence=Cadence.SLOW,
    docs="business-hours",
    columns=(
        bigint("id", "Calendar's id.", required=True),
        text("name", "Calendar's name."),
        text("description", "What the calendar is for."),
        boolean("is_default", "Whether groups without a calendar of their own use it."),
        text("time_zone", "Time zone of the hours, by its Rails name."),
        # Closed days are missing keys, and the hours come as 8:00 am or 08:00:00 am.
        json("business_hours", "By weekday (monday, …): start_time and end_time; a missing day is closed."),
        # Some accounts send these two, where they are defined (docs/freshdesk_api.md, 4.16).
        json("holidays", "By name: the date; null if none is defined, or if the account sends none."),
        json(
            "source_business_hours",
            "Hours by channel: a list of business_hours_type (custom, 24x7), is_default, sources and "
            "business_hours, the slots by day; null if none are defined.",
        ),
        timestamp("created_at", "When the calendar was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

# 8:00 am, 08:00:00 am and 08:00 are one time; a day that ends at 11:59 pm or at midnight ends at 24:00.
_TIME = r"^\s*(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?\s*(am|pm)?\s*$"
_CLOCK = f"""
case when regexp_matches(lower({{0}}), '{_TIME}') then
  lpad(cast(
    case regexp_extract(lower({{0}}), '(am|pm)', 1)
      when 'am' then cast(regexp_extract({{0}}, '(\\d+):', 1) as integer) % 12
      when 'pm' then cast(regexp_extract({{0}}, '(\\d+):', 1) as integer) % 12 + 12
      else cast(regexp_extract({{0}}, '(\\d+):', 1) as integer)
    end as varchar), 2, '0')
  || ':' || regexp_extract({{0}}, ':(\\d+)', 1)
  || ':' || lpad(regexp_extract({{0}}, ':\\d+:(\\d+)', 1), 2, '0')
end"""

SLOTS = f"""
with said as (
  select p.id, 0 as hours, cast(null as bigint) as source, d.key as day, d.value as slot, 0 as place
  from parents p, json_each(p.business_hours) d
  where json_type(p.business_hours) = 'OBJECT' and json_type(d.value) = 'OBJECT'
  union all
  select p.id, h.id, try_cast(s.value as bigint), lower(d.value ->> '$.day'), t.value, t.id
  from parents p, json_each(p.source_business_hours) h, json_each(h.value -> '$.sources') s,
    json_each(h.value -> '$.business_hours') d, json_each(d.value -> '$.time_slots') t
  where json_type(p.source_business_hours) = 'ARRAY'
    and (h.value ->> '$.business_hours_type') is distinct from '24x7'
  union all
  select p.id, h.id, try_cast(s.value as bigint), days.day,
    '{{"start_time": "00:00", "end_time": "24:00"}}'::json, 0
  from parents p, json_each(p.source_business_hours) h, json_each(h.value -> '$.sources') s,
    (select unnest(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']) as day)
      as days
  where json_type(p.source_business_hours) = 'ARRAY'
    and (h.value ->> '$.business_hours_type') = '24x7'
),
timed as (
  select
    id as business_hour_id, source, hours, place,
    list_position(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], day)
      as weekday,
    {_CLOCK.format("(slot ->> '$.start_time')")} as starts,
    {_CLOCK.format("(slot ->> '$.end_time')")} as ends
  from said
)
select
  business_hour_id, source, weekday, starts,
  case when ends in ('00:00:00', '23:59:00', '23:59:59') then '24:00:00' else ends end as ends,
  row_number() over (partition by business_hour_id order by source nulls first, weekday, hours, place, starts)
    - 1 as position
from timed
where weekday is not null
"""

business_hour_slots = Child(
    name="business_hour_slots",
    doc="One row per time of a week in which a calendar is open, for all channels or for one.",
    parent="business_hours",
    by="business_hour_id",
    cut=Rows(SLOTS, reads=("business_hours", "source_business_hours")),
    columns=(
        bigint("source", "Channel, by the codes of tickets.source; null for all without times of their own."),
        integer("weekday", "1 Monday to 7 Sunday.", accepted=(1, 2, 3, 4, 5, 6, 7)),
        text("starts", "From when, in the calendar's zone, as 08:00:00; null if it is no time."),
        text("ends", "Until when; 24:00:00 for midnight, which Freshdesk sends as 11:59 pm."),
        integer("position", "Place among the calendar's times, from 0.", required=True),
    ),
    key=("position",),
)

# The form of the dates is not established (docs/freshdesk_api.md, 4.16): what can be read in one way only is.
HOLIDAYS = r"""
with said as (
  select p.id, h.key as name, h.value ->> '$' as said, h.id as place
  from parents p, json_each(p.holidays) h
  where json_type(p.holidays) = 'OBJECT'
  union all
  select p.id, coalesce(h.value ->> '$.name', h.value ->> '$.holiday_name'),
    coalesce(h.value ->> '$.date', h.value ->> '$.holiday_date', h.value ->> '$'), h.id
  from parents p, json_each(p.holidays) h
  where json_type(p.holidays) = 'ARRAY'
),
read as (
  select
    *,
    coalesce(
      try_cast(regexp_extract(said, '^\s*(\d{4}-\d{2}-\d{2})', 1) as date),
      cast(try_strptime(trim(said), ['%b %d, %Y', '%B %d, %Y', '%d %b %Y', '%d %B %Y', '%b %d %Y']) as date)
    ) as dated,
    cast(try_strptime(trim(said) || ' 2000', ['%b %d %Y', '%B %d %Y', '%d %b %Y', '%d %B %Y']) as date)
      as yearly
  from said
)
select
  id as business_hour_id,
  name,
  said as date_text,
  year(dated) as year,
  month(coalesce(dated, yearly)) as month,
  day(coalesce(dated, yearly)) as day,
  row_number() over (partition by id order by place) - 1 as position
from read
"""

business_hour_holidays = Child(
    name="business_hour_holidays",
    doc="One row per holiday of a calendar, on which nobody works.",
    parent="business_hours",
    by="business_hour_id",
    cut=Rows(HOLIDAYS, reads=("holidays",)),
    columns=(
        text("name", "Name of the holiday."),
        text("date_text", "Its date, as it was sent."),
        integer("year", "Year; null if it recurs each year, or if the date cannot be read."),
        integer("month", "Month, 1 to 12; null if the date cannot be read."),
        integer("day", "Day of the month; null if the date cannot be read."),
        integer("position", "Place among the calendar's holidays, from 0.", required=True),
    ),
    key=("position",),
)
