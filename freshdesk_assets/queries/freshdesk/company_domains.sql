-- Which company does a domain belong to, and how many of its contacts write from there?

select
  company_domains.domain,
  companies.name as company_name,
  count(contacts.id) as contacts
from freshdesk.company_domains
join freshdesk.companies on companies.id = company_domains.company_id
left join freshdesk.contacts
  on contacts.company_id = companies.id
  and lower(split_part(contacts.email, '@', 2)) = lower(company_domains.domain)
  and not contacts.deleted
  and contacts._deleted_at is null
where company_domains._deleted_at is null
group by all
order by company_domains.domain;

-- From which domains do contacts write that no company claims, so that new ones get no company?

select
  lower(split_part(contacts.email, '@', 2)) as domain,
  count(*) as contacts,
  count(*) filter (contacts.company_id is null) as without_company
from freshdesk.contacts
where contacts.email is not null
  and not contacts.deleted
  and contacts._deleted_at is null
  and not exists (
    select company_domains.company_id
    from freshdesk.company_domains
    where lower(company_domains.domain) = lower(split_part(contacts.email, '@', 2))
      and company_domains._deleted_at is null
  )
group by all
order by contacts desc;
