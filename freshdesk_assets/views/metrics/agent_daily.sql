-- One row per day and agent with something to count.
--
-- day: Day in the account's zone.
-- agent_id: Agent. -> agents.id
-- agent_name: Name of the agent.
-- assigned: Tickets that came to them.
-- open: Open tickets that were theirs at the end of the day.
-- replies: Public messages they wrote.
-- notes: Private notes they wrote.
-- resolved: Tickets resolved while they were theirs.
-- reopened: Tickets reopened that were theirs when they were solved.
-- seconds_logged: Time they booked for that day.
-- ratings: Surveys answered about them.
-- happy: How many of these are happy.
-- available_seconds: Time they were available for tickets that are assigned automatically, as syncs saw it; null
--     before the first sync.

with written as (
  select
    cast(ticket_events.at at time zone clock.zone as date) as day,
    ticket_events.by_agent_id as agent_id,
    count(*) filter (ticket_events.kind = 'agent_reply') as replies,
    count(*) filter (ticket_events.kind = 'note') as notes,
    count(*) filter (ticket_events.kind = 'resolved') as resolved,
    count(*) filter (ticket_events.kind = 'reopened') as reopened
  from metrics.ticket_events
  cross join metrics.clock
  where ticket_events.by_agent_id is not null
    and ticket_events.kind in ('agent_reply', 'note', 'resolved', 'reopened')
  group by all
),
assignments as (
  select
    ticket_spans.agent_id,
    ticket_spans.started_at,
    lag(ticket_spans.agent_id) over (partition by ticket_spans.ticket_id order by ticket_spans.n)
      as former_agent_id
  from metrics.ticket_spans
),
assigned as (
  select
    cast(assignments.started_at at time zone clock.zone as date) as day,
    assignments.agent_id,
    count(*) as tickets
  from assignments
  cross join metrics.clock
  where assignments.agent_id is not null
    and assignments.agent_id is distinct from assignments.former_agent_id
  group by all
),
held as (
  select
    backlog_daily.day,
    backlog_daily.agent_id,
    sum(backlog_daily.tickets) as open
  from metrics.backlog_daily
  where backlog_daily.agent_id is not null
  group by all
),
booked as (
  select
    cast(time_entries.executed_at at time zone clock.zone as date) as day,
    time_entries.agent_id,
    sum(time_entries.time_spent_in_seconds) as seconds
  from freshdesk.time_entries
  cross join metrics.clock
  where time_entries._deleted_at is null and time_entries.agent_id is not null
  group by all
),
rated as (
  select
    csat.day,
    csat.agent_id,
    count(*) as ratings,
    count(*) filter (csat.label = 'happy') as happy
  from metrics.csat
  where csat.agent_id is not null
  group by all
),
availability as (
  select
    agents_history.id as agent_id,
    agents_history.available,
    agents_history.valid_from,
    coalesce(agents_history.valid_to, clock.as_of) as valid_to,
    unnest(generate_series(
      cast(agents_history.valid_from at time zone clock.zone as date),
      cast(coalesce(agents_history.valid_to, clock.as_of) at time zone clock.zone as date),
      interval 1 day
    )) as day,
    clock.zone
  from freshdesk.agents_history
  cross join metrics.clock
  where agents_history.available is not null
    and agents_history.valid_from <= coalesce(agents_history.valid_to, clock.as_of)
),
present as (
  select
    cast(availability.day as date) as day,
    availability.agent_id,
    sum(
      case when availability.available
        then greatest(
          epoch(
            least(
              availability.valid_to,
              cast(cast(availability.day as date) + 1 as timestamp) at time zone availability.zone
            )
          )
          - epoch(
            greatest(
              availability.valid_from,
              cast(cast(availability.day as date) as timestamp) at time zone availability.zone
            )
          ),
          0
        )
        else 0
      end
    ) as seconds
  from availability
  group by all
),
days as (
  select written.day, written.agent_id
  from written
  union
  select held.day, held.agent_id
  from held
  union
  select assigned.day, assigned.agent_id
  from assigned
  union
  select booked.day, booked.agent_id
  from booked
  union
  select rated.day, rated.agent_id
  from rated
)
select
  days.day,
  days.agent_id,
  agents.contact_name as agent_name,
  coalesce(assigned.tickets, 0) as assigned,
  cast(coalesce(held.open, 0) as bigint) as open,
  coalesce(written.replies, 0) as replies,
  coalesce(written.notes, 0) as notes,
  coalesce(written.resolved, 0) as resolved,
  coalesce(written.reopened, 0) as reopened,
  cast(coalesce(booked.seconds, 0) as bigint) as seconds_logged,
  coalesce(rated.ratings, 0) as ratings,
  coalesce(rated.happy, 0) as happy,
  cast(present.seconds as bigint) as available_seconds
from days
left join written on written.day = days.day and written.agent_id = days.agent_id
left join assigned on assigned.day = days.day and assigned.agent_id = days.agent_id
left join held on held.day = days.day and held.agent_id = days.agent_id
left join booked on booked.day = days.day and booked.agent_id = days.agent_id
left join rated on rated.day = days.day and rated.agent_id = days.agent_id
left join present on present.day = days.day and present.agent_id = days.agent_id
left join freshdesk.agents on agents.id = days.agent_id
