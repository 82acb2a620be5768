-- One row per further telephone number of a contact, in the shape SyncHub gives it.
--
-- RemoteID: Contact's id and the number's place in the list, joined by a hyphen.
-- ContactRemoteID: Contact it belongs to, as text. -> synchub.Contact.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the contact is deleted, as its IsDeleted says.
-- WhenCreated: When the contact was created.
-- WhenModified: When the contact last changed.
-- ContactID: Contact it belongs to. -> synchub.Contact.ID
-- Label: Kind of number; often null.
-- Value: Number.

select
  numbers.contact_id || '-' || numbers.position as RemoteID,
  cast(numbers.contact_id as varchar) as ContactRemoteID,
  numbers._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  contacts._deleted_at is not null or coalesce(contacts.deleted, false) as IsDeleted,
  contacts.created_at as WhenCreated,
  contacts.updated_at as WhenModified,
  numbers.contact_id as ContactID,
  numbers.label as Label,
  numbers.value as Value
from freshdesk.contact_other_phone_numbers numbers
join freshdesk.contacts
  on contacts.id = numbers.contact_id
