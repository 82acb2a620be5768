-- Who works at each company, and who of them sees all of its tickets?

select
  contacts.company_name,
  contacts.name,
  contacts.email,
  contacts.view_all_tickets
from relations.contacts
where contacts.company_id is not null
  and not contacts.deleted
  and not contacts.deleted_in_freshdesk
order by contacts.company_name, contacts.name;

-- In which languages do customers ask, and in which of them is the answer late most often?

select
  contacts.language,
  count(distinct contacts.id) as contacts,
  count(tickets.id) as tickets,
  round(100.0 * count(*) filter (tickets.fr_escalated) / nullif(count(tickets.id), 0)) as percent_late
from relations.contacts
left join relations.tickets
  on tickets.requester_id = contacts.id
  and not tickets.spam
  and not tickets.deleted
where not contacts.deleted
  and not contacts.deleted_in_freshdesk
group by contacts.language
order by tickets desc;

-- Which contacts have an e-mail address, but no company?

select
  contacts.name,
  contacts.email,
  contacts.created_at
from relations.contacts
where contacts.company_id is null
  and contacts.email is not null
  and not contacts.deleted
  and not contacts.blocked
  and not contacts.deleted_in_freshdesk
order by contacts.created_at desc;
