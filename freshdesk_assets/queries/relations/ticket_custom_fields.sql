-- What do the account's own fields say of urgent tickets that are open past their due time?

select
  ticket_custom_fields.ticket_id,
  ticket_custom_fields.ticket_subject,
  coalesce(ticket_custom_fields.label, ticket_custom_fields.name) as field,
  coalesce(
    ticket_custom_fields.value_string,
    cast(ticket_custom_fields.value_boolean as varchar),
    cast(ticket_custom_fields.value_long as varchar),
    cast(ticket_custom_fields.value_number as varchar)
  ) as value
from relations.ticket_custom_fields
join relations.tickets on tickets.id = ticket_custom_fields.ticket_id
where tickets.due_by < now()
  and tickets.status = 2
  and tickets.priority = 4
  and not tickets.spam
  and not tickets.deleted
  and not tickets.deleted_in_freshdesk
order by tickets.due_by, tickets.id, field;

-- What are the totals of the account's own numbers in the tickets of each month?

select
  date_trunc('month', tickets.created_at at time zone 'UTC') as month,
  ticket_custom_fields.label,
  count(*) as tickets,
  round(sum(ticket_custom_fields.value_number), 2) as total
from relations.ticket_custom_fields
join relations.tickets on tickets.id = ticket_custom_fields.ticket_id
where ticket_custom_fields.type in ('custom_number', 'custom_decimal')
  and not tickets.spam
  and not tickets.deleted
group by all
order by month desc, ticket_custom_fields.label;

-- Which fields are filled although the form no longer has them, or does not list them at its first level?

select
  ticket_custom_fields.name,
  count(*) as tickets
from relations.ticket_custom_fields
where ticket_custom_fields.label is null
  and not ticket_custom_fields.deleted_in_freshdesk
group by ticket_custom_fields.name
order by tickets desc;
