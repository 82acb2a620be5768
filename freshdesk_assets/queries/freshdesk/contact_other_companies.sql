-- Which contacts ask for more than one company?

select
  contacts.name,
  main_companies.name as main_company,
  list(companies.name order by contact_other_companies.position) as other_companies
from freshdesk.contact_other_companies
join freshdesk.contacts on contacts.id = contact_other_companies.contact_id
left join freshdesk.companies on companies.id = contact_other_companies.company_id
left join freshdesk.companies as main_companies on main_companies.id = contacts.company_id
where not contacts.deleted
  and contacts._deleted_at is null
group by contacts.id, contacts.name, main_companies.name
order by contacts.name;

-- Who sees all tickets of a company that is not their main one?

select
  companies.name as company_name,
  contacts.name,
  contacts.email
from freshdesk.contact_other_companies
join freshdesk.contacts on contacts.id = contact_other_companies.contact_id
join freshdesk.companies on companies.id = contact_other_companies.company_id
where contact_other_companies.view_all_tickets
  and not contacts.deleted
  and contacts._deleted_at is null
order by companies.name, contacts.name;
