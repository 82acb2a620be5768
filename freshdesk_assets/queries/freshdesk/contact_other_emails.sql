-- Who writes from an address that is not their main one?

select
  contact_other_emails.email,
  contacts.name,
  contacts.email as main_email
from freshdesk.contact_other_emails
join freshdesk.contacts on contacts.id = contact_other_emails.contact_id
where not contacts.deleted
  and contacts._deleted_at is null
order by contact_other_emails.email;

-- Which e-mail domains do further addresses have that no company claims?

with domains as (
  select
    lower(split_part(contact_other_emails.email, '@', 2)) as domain,
    count(distinct contact_other_emails.contact_id) as contacts
  from freshdesk.contact_other_emails
  where contact_other_emails._deleted_at is null
  group by all
)
select
  domains.domain,
  domains.contacts
from domains
where not exists (
  select company_domains.company_id
  from freshdesk.company_domains
  where lower(company_domains.domain) = domains.domain
    and company_domains._deleted_at is null
)
order by domains.contacts desc;
