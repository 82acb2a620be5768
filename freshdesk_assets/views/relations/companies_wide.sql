-- One row per company, with one column for each of the account's own fields.
--
-- id: Company's id.
-- name: Company's name, unique in the account.
-- description: What the company is.
-- note: Notes about the company.
-- domains: E-mail domains by which new contacts are recognised as the company's.
-- health_score: At risk, Doing okay or Happy; null if not set.
-- account_tier: Basic, Premium or Enterprise; null if not set.
-- renewal_date: When the contract renews; a day, sent as its midnight in UTC.
-- industry: Industry, from Freshdesk's list.
-- cf_*: The account's own fields, a column each. <- company_custom_fields
-- created_at: When the company was created.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  companies.id,
  companies.name,
  companies.description,
  companies.note,
  companies.domains,
  companies.health_score,
  companies.account_tier,
  companies.renewal_date,
  companies.industry,
  companies.custom_fields,
  companies.created_at,
  companies.updated_at,
  companies._deleted_at is not null as deleted_in_freshdesk
from freshdesk.companies
