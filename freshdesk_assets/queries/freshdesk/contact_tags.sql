-- How many contacts have each tag, and how many unresolved tickets?

select
  contact_tags.tag,
  count(distinct contacts.id) as contacts,
  count(distinct tickets.id) as unresolved_tickets
from freshdesk.contact_tags
join freshdesk.contacts on contacts.id = contact_tags.contact_id
left join freshdesk.tickets
  on tickets.requester_id = contacts.id
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where not contacts.deleted
  and contacts._deleted_at is null
group by contact_tags.tag
order by unresolved_tickets desc;

-- Which contacts have several tags?

select
  contacts.name,
  contacts.email,
  list(contact_tags.tag order by contact_tags.position) as tags
from freshdesk.contact_tags
join freshdesk.contacts on contacts.id = contact_tags.contact_id
where not contacts.deleted
  and contacts._deleted_at is null
group by contacts.id, contacts.name, contacts.email
having count(*) > 1
order by contacts.name;
