-- One row per contact, with the names of their companies.
--
-- Their own fields are in relations.contacts_wide.
--
-- id: Contact's id, shared with agents: becoming one keeps it.
-- name: Full name.
-- email: Main e-mail address; null if known by phone or handle only.
-- other_emails: Further e-mail addresses.
-- phone: Telephone number.
-- mobile: Mobile number.
-- job_title: Job title.
-- language: Language code (en, de, pt-BR, …).
-- time_zone: Time zone, by its Rails name (Vienna, not Europe/Vienna).
-- company_id: Main company; null if none. -> companies.id
-- company_name: Name of the main company.
-- other_company_names: Names of further companies.
-- tags: Tags.
-- active: Whether the e-mail address is verified; says nothing of deletion.
-- blocked: Whether Freshdesk refuses their messages; known from the list that sent the row.
-- deleted: Whether soft-deleted; known from the list that sent the row, where the row does not say.
-- view_all_tickets: Whether they see all tickets of their main company; null until the row's own call was made.
-- contact_type: contact, or visitor for someone known from chat only.
-- csat_rating: Satisfaction as of their latest rating; null if never rated.
-- unique_external_id: Id in the customer's own system.
-- created_at: When the contact was created.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.
-- is_current: Whether they count: not deleted, and Freshdesk still has them.

with others as (
  select
    contact_other_companies.contact_id,
    count(*) as how_many,
    cast(list(companies.name order by companies.name) as varchar[]) as names
  from freshdesk.contact_other_companies
  left join freshdesk.companies on companies.id = contact_other_companies.company_id
  where contact_other_companies._deleted_at is null
  group by contact_other_companies.contact_id
)
select
  contacts.id,
  contacts.name,
  contacts.email,
  contacts.other_emails,
  contacts.phone,
  contacts.mobile,
  contacts.job_title,
  contacts.language,
  contacts.time_zone,
  contacts.company_id,
  companies.name as company_name,
  others.names as other_company_names,
  contacts.tags,
  contacts.active,
  contacts.blocked,
  contacts.deleted,
  contacts.view_all_tickets,
  contacts.contact_type,
  contacts.csat_rating,
  contacts.unique_external_id,
  contacts.created_at,
  contacts.updated_at,
  contacts._deleted_at is not null as deleted_in_freshdesk,
  contacts._deleted_at is null and not coalesce(contacts.deleted, false) as is_current
from freshdesk.contacts
left join freshdesk.companies on companies.id = contacts.company_id
left join others on others.contact_id = contacts.id
