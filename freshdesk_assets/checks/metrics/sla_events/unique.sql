-- A target of a ticket is there once, and each ticket whose due time is set has its targets.

select
  sla_events.ticket_id,
  sla_events.target,
  sla_events.n
from metrics.sla_events
group by sla_events.ticket_id, sla_events.target, sla_events.n
having count(*) > 1
union all
select
  tickets.id as ticket_id,
  'resolution' as target,
  0 as n
from freshdesk.tickets
where tickets.due_by is not null
  and not coalesce(tickets.spam, false)
  and not coalesce(tickets.deleted, false)
  and not exists (
    select 1
    from metrics.sla_events
    where sla_events.ticket_id = tickets.id and sla_events.target = 'resolution'
  )
