-- Which fields must be filled, by whom, and before a ticket can be closed?

select
  ticket_fields.label,
  ticket_fields.required_for_customers,
  ticket_fields.required_for_agents,
  ticket_fields.required_for_closure
from freshdesk.ticket_fields
where ticket_fields._deleted_at is null
  and (
    ticket_fields.required_for_customers
    or ticket_fields.required_for_agents
    or ticket_fields.required_for_closure
  )
order by ticket_fields."position";

-- What part of the last thirty days' tickets has each of the account's own fields filled?

with recent_tickets as (
  select tickets.id
  from freshdesk.tickets
  where tickets.created_at >= now() - interval 30 days
    and not tickets.spam
    and not tickets.deleted
)
select
  ticket_fields.label,
  ticket_fields.type,
  round(100.0 * count(recent_tickets.id) / (select count(*) from recent_tickets)) as percent_filled
from freshdesk.ticket_fields
left join freshdesk.ticket_custom_fields on ticket_custom_fields.name = ticket_fields.name
left join recent_tickets on recent_tickets.id = ticket_custom_fields.ticket_id
where not ticket_fields."default"
  and ticket_fields._deleted_at is null
group by ticket_fields.id, ticket_fields.label, ticket_fields.type
order by percent_filled;
