-- One row per company, with how many contacts and tickets it has; spam and deleted ones do not count.
--
-- Its own fields are in relations.companies_wide.
--
-- id: Company's id.
-- name: Company's name, unique in the account.
-- description: What the company is.
-- note: Notes about the company.
-- domains: E-mail domains by which new contacts are recognised as the company's.
-- health_score: At risk, Doing okay or Happy; null if not set.
-- account_tier: Basic, Premium or Enterprise; null if not set.
-- industry: Industry, from Freshdesk's list.
-- renewal_date: When the contract renews; a day, sent as its midnight in UTC.
-- contacts: How many contacts it is the main company of.
-- tickets: How many tickets it has.
-- unresolved_tickets: How many of those are neither resolved nor closed.
-- latest_ticket_at: When the latest was created.
-- created_at: When the company was created.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with people_of as (
  select
    contacts.company_id,
    count(*) as contacts
  from freshdesk.contacts
  where contacts._deleted_at is null and not coalesce(contacts.deleted, false)
  group by contacts.company_id
),
tickets_of as (
  select
    tickets.company_id,
    count(*) as tickets,
    count(*) filter (tickets.status not in (4, 5)) as unresolved,
    max(tickets.created_at) as latest_at
  from freshdesk.tickets
  where tickets._deleted_at is null
    and not coalesce(tickets.deleted, false)
    and not coalesce(tickets.spam, false)
  group by tickets.company_id
)
select
  companies.id,
  companies.name,
  companies.description,
  companies.note,
  companies.domains,
  companies.health_score,
  companies.account_tier,
  companies.industry,
  companies.renewal_date,
  coalesce(people_of.contacts, 0) as contacts,
  coalesce(tickets_of.tickets, 0) as tickets,
  coalesce(tickets_of.unresolved, 0) as unresolved_tickets,
  tickets_of.latest_at as latest_ticket_at,
  companies.created_at,
  companies.updated_at,
  companies._deleted_at is not null as deleted_in_freshdesk
from freshdesk.companies
left join people_of on people_of.company_id = companies.id
left join tickets_of on tickets_of.company_id = companies.id
