-- One row per measure that Freshdesk tells too: how many tickets agree with it, and ten that do not.
--
-- metric: Measure.
-- description: What is compared with what.
-- compared: Tickets of which both are known; of messages, those without a deleted one.
-- equal: How many of them are equal to the second.
-- within_60s: How many differ by a minute at most.
-- differs: How many differ by more.
-- share: Share that differs by a minute at most, from 0 to 1; null if none was compared.
-- ticket_ids: Ten tickets that differ, the latest first.
-- reason: What explains the differences, where it is known; null if there are none.

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
      as pending_since,
    bool_or(not ticket_spans.status_exact) as sampled
  from metrics.ticket_spans
  group by ticket_spans.ticket_id
),
reopened as (
  select ticket_events.ticket_id, max(ticket_events.at) as at
  from metrics.ticket_events
  where ticket_events.kind = 'reopened'
  group by ticket_events.ticket_id
),
flags as (
  select
    sla_events.ticket_id,
    bool_or(sla_events.state in ('late', 'running_late')) filter (sla_events.target = 'first_response')
      as first_late,
    bool_or(sla_events.state in ('late', 'running_late')) filter (sla_events.target = 'resolution')
      as resolution_late
  from metrics.sla_events
  where sla_events.state in ('met', 'late', 'running_late')
  group by sla_events.ticket_id
),
compared as (
  select
    'first_reply' as metric,
    tickets.id,
    abs(epoch(ticket_facts.first_reply_at) - epoch(tickets.first_responded_at)) as off,
    tickets.first_responded_at = ticket_facts.first_system_reply_at as by_system
  from freshdesk.tickets
  join metrics.ticket_facts on ticket_facts.ticket_id = tickets.id
  where ticket_facts.first_reply_at is not null and tickets.first_responded_at is not null
    and tickets.id not in (select cut.ticket_id from cut)
  union all
  select
    'last_agent_reply', tickets.id, abs(epoch(replied.last_agent_at) - epoch(tickets.agent_responded_at)), false
  from freshdesk.tickets
  join replied on replied.ticket_id = tickets.id
  where replied.last_agent_at is not null and tickets.agent_responded_at is not null
    and tickets.id not in (select cut.ticket_id from cut)
  union all
  select
    'last_customer_message',
    tickets.id,
    abs(epoch(replied.last_customer_at) - epoch(tickets.requester_responded_at)),
    false
  from freshdesk.tickets
  join replied on replied.ticket_id = tickets.id
  where replied.last_customer_at is not null and tickets.requester_responded_at is not null
    and tickets.id not in (select cut.ticket_id from cut)
  union all
  select
    'last_resolution',
    tickets.id,
    abs(epoch(events.at) - epoch(coalesce(tickets.resolved_at, tickets.closed_at))),
    false
  from freshdesk.tickets
  join (
    select ticket_events.ticket_id, max(ticket_events.at) as at
    from metrics.ticket_events
    where ticket_events.kind = 'resolved'
    group by ticket_events.ticket_id
  ) as events on events.ticket_id = tickets.id
  where tickets.status in (4, 5) and coalesce(tickets.resolved_at, tickets.closed_at) is not null
  union all
  select 'closed', tickets.id, abs(epoch(events.at) - epoch(tickets.closed_at)), false
  from freshdesk.tickets
  join (
    select ticket_events.ticket_id, max(ticket_events.at) as at
    from metrics.ticket_events
    where ticket_events.kind = 'closed'
    group by ticket_events.ticket_id
  ) as events on events.ticket_id = tickets.id
  where tickets.status = 5 and tickets.closed_at is not null
  union all
  select 'last_reopening', tickets.id, abs(epoch(reopened.at) - epoch(tickets.reopened_at)), false
  from freshdesk.tickets
  join reopened on reopened.ticket_id = tickets.id
  where tickets.reopened_at is not null
  union all
  select 'pending_since', tickets.id, abs(epoch(stays.pending_since) - epoch(tickets.pending_since)), false
  from freshdesk.tickets
  join stays on stays.ticket_id = tickets.id
  where tickets.status = 3 and stays.pending_since is not null and tickets.pending_since is not null
  union all
  select
    'status_updated', tickets.id, abs(epoch(stays.latest_since) - epoch(tickets.status_updated_at)), false
  from freshdesk.tickets
  join stays on stays.ticket_id = tickets.id
  where tickets.status_updated_at is not null
  union all
  select
    'first_response_late',
    tickets.id,
    case when flags.first_late = tickets.fr_escalated then 0 else 3600 end,
    false
  from freshdesk.tickets
  join flags on flags.ticket_id = tickets.id
  where flags.first_late is not null and tickets.fr_escalated is not null and tickets._deleted_at is null
  union all
  select
    'resolution_late',
    tickets.id,
    case when flags.resolution_late = tickets.is_escalated then 0 else 3600 end,
    false
  from freshdesk.tickets
  join flags on flags.ticket_id = tickets.id
  where flags.resolution_late is not null and tickets.is_escalated is not null and tickets._deleted_at is null
),
metrics_known as (
  select
    cast(listed.place as integer) as place,
    cast(listed.metric as varchar) as metric,
    cast(listed.description as varchar) as description
  from (values
    (1, 'first_reply', 'First public message of an agent, and stats.first_responded_at.'),
    (2, 'last_agent_reply', 'Latest public message of an agent, and stats.agent_responded_at.'),
    (3, 'last_customer_message', 'Latest message of a customer, and stats.requester_responded_at.'),
    (4, 'last_resolution', 'Latest resolution, and stats.resolved_at, else closed_at.'),
    (5, 'closed', 'Latest closing, and stats.closed_at.'),
    (6, 'last_reopening', 'Latest reopening that was seen, and stats.reopened_at.'),
    (7, 'pending_since', 'Since when it is Pending, and stats.pending_since.'),
    (8, 'status_updated', 'Latest change of status, and stats.status_updated_at.'),
    (9, 'first_response_late', 'First response later than fr_due_by, and fr_escalated.'),
    (10, 'resolution_late', 'Resolution later than due_by, and is_escalated.')
  ) as listed(place, metric, description)
)
select
  metrics_known.metric,
  metrics_known.description,
  count(compared.id) as compared,
  count(*) filter (compared.off = 0) as equal,
  count(*) filter (compared.off > 0 and compared.off <= 60) as within_60s,
  count(*) filter (compared.off > 60) as differs,
  cast(count(*) filter (compared.off <= 60) as double) / nullif(count(compared.id), 0) as share,
  cast(
    coalesce(list(compared.id order by compared.id desc) filter (compared.off > 60), [])[1:10] as bigint[]
  ) as ticket_ids,
  cast(
    case
      when count(*) filter (compared.off > 60) = 0 then null
      when count(*) filter (compared.off > 60 and compared.by_system)
        = count(*) filter (compared.off > 60)
        then 'Freshdesk counts an automation''s message as the response'
      when metrics_known.metric in ('first_response_late', 'resolution_late')
        then 'Freshdesk sets the flag some minutes after the due time'
    end as varchar
  ) as reason
from metrics_known
left join compared on compared.metric = metrics_known.metric
group by metrics_known.place, metrics_known.metric, metrics_known.description
order by metrics_known.place
