-- In how many contacts is each of the account's own fields filled?

select
  contact_fields.label,
  contact_fields.type,
  count(contacts.id) as contacts
from freshdesk.contact_fields
left join freshdesk.contact_custom_fields on contact_custom_fields.name = contact_fields.name
left join freshdesk.contacts
  on contacts.id = contact_custom_fields.contact_id
  and not contacts.deleted
  and contacts._deleted_at is null
where not contact_fields."default"
  and contact_fields._deleted_at is null
group by all
order by contacts desc;

-- How many unresolved tickets have the contacts with each value of a dropdown?

select
  contact_fields.label,
  contact_custom_fields.value_string as choice,
  count(distinct contact_custom_fields.contact_id) as contacts,
  count(tickets.id) as unresolved_tickets
from freshdesk.contact_custom_fields
join freshdesk.contact_fields
  on contact_fields.name = contact_custom_fields.name
  and contact_fields.type = 'custom_dropdown'
  and contact_fields._deleted_at is null
left join freshdesk.tickets
  on tickets.requester_id = contact_custom_fields.contact_id
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where contact_custom_fields._deleted_at is null
group by all
order by contact_fields.label, unresolved_tickets desc;
