-- One row per custom field that has a value in tickets, with the field's label.
--
-- ticket_id: Row of tickets it is part of. -> tickets.id
-- ticket_subject: Subject of the ticket.
-- name: Key of the field.
-- label: Label of the field; null for fields that Freshdesk no longer lists, and levels below nested ones.
-- type: Type of the field, as Freshdesk names it.
-- value_string: Value, if it is text; a list or object as its JSON.
-- value_boolean: Value, if it is true or false.
-- value_long: Value, if it is a whole number.
-- value_number: Value, if it is a number, whole or not.
-- value_date: Value, if it is text that is a day like 2026-01-31.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with fields as (
  select
    ticket_fields.name,
    max(ticket_fields.label) as label,
    max(ticket_fields.type) as type
  from freshdesk.ticket_fields
  where ticket_fields._deleted_at is null
  group by ticket_fields.name
)
select
  ticket_custom_fields.ticket_id,
  tickets.subject as ticket_subject,
  ticket_custom_fields.name,
  fields.label,
  fields.type,
  ticket_custom_fields.value_string,
  ticket_custom_fields.value_boolean,
  ticket_custom_fields.value_long,
  ticket_custom_fields.value_number,
  ticket_custom_fields.value_date,
  ticket_custom_fields._deleted_at is not null as deleted_in_freshdesk
from freshdesk.ticket_custom_fields
left join freshdesk.tickets on tickets.id = ticket_custom_fields.ticket_id
left join fields on fields.name = ticket_custom_fields.name
