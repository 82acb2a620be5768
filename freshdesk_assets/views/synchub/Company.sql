-- One row per company, in the shape SyncHub gives it.
--
-- RemoteID: Company's id, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether Freshdesk no longer has it.
-- WhenCreated: When the company was created.
-- WhenModified: When it last changed.
-- ID: Company's id.
-- Name: Company's name, unique in the account.
-- Description: What the company is.
-- CreatedAt: When the company was created.
-- UpdatedAt: When it last changed.
-- Note: Notes about the company.
-- HealthScore: At risk, Doing okay or Happy; null if not set.
-- AccountTier: Basic, Premium or Enterprise; null if not set.
-- RenewalDate: When the contract renews; a day, sent as its midnight in UTC.
-- Industry: Industry, from Freshdesk's list.

select
  cast(companies.id as varchar) as RemoteID,
  companies._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  companies._deleted_at is not null as IsDeleted,
  companies.created_at as WhenCreated,
  companies.updated_at as WhenModified,
  companies.id as ID,
  companies.name as Name,
  companies.description as Description,
  companies.created_at as CreatedAt,
  companies.updated_at as UpdatedAt,
  companies.note as Note,
  companies.health_score as HealthScore,
  companies.account_tier as AccountTier,
  companies.renewal_date as RenewalDate,
  companies.industry as Industry
from freshdesk.companies
