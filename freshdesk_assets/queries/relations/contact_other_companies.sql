-- Which contacts also ask for each company?

select
  contact_other_companies.company_name,
  list(contact_other_companies.contact_name order by contact_other_companies.contact_name) as contact_names
from relations.contact_other_companies
where not contact_other_companies.deleted_in_freshdesk
group by contact_other_companies.company_name
order by contact_other_companies.company_name;

-- How many tickets did contacts of several companies open for each of them?

select
  contact_other_companies.contact_name,
  tickets.company_name,
  count(*) as tickets
from relations.contact_other_companies
join relations.tickets on tickets.requester_id = contact_other_companies.contact_id
where not contact_other_companies.deleted_in_freshdesk
  and not tickets.spam
  and not tickets.deleted
group by all
order by contact_other_companies.contact_name, tickets desc;
