-- One row per tag of a contact, in the shape SyncHub gives it.
--
-- RemoteID: Contact's id and the tag, joined by a hyphen.
-- ContactRemoteID: Contact it belongs to, as text. -> synchub.Contact.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the contact is deleted, as its IsDeleted says.
-- WhenCreated: When the contact was created.
-- WhenModified: When the contact last changed.
-- ContactID: Contact it belongs to. -> synchub.Contact.ID
-- Tag: Tag.

select
  contact_tags.contact_id || '-' || contact_tags.tag as RemoteID,
  cast(contact_tags.contact_id as varchar) as ContactRemoteID,
  contact_tags._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  contacts._deleted_at is not null or coalesce(contacts.deleted, false) as IsDeleted,
  contacts.created_at as WhenCreated,
  contacts.updated_at as WhenModified,
  contact_tags.contact_id as ContactID,
  contact_tags.tag as Tag
from freshdesk.contact_tags
join freshdesk.contacts
  on contacts.id = contact_tags.contact_id
