-- One row per time in which a ticket was with one group and one agent.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- n: Place among them, from 1.
-- agent_id: Agent; null if none. -> agents.id
-- agent_name: Name of the agent, as it is now.
-- group_id: Group; null if none. -> groups.id
-- group_name: Name of the group, as it is now.
-- started_at: When it began, as syncs saw it.
-- ended_at: When it ended; null if it did not.
-- known: Whether it was seen; what was before the first sync is taken to be as it was then.
-- seconds: How long it lasted, or lasts.
-- business_seconds: The same in business hours of the group; null if its calendar cannot be used.

with measured as (
  select
    ticket_spans.*,
    coalesce(ticket_spans.seconds, epoch(clock.as_of) - epoch(ticket_spans.started_at)) as lasted,
    coalesce(ticket_spans.business_seconds, calendar_clocks.clock - ticket_spans.started_clock) as worked,
    case
      when lag(ticket_spans.n) over of_ticket is null then 1
      when ticket_spans.group_id is distinct from lag(ticket_spans.group_id) over of_ticket then 1
      when ticket_spans.agent_id is distinct from lag(ticket_spans.agent_id) over of_ticket then 1
      when ticket_spans.assignment_known <> lag(ticket_spans.assignment_known) over of_ticket then 1
      else 0
    end as is_new
  from metrics.ticket_spans
  cross join metrics.clock
  left join metrics.calendar_clocks
    on calendar_clocks.calendar_id = ticket_spans.calendar_id
    and calendar_clocks.source = ticket_spans.hours_of
  window of_ticket as (partition by ticket_spans.ticket_id order by ticket_spans.n)
),
numbered as (
  select
    measured.*,
    sum(measured.is_new) over (
      partition by measured.ticket_id order by measured.n rows between unbounded preceding and current row
    ) as place
  from measured
),
together as (
  select
    numbered.ticket_id,
    numbered.place,
    numbered.agent_id,
    numbered.group_id,
    numbered.assignment_known,
    min(numbered.started_at) as started_at,
    case when count(*) = count(numbered.ended_at) then max(numbered.ended_at) end as ended_at,
    case when count(*) = count(numbered.lasted) then greatest(sum(numbered.lasted), 0) end as seconds,
    case when count(*) = count(numbered.worked) then greatest(sum(numbered.worked), 0) end
      as business_seconds
  from numbered
  group by
    numbered.ticket_id, numbered.place, numbered.agent_id, numbered.group_id, numbered.assignment_known
)
select
  together.ticket_id,
  cast(together.place as integer) as n,
  together.agent_id,
  agents.contact_name as agent_name,
  together.group_id,
  groups.name as group_name,
  together.started_at,
  together.ended_at,
  together.assignment_known as known,
  cast(together.seconds as bigint) as seconds,
  cast(together.business_seconds as bigint) as business_seconds
from together
left join freshdesk.agents on agents.id = together.agent_id
left join freshdesk.groups on groups.id = together.group_id
