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

with days as (
  select
    cast(unnest(generate_series(clock.since, clock.today, interval 1 day)) as date) as day,
    clock.zone
  from metrics.clock
),
ends as (
  select
    days.day,
    cast(days.day + 1 as timestamp) at time zone days.zone as ends_at
  from days
),
spans as (
  select
    ticket_spans.*,
    -- The present day has not ended.
    coalesce(ticket_spans.ended_at, clock.as_of - interval 1 microsecond) as until
  from metrics.ticket_spans
  cross join metrics.clock
  where ticket_spans.status is distinct from 5
)
-- A day is a row of its own before it meets the spans: who asks for some days makes the rows of no others.
select
  ends.day,
  spans.ticket_id,
  spans.status,
  spans.priority,
  spans.group_id,
  spans.agent_id,
  spans.type,
  spans.tags,
  spans.in_use,
  spans.assignment_known as known
from spans
join ends
  on ends.ends_at > spans.started_at
  and ends.ends_at <= spans.until
