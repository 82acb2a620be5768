-- One row per event in the life of a ticket: created, resolved, reopened, closed, an agent's reply, a customer's
-- message, a private note.
--
-- resolved is from open to Resolved or Closed; closed is to Closed, from whichever.
--
-- Kept as a table, by ticket_id.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- at: When.
-- kind: created, resolved, reopened, closed, agent_reply, customer_message or note.
-- by_agent_id: Agent who wrote it, or whose ticket it was when it was solved: of reopened too. -> agents.id
-- group_id: Group of the ticket then; null if none. -> groups.id
-- type: Kind of request then.
-- in_use: Whether the ticket was neither spam nor in the trash then.
-- business_seconds: Of resolved: business hours since the ticket's creation; null if they are not known.

with spans as (
  select
    ticket_spans.*,
    lag(ticket_spans.status) over (partition by ticket_spans.ticket_id order by ticket_spans.n)
      as former_status
  from metrics.ticket_spans
),
solving as (
  select
    spans.*,
    sum(spans.business_seconds) over before as so_far,
    count(*) over before = count(spans.business_seconds) over before as measured,
    last_value(
      case when spans.status in (4, 5) and not coalesce(spans.former_status in (4, 5), false)
        then {'agent_id': spans.agent_id}
      end ignore nulls
    ) over before as solver
  from spans
  window before as (
    partition by spans.ticket_id order by spans.n rows between unbounded preceding and 1 preceding
  )
),
told as (
  select
    solving.ticket_id,
    solving.started_at as at,
    'created' as kind,
    solving.agent_id,
    cast(null as bigint) as business_seconds
  from solving
  where solving.n = 1
  union all
  select
    solving.ticket_id,
    solving.started_at,
    'resolved',
    solving.agent_id,
    case when solving.measured and solving.started_clock is not null then coalesce(solving.so_far, 0) end
  from solving
  where solving.status in (4, 5) and not coalesce(solving.former_status in (4, 5), false)
  union all
  select solving.ticket_id, solving.started_at, 'reopened', solving.solver.agent_id, null
  from solving
  where solving.former_status in (4, 5) and not coalesce(solving.status in (4, 5), false)
  union all
  select solving.ticket_id, solving.started_at, 'closed', solving.agent_id, null
  from solving
  where solving.status = 5 and solving.former_status is distinct from 5
  union all
  select
    ticket_messages.ticket_id,
    ticket_messages.at,
    case ticket_messages.actor
      when 'agent' then 'agent_reply' when 'customer' then 'customer_message' else 'note'
    end,
    ticket_messages.agent_id,
    null
  from metrics.ticket_messages
  where ticket_messages.actor in ('agent', 'customer', 'note')
)
select
  told.ticket_id,
  told.at,
  cast(told.kind as varchar) as kind,
  cast(told.agent_id as bigint) as by_agent_id,
  ticket_spans.group_id,
  ticket_spans.type,
  ticket_spans.in_use,
  cast(told.business_seconds as bigint) as business_seconds
from told
asof left join metrics.ticket_spans
  on ticket_spans.ticket_id = told.ticket_id
  and told.at >= ticket_spans.started_at
