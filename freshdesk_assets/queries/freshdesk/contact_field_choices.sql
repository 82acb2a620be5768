-- How many contacts have each choice of the account's own fields, those nobody has included?

select
  contact_fields.label,
  contact_field_choices.value as choice,
  count(contact_custom_fields.contact_id) as contacts
from freshdesk.contact_field_choices
join freshdesk.contact_fields on contact_fields.id = contact_field_choices.contact_field_id
left join freshdesk.contact_custom_fields
  on contact_custom_fields.name = contact_fields.name
  and contact_custom_fields.value_string = contact_field_choices.value
where contact_field_choices._deleted_at is null
  and contact_fields."type" = 'custom_dropdown'
group by all
order by contact_fields.label, contacts desc, choice;

-- What are the languages and time zones of contacts called?

select
  contact_fields.name as field,
  contact_field_choices.value,
  contact_field_choices.label
from freshdesk.contact_field_choices
join freshdesk.contact_fields on contact_fields.id = contact_field_choices.contact_field_id
where contact_field_choices._deleted_at is null
  and contact_fields."type" in ('default_language', 'default_time_zone')
order by contact_fields.name, contact_field_choices."position";
