-- What is known of each ticket that an export from Freshdesk's UI tells too.

select
  tickets.id as ticket_id,
  lower(ticket_metrics.status_label) as status,
  lower(ticket_metrics.priority_label) as priority,
  tickets.created_at,
  tickets.updated_at,
  tickets.resolved_at,
  tickets.closed_at,
  tickets.first_responded_at,
  ticket_metrics.first_reply_seconds,
  ticket_metrics.first_reply_business_seconds,
  ticket_metrics.full_resolution_seconds,
  ticket_metrics.full_resolution_business_seconds,
  ticket_metrics.solve_business_seconds,
  ticket_metrics.agent_replies,
  ticket_metrics.agent_replies + ticket_metrics.system_messages as agent_and_system_replies,
  ticket_metrics.agent_replies + ticket_metrics.private_notes as agent_replies_and_notes,
  ticket_metrics.customer_messages,
  ticket_metrics.customer_messages + 1 as customer_messages_and_first,
  ticket_metrics.seconds_tracked,
  ticket_metrics.csat_last,
  ticket_metrics.unknown_because,
  max(sla_events.state) filter (sla_events.target = 'first_response') as first_response_state,
  max(sla_events.state) filter (sla_events.target = 'resolution') as resolution_state,
  arg_max(sla_events.state, sla_events.n) filter (sla_events.target = 'next_response')
    as next_response_state,
  clock.as_of,
  clock.zone,
  bool_or(calendars.holidays_known) as holidays_known
from freshdesk.tickets
join metrics.ticket_metrics on ticket_metrics.ticket_id = tickets.id
cross join metrics.clock
left join metrics.sla_events on sla_events.ticket_id = tickets.id
left join metrics.calendars on calendars.calendar_id = ticket_metrics.calendar_id
group by all
