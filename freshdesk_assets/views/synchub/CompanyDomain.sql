-- One row per e-mail domain of a company, in the shape SyncHub gives it.
--
-- RemoteID: Company's id and the domain, joined by a hyphen.
-- CompanyRemoteID: Company it belongs to, as text. -> synchub.Company.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the company is deleted, as its IsDeleted says.
-- WhenCreated: When the company was created.
-- WhenModified: When the company last changed.
-- CompanyID: Company it belongs to. -> synchub.Company.ID
-- Domain: E-mail domain.

select
  company_domains.company_id || '-' || company_domains.domain as RemoteID,
  cast(company_domains.company_id as varchar) as CompanyRemoteID,
  company_domains._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  companies._deleted_at is not null as IsDeleted,
  companies.created_at as WhenCreated,
  companies.updated_at as WhenModified,
  company_domains.company_id as CompanyID,
  company_domains.domain as Domain
from freshdesk.company_domains
join freshdesk.companies
  on companies.id = company_domains.company_id
