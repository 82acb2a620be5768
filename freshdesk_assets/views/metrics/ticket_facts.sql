-- One row per ticket: all that can be counted of it without knowing what time it is.
--
-- What runs is in `open_…`: ticket_metrics adds the time until now, and is the view to ask.
--
-- Kept as a table, by ticket_id.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- history_known: Whether each status since its creation is known.
-- assignment_known: Whether each group and agent since its creation is known.
-- first_resolved_at: When it was solved first; null if never, or if that is not known.
-- first_resolution_business_seconds: Business hours until then.
-- last_resolved_at: When it was solved last; null while it is not.
-- full_resolution_business_seconds: Business hours until then.
-- requester_wait_seconds: Time in statuses that wait for us.
-- requester_wait_business_seconds: The same in business hours.
-- agent_wait_seconds: Time in statuses that wait for the customer.
-- agent_wait_business_seconds: The same in business hours.
-- on_hold_seconds: Time in statuses that wait for somebody else.
-- on_hold_business_seconds: The same in business hours.
-- solve_business_seconds: Business hours until it was solved last, less statuses that stop the clock.
-- unassigned_seconds: Time without an agent while it was not solved.
-- unassigned_business_seconds: The same in business hours.
-- first_assigned_at: When it had an agent first; null if it never had, or if that is not known.
-- reopens: How often it was seen to be reopened.
-- resolutions: How often it was seen to be solved.
-- group_stations: How many times it came to a group.
-- agent_stations: How many times it came to an agent.
-- handoffs: How often it went from one agent to another.
-- open_status: Its status in the span that runs; null if none does.
-- open_status_since: Since when it is in that status.
-- open_agent_id: Its agent in that span. -> agents.id
-- open_since: When that span began.
-- open_clock: The clock of its calendar then.
-- open_calendar_id: Calendar of that span. -> business_hours.id
-- open_hours_of: Channel whose hours of it hold.
-- first_reply_at: First answer by an agent; null if none, or if the ticket is one that an agent sent out.
-- first_reply_agent_id: Agent who gave it. -> agents.id
-- first_reply_seconds: Time until then.
-- first_reply_business_seconds: The same in business hours.
-- replies: Waits of the customer that were answered.
-- total_reply_seconds: Sum of these waits.
-- total_reply_business_seconds: The same in business hours.
-- longest_reply_seconds: The longest of them.
-- longest_reply_business_seconds: The same in business hours.
-- waiting_since: Since when the customer waits; null if nobody does.
-- waiting_business_seconds: Business hours of that until the span that runs began.
-- waiting_clock: The clock of its calendar when that span began, or the wait did.
-- first_system_reply_at: First message of an automation.
-- agent_replies: Public messages of agents.
-- touch_count: How often agents turned to the customer: the same, but in a chat those of a session are one, and the
--     e-mail of an outbound ticket counts.
-- customer_messages: Messages of customers after the first.
-- private_notes: Private notes.
-- system_messages: Messages of automations.
-- agents_writing: How many agents wrote, private notes included.
-- last_message_at: The latest message of any kind; null if none.

with spans as (
  select
    ticket_spans.*,
    status_clocks.waits_on,
    coalesce(status_clocks.clock_stopped, false) as clock_stopped,
    coalesce(ticket_spans.status in (4, 5), false) as solved,
    lag(coalesce(ticket_spans.status in (4, 5), false)) over of_ticket as former_solved,
    lag(ticket_spans.agent_id) over of_ticket as former_agent_id,
    lag(ticket_spans.group_id) over of_ticket as former_group_id
  from metrics.ticket_spans
  left join metrics.status_clocks on status_clocks.status = ticket_spans.status
  window of_ticket as (partition by ticket_spans.ticket_id order by ticket_spans.n)
),
solved as (
  select
    spans.ticket_id,
    min(spans.started_at) filter (spans.solved) as first_at,
    max(spans.started_at) filter (spans.solved and not coalesce(spans.former_solved, false)) as last_at
  from spans
  group by spans.ticket_id
),
lived as (
  select
    spans.ticket_id,
    count(*) = count(spans.status) as history_known,
    coalesce(min(spans.started_at) filter (spans.status is null) > any_value(solved.first_at), false)
      as first_known,
    bool_and(spans.assignment_known) as assignment_known,
    count(*) filter (not spans.solved) = count(spans.business_seconds) filter (not spans.solved)
      + count(*) filter (not spans.solved and spans.ended_at is null and spans.started_clock is not null)
      as measured,
    any_value(solved.first_at) as first_at,
    any_value(solved.last_at) as last_at,
    sum(spans.business_seconds) filter (spans.started_at < solved.first_at) as first_business,
    sum(spans.business_seconds) filter (spans.started_at < solved.last_at) as last_business,
    sum(spans.seconds) filter (spans.waits_on = 'us') as us_seconds,
    sum(spans.business_seconds) filter (spans.waits_on = 'us') as us_business,
    sum(spans.seconds) filter (spans.waits_on = 'customer') as customer_seconds,
    sum(spans.business_seconds) filter (spans.waits_on = 'customer') as customer_business,
    sum(spans.seconds) filter (spans.waits_on = 'third_party') as third_seconds,
    sum(spans.business_seconds) filter (spans.waits_on = 'third_party') as third_business,
    sum(spans.business_seconds) filter (not spans.clock_stopped and spans.started_at < solved.last_at)
      as solve_business,
    sum(spans.seconds) filter (spans.agent_id is null and not spans.solved) as alone_seconds,
    sum(spans.business_seconds) filter (spans.agent_id is null and not spans.solved) as alone_business,
    min(spans.started_at) filter (spans.agent_id is not null) as first_assigned_at,
    count(*) filter (spans.former_solved and not spans.solved) as reopens,
    count(*) filter (spans.solved and not coalesce(spans.former_solved, false)) as resolutions,
    count(*) filter (
      spans.group_id is not null and spans.group_id is distinct from spans.former_group_id
    ) as group_stations,
    count(*) filter (
      spans.agent_id is not null and spans.agent_id is distinct from spans.former_agent_id
    ) as agent_stations,
    count(*) filter (
      spans.agent_id is not null
      and spans.former_agent_id is not null
      and spans.agent_id <> spans.former_agent_id
    ) as handoffs,
    arg_max(spans.n, spans.n) as last_n
  from spans
  join solved on solved.ticket_id = spans.ticket_id
  group by spans.ticket_id
),
running as (
  select
    spans.ticket_id,
    spans.status,
    spans.status_since,
    spans.agent_id,
    spans.started_at,
    spans.started_clock,
    spans.calendar_id,
    spans.hours_of
  from spans
  where spans.ended_at is null
),
answered as (
  select
    ticket_replies.ticket_id,
    min(ticket_replies.answered_at) filter (ticket_replies.kind = 'first') as first_at,
    any_value(ticket_replies.agent_id) filter (ticket_replies.kind = 'first') as first_agent_id,
    min(ticket_replies.seconds) filter (ticket_replies.kind = 'first') as first_seconds,
    min(ticket_replies.business_seconds) filter (ticket_replies.kind = 'first') as first_business,
    count(ticket_replies.answered_at) as replies,
    sum(ticket_replies.seconds) as total_seconds,
    case when count(ticket_replies.seconds) = count(ticket_replies.business_seconds)
      then sum(ticket_replies.business_seconds)
    end as total_business,
    max(ticket_replies.seconds) as longest_seconds,
    max(ticket_replies.business_seconds) as longest_business,
    max(ticket_replies.asked_at) filter (ticket_replies.answered_at is null) as waiting_since,
    max(ticket_replies.settled_business_seconds) as waiting_business,
    max(ticket_replies.open_clock) as waiting_clock
  from metrics.ticket_replies
  group by ticket_replies.ticket_id
),
spoken as (
  select
    ticket_messages.ticket_id,
    min(ticket_messages.at) filter (
      ticket_messages.actor = 'system' and ticket_messages.at >= tickets.created_at
    ) as first_system_at,
    count(*) filter (ticket_messages.actor = 'agent') as agent_replies,
    count(*) filter (ticket_messages.actor = 'customer') as customer_messages,
    count(*) filter (ticket_messages.actor = 'note') as private_notes,
    count(*) filter (ticket_messages.actor = 'system') as system_messages,
    count(distinct case when ticket_messages.actor in ('agent', 'note') then ticket_messages.agent_id end)
      as agents_writing,
    max(ticket_messages.at) as last_at
  from metrics.ticket_messages
  join freshdesk.tickets on tickets.id = ticket_messages.ticket_id
  group by ticket_messages.ticket_id
),
chatted as (
  select
    ticket_messages.ticket_id,
    ticket_messages.conversation_id,
    ticket_messages.at,
    ticket_messages.actor,
    lag(ticket_messages.at) over (
      partition by ticket_messages.ticket_id order by ticket_messages.at, ticket_messages.conversation_id
    ) as former_at
  from metrics.ticket_messages
  join freshdesk.tickets on tickets.id = ticket_messages.ticket_id
  where tickets.source in (7, 12, 15, 21) and ticket_messages.actor in ('agent', 'customer')
),
sessions as (
  select
    chatted.ticket_id,
    chatted.actor,
    -- Where a session ends is not sent: it is over when nobody has written for an hour.
    count(*) filter (chatted.former_at is null or chatted.at > chatted.former_at + interval 1 hour) over (
      partition by chatted.ticket_id order by chatted.at, chatted.conversation_id
      rows between unbounded preceding and current row
    ) as n
  from chatted
),
chats as (
  select
    sessions.ticket_id,
    count(distinct sessions.n) filter (sessions.actor = 'agent') as touches
  from sessions
  group by sessions.ticket_id
)
select
  tickets.id as ticket_id,
  lived.history_known,
  lived.assignment_known,
  case when lived.history_known or lived.first_known or tickets.reopened_at is null then lived.first_at end
    as first_resolved_at,
  cast(
    case
      when lived.measured
        and (lived.history_known or lived.first_known or tickets.reopened_at is null)
        and lived.first_at is not null
        then coalesce(lived.first_business, 0)
    end as bigint
  ) as first_resolution_business_seconds,
  case when tickets.status in (4, 5) then coalesce(tickets.resolved_at, tickets.closed_at, lived.last_at) end
    as last_resolved_at,
  cast(
    case when lived.measured and tickets.status in (4, 5) then coalesce(lived.last_business, 0) end as bigint
  ) as full_resolution_business_seconds,
  cast(case when lived.history_known then coalesce(lived.us_seconds, 0) end as bigint)
    as requester_wait_seconds,
  cast(case when lived.history_known and lived.measured then coalesce(lived.us_business, 0) end as bigint)
    as requester_wait_business_seconds,
  cast(case when lived.history_known then coalesce(lived.customer_seconds, 0) end as bigint)
    as agent_wait_seconds,
  cast(case when lived.history_known and lived.measured then coalesce(lived.customer_business, 0) end as bigint)
    as agent_wait_business_seconds,
  cast(case when lived.history_known then coalesce(lived.third_seconds, 0) end as bigint) as on_hold_seconds,
  cast(case when lived.history_known and lived.measured then coalesce(lived.third_business, 0) end as bigint)
    as on_hold_business_seconds,
  cast(
    case
      when lived.history_known and lived.measured and tickets.status in (4, 5)
        then coalesce(lived.solve_business, 0)
    end as bigint
  ) as solve_business_seconds,
  cast(case when lived.assignment_known then coalesce(lived.alone_seconds, 0) end as bigint)
    as unassigned_seconds,
  cast(case when lived.assignment_known and lived.measured then coalesce(lived.alone_business, 0) end as bigint)
    as unassigned_business_seconds,
  case when lived.assignment_known then lived.first_assigned_at end as first_assigned_at,
  cast(lived.reopens as integer) as reopens,
  cast(lived.resolutions as integer) as resolutions,
  cast(case when lived.assignment_known then lived.group_stations end as integer) as group_stations,
  cast(case when lived.assignment_known then lived.agent_stations end as integer) as agent_stations,
  cast(case when lived.assignment_known then lived.handoffs end as integer) as handoffs,
  running.status as open_status,
  running.status_since as open_status_since,
  running.agent_id as open_agent_id,
  running.started_at as open_since,
  running.started_clock as open_clock,
  running.calendar_id as open_calendar_id,
  running.hours_of as open_hours_of,
  answered.first_at as first_reply_at,
  answered.first_agent_id as first_reply_agent_id,
  answered.first_seconds as first_reply_seconds,
  answered.first_business as first_reply_business_seconds,
  cast(coalesce(answered.replies, 0) as integer) as replies,
  cast(answered.total_seconds as bigint) as total_reply_seconds,
  cast(answered.total_business as bigint) as total_reply_business_seconds,
  answered.longest_seconds as longest_reply_seconds,
  answered.longest_business as longest_reply_business_seconds,
  case when tickets.status not in (4, 5) and tickets._deleted_at is null then answered.waiting_since end
    as waiting_since,
  answered.waiting_business as waiting_business_seconds,
  answered.waiting_clock,
  spoken.first_system_at as first_system_reply_at,
  cast(coalesce(spoken.agent_replies, 0) as integer) as agent_replies,
  cast(
    coalesce(chats.touches, spoken.agent_replies, 0) + case when tickets.source = 10 then 1 else 0 end as integer
  ) as touch_count,
  cast(coalesce(spoken.customer_messages, 0) as integer) as customer_messages,
  cast(coalesce(spoken.private_notes, 0) as integer) as private_notes,
  cast(coalesce(spoken.system_messages, 0) as integer) as system_messages,
  cast(coalesce(spoken.agents_writing, 0) as integer) as agents_writing,
  spoken.last_at as last_message_at
from freshdesk.tickets
left join lived on lived.ticket_id = tickets.id
left join running on running.ticket_id = tickets.id
left join answered on answered.ticket_id = tickets.id
left join spoken on spoken.ticket_id = tickets.id
left join chats on chats.ticket_id = tickets.id
