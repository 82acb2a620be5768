-- One row per further e-mail address of a contact, in the shape SyncHub gives it.
--
-- RemoteID: Contact's id and the address, joined by a hyphen.
-- ContactRemoteID: Contact it belongs to, as text. -> synchub.Contact.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the contact is deleted, as its IsDeleted says.
-- WhenCreated: When the contact was created.
-- WhenModified: When the contact last changed.
-- ContactID: Contact it belongs to. -> synchub.Contact.ID
-- EmailAddress: E-mail address.

select
  emails.contact_id || '-' || emails.email as RemoteID,
  cast(emails.contact_id as varchar) as ContactRemoteID,
  emails._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  contacts._deleted_at is not null or coalesce(contacts.deleted, false) as IsDeleted,
  contacts.created_at as WhenCreated,
  contacts.updated_at as WhenModified,
  emails.contact_id as ContactID,
  emails.email as EmailAddress
from freshdesk.contact_other_emails emails
join freshdesk.contacts
  on contacts.id = emails.contact_id
