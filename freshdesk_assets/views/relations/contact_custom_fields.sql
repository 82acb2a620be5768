-- One row per custom field that has a value in contacts, with the field's label.
--
-- contact_id: Row of contacts it is part of. -> contacts.id
-- contact_name: Name of the contact.
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
    contact_fields.name,
    max(contact_fields.label) as label,
    max(contact_fields.type) as type
  from freshdesk.contact_fields
  where contact_fields._deleted_at is null
  group by contact_fields.name
)
select
  contact_custom_fields.contact_id,
  contacts.name as contact_name,
  contact_custom_fields.name,
  fields.label,
  fields.type,
  contact_custom_fields.value_string,
  contact_custom_fields.value_boolean,
  contact_custom_fields.value_long,
  contact_custom_fields.value_number,
  contact_custom_fields.value_date,
  contact_custom_fields._deleted_at is not null as deleted_in_freshdesk
from freshdesk.contact_custom_fields
left join freshdesk.contacts on contacts.id = contact_custom_fields.contact_id
left join fields on fields.name = contact_custom_fields.name
