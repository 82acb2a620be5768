-- One row per stay of a ticket in a status.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- n: Place among the ticket's stays, from 1.
-- status: Status; null for a time of which it is not known.
-- status_label: Label of the status.
-- waits_on: us, customer, third_party or nobody; null where the status is not known.
-- clock_stopped: Whether the clock of the resolution stood still.
-- started_at: When it began.
-- ended_at: When it ended; null if the ticket is still in it.
-- exact: Whether that is when it began, and not when a sync saw it.
-- known: Whether the status is known.
-- seconds: How long it lasted, or lasts.
-- business_seconds: The same in business hours of the groups it was in; null if their calendars cannot be used.

with measured as (
  select
    ticket_spans.*,
    coalesce(ticket_spans.seconds, epoch(clock.as_of) - epoch(ticket_spans.started_at)) as lasted,
    coalesce(ticket_spans.business_seconds, calendar_clocks.clock - ticket_spans.started_clock) as worked
  from metrics.ticket_spans
  cross join metrics.clock
  left join metrics.calendar_clocks
    on calendar_clocks.calendar_id = ticket_spans.calendar_id
    and calendar_clocks.source = ticket_spans.hours_of
),
stays as (
  select
    measured.ticket_id,
    measured.status,
    measured.status_since,
    bool_and(measured.status_exact) as exact,
    case when count(*) = count(measured.ended_at) then max(measured.ended_at) end as ended_at,
    case when count(*) = count(measured.lasted) then greatest(sum(measured.lasted), 0) end as seconds,
    case when count(*) = count(measured.worked) then greatest(sum(measured.worked), 0) end
      as business_seconds
  from measured
  group by measured.ticket_id, measured.status, measured.status_since
)
select
  stays.ticket_id,
  cast(row_number() over (partition by stays.ticket_id order by stays.status_since) as integer) as n,
  stays.status,
  statuses.label as status_label,
  statuses.waits_on,
  statuses.clock_stopped,
  stays.status_since as started_at,
  stays.ended_at,
  stays.exact,
  stays.status is not null as known,
  cast(stays.seconds as bigint) as seconds,
  cast(stays.business_seconds as bigint) as business_seconds
from stays
left join metrics.statuses on statuses.status = stays.status
