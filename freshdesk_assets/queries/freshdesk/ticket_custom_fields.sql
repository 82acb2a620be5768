-- Where are the account's own fields used: in how many tickets is each filled, and since when?

select
  ticket_custom_fields.name,
  count(*) as tickets,
  min(tickets.created_at) as first_ticket_at,
  max(tickets.created_at) as latest_ticket_at
from freshdesk.ticket_custom_fields
join freshdesk.tickets on tickets.id = ticket_custom_fields.ticket_id
where not tickets.spam
  and not tickets.deleted
group by ticket_custom_fields.name
order by tickets desc;

-- How do tickets spread over the values of each dropdown?

select
  ticket_fields.label,
  ticket_custom_fields.value_string as choice,
  count(*) as tickets,
  count(*) filter (tickets.status not in (4, 5)) as unresolved
from freshdesk.ticket_custom_fields
join freshdesk.ticket_fields
  on ticket_fields.name = ticket_custom_fields.name
  and ticket_fields.type = 'custom_dropdown'
  and ticket_fields._deleted_at is null
join freshdesk.tickets on tickets.id = ticket_custom_fields.ticket_id
where not tickets.spam
  and not tickets.deleted
group by all
order by ticket_fields.label, tickets desc;
