-- One row per ticket: how far what is measured of it is from what Freshdesk tells of it, without knowing what time it is.
--
-- What is compared with what is in reconciliation, which counts these rows.
--
-- Kept as a table, by ticket_id.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- first_reply_off: Seconds between its first reply and Freshdesk's. Here and below null is: one of both is not known.
-- first_reply_by_system: Whether Freshdesk's is the first message of an automation.
-- last_agent_reply_off: Seconds between the latest public message of an agent and Freshdesk's.
-- last_customer_message_off: Seconds between the latest message of a customer and Freshdesk's.
-- last_resolution_off: Seconds between its latest resolution and Freshdesk's.
-- closed_off: Seconds between its latest closing and Freshdesk's.
-- last_reopening_off: Seconds between its latest reopening and Freshdesk's.
-- pending_since_off: Seconds between the moments since when it is Pending.
-- status_updated_off: Seconds between its latest change of status and Freshdesk's.
-- first_response_late: Whether its first response was late; null while that can change, and if nothing was due.
-- first_response_due_at: When the first response is due that runs; null if none does, or if its clock stands still.
-- says_first_response_late: Freshdesk's flag of it; null if Freshdesk no longer has the ticket.
-- resolution_late: Whether its resolution was late; null while that can change, and if nothing was due.
-- resolution_due_at: When the resolution is due that runs; null if none does, or if its clock stands still.
-- says_resolution_late: Freshdesk's flag of it; null if Freshdesk no longer has the ticket.

with cut as (
  -- Freshdesk's times are of messages that were deleted since, too.
  select distinct conversations.ticket_id
  from freshdesk.conversations
  where conversations._deleted_at is not null
),
replied as (
  select
    ticket_messages.ticket_id,
    max(ticket_messages.at) filter (ticket_messages.actor = 'agent') as last_agent_at,
    max(ticket_messages.at) filter (ticket_messages.actor = 'customer') as last_customer_at
  from metrics.ticket_messages
  group by ticket_messages.ticket_id
),
stays as (
  select
    ticket_spans.ticket_id,
    max(ticket_spans.status_since) as latest_since,
    max(ticket_spans.status_since) filter (ticket_spans.status = 3 and ticket_spans.ended_at is null)
      as pending_since
  from metrics.ticket_spans
  group by ticket_spans.ticket_id
),
moved as (
  select
    ticket_events.ticket_id,
    max(ticket_events.at) filter (ticket_events.kind = 'resolved') as resolved_at,
    max(ticket_events.at) filter (ticket_events.kind = 'closed') as closed_at,
    max(ticket_events.at) filter (ticket_events.kind = 'reopened') as reopened_at
  from metrics.ticket_events
  where ticket_events.kind in ('resolved', 'closed', 'reopened')
  group by ticket_events.ticket_id
),
promised as (
  -- As sla_events has their states, which of what runs needs to know the time.
  select
    sla_targets.ticket_id,
    sla_targets.target,
    sla_targets.due_at,
    sla_targets.met_at is null and sla_targets.over_at is null and sla_targets.stopped_since is null as runs,
    case
      when sla_targets.met_at is not null then sla_targets.met_at > sla_targets.due_at
      when coalesce(sla_targets.over_at, sla_targets.stopped_since) > sla_targets.due_at then true
    end as late
  from metrics.sla_targets
  where sla_targets.due_at is not null and sla_targets.target in ('first_response', 'resolution')
),
kept as (
  select
    promised.ticket_id,
    bool_or(promised.late) filter (promised.target = 'first_response') as first_late,
    min(promised.due_at) filter (promised.target = 'first_response' and promised.runs) as first_due_at,
    bool_or(promised.late) filter (promised.target = 'resolution') as resolution_late,
    min(promised.due_at) filter (promised.target = 'resolution' and promised.runs) as resolution_due_at
  from promised
  group by promised.ticket_id
)
select
  tickets.id as ticket_id,
  case when cut.ticket_id is null
    then abs(epoch(ticket_facts.first_reply_at) - epoch(tickets.first_responded_at))
  end as first_reply_off,
  tickets.first_responded_at = ticket_facts.first_system_reply_at as first_reply_by_system,
  case when cut.ticket_id is null
    then abs(epoch(replied.last_agent_at) - epoch(tickets.agent_responded_at))
  end as last_agent_reply_off,
  case when cut.ticket_id is null
    then abs(epoch(replied.last_customer_at) - epoch(tickets.requester_responded_at))
  end as last_customer_message_off,
  case when tickets.status in (4, 5)
    then abs(epoch(moved.resolved_at) - epoch(coalesce(tickets.resolved_at, tickets.closed_at)))
  end as last_resolution_off,
  case when tickets.status = 5 then abs(epoch(moved.closed_at) - epoch(tickets.closed_at)) end as closed_off,
  abs(epoch(moved.reopened_at) - epoch(tickets.reopened_at)) as last_reopening_off,
  case when tickets.status = 3 then abs(epoch(stays.pending_since) - epoch(tickets.pending_since)) end
    as pending_since_off,
  abs(epoch(stays.latest_since) - epoch(tickets.status_updated_at)) as status_updated_off,
  kept.first_late as first_response_late,
  kept.first_due_at as first_response_due_at,
  case when tickets._deleted_at is null then tickets.fr_escalated end as says_first_response_late,
  kept.resolution_late,
  kept.resolution_due_at,
  case when tickets._deleted_at is null then tickets.is_escalated end as says_resolution_late
from freshdesk.tickets
left join metrics.ticket_facts on ticket_facts.ticket_id = tickets.id
left join replied on replied.ticket_id = tickets.id
left join stays on stays.ticket_id = tickets.id
left join moved on moved.ticket_id = tickets.id
left join kept on kept.ticket_id = tickets.id
left join cut on cut.ticket_id = tickets.id
