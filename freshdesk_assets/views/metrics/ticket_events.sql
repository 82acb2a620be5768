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
-- by_agent_id: Agent who wrote it; of resolved and reopened the one it was assigned to. -> agents.id
-- group_id: Group of the ticket then; null if none. -> groups.id
-- type: Kind of request then.
-- in_use: Whether the ticket was neither spam nor in the trash then.

with spans as (
  select
    ticket_spans.*,
    lag(ticket_spans.status) over of_ticket as former_status,
    lag(ticket_spans.agent_id) over of_ticket as former_agent_id
  from metrics.ticket_spans
  window of_ticket as (partition by ticket_spans.ticket_id order by ticket_spans.n)
),
told as (
  select spans.ticket_id, spans.started_at as at, 'created' as kind, spans.agent_id
  from spans
  where spans.n = 1
  union all
  select spans.ticket_id, spans.started_at, 'resolved', spans.agent_id
  from spans
  where spans.status in (4, 5) and not coalesce(spans.former_status in (4, 5), false)
  union all
  select spans.ticket_id, spans.started_at, 'reopened', spans.former_agent_id
  from spans
  where spans.former_status in (4, 5) and not coalesce(spans.status in (4, 5), false)
  union all
  select spans.ticket_id, spans.started_at, 'closed', spans.agent_id
  from spans
  where spans.status = 5 and spans.former_status is distinct from 5
  union all
  select
    ticket_messages.ticket_id,
    ticket_messages.at,
    case ticket_messages.actor
      when 'agent' then 'agent_reply' when 'customer' then 'customer_message' else 'note'
    end,
    ticket_messages.agent_id
  from metrics.ticket_messages
  where ticket_messages.actor in ('agent', 'customer', 'note')
)
select
  told.ticket_id,
  told.at,
  cast(told.kind as varchar) as kind,
  told.agent_id as by_agent_id,
  ticket_spans.group_id,
  ticket_spans.type,
  ticket_spans.in_use
from told
asof left join metrics.ticket_spans
  on ticket_spans.ticket_id = told.ticket_id
  and told.at >= ticket_spans.started_at
