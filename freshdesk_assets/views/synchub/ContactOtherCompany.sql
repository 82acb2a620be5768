-- One row per company of a contact beside the main one, in the shape SyncHub gives it.
--
-- RemoteID: Contact's id and the company's, joined by a hyphen.
-- ContactRemoteID: Contact it belongs to, as text. -> synchub.Contact.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the contact is deleted, as its IsDeleted says.
-- WhenCreated: When the contact was created.
-- WhenModified: When the contact last changed.
-- ContactID: Contact it belongs to. -> synchub.Contact.ID
-- CompanyID: Company. -> synchub.Company.ID
-- ViewAllTickets: Whether they see all its tickets.

select
  others.contact_id || '-' || others.company_id as RemoteID,
  cast(others.contact_id as varchar) as ContactRemoteID,
  others._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  contacts._deleted_at is not null or coalesce(contacts.deleted, false) as IsDeleted,
  contacts.created_at as WhenCreated,
  contacts.updated_at as WhenModified,
  others.contact_id as ContactID,
  others.company_id as CompanyID,
  others.view_all_tickets as ViewAllTickets
from freshdesk.contact_other_companies others
join freshdesk.contacts
  on contacts.id = others.contact_id
