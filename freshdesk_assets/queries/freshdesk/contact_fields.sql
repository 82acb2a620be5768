-- What can customers say of themselves, and what must they?

select
  contact_fields.label_for_customers,
  contact_fields.type,
  contact_fields.required_for_customers,
  contact_fields.editable_in_signup
from freshdesk.contact_fields
where contact_fields.customers_can_edit
  and contact_fields._deleted_at is null
order by contact_fields."position";

-- Which choices do the dropdowns of the contact form offer, and how many contacts have each?

with choices as (
  select
    contact_fields.name,
    contact_fields.label,
    unnest(from_json(contact_fields.choices, '["varchar"]')) as choice
  from freshdesk.contact_fields
  where contact_fields.type = 'custom_dropdown'
    and contact_fields._deleted_at is null
)
select
  choices.label,
  choices.choice,
  count(contacts.id) as contacts
from choices
left join freshdesk.contact_custom_fields
  on contact_custom_fields.name = choices.name
  and contact_custom_fields.value_string = choices.choice
left join freshdesk.contacts
  on contacts.id = contact_custom_fields.contact_id
  and not contacts.deleted
  and contacts._deleted_at is null
group by choices.label, choices.choice
order by choices.label, contacts desc;
