-- Which statuses are there, and what do customers read instead?

select
  ticket_field_choices.code,
  ticket_field_choices.value as status,
  ticket_field_choices.label_for_customers
from freshdesk.ticket_field_choices
join freshdesk.ticket_fields on ticket_fields.id = ticket_field_choices.ticket_field_id
where ticket_fields.type = 'default_status'
  and ticket_field_choices._deleted_at is null
order by ticket_field_choices.code;

-- How many tickets have each choice of the account's own dropdowns, those nobody picks included?

select
  ticket_fields.label,
  ticket_field_choices.value as choice,
  count(tickets.id) as tickets
from freshdesk.ticket_field_choices
join freshdesk.ticket_fields on ticket_fields.id = ticket_field_choices.ticket_field_id
left join freshdesk.ticket_custom_fields
  on ticket_custom_fields.name = ticket_fields.name
  and ticket_custom_fields.value_string = ticket_field_choices.value
left join freshdesk.tickets
  on tickets.id = ticket_custom_fields.ticket_id
  and not tickets.spam
  and not tickets.deleted
where ticket_fields.type = 'custom_dropdown'
  and ticket_field_choices._deleted_at is null
group by ticket_fields.label, ticket_field_choices.value
order by ticket_fields.label, tickets;

-- Which choices of nested fields depend on which?

select
  ticket_fields.label,
  array_to_string(ticket_field_choices.path, ' > ') as choice
from freshdesk.ticket_field_choices
join freshdesk.ticket_fields on ticket_fields.id = ticket_field_choices.ticket_field_id
where ticket_fields.type = 'nested_field'
  and ticket_field_choices._deleted_at is null
order by ticket_fields.label, ticket_field_choices."position";
