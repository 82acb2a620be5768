-- The tickets that count and are open, or were created, answered or resolved so lately that a chart shows it.
--
-- Their columns are those of ticket_metrics. It is not read itself, because it measures every ticket there ever was.

with chosen as (
  select tickets.id
  from freshdesk.tickets
  where not coalesce(tickets.status in (4, 5), false)
    or tickets.created_at >= getvariable('page_as_of') - interval 58 days
  union
  select ticket_facts.ticket_id
  from metrics.ticket_facts
  where ticket_facts.first_reply_at >= getvariable('page_as_of') - interval 26 weeks
    or ticket_facts.last_resolved_at >= getvariable('page_as_of') - interval 26 weeks
),
labels as (
  select
    choices.field,
    choices.code,
    choices.label
  from relations.choices
  where choices.field in ('priority', 'source')
)
select
  tickets.id as ticket_id,
  tickets.created_at,
  cast(tickets.created_at at time zone getvariable('page_zone') as timestamp) as created_local,
  coalesce(tickets.status in (4, 5), false) as is_solved,
  coalesce(groups.name, 'Group ' || tickets.group_id, 'No group') as of_group,
  tickets.responder_id as agent_id,
  coalesce(priorities.label, cast(tickets.priority as varchar)) as priority,
  tickets.type,
  coalesce(sources.label, cast(tickets.source as varchar)) as channel,
  tickets.company_id,
  ticket_facts.open_calendar_id as calendar_id,
  ticket_facts.first_reply_at,
  ticket_facts.first_reply_seconds,
  ticket_facts.first_reply_business_seconds,
  ticket_facts.last_resolved_at,
  cast(epoch(ticket_facts.last_resolved_at) - epoch(tickets.created_at) as bigint) as full_resolution_seconds,
  ticket_facts.full_resolution_business_seconds
from chosen
join freshdesk.tickets on tickets.id = chosen.id
left join metrics.ticket_facts on ticket_facts.ticket_id = chosen.id
left join freshdesk.groups on groups.id = tickets.group_id
left join labels as priorities on priorities.field = 'priority' and priorities.code = tickets.priority
left join labels as sources on sources.field = 'source' and sources.code = tickets.source
where not coalesce(tickets.spam, false)
  and not coalesce(tickets.deleted, false)
  and tickets._deleted_at is null
