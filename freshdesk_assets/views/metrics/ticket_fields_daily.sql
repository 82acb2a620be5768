-- One row per day and ticket, as it stood at the end of the day, for each day on which it was not closed then.
--
-- ticket_spans has what it is made of, with the moments themselves.
--
-- day: Day in the account's zone.
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- status: Status; null where it is not known.
-- priority: Priority.
-- group_id: Group; null if none. -> groups.id
-- agent_id: Agent; null if none. -> agents.id
-- type: Kind of request.
-- tags: Tags, in the order of the alphabet.
-- in_use: Whether it was neither spam nor in the trash.
-- known: Whether group and agent were seen then; before the first sync they are those of the first.

with spread as (
  select
    ticket_spans.*,
    cast(ticket_spans.started_at at time zone clock.zone as date) as first_day,
    -- A span covers the end of a day if it goes on when the next day begins; the present day has not ended.
    cast((coalesce(ticket_spans.ended_at, clock.as_of) - interval 1 microsecond) at time zone clock.zone as date)
      - case
        when ticket_spans.ended_at is not null
          and ticket_spans.ended_at = cast(
            cast(ticket_spans.ended_at at time zone clock.zone as date) as timestamp
          ) at time zone clock.zone
          then 0
        else 1
      end as last_day
  from metrics.ticket_spans
  cross join metrics.clock
  where ticket_spans.status is distinct from 5
),
days as (
  select
    spread.*,
    unnest(generate_series(spread.first_day, spread.last_day, interval 1 day)) as day
  from spread
  where spread.last_day >= spread.first_day
)
select
  cast(days.day as date) as day,
  days.ticket_id,
  days.status,
  days.priority,
  days.group_id,
  days.agent_id,
  days.type,
  days.tags,
  days.in_use,
  days.assignment_known as known
from days
