-- Which contacts opened most tickets in the last thirty days?

select
  contacts.name,
  companies.name as company_name,
  count(*) as tickets,
  count(*) filter (tickets.status not in (4, 5)) as unresolved
from freshdesk.contacts
join freshdesk.tickets on tickets.requester_id = contacts.id
left join freshdesk.companies on companies.id = contacts.company_id
where tickets.created_at >= now() - interval 30 days
  and not tickets.spam
  and not tickets.deleted
group by all
order by tickets desc
limit 20;

-- Which contacts may be the same person, for their names are the same?

select
  contacts.name,
  count(*) as contacts,
  list(coalesce(contacts.email, contacts.mobile, contacts.phone) order by contacts.id) as known_by
from freshdesk.contacts
where not contacts.deleted
  and contacts._deleted_at is null
group by contacts.name
having count(*) > 1
order by contacts desc, contacts.name;

-- Who is blocked, and of which company are they?

select
  contacts.name,
  contacts.email,
  companies.name as company_name,
  contacts.updated_at
from freshdesk.contacts
left join freshdesk.companies on companies.id = contacts.company_id
where contacts.blocked
  and contacts._deleted_at is null
order by contacts.updated_at desc;
