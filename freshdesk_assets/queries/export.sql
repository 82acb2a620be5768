-- What the replica has of each ticket, to compare it with an export of Freshdesk's UI.

with verdicts as (
  select
    sla_events.ticket_id,
    sla_events.target,
    case
      when bool_or(sla_events.state in ('late', 'running_late')) then 'violated'
      when bool_and(sla_events.state in ('met', 'running')) then 'within'
    end as verdict
  from metrics.sla_events
  group by sla_events.ticket_id, sla_events.target
)
select
  ticket_metrics.ticket_id,
  lower(ticket_metrics.status_label) as status,
  lower(ticket_metrics.priority_label) as priority,
  ticket_metrics.created_at,
  tickets.resolved_at,
  tickets.closed_at,
  tickets.updated_at,
  ticket_metrics.first_reply_at,
  ticket_metrics.first_reply_seconds,
  ticket_metrics.first_reply_business_seconds,
  ticket_metrics.full_resolution_seconds,
  ticket_metrics.full_resolution_business_seconds,
  ticket_metrics.solve_business_seconds,
  ticket_metrics.agent_replies,
  ticket_metrics.customer_messages,
  resolution.verdict as resolution_verdict,
  first_response.verdict as first_response_verdict,
  next_response.verdict as next_response_verdict,
  ticket_metrics.seconds_tracked,
  ticket_metrics.csat_last,
  ticket_metrics.system_messages,
  ticket_metrics.group_stations,
  ticket_metrics.unknown_because,
  calendars.holidays_known,
  clock.zone
from metrics.ticket_metrics
join freshdesk.tickets on tickets.id = ticket_metrics.ticket_id
left join metrics.calendars on calendars.calendar_id = ticket_metrics.calendar_id
left join verdicts as resolution
  on resolution.ticket_id = ticket_metrics.ticket_id and resolution.target = 'resolution'
left join verdicts as first_response
  on first_response.ticket_id = ticket_metrics.ticket_id and first_response.target = 'first_response'
left join verdicts as next_response
  on next_response.ticket_id = ticket_metrics.ticket_id and next_response.target = 'next_response'
cross join metrics.clock
