-- Whose number is it, whichever field of the contact it is in?

with numbers as (
  select
    contacts.id as contact_id,
    contacts.phone as number,
    'phone' as kind
  from freshdesk.contacts
  union all
  select
    contacts.id as contact_id,
    contacts.mobile as number,
    'mobile' as kind
  from freshdesk.contacts
  union all
  select
    contact_other_phone_numbers.contact_id,
    contact_other_phone_numbers.value as number,
    coalesce(contact_other_phone_numbers.label, 'other') as kind
  from freshdesk.contact_other_phone_numbers
)
select
  numbers.number,
  numbers.kind,
  contacts.name,
  contacts.email
from numbers
join freshdesk.contacts on contacts.id = numbers.contact_id
where numbers.number is not null
  and not contacts.deleted
  and contacts._deleted_at is null
order by numbers.number;

-- Which contacts have further numbers although the field for the main one is empty?

select
  contacts.name,
  contacts.email,
  list(contact_other_phone_numbers.value order by contact_other_phone_numbers.position) as further_numbers
from freshdesk.contact_other_phone_numbers
join freshdesk.contacts on contacts.id = contact_other_phone_numbers.contact_id
where coalesce(contacts.phone, '') = ''
  and not contacts.deleted
  and contacts._deleted_at is null
group by contacts.id, contacts.name, contacts.email
order by contacts.name;
