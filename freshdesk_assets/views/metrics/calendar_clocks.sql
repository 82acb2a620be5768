-- One row per calendar and channel with hours of its own: its clock at the moment that metrics are as of.
--
-- calendar_id: Calendar. -> business_hours.id
-- source: Channel, as in calendar_slots.source.
-- clock: Business seconds of the calendar until then, as calendar_slots counts them.

select
  calendar_slots.calendar_id,
  calendar_slots.source,
  cast(
    max(
      calendar_slots.done_seconds + least(
        epoch(clock.as_of) - epoch(calendar_slots.starts_at),
        epoch(calendar_slots.ends_at) - epoch(calendar_slots.starts_at)
      )
    ) as bigint
  ) as clock
from metrics.calendar_slots
join metrics.clock on calendar_slots.starts_at <= clock.as_of
group by calendar_slots.calendar_id, calendar_slots.source
