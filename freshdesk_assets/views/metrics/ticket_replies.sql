-- One row per time that a customer waited for an agent's answer: from the ticket's creation, then from the first
-- message after each answer.
--
-- Automations do not answer. A ticket that an agent sent out waits for nobody until the customer writes. What was
-- written before the ticket's creation, as in one that was split off another, is no answer in it.
--
-- Kept as a table, by ticket_id.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- n: Place among the ticket's waits, from 1.
-- kind: first for the wait from its creation, next for those after.
-- asked_at: When the customer began to wait.
-- answered_at: When an agent answered; null if none did.
-- agent_id: Agent who answered; null if none did, or if nobody is named. -> agents.id
-- group_id: Group of the ticket when the customer began to wait; null if none. -> groups.id
-- seconds: How long the customer waited; null without an answer.
-- business_seconds: The same in business hours of the groups it was in; null if their calendars cannot be used.
-- settled_business_seconds: Of a wait without an answer, business seconds until the ticket's last span began;
--     calendar_clocks has what passed since.
-- open_clock: Of a wait without an answer, the clock of the last span's calendar when it began, or the wait did.

with spoken as (
  select
    ticket_messages.ticket_id,
    greatest(ticket_messages.at, tickets.created_at) as at,
    ticket_messages.actor,
    ticket_messages.agent_id,
    ticket_messages.conversation_id
  from metrics.ticket_messages
  join freshdesk.tickets on tickets.id = ticket_messages.ticket_id
  where tickets.created_at is not null
    and (
      ticket_messages.actor = 'customer'
      or ticket_messages.actor = 'agent' and ticket_messages.at >= tickets.created_at
    )
  union all
  select
    tickets.id as ticket_id,
    tickets.created_at as at,
    'customer' as actor,
    null as agent_id,
    0 as conversation_id
  from freshdesk.tickets
  where tickets.source is distinct from 10 and tickets.created_at is not null
),
turns as (
  select
    spoken.*,
    coalesce(
      lag(spoken.actor) over (
        partition by spoken.ticket_id order by spoken.at, spoken.conversation_id
      ),
      'agent'
    ) as former_actor
  from spoken
),
asked as (
  select
    turns.*,
    lead(turns.at) over (partition by turns.ticket_id order by turns.at, turns.conversation_id) as next_at,
    lead(turns.actor) over (partition by turns.ticket_id order by turns.at, turns.conversation_id)
      as next_actor,
    lead(turns.agent_id) over (partition by turns.ticket_id order by turns.at, turns.conversation_id)
      as next_agent_id
  from turns
  -- A turn is the first message of one side after the other.
  where turns.actor <> turns.former_actor
),
waits as (
  select
    asked.ticket_id,
    row_number() over (partition by asked.ticket_id order by asked.at, asked.conversation_id) as n,
    asked.conversation_id,
    asked.at as asked_at,
    asked.next_at as answered_at,
    asked.next_agent_id as agent_id
  from asked
  where asked.actor = 'customer'
),
pieces as (
  select
    waits.ticket_id,
    waits.n,
    ticket_spans.calendar_id,
    ticket_spans.hours_of,
    ticket_spans.n as span,
    greatest(waits.asked_at, ticket_spans.started_at) as starts_at,
    least(waits.answered_at, ticket_spans.ended_at) as ends_at
  from waits
  join metrics.ticket_spans
    on ticket_spans.ticket_id = waits.ticket_id
    and (waits.answered_at is null or ticket_spans.started_at < waits.answered_at)
    and (ticket_spans.ended_at is null or ticket_spans.ended_at > waits.asked_at)
  where waits.answered_at is null or waits.answered_at > waits.asked_at
),
begun as (
  select
    pieces.*,
    slots.done_seconds + least(
      greatest(epoch(pieces.starts_at) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) as started_clock
  from pieces
  asof left join metrics.calendar_slots as slots
    on slots.calendar_id = pieces.calendar_id
    and slots.source = pieces.hours_of
    and pieces.starts_at >= slots.starts_at
),
measured as (
  select
    begun.*,
    slots.done_seconds + least(
      greatest(epoch(begun.ends_at) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) - begun.started_clock as business_seconds
  from begun
  asof left join metrics.calendar_slots as slots
    on slots.calendar_id = begun.calendar_id
    and slots.source = begun.hours_of
    and begun.ends_at >= slots.starts_at
),
summed as (
  select
    measured.ticket_id,
    measured.n,
    case when count(*) filter (measured.ends_at is not null) = count(measured.business_seconds)
      then coalesce(sum(measured.business_seconds), 0)
    end as business_seconds,
    max(measured.started_clock) filter (measured.ends_at is null) as open_clock
  from measured
  group by measured.ticket_id, measured.n
),
places as (
  select
    waits.ticket_id,
    waits.n,
    ticket_spans.group_id,
    ticket_spans.started_clock
  from waits
  asof left join metrics.ticket_spans
    on ticket_spans.ticket_id = waits.ticket_id
    and waits.asked_at >= ticket_spans.started_at
)
select
  waits.ticket_id,
  cast(waits.n as integer) as n,
  case when waits.conversation_id = 0 then 'first' else 'next' end as kind,
  waits.asked_at,
  waits.answered_at,
  waits.agent_id,
  places.group_id,
  cast(epoch(waits.answered_at) - epoch(waits.asked_at) as bigint) as seconds,
  cast(
    case
      when waits.answered_at <= waits.asked_at and places.started_clock is not null then 0
      when waits.answered_at is not null then summed.business_seconds
    end as bigint
  ) as business_seconds,
  cast(case when waits.answered_at is null then summed.business_seconds end as bigint)
    as settled_business_seconds,
  cast(case when waits.answered_at is null then summed.open_clock end as bigint) as open_clock
from waits
left join summed on summed.ticket_id = waits.ticket_id and summed.n = waits.n
left join places on places.ticket_id = waits.ticket_id and places.n = waits.n
