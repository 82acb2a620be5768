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

with flags as (
  select
    ticket_comparisons.ticket_id,
    case when clock.as_of > ticket_comparisons.first_response_due_at then true
      else ticket_comparisons.first_response_late
    end as first_response_late,
    ticket_comparisons.says_first_response_late,
    case when clock.as_of > ticket_comparisons.resolution_due_at then true
      else ticket_comparisons.resolution_late
    end as resolution_late,
    ticket_comparisons.says_resolution_late
  from metrics.ticket_comparisons
  cross join metrics.clock
),
compared as (
  select
    'first_reply' as metric,
    ticket_comparisons.ticket_id as id,
    ticket_comparisons.first_reply_off as off,
    ticket_comparisons.first_reply_by_system as by_system
  from metrics.ticket_comparisons
  where ticket_comparisons.first_reply_off is not null
  union all
  select 'last_agent_reply', ticket_comparisons.ticket_id, ticket_comparisons.last_agent_reply_off, false
  from metrics.ticket_comparisons
  where ticket_comparisons.last_agent_reply_off is not null
  union all
  select 'last_customer_message', ticket_comparisons.ticket_id, ticket_comparisons.last_customer_message_off, false
  from metrics.ticket_comparisons
  where ticket_comparisons.last_customer_message_off is not null
  union all
  select 'last_resolution', ticket_comparisons.ticket_id, ticket_comparisons.last_resolution_off, false
  from metrics.ticket_comparisons
  where ticket_comparisons.last_resolution_off is not null
  union all
  select 'closed', ticket_comparisons.ticket_id, ticket_comparisons.closed_off, false
  from metrics.ticket_comparisons
  where ticket_comparisons.closed_off is not null
  union all
  select 'last_reopening', ticket_comparisons.ticket_id, ticket_comparisons.last_reopening_off, false
  from metrics.ticket_comparisons
  where ticket_comparisons.last_reopening_off is not null
  union all
  select 'pending_since', ticket_comparisons.ticket_id, ticket_comparisons.pending_since_off, false
  from metrics.ticket_comparisons
  where ticket_comparisons.pending_since_off is not null
  union all
  select 'status_updated', ticket_comparisons.ticket_id, ticket_comparisons.status_updated_off, false
  from metrics.ticket_comparisons
  where ticket_comparisons.status_updated_off is not null
  union all
  select 'first_response_late', flags.ticket_id, case when flags.first_response_late = flags.says_first_response_late then 0 else 3600 end, false
  from flags
  where flags.first_response_late is not null and flags.says_first_response_late is not null
  union all
  select 'resolution_late', flags.ticket_id, case when flags.resolution_late = flags.says_resolution_late then 0 else 3600 end, false
  from flags
  where flags.resolution_late is not null and flags.says_resolution_late is not null
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
